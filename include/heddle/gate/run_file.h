// The run file: everything a co-simulation is, in YAML, as the user wrote it.
// Reading checks what can be checked without the netlist; `plan_run` (run_plan.h)
// then attaches it to one. Nothing runs before both are content.
// docs/guides/gate-run-file.md describes every key.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/config.h"
#include "heddle/base/config_reader.h"
#include "heddle/base/result.h"
#include "heddle/gate/design_files.h"
#include "heddle/gate/peripheral_kinds.h"
#include "heddle/gate/peripherals/uart.h"

namespace heddle::gate {

/// A value of the run file and where it stands there.
template <class T>
struct Written {
  T value = {};
  SourcePosition where = {};
};

struct ClockEntry {
  std::string name;
  Written<std::string> port;
  std::int64_t period_ps = 0;
  std::int64_t phase_ps = 0;
  std::int64_t jitter_ps = 0;
  bool is_ideal = false;  ///< edges derived from it sample what stood before the instant
};

struct ResetEntry {
  Written<std::string> port;
  bool active_level = false;
  std::uint64_t edges = 0;  ///< rising edges of `clock`
  Written<std::string> clock;
};

/// A constant input or a deposit in a state, by bus: bit i of `value` is bit i.
struct ValueEntry {
  Written<std::string> net;
  std::uint64_t value = 0;
};

enum class ImageFormat : std::uint8_t { Auto, Elf, Hex, IntelHex, Binary };

/// A file with bytes or words for a memory or a flash.
struct ImageEntry {
  Written<std::string> path;
  ImageFormat format = ImageFormat::Auto;
  std::uint64_t base = 0;    ///< address in the file that is the start of the memory
  std::uint64_t offset = 0;  ///< added to every address: bytes, words for `Hex`
};

struct MemoryEntry {
  Written<std::string> name;
  std::optional<ImageEntry> image;
  std::string dump;  ///< file in the run directory to write the final contents to; may be empty
};

/// `Other`: whatever `PeripheralEntry::info` says.
enum class PeripheralKind : std::uint8_t { Uart, SpiFlash, Gpio, Other };

/// One peripheral. Only the settings of its kind mean anything.
struct PeripheralEntry {
  struct Pin {
    std::string role;
    Written<std::string> port;
  };
  std::string name;
  SourcePosition where;
  PeripheralKind kind = PeripheralKind::Uart;
  Written<std::string> clock;  ///< empty: the only one
  std::vector<Pin> pins;

  std::uint32_t cycles_per_bit = 16;
  std::uint16_t cycle_fraction = 0;  ///< added to it, in 1/65536
  std::uint8_t data_bits = 8;
  UartParity parity = UartParity::None;
  std::uint8_t stop_half_bits = 2;

  std::optional<ImageEntry> image;
  std::uint32_t capacity_bytes = 1U << 24;
  std::uint32_t jedec_id = 0xEF4018;
  std::uint32_t device_id = 0x17;
  std::uint32_t fast_dummy_cycles = 8;
  std::uint32_t quad_io_dummy_cycles = 4;
  std::uint32_t qpi_dummy_cycles = 2;
  std::int64_t program_time_ps = 1'000'000;
  std::int64_t erase_time_ps = 10'000'000;
  bool record_commands = false;

  Written<std::uint64_t> initial = {};

