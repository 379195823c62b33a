// The events of a run as users see them: `events.json`, an array of
// `{edge, time_ps, source, kind, value}` in order of edge, and its comparison
// with a list that is expected.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/byte_sink.h"
#include "heddle/base/result.h"
#include "heddle/gate/peripheral_bank.h"

namespace heddle::gate {

struct RunEvent {
  std::uint64_t edge = 0;
  std::int64_t time_ps = 0;
  std::string source;  ///< name of a peripheral, or `script`
  std::string kind;
  std::uint32_t value = 0;

  friend bool operator==(const RunEvent&, const RunEvent&) = default;
};

/// A record in users' terms.
[[nodiscard]] RunEvent to_event(const BankSpec& spec, const Record& record);

/// `{"edge": 1, ...}` on one line.
[[nodiscard]] std::string event_text(const RunEvent& event);

/// Writes `events.json` as a run goes: valid JSON once `finish` was called.
/// Threads: one at a time.
class EventListWriter {
 public:
  explicit EventListWriter(ByteSink& sink) : sink_(sink) { sink_.write("["); }
  void add(const RunEvent& event);
  void finish() { sink_.write(count_ > 0 ? "\n]\n" : "]\n"); }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  ByteSink& sink_;
  std::string line_;  ///< kept, so that an event costs no memory
  std::uint64_t count_ = 0;
};

/// Reads what `EventListWriter` writes; `file` names it.
/// Errors: cosim.bad-events, and those of `parse_config`.
[[nodiscard]] Result<std::vector<RunEvent>> read_event_list(std::string_view text,
                                                            const std::string& file);

/// The first difference of two lists.
struct EventDifference {
  std::size_t index = 0;
  std::optional<RunEvent> expected;  ///< nothing: one too many was found
  std::optional<RunEvent> found;     ///< nothing: the list found ends early
};
[[nodiscard]] std::optional<EventDifference> first_difference(const std::vector<RunEvent>& expected,
                                                              const std::vector<RunEvent>& found);

}  // namespace heddle::gate
