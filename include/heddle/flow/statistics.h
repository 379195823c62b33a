// The numbers that a flow reports about itself: how it ran, never what came out.
#pragma once

#include "heddle/base/statistics.h"

namespace heddle::flow::stat {

inline constexpr StatisticDef kLists{"flow.lists", StatisticKind::Counter, "lists",
                                     "Lists that were committed."};
inline constexpr StatisticDef kAborted{"flow.aborted", StatisticKind::Counter, "lists",
                                       "Committed lists in which a step failed that aborts."};
inline constexpr StatisticDef kIgnored{"flow.ignored", StatisticKind::Counter, "failures",
                                       "Failures that the graph says to ignore."};
inline constexpr StatisticDef kMissedPeriods{"flow.missed_periods", StatisticKind::Counter,
                                             "periods",
                                             "Periods of the rate target that passed unused."};
inline constexpr StatisticDef kRate{"flow.rate", StatisticKind::Gauge, "lists/s",
                                    "Lists committed per second."};
inline constexpr StatisticDef kDataRate{"flow.data_rate", StatisticKind::Gauge, "bytes/s",
                                        "Data records committed per second."};
inline constexpr StatisticDef kEndToEndP50{
    "flow.end_to_end_p50", StatisticKind::Gauge, "ns",
    "Median time from a list's first start to its last end."};
inline constexpr StatisticDef kEndToEndP99{
    "flow.end_to_end_p99", StatisticKind::Gauge, "ns",
    "Time from first start to last end that one list in a hundred passes."};
inline constexpr StatisticDef kTaskP50{"flow.task_p50", StatisticKind::Gauge, "ns",
                                       "Median time of a task in a list."};
inline constexpr StatisticDef kTaskP99{"flow.task_p99", StatisticKind::Gauge, "ns",
                                       "Time of a task that one list in a hundred passes."};
inline constexpr StatisticDef kTaskMax{"flow.task_max", StatisticKind::Gauge, "ns",
                                       "Longest time of a task in a list."};
inline constexpr StatisticDef kTaskJitter{"flow.task_jitter", StatisticKind::Gauge, "ns",
                                          "Standard deviation of a task's times."};

inline constexpr const StatisticDef* kStatistics[] = {
    &kLists,       &kAborted,     &kIgnored, &kMissedPeriods, &kRate,    &kDataRate,
    &kEndToEndP50, &kEndToEndP99, &kTaskP50, &kTaskP99,       &kTaskMax, &kTaskJitter,
};

}  // namespace heddle::flow::stat
