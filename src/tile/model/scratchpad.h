// The bytes of a core's scratchpad that loaded versions hold. Pure bookkeeping.
#pragma once

#include <algorithm>
#include <cstdint>

namespace heddle::tile {

class Scratchpad {
 public:
  /// `size_bytes` 0: unlimited.
  explicit Scratchpad(std::uint64_t size_bytes) : size_bytes_(size_bytes) {}

  [[nodiscard]] bool fits(std::uint64_t bytes) const {
    return size_bytes_ == 0 || used_bytes_ + bytes <= size_bytes_;
  }
  void occupy(std::uint64_t bytes) {
    used_bytes_ += bytes;
    peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  }
  void release(std::uint64_t bytes) { used_bytes_ -= bytes; }

  [[nodiscard]] std::uint64_t used_bytes() const { return used_bytes_; }
  [[nodiscard]] std::uint64_t peak_bytes() const { return peak_bytes_; }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  std::uint64_t size_bytes_ = 0;
  std::uint64_t used_bytes_ = 0;
  std::uint64_t peak_bytes_ = 0;
};

}  // namespace heddle::tile
