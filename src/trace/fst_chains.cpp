// Growing and gathering chains.
#include "trace/fst_chains.h"

#include <algorithm>
#include <cstring>

#include "heddle/base/check.h"

namespace heddle::trace::fst {
namespace {

constexpr std::uint32_t kFirstCapacityLines = 1024;
/// Line numbers times the line size must fit 32 bits.
constexpr std::uint32_t kCapacityLinesMax = 1U << 26;

}  // namespace

Chains::Chains(std::uint32_t signal_count)
    : cursors_(signal_count), heads_(signal_count, 0), line_capacity_(kFirstCapacityLines) {
  arena_ = std::make_unique_for_overwrite<std::uint8_t[]>(std::size_t{line_capacity_} * kLineBytes);
}

void Chains::new_line(std::uint32_t signal) {
  if (line_count_ == line_capacity_) {
    HEDDLE_CHECK(line_capacity_ < kCapacityLinesMax);
    line_capacity_ = std::min(line_capacity_ * 2, kCapacityLinesMax - 1);
    auto larger =
        std::make_unique_for_overwrite<std::uint8_t[]>(std::size_t{line_capacity_} * kLineBytes);
    std::memcpy(larger.get(), arena_.get(), std::size_t{line_count_} * kLineBytes);
    arena_ = std::move(larger);
  }
  const std::uint32_t line = line_count_++;
  Cursor& cursor = cursors_[signal];
  if (heads_[signal] == 0) {
    heads_[signal] = line;
  } else {
    std::memcpy(&arena_[cursor.at], &line, sizeof line);
  }
  cursor.at = line * kLineBytes;
}

void Chains::add_vector(std::uint32_t signal, std::uint32_t delta, const WaveState& state) {
  const std::uint32_t width = state.width(signal);
  const char* const value = state.value(signal);
  const bool is_binary =
      std::all_of(value, value + width, [](char c) { return c == '0' || c == '1'; });
  add_varint(signal, delta << 1 | (is_binary ? 0U : 1U));
  if (!is_binary) {
    for (std::uint32_t i = 0; i < width; ++i) add_byte(signal, static_cast<std::uint8_t>(value[i]));
    return;
  }
  // Eight characters a byte, the left-most bit in bit 7.
  for (std::uint32_t i = 0; i < width; i += 8) {
    std::uint32_t byte = 0;
    for (std::uint32_t j = 0; j < 8 && i + j < width; ++j)
      byte |= (static_cast<std::uint32_t>(value[i + j]) & 1U) << (7 - j);
    add_byte(signal, static_cast<std::uint8_t>(byte));
  }
}

void Chains::gather(std::uint32_t signal, std::string& out) const {
  const std::uint32_t end = cursors_[signal].at;
  std::uint32_t line = heads_[signal];
  while (line != 0) {
    const std::uint32_t begin = line * kLineBytes;
    const bool is_last = end >= begin && end <= begin + kLinkAt;
    const std::uint32_t size = is_last ? end - begin : kLinkAt;
    out.append(reinterpret_cast<const char*>(&arena_[begin]), size);
    if (is_last) return;
    std::memcpy(&line, &arena_[begin + kLinkAt], sizeof line);
  }
}

void Chains::clear() {
  std::fill(cursors_.begin(), cursors_.end(), Cursor());
  std::fill(heads_.begin(), heads_.end(), 0U);
  line_count_ = 1;
}

}  // namespace heddle::trace::fst
