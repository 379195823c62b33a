// What a netlist is made of, and which inputs look like its clocks and resets:
// for `heddle gate info`, and the first run file that `gate init` writes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "heddle/gate/netlist.h"

namespace heddle::gate {

/// A top-level input that looks like a clock.
struct ClockGuess {
  std::string port;           ///< `clk`, or `clks[1]`
  std::uint64_t rising = 0;   ///< flops and memory ports that its rising edge clocks directly
  std::uint64_t falling = 0;  ///< likewise its falling edge
  std::uint64_t gated = 0;    ///< clocked through logic that it takes part in
  std::uint64_t divided = 0;  ///< clocked by a flop that it clocks
};

/// A top-level input that looks like a reset.
struct ResetGuess {
  std::string port;
  bool active_high = true;
  std::uint64_t asynchronous = 0;  ///< flops and latches that it resets at once
  std::uint64_t synchronous = 0;   ///< flops that it resets at a clock edge
  bool by_name = false;            ///< no cell says so; it is only called like one
};

/// A path on which an ideal clock tree would make a difference: `to` is clocked
/// by `clock`, which flops derive from the clock of `from`, so at one instant it
/// takes what `from` has just taken. Were derived edges ideal, it would take what
/// `from` held before.
struct DerivedPath {
  std::string from;
  std::string to;
  std::string clock;
};
inline constexpr std::size_t kDerivedPathsMax = 20;

struct MemorySummary {
  std::string name;
  std::uint64_t depth = 0;  ///< words
  std::uint32_t width = 0;  ///< bits
  std::int64_t start_offset = 0;
  std::size_t reads = 0;
  std::size_t clocked_reads = 0;
  std::size_t writes = 0;
  bool initialised = false;  ///< some bit has an initial value
};

struct PortSummary {
  std::string name;
  PortDirection direction = PortDirection::Input;
  std::size_t width = 0;
};

struct NetlistSummary {
  std::string top;
  std::array<std::uint64_t, kGateOpCount> gates{};  ///< by `GateOp`
  std::uint64_t gate_count = 0;
  std::uint64_t flops = 0;
  std::uint64_t falling_flops = 0;  ///< clocked by a falling edge of their clock net
  std::uint64_t enabled_flops = 0;
  std::uint64_t sync_reset_flops = 0;
  std::uint64_t async_reset_flops = 0;  ///< with reset, set, clear or load
  std::uint64_t initialised_flops = 0;
  std::uint64_t latches = 0;
  std::uint64_t checks = 0;
  std::uint64_t nets = 0;          ///< constants not counted
  std::uint64_t public_names = 0;  ///< outside of library cells
  std::uint64_t instances = 0;     ///< of modules that are no library cells
  std::uint64_t library_cells = 0;
  std::uint64_t undriven = 0;
  std::vector<MemorySummary> memories;
  std::vector<PortSummary> ports;
  std::vector<ClockGuess> clocks;  ///< those that clock most first
  std::vector<ResetGuess> resets;  ///< likewise
  std::uint64_t derived_path_count = 0;
  std::vector<DerivedPath> derived_paths;  ///< the first `kDerivedPathsMax` of them
};

/// Counts and guesses. Clocks are traced back through buffers and inverters,
/// and through logic where they are gated; resets only through the former.
/// Cost: linear in cells.
[[nodiscard]] NetlistSummary summarise(const FlatNetlist& netlist);

/// The summary as lines of text.
[[nodiscard]] std::string to_text(const NetlistSummary& summary);

}  // namespace heddle::gate
