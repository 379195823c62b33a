// The layout of an FST file, shared by writer and reader.
//
// A file is a row of sections: a type byte, a big-endian u64 length that counts
// itself and what follows, the content. Source: the format as written by
// GTKWave's fstapi 3.3.104.
#pragma once

#include <cstdint>
#include <string>

namespace heddle::trace::fst {

enum class Section : std::uint8_t {
  Header = 0,
  Changes = 1,  ///< value changes, without aliases between chains
  Blackout = 2,
  Geometry = 3,
  HierarchyGzip = 4,
  ChangesAlias = 5,
  HierarchyLz4 = 6,
  HierarchyLz4Duo = 7,
  ChangesAlias2 = 8,
  Wrapper = 254,  ///< the whole file, gzipped
  Skip = 255,
};

/// Tags of the hierarchy stream; a smaller tag is the kind of a variable.
enum class Tag : std::uint8_t {
  AttributeBegin = 252,
  AttributeEnd = 253,
  Scope = 254,
  UpScope = 255
};

// Offsets from the first byte of the file, whose first section is the header.
inline constexpr std::uint64_t kHeaderLength = 329;  ///< the section's length field
inline constexpr std::uint64_t kStartTimeAt = 9;
inline constexpr std::uint64_t kEndTimeAt = 17;
inline constexpr std::uint64_t kScopeCountAt = 41;
inline constexpr std::uint64_t kSectionCountAt = 65;
inline constexpr std::size_t kProducerBytes = 128;
inline constexpr std::size_t kDateBytes = 119;
inline constexpr double kEndianTest = 2.7182818284590452354;

/// In the geometry: a real, and a string.
inline constexpr std::uint32_t kGeometryReal = 0;
inline constexpr std::uint32_t kGeometryString = 0xFFFFFFFF;

/// In the chain of a bit: code of a value other than 0 and 1.
inline constexpr char kOtherValues[] = "xzhuwl-?";

inline void put_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

/// Signed LEB128.
inline void put_signed_varint(std::string& out, std::int64_t value) {
  while (true) {
    const auto low = static_cast<std::uint8_t>(value & 0x7F);
    value >>= 7;
    const bool sign = (low & 0x40) != 0;
    if ((value == 0 && !sign) || (value == -1 && sign)) {
      out.push_back(static_cast<char>(low));
      return;
    }
    out.push_back(static_cast<char>(low | 0x80));
  }
}

}  // namespace heddle::trace::fst
