// Every diagnostic of the system module. What happens inside a run names the
// PE, the operation, the address and the time.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::system::diag {

inline constexpr DiagnosticRule kAddressField{"system.address-field", Severity::Error,
                                              "{} is {}, expected at most {}", ""};
inline constexpr DiagnosticRule kAddressFault{"system.address-fault", Severity::Error,
                                              "physical address {} faults: {}", ""};
inline constexpr DiagnosticRule kPageFault{"system.page-fault", Severity::Error,
                                           "{}, operation {}, at {} ps: virtual address {} {}",
                                           "map the pages of a tensor before a kernel uses it"};
inline constexpr DiagnosticRule kBadMapping{"system.bad-mapping", Severity::Error,
                                            "cannot map virtual address {}: {}", ""};
inline constexpr DiagnosticRule kTopologyUnreachable{"system.unreachable", Severity::Error,
                                                     "there is no path from '{}' to '{}'",
                                                     "every device must reach every other one"};
inline constexpr DiagnosticRule kTopologyDuplicate{"system.duplicate-link", Severity::Error,
                                                   "there is already a link from '{}' to '{}'",
                                                   "give one link the sum of the bandwidths"};
inline constexpr DiagnosticRule kTopologyAsymmetric{
    "system.asymmetric-link", Severity::Error, "the link from '{}' to '{}' has no equal one back",
    "links come in pairs, one each way"};
inline constexpr DiagnosticRule kDuplicateNode{"system.duplicate-node", Severity::Error,
                                               "there are two nodes '{}'",
                                               "devices are pe0, pe1 and so on"};
inline constexpr DiagnosticRule kUnknownNode{"system.unknown-node", Severity::Error,
                                             "there is no node '{}'", "{}"};
inline constexpr DiagnosticRule kBadTarget{"system.bad-target", Severity::Error,
                                           "target_pe {}: the machine has PEs 0 to {}", "{}"};
inline constexpr DiagnosticRule kLatePe{
    "system.late-pe", Severity::Error, "{} got its launch at {} ps, {} ps after the common start",
    "the launch path was busy: give `launch` a `slack_ps` of at least that"};
inline constexpr DiagnosticRule kBadMessage{
    "system.message-mismatch", Severity::Error,
    "{}, operation {}, at {} ps: received {} bytes from {}, expected {}",
    "sender and receiver name the same shape and type"};
inline constexpr DiagnosticRule kNoNeighbour{"system.no-neighbour", Severity::Error,
                                             "{}, operation {}, at {} ps: no neighbour to the {}",
                                             ""};
inline constexpr DiagnosticRule kTcmFull{
    "system.tcm-full", Severity::Error,
    "{}, operation {}, at {} ps: a tile of {} bytes does not fit, {} of {} bytes are in use",
    "tile the operation, or let tiles go earlier"};
inline constexpr DiagnosticRule kScratchFull{
    "system.scratch-full", Severity::Error,
    "{}, operation {}, at {} ps: partial sums of {} bytes do not fit, {} of {} bytes of scratch "
    "are in use",
    "give the composite smaller tiles, or shorter queues"};
inline constexpr DiagnosticRule kBadShape{"system.bad-shape", Severity::Error,
                                          "{}, operation {}, at {} ps: {}", ""};
inline constexpr DiagnosticRule kUninitialised{
    "system.uninitialised-read", Severity::Error,
    "{}, operation {}, at {} ps: reads {} at {}, of which {} bytes were never written", ""};
inline constexpr DiagnosticRule kDataRace{
    "system.data-race", Severity::Error,
    "{}, operation {}, at {} ps: {} {} bytes at {}, which {} {} without any order between them",
    "let a message go from the one to the other"};
inline constexpr DiagnosticRule kDataControl{
    "system.data-dependent-control", Severity::Error,
    "{}, operation {}, at {} ps: asks for a value, but this run moves no data",
    "run with `data: eager`"};
inline constexpr DiagnosticRule kPoison{
    "system.poison-read", Severity::Error,
    "{}, operation {}, at {} ps: uses lane {}, which a masked load left undefined", ""};
inline constexpr DiagnosticRule kCollectiveMismatch{
    "system.collective-mismatch", Severity::Error, "the ranks do not call the same collective:\n{}",
    ""};
inline constexpr DiagnosticRule kCollectiveSize{"system.collective-size", Severity::Error,
                                                "{} does not work on {} ranks: {}", "{}"};
inline constexpr DiagnosticRule kUnknownAlgorithm{"system.unknown-algorithm", Severity::Error,
                                                  "no algorithm '{}' does {}", "{}"};
inline constexpr DiagnosticRule kFarAccess{
    "system.far-access", Severity::Error,
    "{}, operation {}, at {} ps: address {} is in another partition of the run",
    "parts that run at the same time exchange messages only; run with fewer partitions"};
inline constexpr DiagnosticRule kDuplicateAlgorithm{"system.duplicate-algorithm", Severity::Error,
                                                    "there is already an algorithm '{}' for {}",
                                                    "give one of them another name"};
inline constexpr DiagnosticRule kTooLargeToCheck{
    "system.too-large-to-check", Severity::Error,
    "{} has {} multiply-adds, data is checked for at most {}",
    "run it with `data: none`, or check a smaller shape"};
inline constexpr DiagnosticRule kWrongResult{"system.wrong-result", Severity::Error,
                                             "{}: element {} is {}, expected {}", "",
                                             Cause::Mismatch};

inline constexpr const DiagnosticRule* kRules[] = {&kAddressField,
                                                   &kAddressFault,
                                                   &kPageFault,
                                                   &kBadMapping,
                                                   &kTopologyUnreachable,
                                                   &kTopologyDuplicate,
                                                   &kTopologyAsymmetric,
                                                   &kDuplicateNode,
                                                   &kUnknownNode,
                                                   &kBadTarget,
                                                   &kLatePe,
                                                   &kBadMessage,
                                                   &kNoNeighbour,
                                                   &kTcmFull,
                                                   &kScratchFull,
                                                   &kBadShape,
                                                   &kUninitialised,
                                                   &kDataRace,
                                                   &kDataControl,
                                                   &kPoison,
                                                   &kCollectiveMismatch,
                                                   &kCollectiveSize,
                                                   &kUnknownAlgorithm,
                                                   &kDuplicateAlgorithm,
                                                   &kFarAccess,
                                                   &kTooLargeToCheck,
                                                   &kWrongResult};

}  // namespace heddle::system::diag
