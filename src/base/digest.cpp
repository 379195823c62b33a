// XXH3-64 by way of the xxHash library, inlined so that its state type stays here.
#include "heddle/base/digest.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <bit>
#include <cstring>

#include "heddle/base/check.h"

namespace heddle {
namespace {

/// The bytes of `value`, least significant first, on any machine.
template <class Word>
std::array<unsigned char, sizeof(Word)> little_endian(Word value) {
  std::array<unsigned char, sizeof(Word)> out{};
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    out[i] = static_cast<unsigned char>(value >> (8 * i));
  }
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Digest64::to_hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = kDigits[(value_ >> (60 - 4 * i)) & 15];
  return out;
}

std::optional<Digest64> Digest64::from_hex(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint64_t>(digit);
  }
  return Digest64(value);
}

Digest64 digest_of(std::span<const std::byte> bytes) {
  return Digest64(XXH3_64bits(bytes.data(), bytes.size()));
}

Digest64 digest_of(std::string_view bytes) {
  return Digest64(XXH3_64bits(bytes.data(), bytes.size()));
}

Digest64 digest_of(std::span<const std::uint64_t> words) {
  if constexpr (std::endian::native == std::endian::little) {
    return digest_of(std::as_bytes(words));
  } else {
    DigestStream stream;
    for (const std::uint64_t word : words) stream.add_u64(word);
    return stream.digest();
  }
}

Digest64 chain(Digest64 previous, Digest64 next) {
  const std::array<std::uint64_t, 2> words{previous.value(), next.value()};
  return digest_of(words);
}

struct DigestStream::State {
  XXH3_state_t xxh;
};

DigestStream::DigestStream() : state_(std::make_unique<State>()) {
  reset();
}
DigestStream::~DigestStream() = default;
DigestStream::DigestStream(const DigestStream& other)
    : state_(std::make_unique<State>(*other.state_)) {}
DigestStream& DigestStream::operator=(const DigestStream& other) {
  *state_ = *other.state_;
  return *this;
}
DigestStream::DigestStream(DigestStream&&) noexcept = default;
DigestStream& DigestStream::operator=(DigestStream&&) noexcept = default;

void DigestStream::add(std::span<const std::byte> bytes) {
  XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size());
}

void DigestStream::add(std::string_view bytes) {
  XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size());
}

void DigestStream::add_u8(std::uint8_t value) {
  XXH3_64bits_update(&state_->xxh, &value, 1);
}

void DigestStream::add_u32(std::uint32_t value) {
  const auto bytes = little_endian(value);
  XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size());
}

void DigestStream::add_u64(std::uint64_t value) {
  const auto bytes = little_endian(value);
  XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size());
}

void DigestStream::add_i64(std::int64_t value) {
  add_u64(static_cast<std::uint64_t>(value));
}

void DigestStream::add_text(std::string_view text) {
  add_u64(text.size());
  add(text);
}

Digest64 DigestStream::digest() const {
  return Digest64(XXH3_64bits_digest(&state_->xxh));
}

void DigestStream::reset() {
  XXH3_64bits_reset(&state_->xxh);
}

}  // namespace heddle
