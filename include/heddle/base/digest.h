// Digests: XXH3-64 with seed 0, over bytes; integers are fed little-endian.
// A digest says "the same bytes", on every machine; it is no signature.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace heddle {

/// A 64-bit digest. A value of its own kind, so that it is not taken for a count.
class Digest64 {
 public:
  constexpr Digest64() = default;
  constexpr explicit Digest64(std::uint64_t value) : value_(value) {}

  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  /// Sixteen lower-case hexadecimal digits, the most significant first.
  [[nodiscard]] std::string to_hex() const;
  /// Reads what `to_hex` writes, in either case; nothing else.
  [[nodiscard]] static std::optional<Digest64> from_hex(std::string_view text);

  friend constexpr auto operator<=>(Digest64, Digest64) = default;

 private:
  std::uint64_t value_ = 0;
};

/// The digest of `bytes`. Source: XXH3_64bits of the xxHash specification.
[[nodiscard]] Digest64 digest_of(std::span<const std::byte> bytes);
[[nodiscard]] Digest64 digest_of(std::string_view bytes);

/// The digest of words, each as eight bytes, least significant first.
/// Cost: one pass; nothing is allocated.
[[nodiscard]] Digest64 digest_of(std::span<const std::uint64_t> words);

/// One link of a chain: the digest of `previous` then `next`, eight bytes each.
/// A chain that starts at `Digest64()` covers the order of its links.
[[nodiscard]] Digest64 chain(Digest64 previous, Digest64 next);

/// Digests bytes that arrive in pieces; how they are cut does not matter.
/// Threads: one at a time.
class DigestStream {
 public:
  DigestStream();
  ~DigestStream();
  DigestStream(const DigestStream& other);
  DigestStream& operator=(const DigestStream& other);
  DigestStream(DigestStream&&) noexcept;
  DigestStream& operator=(DigestStream&&) noexcept;

  void add(std::span<const std::byte> bytes);
  void add(std::string_view bytes);
  void add_u8(std::uint8_t value);
  void add_u32(std::uint32_t value);  ///< four bytes, least significant first
  void add_u64(std::uint64_t value);  ///< eight bytes, least significant first
  void add_i64(std::int64_t value);   ///< two's complement, as `add_u64`
  /// The length (`add_u64`), then the bytes: neighbouring texts cannot run together.
  void add_text(std::string_view text);

  /// The digest of all that was added so far; more may follow.
  [[nodiscard]] Digest64 digest() const;
  /// Forgets everything.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heddle
