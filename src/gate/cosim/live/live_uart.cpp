#include "gate/cosim/live/live_uart.h"

#include <cstring>

#include "heddle/base/check.h"
#include "heddle/gate/peripherals/uart.h"

namespace heddle::gate {

LiveUart::LiveUart(LivePeripheral spec, LiveNotice notice, std::unique_ptr<OutputFile> recording)
    : LivePort(std::move(spec), std::move(notice)), recording_(std::move(recording)) {
  if (recording_ != nullptr) recording_->write("input_commands:\n");
}

Status LiveUart::finish() {
  if (recording_ == nullptr) return {};
  if (stream_.empty()) recording_->write("  []\n");
  return recording_->close();
}

std::size_t LiveUart::room(const PeripheralBank& bank) const {
  Uart::State state;
  const std::span<const std::byte> bytes = bank.state(spec().source);
  HEDDLE_CHECK(bytes.size() == sizeof state);
  std::memcpy(&state, bytes.data(), sizeof state);
  const std::size_t pending = stream_.size() - state.sent;
  return pending >= kPendingMax ? 0 : kPendingMax - pending;
}

bool LiveUart::give(PeripheralBank& bank, std::string_view bytes, std::uint64_t next_edge) {
  if (recording_ != nullptr) {
    std::string list;
    for (const char byte : bytes) {
      list += (list.empty() ? "" : ", ") + std::to_string(static_cast<unsigned char>(byte));
    }
    recording_->write("  - {wait: {edge: " + std::to_string(next_edge) +
                      "}, action: {uart: " + spec().name + ", send_bytes: [" + list + "]}}\n");
  }
  stream_.insert(stream_.end(), bytes.begin(), bytes.end());
  Uart::Config config;
  const std::span<std::byte> settings = bank.settings(spec().source);
  HEDDLE_CHECK(settings.size() == sizeof config);
  std::memcpy(&config, settings.data(), sizeof config);
  config.stream = stream_.data();
  config.stream_bytes = static_cast<std::uint32_t>(stream_.size());
  std::memcpy(settings.data(), &config, sizeof config);
  bank.post({spec().source, Uart::kRelease, static_cast<std::uint32_t>(bytes.size())});
  return true;
}

void LiveUart::take(const Record& record) {
  if (record.kind != Uart::kByte) return;
  const char byte = static_cast<char>(record.value);
  if (is_attached()) {
    reply(std::string_view(&byte, 1));
    return;
  }
  backlog_ += byte;
  if (backlog_.size() > kBacklogMax) backlog_.erase(0, backlog_.size() - kBacklogMax);
}

void LiveUart::attached() {
  reply(backlog_);
  backlog_.clear();
}

}  // namespace heddle::gate
