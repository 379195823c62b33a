// What a configuration value can be read as, and the range it must be in.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "heddle/base/units.h"

namespace heddle {

namespace config_detail {
template <class T>
struct QuantityOf : std::false_type {};
template <class Unit>
struct QuantityOf<Quantity<Unit>> : std::true_type {};

template <class T>
concept Count = std::integral<T> && !std::same_as<T, bool>;
template <class T>
concept Measure = QuantityOf<T>::value;

/// The end that a key of this unit must have: `_ps`.
template <class T>
inline constexpr std::string_view kKeySuffix = "";
template <>
inline constexpr std::string_view kKeySuffix<Picoseconds> = "_ps";
template <>
inline constexpr std::string_view kKeySuffix<Cycles> = "_cycles";
template <>
inline constexpr std::string_view kKeySuffix<Bytes> = "_bytes";
template <>
inline constexpr std::string_view kKeySuffix<BytesPerSecond> = "_bytes_per_second";
}  // namespace config_detail

/// The range of a value, both ends included.
template <class T>
struct Limits {};
template <config_detail::Count T>
struct Limits<T> {
  T min = std::numeric_limits<T>::min();
  T max = std::numeric_limits<T>::max();
};
template <config_detail::Measure T>
struct Limits<T> {
  std::int64_t min = 0;  ///< of the unit
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};
template <>
struct Limits<double> {
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
};
template <>
struct Limits<std::string> {
  std::size_t min = 1;  ///< bytes; 0 lets an empty text pass
  std::size_t max = 65536;
};

/// What a configuration value can be read as: an integer of any width, bool,
/// double (an integer passes for one), std::string, or a quantity with a unit,
/// whose key must end in that unit (`period_ps`; checked, it is our naming).
template <class T>
concept ConfigReadable =
    config_detail::Count<T> || config_detail::Measure<T> || std::same_as<T, bool> ||
    std::same_as<T, double> || std::same_as<T, std::string>;

}  // namespace heddle
