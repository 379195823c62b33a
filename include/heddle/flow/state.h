// A task's state, seen through its one optional member
//
//   template <class V> void state(V& v) { v("count", count_); v("window", window_); }
//
// which freezes it into a keyframe, thaws it from one and shows it to a person.
// Takes what a payload may hold, and also std::string, std::vector and
// std::optional of those. The frozen form is that of payloads, fields in order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heddle/base/json.h"
#include "heddle/flow/payload.h"

namespace heddle::flow {

namespace state_detail {
template <class T>
struct Vector : std::false_type {};
template <class T>
struct Vector<std::vector<T>> : std::true_type {};
template <class T>
struct Optional : std::false_type {};
template <class T>
struct Optional<std::optional<T>> : std::true_type {};

/// Whether `T` is written by `payload_detail`'s scalar and bounded forms.
template <class T>
inline constexpr bool kIsPlain = payload_detail::Scalar<T> || payload_detail::Bounded<T>;
}  // namespace state_detail

/// Freezes: appends to a buffer that the executor keeps, so that after the first
/// keyframe nothing is allocated unless the state grew.
class StateWriter {
 public:
  explicit StateWriter(std::vector<std::byte>& to) : to_(to) {}

  template <class T>
  void operator()(std::string_view, const T& field) {
    put(field);
  }

 private:
  template <class T>
  void put(const T& field) {
    if constexpr (std::same_as<T, std::string>) {
      put_count(field.size());
      append(field.data(), field.size());
    } else if constexpr (state_detail::Vector<T>::value) {
      put_count(field.size());
      for (const auto& item : field) put(item);
    } else if constexpr (state_detail::Optional<T>::value) {
      put(field.has_value());
      if (field) put(*field);
    } else if constexpr (payload_detail::Bounded<T>) {
      put_count(field.size());
      append(field.data(), field.size() * sizeof(typename T::value_type));
    } else if constexpr (payload_detail::Scalar<T>) {
      append(&field, sizeof field);
    } else if constexpr (payload_detail::StdArray<T>::value) {
      for (const auto& item : field) put(item);
    } else {
      payload_detail::describe_with(*this, const_cast<T&>(field));
    }
  }
  void put_count(std::size_t count) { put(static_cast<std::uint32_t>(count)); }
  void append(const void* bytes, std::size_t size) {
    const auto* from = static_cast<const std::byte*>(bytes);
    to_.insert(to_.end(), from, from + size);
  }

  std::vector<std::byte>& to_;
};

/// Thaws. `is_ok` is false when the bytes do not fit the state; the task's state
/// is then of no use.
class StateReader {
 public:
  explicit StateReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class T>
  void operator()(std::string_view, T& field) {
    get(field);
  }
  /// Whether everything fitted and nothing is left over.
  [[nodiscard]] bool is_ok() const { return ok_ && rest_.empty(); }

 private:
  template <class T>
  void get(T& field) {
    if (!ok_) return;
    if constexpr (std::same_as<T, std::string>) {
      field.resize(get_count());
      copy(field.data(), field.size());
    } else if constexpr (state_detail::Vector<T>::value) {
      field.resize(get_count());
      for (std::size_t i = 0; i < field.size() && ok_; ++i) {
        typename T::value_type item{};
        get(item);
        field[i] = std::move(item);
      }
    } else if constexpr (state_detail::Optional<T>::value) {
      bool has_value = false;
      get(has_value);
      field.reset();
      if (ok_ && has_value) get(field.emplace());
    } else if constexpr (payload_detail::Bounded<T>) {
      const std::uint32_t count = get_count();
      ok_ = ok_ && count <= T::kCapacity;
      if (!ok_) return;
      field.resize(count);
      copy(field.data(), count * sizeof(typename T::value_type));
    } else if constexpr (payload_detail::Scalar<T>) {
      copy(&field, sizeof field);
    } else if constexpr (payload_detail::StdArray<T>::value) {
      for (auto& item : field) get(item);
    } else {
      payload_detail::describe_with(*this, field);
    }
  }
  /// A count that the bytes left could hold, each element being a byte at least.
  std::uint32_t get_count() {
    std::uint32_t count = 0;
    copy(&count, sizeof count);
    ok_ = ok_ && count <= rest_.size();
    return ok_ ? count : 0;
  }
  void copy(void* to, std::size_t size) {
    ok_ = ok_ && size <= rest_.size();
    if (!ok_ || size == 0) return;
    std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }

  std::span<const std::byte> rest_;
  bool ok_ = true;
};

/// Shows: one JSON object.
class StateInspector {
 public:
  /// Requires: inside an object of `json`.
  explicit StateInspector(JsonWriter& json) : json_(json) {}

  template <class T>
  void operator()(std::string_view name, const T& field) {
    json_.key(name);
    show(field);
  }

 private:
  template <class T>
  void show(const T& field) {
    if constexpr (std::same_as<T, std::string>) {
      json_.value(field);
    } else if constexpr (state_detail::Optional<T>::value) {
      field ? show(*field) : json_.null();
    } else if constexpr (state_detail::Vector<T>::value || payload_detail::StdArray<T>::value) {
      json_.begin_inline_array();
      for (const auto& item : field) show(item);
      json_.end_array();
    } else if constexpr (requires { field.view(); }) {
      json_.value(field.view());
    } else if constexpr (payload_detail::Bounded<T>) {
      json_.begin_inline_array();
      for (std::uint32_t i = 0; i < field.size(); ++i) show(field.data()[i]);
      json_.end_array();
    } else if constexpr (std::is_enum_v<T>) {
      json_.value(static_cast<std::underlying_type_t<T>>(field));
    } else if constexpr (std::floating_point<T>) {
      json_.value(static_cast<double>(field));
    } else if constexpr (payload_detail::Scalar<T>) {
      json_.value(field);
    } else {
      json_.begin_object();
      payload_detail::describe_with(*this, const_cast<T&>(field));
      json_.end_object();
    }
  }

  JsonWriter& json_;
};

}  // namespace heddle::flow
