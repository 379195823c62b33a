// Another program, run to its end: what it printed and what it cost.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace heddle::bench {

/// A value, or for people why there is none.
template <class T>
using Outcome = tl::expected<T, std::string>;

[[nodiscard]] inline tl::unexpected<std::string> failed(std::string why) {
  return tl::unexpected<std::string>(std::move(why));
}

struct ChildResult {
  std::string out;         ///< its standard output
  double cpu_seconds = 0;  ///< of it and its children
  double wall_seconds = 0;
};

/// Runs `words[0]` (looked up in PATH) with the rest as arguments; its standard
/// error is ours. Anything but exit code 0 is a failure.
[[nodiscard]] Outcome<ChildResult> run_child(const std::vector<std::string>& words);

}  // namespace heddle::bench
