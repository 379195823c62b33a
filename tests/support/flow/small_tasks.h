// Small tasks with plain behaviour, and a run that keeps what every message said.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "heddle/flow/flow.h"

namespace heddle::flow::test {

/// `Ramp` (source of i64: 0, step, 2 step, ..., params step, absent_every),
/// `Sum` (running sum), `Add` (stateless sum of two), `Keep`, `KeepReal` (sinks),
/// `FailAt` (params at, throws), `StopAt` (params at), `Ring` (takes a resource `bell`),
/// `Slow` (params spins).
void register_small_tasks(TaskRegistry& registry);

[[nodiscard]] Result<Graph> read_text(const std::string& yaml, const TaskRegistry& registry,
                                      const std::string& mission = {});

struct RunText {
  std::uint32_t workers = 1;
  std::uint32_t slots = 4;
  Strategy strategy = Strategy::Groups;
  std::uint64_t lists = 10;
  std::string mission = {};
  std::uint64_t first_clid = 0;
  std::function<void(TaskRegistry&)> also = nullptr;  ///< further task types
  std::function<void(Flow&)> before = nullptr;        ///< between build and run
  std::function<void(RunOptions&)> options = nullptr;
  Clock* clock = nullptr;  ///< null: a mock clock
};

/// What a run left: per message, per list, its payload if it was an i64.
struct Outcome {
  RunSummary summary = {};
  Diagnostics build_error = {};
  Digest64 digest = {};
  std::vector<std::uint64_t> clids = {};
  std::vector<std::int64_t> admissions = {};
  std::map<std::string, std::vector<std::optional<std::int64_t>>> messages = {};
  std::map<std::string, std::vector<std::uint64_t>> origins = {};  ///< where present
  std::vector<std::string> texts = {};
  /// Frozen states of keyframes: by clid, then task.
  std::map<std::uint64_t, std::vector<std::vector<std::byte>>> keyframes = {};

  /// The payloads present, in order.
  [[nodiscard]] std::vector<std::int64_t> values(const std::string& message) const;
  /// The first error's code; empty where there was none.
  [[nodiscard]] std::string error_code() const;
};

[[nodiscard]] Outcome run_text(const std::string& yaml, const RunText& how);

}  // namespace heddle::flow::test
