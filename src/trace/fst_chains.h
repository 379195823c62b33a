// The change chains of one FST block while it grows: for each signal the bytes
// of its changes, in a list of cache lines out of one arena.
//
// A change appends one or two bytes to the last line of its signal, so it costs
// one scattered write; `gather` puts the lines of a chain together when the
// block is packed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/wave_state.h"

namespace heddle::trace::fst {

class Chains {
 public:
  explicit Chains(std::uint32_t signal_count);

  /// The signals `changed` took their values in `state` at instant `index` of
  /// the block.
  void add(std::span<const std::uint32_t> changed, std::uint32_t index, const WaveState& state);

  [[nodiscard]] bool has(std::uint32_t signal) const { return heads_[signal] != 0; }
  /// Appends the chain of `signal` to `out`.
  void gather(std::uint32_t signal, std::string& out) const;
  /// Arena bytes in use: what a block is bounded by.
  [[nodiscard]] std::size_t used_bytes() const { return std::size_t{line_count_} * kLineBytes; }
  /// Forgets all chains; keeps the memory.
  void clear();

 private:
  static constexpr std::uint32_t kLineBytes = 64;
  static constexpr std::uint32_t kLinkAt = 60;  // where a line says which one follows
  struct Cursor {
    std::uint32_t at = kLinkAt;  // where the next byte goes; kLinkAt: a new line first
    std::uint32_t index = 0;     // instant of the last change
  };

  void add_bytes(std::uint32_t signal, std::string_view bytes);
  void add_wide(std::uint32_t signal, std::uint32_t delta, std::string_view value);
  void new_line(std::uint32_t signal);

  std::vector<Cursor> cursors_;       // by signal
  std::vector<std::uint32_t> heads_;  // by signal: its first line; 0 is no line
  std::unique_ptr<std::uint8_t[]> arena_;
  std::string scratch_;  // one wide value, encoded
  std::uint32_t line_capacity_ = 0;
  std::uint32_t line_count_ = 1;  // line 0 stays unused
};

}  // namespace heddle::trace::fst
