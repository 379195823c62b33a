#include "heddle/flow/schema.h"

#include <fmt/format.h>

#include <cstring>

#include "heddle/base/check.h"
#include "heddle/base/json.h"

namespace heddle::flow {
namespace {

constexpr std::string_view kKindTexts[] = {"bool", "char", "u8",  "i8",  "u16", "i16",
                                           "u32",  "i32",  "u64", "i64", "f32", "f64"};
constexpr std::uint32_t kKindBytes[] = {1, 1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8};

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

std::string real_text(double value) {
  return fmt::format("{}", value);  // the shortest, infinities and not-a-number as words
}

}  // namespace

std::string_view field_kind_text(FieldKind kind) {
  return kKindTexts[static_cast<std::size_t>(kind)];
}

std::uint32_t field_kind_bytes(FieldKind kind) {
  return kKindBytes[static_cast<std::size_t>(kind)];
}

Digest64 Schema::digest() const {
  DigestStream stream;
  stream.add_text(name);
  stream.add_u64(fields.size());
  for (const SchemaField& field : fields) {
    stream.add_text(field.name);
    stream.add_u8(static_cast<std::uint8_t>(field.kind));
    stream.add_u8(static_cast<std::uint8_t>(field.shape));
    stream.add_u32(field.count);
  }
  return stream.digest();
}

std::uint32_t flat_bytes_of(const Schema& schema) {
  if (schema.fields.empty()) return 0;
  const std::uint32_t begin = schema.fields.front().offset_bytes;
  std::uint64_t end = begin;
  for (const SchemaField& field : schema.fields) {
    if (field.shape == FieldShape::Sequence || field.offset_bytes != end) return 0;
    end += std::uint64_t{field.count} * field_kind_bytes(field.kind);
  }
  return end <= schema.size_bytes ? static_cast<std::uint32_t>(end) - begin : 0;
}

bool split_fields(const Schema& schema, std::span<const std::byte> encoded,
                  std::vector<FieldView>& fields) {
  fields.clear();
  for (const SchemaField& field : schema.fields) {
    std::uint32_t count = field.count;
    if (field.shape == FieldShape::Sequence) {
      if (encoded.size() < sizeof count) return false;
      count = load<std::uint32_t>(encoded.data());
      if (count > field.count) return false;
      encoded = encoded.subspan(sizeof count);
    }
    const std::uint64_t bytes = std::uint64_t{count} * field_kind_bytes(field.kind);
    if (bytes > encoded.size()) return false;
    fields.push_back({&field, count, encoded.first(bytes)});
    encoded = encoded.subspan(bytes);
  }
  return encoded.empty();
}

std::string element_text(const FieldView& field, std::uint32_t index) {
  HEDDLE_CHECK(index < field.count);
  const FieldKind kind = field.field->kind;
  const std::byte* at = field.bytes.data() + std::size_t{index} * field_kind_bytes(kind);
  switch (kind) {
    case FieldKind::Bool: return *at != std::byte{0} ? "true" : "false";
    case FieldKind::Char: return json_quote({reinterpret_cast<const char*>(at), 1});
    case FieldKind::U8: return fmt::to_string(load<std::uint8_t>(at));
    case FieldKind::I8: return fmt::to_string(static_cast<int>(load<std::int8_t>(at)));
    case FieldKind::U16: return fmt::to_string(load<std::uint16_t>(at));
    case FieldKind::I16: return fmt::to_string(load<std::int16_t>(at));
    case FieldKind::U32: return fmt::to_string(load<std::uint32_t>(at));
    case FieldKind::I32: return fmt::to_string(load<std::int32_t>(at));
    case FieldKind::U64: return fmt::to_string(load<std::uint64_t>(at));
    case FieldKind::I64: return fmt::to_string(load<std::int64_t>(at));
    case FieldKind::F32: return fmt::format("{}", load<float>(at));
    case FieldKind::F64: return real_text(load<double>(at));
  }
  return {};
}

std::string field_text(const FieldView& field) {
  if (field.field->shape == FieldShape::Scalar) return element_text(field, 0);
  if (field.field->kind == FieldKind::Char) {
    return json_quote({reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size()});
  }
  std::string out = "[";
  for (std::uint32_t i = 0; i < field.count; ++i) {
    if (i > 0) out += ", ";
    out += element_text(field, i);
  }
  return out + "]";
}

}  // namespace heddle::flow
