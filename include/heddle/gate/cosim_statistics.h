// The numbers that a co-simulation reports about itself, in the `run` part of
// its report: how it went, never what came out.
#pragma once

#include "heddle/base/statistics.h"

namespace heddle::gate::cosim::stat {

inline constexpr StatisticDef kEdges{"cosim.edges", StatisticKind::Counter, "edges",
                                     "Edges that were run."};
inline constexpr StatisticDef kSubmits{"cosim.submits", StatisticKind::Counter, "batches",
                                       "Batches that were handed to the engine."};
inline constexpr StatisticDef kBatchEdges{"cosim.batch_edges", StatisticKind::Histogram, "edges",
                                          "Edges of each batch."};
inline constexpr StatisticDef kBatchedEdgeShare{
    "cosim.batched_edge_share", StatisticKind::Gauge, "1",
    "Share of the edges that came in batches of more than one."};
inline constexpr StatisticDef kBatchedSubmitShare{"cosim.batched_submit_share",
                                                  StatisticKind::Gauge, "1",
                                                  "Share of the batches with more than one edge."};
inline constexpr StatisticDef kSingleByLimit{"cosim.single_by_limit", StatisticKind::Counter,
                                             "edges",
                                             "Single-edge commits because the batch size is one."};
inline constexpr StatisticDef kSingleByEnd{"cosim.single_by_end", StatisticKind::Counter, "edges",
                                           "Single-edge commits because one edge was left."};
inline constexpr StatisticDef kSingleByStop{
    "cosim.single_by_stop", StatisticKind::Counter, "edges",
    "Single-edge commits because a stop condition held at a batch's first edge."};
inline constexpr StatisticDef kPatchedEdges{
    "cosim.patched_edges", StatisticKind::Counter, "edges",
    "Edges whose operations were patched after their window was handed over."};
inline constexpr StatisticDef kEvents{"cosim.events", StatisticKind::Counter, "events",
                                      "Happenings that peripherals and the script recorded."};
inline constexpr StatisticDef kClusterRuns{"cosim.cluster_runs", StatisticKind::Counter, "runs",
                                           "Clusters of gates that the event engine computed."};
inline constexpr StatisticDef kClockRounds{"cosim.clock_rounds", StatisticKind::Counter, "rounds",
                                           "Clock rounds in which some flop fired."};
inline constexpr StatisticDef kWaveChanges{"cosim.wave_changes", StatisticKind::Counter, "changes",
                                           "Value changes in the wave file."};
inline constexpr StatisticDef kWaveBytes{"cosim.wave_bytes", StatisticKind::Counter, "bytes",
                                         "Size of the wave file."};

inline constexpr const StatisticDef* kStatistics[] = {
    &kEdges,         &kSubmits,     &kBatchEdges,   &kBatchedEdgeShare, &kBatchedSubmitShare,
    &kSingleByLimit, &kSingleByEnd, &kSingleByStop, &kPatchedEdges,     &kEvents,
    &kClusterRuns,   &kClockRounds, &kWaveChanges,  &kWaveBytes,
};

}  // namespace heddle::gate::cosim::stat
