// Calls into zlib and liblz4; FastLZ has a decoder of our own.
#include "trace/packing.h"

#include <lz4.h>
#include <zlib.h>

#include <cstdint>
#include <limits>

#include "heddle/base/check.h"

namespace heddle::trace {
namespace {

constexpr int kWindowBits = 15;
constexpr int kGzipWindowBits = kWindowBits + 16;
constexpr int kMemoryLevel = 8;
// No format packs better than this, so a larger claim is a lie that would only
// make us allocate. Source: zlib's technical notes (1032:1); LZ4 reaches 255:1.
constexpr std::size_t kRatioMax = 1032;

bool is_plausible(std::string_view bytes, std::size_t size) {
  return size / kRatioMax <= bytes.size();
}

const Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());
}
Bytef* bytes_of(std::string& text) {
  return reinterpret_cast<Bytef*>(text.data());
}

std::string deflate_all(std::string_view bytes, int level, int window_bits) {
  HEDDLE_CHECK(bytes.size() < std::numeric_limits<uInt>::max());
  z_stream stream = {};
  HEDDLE_CHECK(deflateInit2(&stream, level, Z_DEFLATED, window_bits, kMemoryLevel,
                            Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = const_cast<Bytef*>(bytes_of(bytes));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  HEDDLE_CHECK(result == Z_STREAM_END);
  return out;
}

std::optional<std::string> inflate_all(std::string_view bytes, std::size_t size, int window_bits) {
  if (bytes.size() >= std::numeric_limits<uInt>::max()) return std::nullopt;
  if (size >= std::numeric_limits<uInt>::max() || !is_plausible(bytes, size)) return std::nullopt;
  z_stream stream = {};
  HEDDLE_CHECK(inflateInit2(&stream, window_bits) == Z_OK);
  std::string out(size, '\0');
  stream.next_in = const_cast<Bytef*>(bytes_of(bytes));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(size);
  const int result = inflate(&stream, Z_FINISH);
  const bool is_whole = result == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!is_whole) return std::nullopt;
  return out;
}

}  // namespace

std::string pack_zlib(std::string_view bytes, int level) {
  return deflate_all(bytes, level, kWindowBits);
}

std::string pack_gzip(std::string_view bytes, int level) {
  return deflate_all(bytes, level, kGzipWindowBits);
}

std::string pack_lz4(std::string_view bytes) {
  HEDDLE_CHECK(bytes.size() <= LZ4_MAX_INPUT_SIZE);
  const int size = static_cast<int>(bytes.size());
  std::string out(static_cast<std::size_t>(LZ4_compressBound(size)), '\0');
  const int written =
      LZ4_compress_default(bytes.data(), out.data(), size, static_cast<int>(out.size()));
  HEDDLE_CHECK(written > 0);
  out.resize(static_cast<std::size_t>(written));
  return out;
}

std::optional<std::string> unpack_zlib(std::string_view bytes, std::size_t size) {
  return inflate_all(bytes, size, kWindowBits);
}

std::optional<std::string> unpack_gzip(std::string_view bytes, std::size_t size) {
  return inflate_all(bytes, size, kGzipWindowBits);
}

std::optional<std::string> unpack_lz4(std::string_view bytes, std::size_t size) {
  if (bytes.size() > LZ4_MAX_INPUT_SIZE || size > LZ4_MAX_INPUT_SIZE) return std::nullopt;
  if (!is_plausible(bytes, size)) return std::nullopt;
  std::string out(size, '\0');
  const char* const packed = bytes.data();
  const int got = LZ4_decompress_safe(packed, out.data(), static_cast<int>(bytes.size()),
                                      static_cast<int>(size));
  if (got < 0 || static_cast<std::size_t>(got) != size) return std::nullopt;
  return out;
}

}  // namespace heddle::trace
