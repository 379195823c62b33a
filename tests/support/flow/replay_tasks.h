// Tasks for tests of logs and replay: a source with state, filters, a sink that
// remembers, and some that break the rules of determinism.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heddle/flow/registry.h"

namespace heddle::flow::test {

/// What sinks saw and what rule-breakers read: hangs from the registry's resources,
/// so that nothing is global but what `Outsider` reads on purpose.
struct SeenValue {
  std::uint64_t clid = 0;
  double value = 0;
  std::string status;
  std::int64_t valid_ns = 0;
};

/// Types Counter, Scale, Sum, Blob, Note, Flaky, Outsider, Lazy, Lone and Eat.
void add_replay_tasks(TaskRegistry& registry);

/// What sinks of type Note saw since the last call, in order.
[[nodiscard]] std::vector<SeenValue> take_seen();

/// What tasks of type Outsider add to their output: something that is no input.
void set_outside(double value);

/// counter -> scale -> sum -> note, and blob beside it; `logging` goes into the file.
[[nodiscard]] std::string chain_graph(const std::string& logging = "",
                                      const std::string& runtime = "");

}  // namespace heddle::flow::test
