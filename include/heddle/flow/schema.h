// What a payload looks like in a log. A plain struct is described by one
// function that the compiler finds beside the type,
//
//   struct Imu { double x, y; std::uint32_t sequence; };
//   template <class V> void describe(V& v, Imu& imu) {
//     v("x", imu.x); v("y", imu.y); v("sequence", imu.sequence);
//   }
//
// and from it follow the schema, the encoder and the decoder. Encoded form:
// fields in order, little-endian, nothing between them; a sequence is a u32
// count and its elements. A reader needs the schema alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/digest.h"

namespace heddle::flow {

enum class FieldKind : std::uint8_t { Bool, Char, U8, I8, U16, I16, U32, I32, U64, I64, F32, F64 };

/// "u32": in logs and messages.
[[nodiscard]] std::string_view field_kind_text(FieldKind kind);
/// Bytes of one element: 1, 2, 4 or 8.
[[nodiscard]] std::uint32_t field_kind_bytes(FieldKind kind);

enum class FieldShape : std::uint8_t {
  Scalar,    ///< one element
  Array,     ///< always `count` elements
  Sequence,  ///< a u32, then that many elements, at most `count`; of Char: a text
};

/// One field; those of a nested struct have dotted names (`pose.x`), those of an
/// array of structs an index (`points[3].x`).
struct SchemaField {
  /// Of a sequence whose bound is not part of the type.
  static constexpr std::uint32_t kUnbounded = 0xFFFF'FFFF;

  std::string name = {};  ///< empty where the payload is a bare scalar
  FieldKind kind = FieldKind::U8;
  FieldShape shape = FieldShape::Scalar;
  std::uint32_t count = 1;
  std::uint32_t offset_bytes = 0;  ///< in the struct in memory; not needed to decode

  friend bool operator==(const SchemaField&, const SchemaField&) = default;
};

/// A payload type. Two types of one name and the same fields are the same type
/// to a connection and to a log, wherever they were compiled.
struct Schema {
  std::string name = {};
  std::vector<SchemaField> fields = {};
  std::uint32_t size_bytes = 0;         ///< in memory
  std::uint32_t align_bytes = 1;        ///< in memory
  std::uint32_t encoded_bytes_max = 0;  ///< without its unbounded sequences
  bool has_unbounded = false;

  /// Of name, and every field but its offset.
  [[nodiscard]] Digest64 digest() const;
};

/// Bytes of a payload whose encoded form is a piece of its memory: no sequences, fields
/// one behind the other as they are described. 0: it is none.
[[nodiscard]] std::uint32_t flat_bytes_of(const Schema& schema);

/// One field of an encoded payload: where its elements are.
struct FieldView {
  const SchemaField* field = nullptr;
  std::uint32_t count = 0;  ///< elements
  std::span<const std::byte> bytes;
};

/// Splits an encoded payload into its fields. False when the bytes do not fit
/// the schema: too short, too long, a sequence beyond its bound.
[[nodiscard]] bool split_fields(const Schema& schema, std::span<const std::byte> encoded,
                                std::vector<FieldView>& fields);

/// Element `index` as people read it; a real is the shortest text that reads
/// back as the same value. Requires: `index` < count (checked).
[[nodiscard]] std::string element_text(const FieldView& field, std::uint32_t index);
/// The whole field: `3`, `[1, 2]`, `"text"`.
[[nodiscard]] std::string field_text(const FieldView& field);

}  // namespace heddle::flow