  std::shared_ptr<const PeripheralKindInfo> info = {};  ///< of `Other`
  ModelSetup setup = {};
  std::optional<LivePeripheral> live = {};  ///< its socket; name and source are not filled in
  std::string dump = {};  ///< file in the run directory for what it stores; may be empty
};

/// One step of the event script: what it waits for, then what it does.
struct EventStepEntry {
  enum class Wait : std::uint8_t { None, Edge, Edges, TimePs, UartText, GpioOut };
  enum class Action : std::uint8_t { None, Send, Drive, Force, Release, Stop };
  SourcePosition where;
  Wait wait = Wait::None;
  std::uint64_t operand = 0;    ///< edge, edges, time, or the value of GPIO outputs
  std::uint32_t mask = 0;       ///< of GPIO outputs
  Written<std::string> source;  ///< UART or GPIO that the wait looks at
  std::string text;             ///< that a UART has to send
  Action action = Action::None;
  Written<std::string> target;  ///< UART or GPIO that the action is for
  std::string send;
  std::uint32_t drive_mask = 0;
  std::uint32_t drive_value = 0;
  Written<std::string> net;  ///< of `Force` and `Release`
  std::uint64_t force_value = 0;
};

/// A net that is held at a value from an edge or instant on, perhaps until another.
struct ForceEntry {
  /// The first edge that is neither before `edge` nor before `time_ps`.
  struct Moment {
    std::uint64_t edge = 0;
    std::int64_t time_ps = 0;
  };
  Written<std::string> net;
  std::uint64_t value = 0;  ///< bit i is bit i of the net
  Moment from;
  std::optional<Moment> until;  ///< none: to the end of the run
};

/// Nets that must not be x from a moment on.
struct NeverXEntry {
  std::vector<Written<std::string>> nets;  ///< names, bits or globs
  std::uint64_t after_edges = 0;           ///< edges from this one on
  std::int64_t after_time_ps = 0;          ///< and none before this instant
};

/// A text that a UART has to send, or a file that its transcript has to equal.
struct UartTextEntry {
  Written<std::string> uart;
  Written<std::string> text;
};

enum class WaveFileFormat : std::uint8_t { Fst, Vcd };

struct RunFile {
  static constexpr std::uint32_t kBatchDefault = 4096;

  std::string name;  ///< of the run; the run directory is called after it
  Written<std::string> netlist;
  std::vector<std::string> cells;  ///< files of cell libraries
  std::string manifest;            ///< of cells; empty: none
  std::string top;                 ///< empty: the only candidate
  std::vector<ClockEntry> clocks;
  std::optional<ResetEntry> reset;
  std::vector<ValueEntry> inputs;
  std::vector<ValueEntry> reg_init;
  std::vector<MemoryEntry> memories;
  std::vector<PeripheralEntry> peripherals;
  std::vector<EventStepEntry> events;
  std::vector<ForceEntry> forces;
  std::vector<Written<std::string>> forceable;  ///< what a test bench may force: nets or globs
  bool xprop = false;                           ///< X propagation
  NeverXEntry never_x;
  std::vector<Written<std::string>> wave_nets;  ///< globs
  WaveFileFormat wave_format = WaveFileFormat::Fst;
  std::string wave_file;  ///< in the run directory; empty: `waves.fst` or `waves.vcd`
  std::optional<std::uint64_t> stop_edges;
  std::optional<std::int64_t> stop_time_ps;
  Written<std::string> stop_net;  ///< empty: none
  Written<std::string> pass_net;  ///< any net whose 1 ends the run, and well
  Written<std::string> fail_net;  ///< any net whose 1 ends the run, and badly
  std::vector<UartTextEntry> stop_texts;
  std::vector<UartTextEntry> expect_uart;
  Written<std::string> expect_events;  ///< empty: none
  std::string engine = "event";
  std::uint32_t batch_edges = kBatchDefault;
  std::uint64_t seed = 1;

  std::string path;     ///< as given; empty when it came from a text
  std::string text;     ///< all of it
  ConfigNode resolved;  ///< every key with its value, defaults included

  /// The design, ready for every force that this run may want.
  [[nodiscard]] DesignFiles design() const;
};

/// Reads a run file. Relative paths in it count from its directory. Its
/// peripherals may be of the kinds of heddle and of `kinds`.
/// Errors: those of `load_config` and `ConfigReader`; `cosim.*`.
[[nodiscard]] Result<RunFile> load_run_file(const std::string& path,
                                            const PeripheralKinds& kinds = {});
/// The same from a text; `path` names it and gives the directory.
[[nodiscard]] Result<RunFile> read_run_file(std::string text, const std::string& path,
                                            const PeripheralKinds& kinds = {});

}  // namespace heddle::gate
