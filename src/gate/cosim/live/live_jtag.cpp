#include "gate/cosim/live/live_jtag.h"

#include <algorithm>
#include <cstring>

#include "heddle/base/check.h"
#include "heddle/base/json.h"

namespace heddle::gate {

Jtag::State LiveJtag::state(const PeripheralBank& bank) const {
  Jtag::State state;
  const std::span<const std::byte> bytes = bank.state(spec().source);
  HEDDLE_CHECK(bytes.size() == sizeof state);
  std::memcpy(&state, bytes.data(), sizeof state);
  return state;
}

std::size_t LiveJtag::room(const PeripheralBank& bank) const {
  const std::uint64_t pending = end() - state(bank).next;
  return pending >= kPendingMax ? 0 : static_cast<std::size_t>(kPendingMax - pending);
}

bool LiveJtag::give(PeripheralBank& bank, std::string_view bytes, std::uint64_t next_edge) {
  const std::uint64_t played = state(bank).next;
  if (played == end()) {
    first_ = played;
    operations_.clear();
  }
  const auto begin = static_cast<std::ptrdiff_t>(operations_.size());
  bool is_sound = true;
  for (const char c : bytes) {
    const auto operation = static_cast<std::uint8_t>(c);
    if (c == '\n' || c == '\r' || c == ' ') continue;
    is_sound = Jtag::is_operation(operation);
    if (!is_sound) {
      set_fault(json_quote(std::string_view(&c, 1)) + " is no character of remote_bitbang");
      break;
    }
    operations_.push_back(operation);
    if (c == 'R') ++owed_;
  }
  record({reinterpret_cast<const char*>(operations_.data()) + begin,
          operations_.size() - static_cast<std::size_t>(begin)},
         next_edge);
  Jtag::Config config;
  const std::span<std::byte> settings = bank.settings(spec().source);
  HEDDLE_CHECK(settings.size() == sizeof config);
  std::memcpy(&config, settings.data(), sizeof config);
  hold_ = config.hold;
  config.operations = operations_.data();
  config.first = first_;
  config.end = end();
  std::memcpy(settings.data(), &config, sizeof config);
  return is_sound;
}

std::uint64_t LiveJtag::wanted(const PeripheralBank& bank, std::uint64_t next_edge) const {
  const Jtag::State now = state(bank);
  if (now.next >= end()) return 0;
  const auto pending = operations_.begin() + static_cast<std::ptrdiff_t>(now.next - first_);
  const auto pins = std::count_if(pending, operations_.end(), Jtag::sets_pins);
  const std::uint64_t due = std::max(now.due_edge, next_edge) - next_edge;
  return due + static_cast<std::uint64_t>(pins) * hold_ + 1;
}

void LiveJtag::take(const Record& record) {
  if (record.kind != Jtag::kSample) return;
  if (orphans_ > 0) {
    --orphans_;
    return;
  }
  if (owed_ == 0) return;
  --owed_;
  reply(record.value != 0 ? "1" : "0");
}

void LiveJtag::left() {
  orphans_ += owed_;
  owed_ = 0;
}

void LiveJtag::record(std::string_view operations, std::uint64_t next_edge) {
  if (recording_ == nullptr || operations.empty()) return;
  recording_->write("@" + std::to_string(next_edge) + "\n");
  recording_->write(operations);
  recording_->write("\n");
}

bool LiveJtag::ok() const {
  return recording_ == nullptr || recording_->status().has_value();
}

Status LiveJtag::finish() {
  return recording_ == nullptr ? Status() : recording_->close();
}

}  // namespace heddle::gate
