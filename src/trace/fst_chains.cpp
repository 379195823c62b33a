// Growing and gathering chains.
#include "trace/fst_chains.h"

#include <algorithm>
#include <cstring>

#include "heddle/base/check.h"
#include "trace/fst_format.h"

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

void Chains::add(std::span<const std::uint32_t> changed, std::uint32_t index,
                 const WaveState& state) {
  for (const std::uint32_t signal : changed) {
    Cursor& cursor = cursors_[signal];
    const std::uint32_t delta = index - cursor.index;
    cursor.index = index;
    if (!state.is_bit(signal)) {
      add_wide(signal, delta, state.wide(signal));
      continue;
    }
    // 0 and 1 carry the bit in the varint; x and z are codes 0 and 1.
    const auto logic = static_cast<std::uint32_t>(state.bit(signal));
    std::uint32_t rest = logic < 2 ? delta << 2 | logic << 1 : delta << 4 | (logic & 1) << 1 | 1;
    for (; rest >= 0x80; rest >>= 7) {
      if (cursor.at % kLineBytes == kLinkAt) new_line(signal);
      arena_[cursor.at++] = static_cast<std::uint8_t>(rest | 0x80);
    }
    if (cursor.at % kLineBytes == kLinkAt) new_line(signal);
    arena_[cursor.at++] = static_cast<std::uint8_t>(rest);
  }
}

void Chains::add_bytes(std::uint32_t signal, std::string_view bytes) {
  Cursor& cursor = cursors_[signal];
  while (!bytes.empty()) {
    if (cursor.at % kLineBytes == kLinkAt) new_line(signal);
    const std::size_t size = std::min<std::size_t>(bytes.size(), kLinkAt - cursor.at % kLineBytes);
    std::memcpy(&arena_[cursor.at], bytes.data(), size);
    cursor.at += static_cast<std::uint32_t>(size);
    bytes.remove_prefix(size);
  }
}

void Chains::add_wide(std::uint32_t signal, std::uint32_t delta, std::string_view value) {
  const bool is_binary =
      std::all_of(value.begin(), value.end(), [](char c) { return c == '0' || c == '1'; });
  scratch_.clear();
  put_varint(scratch_, delta << 1 | (is_binary ? 0U : 1U));
  if (!is_binary) {
    scratch_ += value;
  } else {
    // Eight characters a byte, the left-most bit in bit 7.
    for (std::size_t i = 0; i < value.size(); i += 8) {
      unsigned byte = 0;
      for (std::size_t j = i; j < value.size() && j < i + 8; ++j)
        byte |= (static_cast<unsigned>(value[j]) & 1U) << (7 - (j - i));
      scratch_.push_back(static_cast<char>(byte));
    }
  }
  add_bytes(signal, scratch_);
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
