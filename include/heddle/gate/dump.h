// `heddle gate dump`: what a design holds at the sample of an edge of a run:
// flops and latches, memories, peripherals.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/base/byte_sink.h"
#include "heddle/base/interrupt.h"
#include "heddle/base/progress.h"
#include "heddle/base/result.h"
#include "heddle/gate/peripheral_type.h"

namespace heddle::gate {

/// What to dump. Nothing chosen: all flops and latches, and all peripherals.
struct DumpOptions {
  std::uint64_t edge = 0;
  std::vector<std::string> states = {};       ///< globs of flops and latches
  std::vector<std::string> memories = {};     ///< names
  std::vector<std::string> peripherals = {};  ///< names
  std::string engine = "event";
  std::string cache_directory = {};  ///< as in `CosimOptions`
};

/// Flops or latches of one name, as one value.
struct StateValue {
  std::string name;
  std::uint32_t width = 0;
  std::string bits;  ///< of 0, 1 and x, the highest index first
};

struct MemoryValue {
  std::string name;
  std::uint32_t width = 0;
  std::uint64_t first_address = 0;
  std::vector<std::string> rows;  ///< hexadecimal, by address; a digit with an x in it is x
};

struct Dump {
  std::uint64_t edge = 0;
  std::int64_t time_ps = 0;
  std::uint64_t resumed_at = 0;       ///< edge of the checkpoint it came from; 0: the start
  std::vector<StateValue> states;     ///< in order of name
  std::vector<MemoryValue> memories;  ///< as asked for
  std::vector<PeripheralDescription> peripherals;  ///< in the order of the run file
};

/// Runs to the edge, from the nearest checkpoint, and looks.
/// Errors: those of `run_window`; look.unknown-name.
[[nodiscard]] Result<Dump> dump_run(const std::string& run_directory, const DumpOptions& options,
                                    Diagnostics& warnings, Progress& progress, Interrupt interrupt);

/// For people: one value a line.
void write_text(const Dump& dump, ByteSink& out);
void write_json(const Dump& dump, ByteSink& out);

}  // namespace heddle::gate
