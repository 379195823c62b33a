// Diagnostics of the machine files of the tile module.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::tile::machine_diag {

inline constexpr DiagnosticRule kMachineUnknown{"tile.machine-unknown", Severity::Error,
                                                "there is no machine '{}'", "give {}"};
inline constexpr DiagnosticRule kMachinePowerOfTwo{"tile.machine-power-of-two", Severity::Error,
                                                   "{} is {}, expected a power of two", ""};
inline constexpr DiagnosticRule kMachineAddressOrder{
    "tile.machine-address-order", Severity::Error, "'{}' is no order of the parts of an address",
    "row first, then bank, group, column, pseudo and channel in any order, with ':' between"};
inline constexpr DiagnosticRule kMachineRequestSize{"tile.machine-request-size", Severity::Error,
                                                    "requests of {} bytes do not fit, expected {}",
                                                    "change dma.request_bytes"};

inline constexpr const DiagnosticRule* kRules[] = {&kMachineUnknown, &kMachinePowerOfTwo,
                                                   &kMachineAddressOrder, &kMachineRequestSize};

}  // namespace heddle::tile::machine_diag
