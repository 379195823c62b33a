// Text that a task writes while it runs: a format that lives in the program and
// the bytes of its arguments, put together by whoever reads the log.
//
//   ctx.text<"range {} m, {} hits">(range, hits);
//
// Costs a few stores; the commit stage hands the lines on in order of clid.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "heddle/flow/payload.h"

namespace heddle::flow {

/// A format as the program holds it. Its address is its identity within a run;
/// whoever stores lines gives it a number the first time it comes.
struct TextFormat {
  static constexpr std::size_t kArgumentsMax = 8;

  std::string_view text;                                  ///< a `{}` an argument
  std::array<FieldKind, kArgumentsMax> argument_kinds{};  ///< Char: u8 length and bytes
  std::uint8_t argument_count = 0;
};

/// One line: its arguments one after the other, little-endian.
struct TextLine {
  std::uint32_t task = 0;  ///< index in the graph
  const TextFormat* format = nullptr;
  std::span<const std::byte> arguments = {};
};

/// The line as people read it. Arguments that do not fit the format show as `?`.
[[nodiscard]] std::string render_text(std::string_view format, std::span<const FieldKind> kinds,
                                      std::span<const std::byte> arguments);

/// A string literal as a template argument.
template <std::size_t N>
struct TextLiteral {
  char text[N] = {};
  consteval TextLiteral(const char (&literal)[N]) {  // NOLINT: implicit on purpose
    std::copy_n(literal, N, text);
  }
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
  [[nodiscard]] constexpr std::size_t placeholder_count() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < N; ++i) count += text[i] == '{' && text[i + 1] == '}' ? 1 : 0;
    return count;
  }
};

namespace text_detail {

template <class T>
consteval FieldKind kind_of() {
  if constexpr (std::convertible_to<T, std::string_view>) {
    return FieldKind::Char;
  } else {
    return payload_detail::kind_of<T>();
  }
}

template <TextLiteral kText, class... Args>
inline constexpr TextFormat kFormat{
    kText.view(), {kind_of<Args>()...}, static_cast<std::uint8_t>(sizeof...(Args))};

template <class T>
std::size_t argument_bytes(const T& argument) {
  if constexpr (std::convertible_to<T, std::string_view>) {
    return 1 + std::min<std::size_t>(std::string_view(argument).size(), 255);
  } else {
    return sizeof argument;
  }
}

template <class T>
void put_argument(std::byte*& at, const T& argument) {
  if constexpr (std::convertible_to<T, std::string_view>) {
    const std::string_view text(argument);
    const auto size = static_cast<std::uint8_t>(std::min<std::size_t>(text.size(), 255));
    *at++ = std::byte{size};
    if (size > 0) std::memcpy(at, text.data(), size);
    at += size;
  } else {
    std::memcpy(at, &argument, sizeof argument);
    at += sizeof argument;
  }
}

}  // namespace text_detail

/// The text of one step of one list, in memory of the slot: records of the
/// format's address, a u32 of bytes, and the arguments. What does not fit is counted.
struct TextBuffer {
  std::byte* begin = nullptr;
  std::uint32_t capacity_bytes = 0;
  std::uint32_t used_bytes = 0;
  std::uint32_t lost_count = 0;

  template <TextLiteral kText, class... Args>
  void add(const Args&... args) {
    static_assert(kText.placeholder_count() == sizeof...(Args), "one argument a placeholder");
    static_assert(sizeof...(Args) <= TextFormat::kArgumentsMax);
    const TextFormat* format = &text_detail::kFormat<kText, std::decay_t<Args>...>;
    const std::size_t size = (std::size_t{0} + ... + text_detail::argument_bytes(args));
    if (used_bytes + sizeof format + 4 + size > capacity_bytes) {
      ++lost_count;
      return;
    }
    std::byte* at = begin + used_bytes;
    std::memcpy(at, &format, sizeof format);
    const auto size_u32 = static_cast<std::uint32_t>(size);
    std::memcpy(at + sizeof format, &size_u32, sizeof size_u32);
    at += sizeof format + sizeof size_u32;
    (text_detail::put_argument(at, args), ...);
    used_bytes = static_cast<std::uint32_t>(at - begin);
  }
};

}  // namespace heddle::flow
