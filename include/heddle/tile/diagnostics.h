// Every diagnostic of the tile module. What a producer did names the work-item
// and the instruction; what a file says is named by its line and column.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::tile::diag {

// What a kernel describes.
inline constexpr DiagnosticRule kBadTensor{"tile.bad-tensor", Severity::Error, "tensor {}: {}",
                                           "expected {}"};
inline constexpr DiagnosticRule kBadBuffer{"tile.bad-buffer", Severity::Error, "buffer {}: {}",
                                           "expected {}"};
inline constexpr DiagnosticRule kUnknownId{"tile.unknown-id", Severity::Error, "{}: there is no {}",
                                           "{}"};
inline constexpr DiagnosticRule kBadShape{"tile.bad-shape", Severity::Error, "{}: {}",
                                          "expected {}"};
inline constexpr DiagnosticRule kOutOfTensor{
    "tile.out-of-tensor", Severity::Error,
    "{}: touches elements {} to {} of tensor '{}', which has {}", ""};
inline constexpr DiagnosticRule kOutOfBuffer{"tile.out-of-buffer", Severity::Error,
                                             "{}: moves {} bytes, and its buffers hold {}",
                                             "cut the transfer, or declare a larger buffer"};
inline constexpr DiagnosticRule kBadOperands{"tile.bad-operands", Severity::Error, "{}: {}", "{}"};
inline constexpr DiagnosticRule kUnwrittenBuffer{
    "tile.unwritten-buffer", Severity::Error,
    "{}: reads buffer {}, which nothing in this work-item has written",
    "load it, or write it by a compute, first"};
inline constexpr DiagnosticRule kNodeKind{"tile.node-kind", Severity::Error,
                                          "{}: node {} is a {} here and was a {} before",
                                          "give each operation of the kernel's source its own id"};
inline constexpr DiagnosticRule kEarlyWait{
    "tile.early-wait", Severity::Error,
    "{}: waits for semaphore {}, which no asynchronous load has signalled yet",
    "put the load before the wait, in the same work-item"};
inline constexpr DiagnosticRule kCountMismatch{
    "tile.count-mismatch", Severity::Error,
    "{}: waits for {} elements on semaphore {}, and the loads since {} bring {}",
    "expected the sum over the loads of this generation"};
inline constexpr DiagnosticRule kUnawaitedLoad{
    "tile.unawaited-load", Severity::Error,
    "{}: nothing waits for the load at instruction {} (tensor '{}', semaphore {})",
    "wait for its semaphore, or make it synchronous"};
inline constexpr DiagnosticRule kWrongMoment{"tile.wrong-moment", Severity::Error,
                                             "{}: {} is not possible here", "{}"};
inline constexpr DiagnosticRule kTooMany{"tile.too-many", Severity::Error, "{}: more than {} {}",
                                         "{}"};
inline constexpr DiagnosticRule kKernelRefused{
    "tile.kernel-refused", Severity::Error, "{} returned {}",
    "the producer says that it cannot do these shapes: {}"};
inline constexpr DiagnosticRule kNoWorkItems{"tile.no-work-items", Severity::Error,
                                             "the kernel dispatched nothing",
                                             "call heddle_tile_dispatch once a work-item"};

// A trace as text.
inline constexpr DiagnosticRule kTraceSyntax{"tile.trace-syntax", Severity::Error, "found {}",
                                             "expected {}"};
inline constexpr DiagnosticRule kTraceVersion{"tile.trace-version", Severity::Error,
                                              "a trace of version {}", "this program reads {}"};

// A list of layers.
inline constexpr DiagnosticRule kLayerCsv{"tile.layer-csv", Severity::Error, "found {}",
                                          "expected {}"};

// Shared objects and the process that runs them.
inline constexpr DiagnosticRule kNotLoadable{"tile.not-loadable", Severity::Error,
                                             "this is no shared object for this machine: {}",
                                             "build it with heddle_tile_producer()"};
inline constexpr DiagnosticRule kNotAProducer{
    "tile.not-a-producer", Severity::Error, "this shared object has no function {}",
    "a producer exports heddle_tile_abi and heddle_tile_kernel; see heddle_tile.h"};
inline constexpr DiagnosticRule kAbiMismatch{"tile.abi-mismatch", Severity::Error,
                                             "the producer speaks version {} of the interface, "
                                             "this program version {}",
                                             "compile it again with this version's heddle_tile.h"};
inline constexpr DiagnosticRule kProducerDied{"tile.producer-died", Severity::Error,
                                              "{}: the producer {}", "{}"};
inline constexpr DiagnosticRule kProducerStalled{
    "tile.producer-stalled", Severity::Error, "{}: the producer made no progress for {} ms",
    "a loop that never ends? `--in-process` under a debugger shows where"};
inline constexpr DiagnosticRule kProducerGarbled{
    "tile.producer-garbled", Severity::Error, "{}: what the producer's process sent makes no sense",
    "the producer has overwritten memory that is not its own"};
inline constexpr DiagnosticRule kProducerStart{"tile.producer-start", Severity::Error,
                                               "cannot start a process for the producer: {}", "",
                                               Cause::Environment};
inline constexpr DiagnosticRule kInterrupted{"tile.interrupted", Severity::Error, "{}: interrupted",
                                             ""};

// What goes wrong while a kernel is played.
inline constexpr DiagnosticRule kWorkingSet{
    "tile.working-set", Severity::Error,
    "{} needs {} bytes of scratchpad, of which core {} has {}; in use are {} bytes: {}",
    "smaller tiles, or fewer of them at a time"};
inline constexpr DiagnosticRule kDeadlock{"tile.deadlock", Severity::Error,
                                          "nothing on core {} can go on after cycle {}: {}",
                                          "each waits for one that cannot go before it"};
inline constexpr DiagnosticRule kPartition{"tile.partition", Severity::Error, "partition {}: {}",
                                           "each partition has cores of its own, from 0 to {}"};
inline constexpr DiagnosticRule kCycleTable{"tile.cycle-table", Severity::Error, "{}", "{}"};

inline constexpr const DiagnosticRule* kRules[] = {
    &kBadTensor,     &kBadBuffer,     &kUnknownId,       &kBadShape,        &kOutOfTensor,
    &kOutOfBuffer,   &kBadOperands,   &kUnwrittenBuffer, &kNodeKind,        &kEarlyWait,
    &kCountMismatch, &kUnawaitedLoad, &kWrongMoment,     &kTooMany,         &kKernelRefused,
    &kNoWorkItems,   &kTraceSyntax,   &kTraceVersion,    &kLayerCsv,        &kNotLoadable,
    &kNotAProducer,  &kAbiMismatch,   &kProducerDied,    &kProducerStalled, &kProducerGarbled,
    &kProducerStart, &kInterrupted,   &kWorkingSet,      &kDeadlock,        &kPartition,
    &kCycleTable,
};

}  // namespace heddle::tile::diag
