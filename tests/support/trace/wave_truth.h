// What wave tests compare: a list of changes made by a plain model, the same
// list taken from VCD text by a parser that shares nothing with the product,
// and a generator of random dumps.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "heddle/trace/wave.h"

namespace heddle::trace::test {

/// `time name value`, value padded to the width; sorted within an instant.
using Changes = std::vector<std::string>;

/// The changes of VCD text, by full name with range. Fails the test on text it
/// does not understand. `end_ps` gets the last time.
Changes changes_of_vcd(const std::string& text, std::int64_t* end_ps = nullptr);

/// `fst2vcd file`.
std::string fst_to_vcd(const std::string& path);

/// A path below the test's own temporary directory.
std::string temp_path(const std::string& name);
std::string slurp(const std::string& path);

struct RandomDump {
  std::uint64_t seed = 1;
  std::uint32_t signal_count = 40;
  std::uint32_t instant_count = 300;
  std::uint32_t width_max = 70;
  std::uint32_t depth_max = 6;
  std::int64_t step_ps_max = 1000;
  std::uint32_t unknown_percent = 10;
  std::uint32_t change_percent = 20;
};

/// Writes random values through `WaveWriter` and says what a reader must see.
Changes write_random(const std::string& path, const RandomDump& dump,
                     const WaveWriterParams& params);

/// The same, telling only how the writer ended.
Status write_random_status(const std::string& path, const RandomDump& dump,
                           const WaveWriterParams& params);

}  // namespace heddle::trace::test
