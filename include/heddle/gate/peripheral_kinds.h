// Kinds of peripherals as run files name them: which pins they have and how
// their settings are read. The kinds that come with heddle are known anyway; a
// program adds its own to the list that it hands to `load_run_file`.
// docs/guides/peripherals.md goes from an empty file to a running kind.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "heddle/base/config_reader.h"
#include "heddle/gate/live.h"
#include "heddle/gate/peripheral_type.h"

namespace heddle::gate {

/// Who else may drive an input of the design that a peripheral drives.
enum class PinSharing : std::uint8_t {
  None,
  Bus,        ///< others of a bus; only one of them at a time, or it is contention
  OpenDrain,  ///< others that only pull low
};

/// A pin of a kind: one role of its struct, or several in a row.
struct PeripheralRole {
  std::string_view name;  ///< as under `pins:`
  unsigned first = 0;     ///< `Role` or `InputRole` of bit 0
  unsigned width = 1;     ///< bits; 0: as many as the port has, up to `width_max`
  unsigned width_max = 1;
  bool is_input = false;  ///< an input of the design, which the peripheral drives
  bool is_required = false;
  PinSharing sharing = PinSharing::None;
};

/// What a kind reads its settings from.
struct PeripheralSettings {
  ConfigReader& map;
  bool loads_image = false;            ///< set it to have `load`, `format`, `base`, `offset` read
  Diagnostics* diagnostics = nullptr;  ///< of files that the kind reads itself
  std::optional<LivePeripheral> live = {};  ///< set it to have a socket served
};

/// A kind of peripheral in run files; `kind:` is the name of its type.
struct PeripheralKindInfo {
  const PeripheralType* type = nullptr;
  std::vector<PeripheralRole> roles;
  bool counts_cycles = false;  ///< it has the key `clock`
  /// Reads the settings into a setup. Reports what is wrong with them.
  std::function<ModelSetup(PeripheralSettings&)> read;
  /// Last touch with the width of each pin in `roles`, 0 where it is absent. May be empty.
  std::function<void(ModelSetup&, const std::vector<unsigned>& widths)> attach = {};
};

/// Kinds beside those of heddle.
using PeripheralKinds = std::vector<PeripheralKindInfo>;

}  // namespace heddle::gate
