// zlib, gzip and LZ4 over whole buffers, for sections of wave files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heddle::trace {

[[nodiscard]] std::string pack_zlib(std::string_view bytes, int level);
[[nodiscard]] std::string pack_gzip(std::string_view bytes, int level);
[[nodiscard]] std::string pack_lz4(std::string_view bytes);

/// The content, or nothing unless it is exactly `size` bytes long.
[[nodiscard]] std::optional<std::string> unpack_zlib(std::string_view bytes, std::size_t size);
[[nodiscard]] std::optional<std::string> unpack_gzip(std::string_view bytes, std::size_t size);
[[nodiscard]] std::optional<std::string> unpack_lz4(std::string_view bytes, std::size_t size);
/// FastLZ level 1 and 2, as old FST files use it.
[[nodiscard]] std::optional<std::string> unpack_fastlz(std::string_view bytes, std::size_t size);

}  // namespace heddle::trace
