// The kinds `jtag` (a recording is replayed) and `jtag_server` (a live client)
// of run files, and the keys that every live peripheral has.
#pragma once

#include "heddle/gate/peripheral_kinds.h"

namespace heddle::gate {

[[nodiscard]] PeripheralKindInfo jtag_kind();
[[nodiscard]] PeripheralKindInfo jtag_server_kind();

/// The keys `port` and `stop_with_client`.
void read_live(ConfigReader& map, LivePeripheral& live);

}  // namespace heddle::gate
