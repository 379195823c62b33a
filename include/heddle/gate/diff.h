// `heddle gate diff`: the first place where two wave files part. They may come
// from different simulators and in different formats: nets are matched by name
// below a scope of each file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/interrupt.h"
#include "heddle/base/result.h"
#include "heddle/base/units.h"

namespace heddle::gate {

struct WaveDiffOptions {
  /// Scopes whose nets are compared, `tb.dut`; without one, the pair of scopes
  /// under which most names agree.
  std::optional<std::string> scope_a;
  std::optional<std::string> scope_b;
  std::vector<std::string> nets = {"*"};  ///< globs of names below the scopes
  SimTime from;                           ///< the first instant that is compared
  std::optional<SimTime> to;              ///< the last
  bool ignore_x = false;                  ///< bits that either file does not know are equal
};

/// A net that differs.
struct WaveDifference {
  SimTime time;
  std::string net;  ///< below the scopes
  std::string value_a;
  std::string value_b;
};

struct WaveDiffOutcome {
  std::string scope_a;
  std::string scope_b;
  std::size_t compared = 0;  ///< nets of both files
  std::size_t only_a = 0;    ///< below the scope of one file alone
  std::size_t only_b = 0;
  SimTime from;  ///< what was compared
  SimTime to;
  std::uint64_t instants = 0;           ///< with a change of either file
  std::optional<WaveDifference> first;  ///< the first, by time and then by name
  std::size_t differing_count = 0;      ///< nets that differ at that instant
};

/// Compares values at every instant of either file, from where both have begun
/// to where one ends. Memory is bounded by the hierarchies.
/// Errors: those of `WaveReader`; look.no-common-nets, look.unknown-name.
[[nodiscard]] Result<WaveDiffOutcome> diff_waves(const std::string& a, const std::string& b,
                                                 const WaveDiffOptions& options);

}  // namespace heddle::gate
