// The bank that CPU engines step: the peripherals, the event script and the
// stop conditions of one run. Any kind can be in it: see peripheral_type.h.
//
// Order of a sample: every peripheral observes, in the order of the run file;
// the script sees what they decoded and acts; every peripheral drives. A run's
// sources are numbered alike: peripherals in order, then the script. An input
// of the design that several peripherals drive is a shared line: it has the
// level of whoever drives it, and two at once are recorded as contention.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "heddle/gate/peripheral_type.h"
#include "heddle/gate/peripherals/event_script.h"
#include "heddle/gate/peripherals/gpio.h"
#include "heddle/gate/peripherals/spi_flash.h"
#include "heddle/gate/peripherals/uart.h"

namespace heddle::gate {

/// A role that is connected to nothing.
inline constexpr std::int32_t kNotConnected = -1;

/// Everything but `config` of a peripheral: what it is attached to.
struct PeripheralPins {
  std::vector<std::int32_t> outputs =
      {};  ///< by `Role`: index into `Model::outputs`, or kNotConnected
  std::vector<std::int32_t> inputs = {};  ///< by `InputRole`: index into `Model::inputs`, the same
};

/// A UART; what a script sends to it is found in the script.
struct UartSetup {
  std::uint32_t divisor = 16;  ///< cycles of its clock a bit, at least 1
  std::uint16_t fraction = 0;  ///< added to `divisor`, in 1/65536
  std::uint8_t data_bits = 8;
  UartParity parity = UartParity::None;
  std::uint8_t stop_half_bits = 2;
};

/// A flash and the bytes that it starts with.
struct SpiFlashSetup {
  SpiFlash::Config config;
  std::uint32_t image_first = 0;         ///< address of the image's first byte
  std::vector<std::uint8_t> image = {};  ///< the rest is erased
};

struct GpioSetup {
  Gpio::Config config;
};

/// The kinds that scripts and stop conditions know, and any other.
using PeripheralSetup = std::variant<UartSetup, SpiFlashSetup, GpioSetup, ModelSetup>;

/// The table of the kind of a setup.
[[nodiscard]] const PeripheralType& type_of(const PeripheralSetup& setup);

/// One peripheral of the run.
struct PeripheralSpec {
  std::string name;
  PeripheralSetup setup;
  PeripheralPins pins;
  std::uint32_t clock = 0;  ///< index into the run's clocks; the unit of all its cycles
};

/// One step of the script, before it is laid out in tables.
struct ScriptStepSpec {
  WaitKind wait = WaitKind::None;
  std::uint64_t operand = 0;  ///< as in `ScriptStep`
  std::uint32_t source = 0;
  std::string text = {};  ///< of `WaitKind::UartText`, not empty
  ActionKind action = ActionKind::None;
  std::uint32_t target = 0;      ///< peripheral that the action commands
  std::string send = {};         ///< bytes for a UART
  std::uint32_t drive_mask = 0;  ///< pins of a GPIO, and the levels they get
  std::uint32_t drive_value = 0;
  std::vector<EdgeOp> ops = {};  ///< of `ActionKind::Drive`: inputs of the model
};

/// Ends the run at the edge that completes `text` on a UART.
struct StopText {
  std::uint32_t source = 0;  ///< index of the UART in the run
  std::string text;          ///< not empty
};

/// What a bank is made of.
struct BankSpec {
  std::vector<PeripheralSpec> peripherals;
  std::vector<ScriptStepSpec> script;
  std::vector<StopText> stop_texts;
  /// Outputs of the model that end the run when high out of reset.
  std::vector<std::uint32_t> stop_outputs;
  /// Inputs of the model that are open-drain lines: any number may pull them low.
  std::vector<std::uint32_t> open_drain_inputs;
  /// Steps every peripheral at every sample, which gives the same bytes: for tests of kinds.
  bool step_all = false;
};

/// Makes the bank. Requires: a spec that is sound (indices in range, at most
/// 32 clocks, patterns not empty; checked): the run file's reader sees to it.
[[nodiscard]] std::unique_ptr<PeripheralBank> make_bank(BankSpec spec);

/// "byte", "framing_error", "out", "step"...: the name of a record's kind.
/// Requires: a record of this bank's run.
[[nodiscard]] std::string_view record_kind_name(const BankSpec& spec, const Record& record);

}  // namespace heddle::gate
