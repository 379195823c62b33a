// Packs numbers and texts into bytes that somebody else owns, little-endian,
// and takes them out again without ever reading past the end. Both remember the
// first misfit, so that a caller checks once.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace heddle::flow::log {

template <class T>
concept Number = std::is_arithmetic_v<T> && sizeof(T) <= 8;

/// Writes into a span; past its end nothing is written and `fits` turns false,
/// but `size` goes on counting, so that a second try can be made large enough.
/// Threads: one at a time.
class ByteWriter {
 public:
  explicit ByteWriter(std::span<std::byte> out) : out_(out) {}

  template <Number T>
  void put(T value) {
    static_assert(std::endian::native == std::endian::little);
    put_bytes(&value, sizeof value);
  }
  /// Bytes as they are.
  void put(std::span<const std::byte> bytes) { put_bytes(bytes.data(), bytes.size()); }
  /// A length of four bytes, then the bytes.
  void put_text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    put_bytes(text.data(), text.size());
  }
  /// Overwrites what was put at `at`.
  template <Number T>
  void patch(std::size_t at, T value) {
    if (at + sizeof value <= out_.size()) std::memcpy(out_.data() + at, &value, sizeof value);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool fits() const { return size_ <= out_.size(); }
  /// What was written. Requires: `fits`.
  [[nodiscard]] std::span<const std::byte> bytes() const { return out_.first(size_); }

 private:
  void put_bytes(const void* from, std::size_t count) {
    if (count != 0 && size_ + count <= out_.size()) std::memcpy(out_.data() + size_, from, count);
    size_ += count;
  }

  std::span<std::byte> out_;
  std::size_t size_ = 0;
};

/// Reads from a span; past its end values are zero, texts empty, and `ok` stays
/// false. Threads: one at a time.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> in) : in_(in) {}

  template <Number T>
  [[nodiscard]] T get() {
    T value{};
    if (const auto bytes = take(sizeof value); !bytes.empty()) {
      std::memcpy(&value, bytes.data(), sizeof value);
    }
    return value;
  }
  /// The next `count` bytes; empty where there are fewer.
  [[nodiscard]] std::span<const std::byte> take(std::size_t count) {
    if (!ok_ || count > in_.size() - at_) {
      ok_ = false;
      return {};
    }
    const auto bytes = in_.subspan(at_, count);
    at_ += count;
    return bytes;
  }
  /// What `put_text` wrote; lives as long as the bytes.
  [[nodiscard]] std::string_view get_text() {
    const auto bytes = take(get<std::uint32_t>());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::size_t remaining() const { return in_.size() - at_; }
  [[nodiscard]] bool ok() const { return ok_; }
  /// Everything was read and nothing was missing.
  [[nodiscard]] bool is_done() const { return ok_ && at_ == in_.size(); }

 private:
  std::span<const std::byte> in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace heddle::flow::log
