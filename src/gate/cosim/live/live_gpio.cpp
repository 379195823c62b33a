#include "gate/cosim/live/live_gpio.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <optional>

#include "heddle/base/check.h"
#include "heddle/gate/peripherals/gpio.h"

namespace heddle::gate {
namespace {

/// The next word of `line`, which loses it; empty at its end.
std::string_view next_word(std::string_view& line) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  line.remove_prefix(first);
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

std::optional<std::uint32_t> number_of(std::string_view word) {
  const bool is_hex = word.starts_with("0x") || word.starts_with("0X");
  if (is_hex) word.remove_prefix(2);
  std::uint32_t value = 0;
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value, is_hex ? 16 : 10);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::uint32_t all_pins(PeripheralBank& bank, std::uint16_t source) {
  Gpio::Config config;
  const std::span<const std::byte> settings = bank.settings(source);
  HEDDLE_CHECK(settings.size() == sizeof config);
  std::memcpy(&config, settings.data(), sizeof config);
  return config.width >= Gpio::kWidthMax ? ~0U : (1U << config.width) - 1;
}

/// Bytes as they may stand in a notice.
std::string printable(std::string_view text) {
  std::string out;
  for (const char byte : text) out += byte >= ' ' && byte <= '~' ? byte : '?';
  return out;
}

}  // namespace

LiveGpio::LiveGpio(LivePeripheral spec, LiveNotice notice, std::unique_ptr<OutputFile> recording)
    : LivePort(std::move(spec), std::move(notice)), recording_(std::move(recording)) {
  if (recording_ != nullptr) recording_->write("input_commands:\n");
}

Status LiveGpio::finish() {
  if (recording_ == nullptr) return {};
  if (!has_driven_) recording_->write("  []\n");
  return recording_->close();
}

bool LiveGpio::parse(std::string_view line, std::uint32_t pins, Drive& drive) {
  std::string_view rest = line;
  const std::string_view verb = next_word(rest);
  if (verb.empty()) return true;
  const auto value = number_of(next_word(rest));
  const std::string_view second = next_word(rest);
  const auto mask = second.empty() ? std::optional(pins) : number_of(second);
  if (verb != "drive" || !value || !mask || !next_word(rest).empty()) {
    set_fault("\"" + printable(line) + "\" is no command: drive VALUE [MASK]");
    return false;
  }
  if (((*value | *mask) & ~pins) != 0) {
    set_fault(
        fmt::format("\"{}\" names pins that are not there: all are {:#x}", printable(line), pins));
    return false;
  }
  drive.value = (drive.value & ~*mask) | (*value & *mask);
  drive.mask |= *mask;
  return true;
}

bool LiveGpio::give(PeripheralBank& bank, std::string_view bytes, std::uint64_t next_edge) {
  const std::uint32_t pins = all_pins(bank, spec().source);
  partial_ += bytes;
  Drive drive;
  bool is_fine = true;
  std::string_view text = partial_;
  for (std::size_t end = 0; is_fine && (end = text.find('\n')) != std::string_view::npos;) {
    is_fine = parse(text.substr(0, end), pins, drive);
    text.remove_prefix(end + 1);
  }
  if (is_fine && text.size() > kLineMax) {
    set_fault("a line has no end after " + std::to_string(text.size()) + " bytes");
    is_fine = false;
  }
  partial_ = std::string(text);
  if (drive.mask == 0) return is_fine;
  has_driven_ = true;
  if (recording_ != nullptr) {
    recording_->write(
        fmt::format("  - {{wait: {{edge: {}}}, action: {{gpio: {}, drive: {}, mask: {}}}}}\n",
                    next_edge, spec().name, drive.value, drive.mask));
  }
  bank.post({spec().source, Gpio::kSelect, drive.mask});
  bank.post({spec().source, Gpio::kSet, drive.value});
  return is_fine;
}

void LiveGpio::take(const Record& record) {
  if (record.kind != Gpio::kOutChange && record.kind != Gpio::kOeChange) return;
  const bool is_out = record.kind == Gpio::kOutChange;
  std::string& line = is_out ? out_ : oe_;
  line = fmt::format("{} {:#x} edge {}\n", is_out ? "out" : "oe", record.value, record.edge);
  if (is_attached()) reply(line);
}

void LiveGpio::attached() {
  reply(out_ + oe_);
}

}  // namespace heddle::gate
