// Payload types: bounded containers for them, and the visitors that turn the
// one `describe` function of a type into its schema, encoder and decoder.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "heddle/base/check.h"
#include "heddle/flow/schema.h"

namespace heddle::flow {

static_assert(std::endian::native == std::endian::little, "the encoded form is memory's own");

/// At most `N` scalars within the struct itself. Nothing is ever allocated.
template <class T, std::uint32_t N>
class BoundedVector {
 public:
  using value_type = T;
  static constexpr std::uint32_t kCapacity = N;

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] bool is_full() const { return size_ == N; }
  void clear() { size_ = 0; }
  /// Appends, or says false when full.
  [[nodiscard]] bool try_push(T value) {
    if (size_ == N) return false;
    items_[size_++] = value;
    return true;
  }
  /// New elements are zero. Requires: `size` <= N (checked).
  void resize(std::uint32_t size) {
    HEDDLE_CHECK(size <= N);
    for (std::uint32_t i = size_; i < size; ++i) items_[i] = T{};
    size_ = size;
  }
  [[nodiscard]] T* data() { return items_.data(); }
  [[nodiscard]] const T* data() const { return items_.data(); }
  [[nodiscard]] T& operator[](std::uint32_t index) { return items_[index]; }
  [[nodiscard]] const T& operator[](std::uint32_t index) const { return items_[index]; }
  [[nodiscard]] std::span<const T> items() const { return {items_.data(), size_}; }

 private:
  std::uint32_t size_ = 0;
  std::array<T, N> items_{};
};

/// A text of at most `N` bytes within the struct itself; longer ones are cut.
template <std::uint32_t N>
class FixedText : public BoundedVector<char, N> {
 public:
  FixedText() = default;
  FixedText(std::string_view text) { assign(text); }  // NOLINT: implicit on purpose
  void assign(std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size() < N ? text.size() : N);
    this->resize(size);
    if (size > 0) std::memcpy(this->data(), text.data(), size);
  }
  [[nodiscard]] std::string_view view() const { return {this->data(), this->size()}; }
};

namespace payload_detail {

template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T>
struct StdArray : std::false_type {};
template <class T, std::size_t N>
struct StdArray<std::array<T, N>> : std::true_type {};

template <class T>
concept ScalarArray = StdArray<T>::value && Scalar<typename T::value_type>;

template <class T>
concept Bounded = requires(T& t, std::uint32_t n) {
  { T::kCapacity } -> std::convertible_to<std::uint32_t>;
  { t.size() } -> std::same_as<std::uint32_t>;
  t.resize(n);
  t.data();
};

/// A sequence of bytes that lives elsewhere (a pooled buffer).
template <class T>
concept External = requires(const T& c, T& t, std::span<const std::byte> bytes) {
  { c.external_bytes() } -> std::convertible_to<std::span<const std::byte>>;
  { t.assign_external(bytes) } -> std::convertible_to<bool>;
};

template <Scalar T>
consteval FieldKind kind_of() {
  if constexpr (std::is_enum_v<T>) {
    return kind_of<std::underlying_type_t<T>>();
  } else if constexpr (std::same_as<T, bool>) {
    return FieldKind::Bool;
  } else if constexpr (std::same_as<T, char>) {
    return FieldKind::Char;
  } else if constexpr (std::floating_point<T>) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    return sizeof(T) == 4 ? FieldKind::F32 : FieldKind::F64;
  } else {
    constexpr int kBase = std::bit_width(sizeof(T)) - 1;
    return static_cast<FieldKind>(static_cast<int>(FieldKind::U8) + 2 * kBase +
                                  (std::is_signed_v<T> ? 1 : 0));
  }
}

/// Calls the type's `describe`, a member or a function beside it.
template <class V, class T>
void describe_with(V& visitor, T& value) {
  if constexpr (requires { value.describe(visitor); }) {
    value.describe(visitor);
  } else {
    describe(visitor, value);
  }
}

/// The type's name, the same in every translation unit of one compiler; scalars
/// have those of `field_kind_text`.
template <class T>
constexpr std::string_view type_name() {
  constexpr std::string_view kAll = __PRETTY_FUNCTION__;
  constexpr std::size_t kBegin = kAll.find("T = ") + 4;
  constexpr std::size_t kEnd = std::min(kAll.find(';', kBegin), kAll.rfind(']'));
  return kAll.substr(kBegin, kEnd - kBegin);
}

/// Writes fields one after the other. Requires: room for all of them.
struct Encoder {
  std::byte* at = nullptr;

  template <class T>
  void operator()(std::string_view, const T& field) {
    put(field);
  }
  template <class T>
  void put(const T& field) {
    if constexpr (External<T>) {
      put_sequence(field.external_bytes().data(),
                   static_cast<std::uint32_t>(field.external_bytes().size()), 1);
    } else if constexpr (Bounded<T>) {
      put_sequence(field.data(), field.size(), sizeof(typename T::value_type));
    } else if constexpr (Scalar<T>) {
      std::memcpy(at, &field, sizeof field);
      at += sizeof field;
    } else if constexpr (ScalarArray<T>) {
      if (!field.empty()) std::memcpy(at, field.data(), sizeof field);
      at += sizeof(typename T::value_type) * field.size();
    } else if constexpr (StdArray<T>::value) {
      for (const auto& item : field) put(item);
    } else {
      // A describing function reads here and writes when it decodes.
      describe_with(*this, const_cast<T&>(field));
    }
  }

