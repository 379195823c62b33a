// What both wave targets check of a reader: it visits in order, with values of
// the declared width, or says what is wrong.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/base/check.h"
#include "heddle/trace/wave_reader.h"

namespace heddle::trace {

class OrderCheck final : public WaveVisitor {
 public:
  explicit OrderCheck(const WaveHierarchy& hierarchy) : hierarchy_(hierarchy) {}

  bool value(SimTime time, WaveSignal signal, const WaveValue& value) override {
    HEDDLE_CHECK(time >= last_);
    HEDDLE_CHECK(signal.value() < hierarchy_.signal_count());
    const std::uint32_t width = hierarchy_.width(signal);
    HEDDLE_CHECK(value.is_real || width == 0 || value.bits.size() == width);
    last_ = time;
    return ++count_ < kVisitsMax;
  }

 private:
  static constexpr std::uint64_t kVisitsMax = 100'000;
  const WaveHierarchy& hierarchy_;
  SimTime last_;
  std::uint64_t count_ = 0;
};

/// Reads everything, then a window in the middle.
inline void visit_all(Result<std::unique_ptr<WaveReader>>& reader) {
  if (!reader) {
    HEDDLE_CHECK(reader.error().has_errors());
    HEDDLE_CHECK(!reader.error().to_string().empty());
    return;
  }
  WaveReader& file = **reader;
  static_cast<void>(file.hierarchy().full_names());
  std::vector<WaveSignal> signals;
  for (std::uint32_t i = 0; i < file.hierarchy().signal_count(); ++i) signals.emplace_back(i);
  const SimTime middle(file.info().end.ps() / 2);
  for (const SimTime from : {SimTime(), middle}) {
    OrderCheck check(file.hierarchy());
    const Status status = file.read(signals, from, SimTime(INT64_MAX), check);
    if (!status) HEDDLE_CHECK(status.error().has_errors());
  }
}

}  // namespace heddle::trace
