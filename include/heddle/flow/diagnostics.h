// The diagnostics of flow, but for those of its log (log_diagnostics.h).
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::flow::diag {

inline constexpr DiagnosticRule kUnknownTaskType{"flow.unknown-task-type", Severity::Error,
                                                 "task '{}' is of unknown type '{}'", "{}"};
inline constexpr DiagnosticRule kTaskTypeTwice{"flow.task-type-twice", Severity::Error,
                                               "the {} type '{}' is registered twice",
                                               "give one of them another name"};
inline constexpr DiagnosticRule kTaskTwice{"flow.task-twice", Severity::Error,
                                           "there are two tasks '{}'; the first is at {}",
                                           "give one of them another id"};
inline constexpr DiagnosticRule kUnknownTask{"flow.unknown-task", Severity::Error,
                                             "there is no task '{}'", "{}"};
inline constexpr DiagnosticRule kUnknownPort{"flow.unknown-port", Severity::Error,
                                             "task '{}' of type '{}' has no {} '{}'", "{}"};
inline constexpr DiagnosticRule kTypeMismatch{
    "flow.type-mismatch", Severity::Error, "'{}' is a {}, but '{}' takes a {}",
    "connect ports of one payload type; two types of one name differ in their fields"};
inline constexpr DiagnosticRule kInputTwice{"flow.input-twice", Severity::Error,
                                            "the input '{}' is connected twice; first at {}",
                                            "an input reads one output"};
inline constexpr DiagnosticRule kInputUnconnected{
    "flow.input-unconnected", Severity::Error, "nothing is connected to the input '{}'",
    "add a connection to it, of whatever mission; in others it is absent"};
inline constexpr DiagnosticRule kCycle{"flow.cycle", Severity::Error,
                                       "the connections make a cycle: {}",
                                       "keep what goes round in the state of a task"};
inline constexpr DiagnosticRule kUnknownMission{"flow.unknown-mission", Severity::Error,
                                                "there is no mission '{}'", "{}"};
inline constexpr DiagnosticRule kUnknownResource{"flow.unknown-resource", Severity::Error,
                                                 "there is no resource '{}'", "{}"};
inline constexpr DiagnosticRule kUnknownResourceType{"flow.unknown-resource-type", Severity::Error,
                                                     "resource '{}' is of unknown type '{}'", "{}"};
inline constexpr DiagnosticRule kResourceMissing{"flow.resource-missing", Severity::Error,
                                                 "{} needs a resource '{}'",
                                                 "name one under the task's `resources`"};
inline constexpr DiagnosticRule kResourceType{"flow.resource-type", Severity::Error,
                                              "{}: the resource '{}' is of another type",
                                              "bind one of the type that the task asks for"};
inline constexpr DiagnosticRule kNoTasks{"flow.no-tasks", Severity::Error,
                                         "the graph has no tasks{}", "a graph needs at least one"};
inline constexpr DiagnosticRule kTooManyTasks{"flow.too-many-tasks", Severity::Error,
                                              "the graph has {} tasks, at most {} are possible",
                                              "split it into several flows"};
inline constexpr DiagnosticRule kBackgroundPort{
    "flow.background-port", Severity::Error, "task '{}' cannot run in the background: {}",
    "a background task has inputs, outputs, no resources and `on_error: shutdown`"};
inline constexpr DiagnosticRule kLibrary{
    "flow.library", Severity::Error, "cannot use the task library '{}': {}",
    "it exports `heddle_flow_register`, built with the headers "
    "of this heddle"};

inline constexpr DiagnosticRule kPlanStepMissing{"flow.plan-step-missing", Severity::Error,
                                                 "the plan has no step for task '{}'",
                                                 "every task of the mission runs once a list"};
inline constexpr DiagnosticRule kPlanStepTwice{"flow.plan-step-twice", Severity::Error,
                                               "the plan runs task '{}' twice; first at {}",
                                               "every task runs once a list"};
inline constexpr DiagnosticRule kPlanStepEarly{"flow.plan-step-early", Severity::Error,
                                               "the plan runs task '{}' before '{}', whose output "
                                               "it reads",
                                               "move it down"};
inline constexpr DiagnosticRule kPlanTwoOwners{
    "flow.plan-two-owners", Severity::Error, "task '{}' has state and {} workers",
    "only a task whose `process` is const may have several"};
inline constexpr DiagnosticRule kPlanSplitWorker{
    "flow.plan-split-worker", Severity::Error,
    "worker {} runs '{}' and later '{}', but not what is between them",
    "the steps of a worker are neighbours in the plan, and all have the same workers"};
inline constexpr DiagnosticRule kPlanSplitComponent{
    "flow.plan-split-component", Severity::Error,
    "'{}' and '{}' share a resource, but have different workers",
    "tasks that share a resource run on one worker"};
inline constexpr DiagnosticRule kPlanWorkerRange{
    "flow.plan-worker-range", Severity::Error, "task '{}' is given to worker {} of {}",
    "workers count from 0, and a step names each once"};
inline constexpr DiagnosticRule kPlanWorkerIdle{"flow.plan-worker-idle", Severity::Error,
                                                "worker {} of the plan has nothing to do",
                                                "give it a step, or lower `workers`"};
inline constexpr DiagnosticRule kPlanSlots{"flow.plan-slots", Severity::Error,
                                           "the plan has {} slots, expected 1 to {}", ""};
inline constexpr DiagnosticRule kPlanOtherGraph{"flow.plan-other-graph", Severity::Error,
                                                "the plan is of graph {}, this one is {}",
                                                "make it anew with `heddle flow plan`"};

inline constexpr DiagnosticRule kTaskFailed{"flow.task-failed", Severity::Error,
                                            "task '{}' failed in list {}: {}", "", Cause::Mismatch};
inline constexpr DiagnosticRule kTaskThrew{
    "flow.task-threw", Severity::Error, "task '{}' threw in list {}: {}",
    "a task reports failures by its result; `on_error` treats both alike", Cause::Mismatch};
inline constexpr DiagnosticRule kStateMisfit{
    "flow.state-misfit", Severity::Error, "the keyframe does not fit the state of task '{}'",
    "it was written by another version of the task", Cause::Corrupt};
inline constexpr DiagnosticRule kOutOfMemory{
    "flow.out-of-memory", Severity::Error, "cannot get {} bytes for {} slots",
    "lower `slots` or the size of payloads", Cause::Environment};
inline constexpr DiagnosticRule kScheduling{
    "flow.scheduling", Severity::Error, "worker {} cannot have {}: {}",
    "`scheduling: warn` goes on without it", Cause::Environment};
inline constexpr DiagnosticRule kSchedulingIgnored{"flow.scheduling-ignored", Severity::Warning,
                                                   "worker {} runs without {}: {}", ""};
inline constexpr DiagnosticRule kPoolEmpty{
    "flow.pool-empty", Severity::Error, "all {} buffers of the pool are in use",
    "it needs one for every list in flight, and those that tasks keep", Cause::Environment};
inline constexpr DiagnosticRule kNoCuda{
    "flow.no-cuda", Severity::Error, "there is no CUDA runtime here: {} was not found",
    "use host memory, or put libcudart.so where the loader looks", Cause::Environment};

inline constexpr const DiagnosticRule* kRules[] = {
    &kUnknownTaskType, &kTaskTypeTwice,     &kTaskTwice,       &kUnknownTask,
    &kUnknownPort,     &kTypeMismatch,      &kInputTwice,      &kInputUnconnected,
    &kCycle,           &kUnknownMission,    &kUnknownResource, &kUnknownResourceType,
    &kResourceMissing, &kResourceType,      &kNoTasks,         &kTooManyTasks,
    &kBackgroundPort,  &kLibrary,           &kPlanStepMissing, &kPlanStepTwice,
    &kPlanStepEarly,   &kPlanTwoOwners,     &kPlanSplitWorker, &kPlanSplitComponent,
    &kPlanWorkerRange, &kPlanWorkerIdle,    &kPlanSlots,       &kPlanOtherGraph,
    &kTaskFailed,      &kTaskThrew,         &kStateMisfit,     &kOutOfMemory,
    &kScheduling,      &kSchedulingIgnored, &kPoolEmpty,       &kNoCuda,
};

}  // namespace heddle::flow::diag
