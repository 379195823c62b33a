// The baseline: the bench of designs/sim, built by Verilator from the netlist
// that heddle runs.
#pragma once

#include <cstdint>
#include <string>

#include "gate/child.h"
#include "gate/timing.h"

namespace heddle::bench {

struct VerilatorRun {
  std::string program;  ///< a soc_tb
  std::string image;
  std::string begin_text = {};  ///< timing starts after it; empty: at edge 0
  std::uint64_t edges = 0;      ///< from there on
  std::string wave_file = {};   ///< empty: no waves
  std::string directory = {};   ///< for its files
};

/// Runs it and times what it asks for.
[[nodiscard]] Outcome<Timing> run_verilator(const VerilatorRun& run);

/// Records its inputs at every edge, for Icarus, and the hash of its outputs
/// every `every` edges.
[[nodiscard]] Outcome<ChildResult> record_inputs(const VerilatorRun& run, std::uint64_t every,
                                                 const std::string& inputs_file,
                                                 const std::string& hash_file);

/// "verilator 5.006", as it is installed.
[[nodiscard]] std::string verilator_name();

/// The first line in which two lists of stamps differ, for people; empty when
/// they are equal.
[[nodiscard]] std::string first_difference(const std::string& ours, const std::string& theirs);

}  // namespace heddle::bench