 private:
  void put_sequence(const void* items, std::uint32_t count, std::size_t item_bytes) {
    std::memcpy(at, &count, sizeof count);
    if (count > 0) std::memcpy(at + sizeof count, items, count * item_bytes);
    at += sizeof count + count * item_bytes;
  }
};

/// Counts what `Encoder` would write.
struct EncodedSize {
  std::size_t bytes = 0;

  template <class T>
  void operator()(std::string_view, const T& field) {
    count(field);
  }
  template <class T>
  void count(const T& field) {
    if constexpr (External<T>) {
      bytes += 4 + field.external_bytes().size();
    } else if constexpr (Bounded<T>) {
      bytes += 4 + field.size() * sizeof(typename T::value_type);
    } else if constexpr (Scalar<T>) {
      bytes += sizeof field;
    } else if constexpr (StdArray<T>::value) {
      for (const auto& item : field) count(item);
    } else {
      describe_with(*this, const_cast<T&>(field));
    }
  }
};

/// Reads fields back; `ok` turns false at the first that does not fit.
struct Decoder {
  std::span<const std::byte> rest;
  bool ok = true;

  template <class T>
  void operator()(std::string_view, T& field) {
    get(field);
  }
  template <class T>
  void get(T& field) {
    if constexpr (External<T>) {
      std::uint32_t count = 0;
      get(count);
      ok = ok && count <= rest.size() && field.assign_external(rest.first(count));
      if (ok) rest = rest.subspan(count);
    } else if constexpr (Bounded<T>) {
      std::uint32_t count = 0;
      get(count);
      ok = ok && count <= T::kCapacity;
      if (!ok) return;
      field.resize(count);
      copy(field.data(), count * sizeof(typename T::value_type));
    } else if constexpr (Scalar<T>) {
      copy(&field, sizeof field);
    } else if constexpr (ScalarArray<T>) {
      copy(field.data(), sizeof(typename T::value_type) * field.size());
    } else if constexpr (StdArray<T>::value) {
      for (auto& item : field) get(item);
    } else {
      describe_with(*this, field);
    }
  }

 private:
  void copy(void* to, std::size_t bytes) {
    ok = ok && bytes <= rest.size();
    if (!ok || bytes == 0) return;
    std::memcpy(to, rest.data(), bytes);
    rest = rest.subspan(bytes);
  }
};

/// Lists the fields.
struct SchemaBuilder {
  Schema& schema;
  const std::byte* base = nullptr;
  std::string prefix = {};

  template <class T>
  void operator()(std::string_view name, T& field) {
    add(prefix + std::string(name), field);
  }
  template <class T>
  void add(const std::string& name, T& field) {
    if constexpr (External<T>) {
      push(name, field, FieldKind::U8, FieldShape::Sequence, SchemaField::kUnbounded);
    } else if constexpr (Bounded<T>) {
      push(name, field, kind_of<typename T::value_type>(), FieldShape::Sequence, T::kCapacity);
    } else if constexpr (Scalar<T>) {
      push(name, field, kind_of<T>(), FieldShape::Scalar, 1);
    } else if constexpr (StdArray<T>::value) {
      if constexpr (Scalar<typename T::value_type>) {
        push(name, field, kind_of<typename T::value_type>(), FieldShape::Array,
             static_cast<std::uint32_t>(field.size()));
      } else {
        for (std::size_t i = 0; i < field.size(); ++i) {
          add(name + "[" + std::to_string(i) + "]", field[i]);
        }
      }
    } else {
      SchemaBuilder inner{schema, base, name.empty() ? std::string() : name + "."};
      describe_with(inner, field);
    }
  }

 private:
  template <class T>
  void push(const std::string& name, const T& field, FieldKind kind, FieldShape shape,
            std::uint32_t count) {
    const auto* at = reinterpret_cast<const std::byte*>(&field);
    schema.fields.push_back({name, kind, shape, count, static_cast<std::uint32_t>(at - base)});
    if (shape == FieldShape::Sequence) schema.encoded_bytes_max += 4;
    if (count == SchemaField::kUnbounded) {
      schema.has_unbounded = true;
    } else {
      schema.encoded_bytes_max += count * field_kind_bytes(kind);
    }
  }
};

/// The fields of this very object.
template <class T>
std::vector<SchemaField> fields_of(T& value) {
  Schema schema;
  SchemaBuilder{schema, reinterpret_cast<const std::byte*>(&value)}.add("", value);
  return std::move(schema.fields);
}

}  // namespace payload_detail

/// What may travel in a message: described, default-constructible, copyable.
template <class T>
concept Payload = std::default_initializable<T> && std::copyable<T>;

/// The schema of `T`. Cost: builds it anew.
template <Payload T>
[[nodiscard]] Schema schema_of() {
  Schema schema;
  if constexpr (payload_detail::Scalar<T>) {
    schema.name = field_kind_text(payload_detail::kind_of<T>());
  } else {
    schema.name = payload_detail::type_name<T>();
  }
  schema.size_bytes = sizeof(T);
  schema.align_bytes = alignof(T);
  const auto value = std::make_unique<T>();
  payload_detail::SchemaBuilder builder{schema, reinterpret_cast<const std::byte*>(value.get())};
  builder.add("", *value);
  return schema;
}

}  // namespace heddle::flow
