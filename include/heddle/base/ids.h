// Strong integer ids: an index of one kind never passes for one of another.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <limits>

namespace heddle {

/// A dense index into a table of `Tag`s, or `none()`. No arithmetic.
template <class Tag, class Value = std::uint32_t>
class StrongId {
 public:
  using value_type = Value;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Value value) : value_(value) {}

  [[nodiscard]] static constexpr StrongId none() { return StrongId(); }
  [[nodiscard]] constexpr bool is_none() const { return value_ == kNone; }
  [[nodiscard]] constexpr Value value() const { return value_; }

  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  static constexpr Value kNone = std::numeric_limits<Value>::max();
  Value value_ = kNone;
};

}  // namespace heddle

template <class Tag, class Value>
struct std::hash<heddle::StrongId<Tag, Value>> {
  std::size_t operator()(heddle::StrongId<Tag, Value> id) const noexcept {
    return std::hash<Value>()(id.value());
  }
};
