// `Result<T>`: a value, or the diagnostics that say why there is none.
#pragma once

#include <concepts>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "heddle/base/check.h"
#include "heddle/base/diagnostic.h"

namespace heddle {

/// The error side of a `Result`, as `fail` makes it.
using Failure = tl::unexpected<Diagnostics>;

/// The outcome of an operation that may fail on a user's input: a `T`, or
/// diagnostics with at least one `Severity::Error`. The type itself is
/// `[[nodiscard]]`. Reading the side that is not there is checked.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Diagnostics> {
  using Base = tl::expected<T, Diagnostics>;

 public:
  Result()
    requires std::default_initializable<T>
  = default;
  Result(Failure failure) : Base(std::move(failure)) {}  // NOLINT: implicit on purpose
  Result(Base base) : Base(std::move(base)) {}           // NOLINT: of `map` and the like
  /// Whatever converts to a `T` is a success.
  template <class U = T>
    requires(std::convertible_to<U, T> && !std::derived_from<std::remove_cvref_t<U>, Base>)
  Result(U&& value)  // NOLINT: implicit on purpose
      : Base(tl::in_place, std::forward<U>(value)) {}

  [[nodiscard]] const T& operator*() const& { return held(*this); }
  [[nodiscard]] T& operator*() & { return held(*this); }
  [[nodiscard]] T&& operator*() && { return std::move(held(*this)); }
  [[nodiscard]] const T* operator->() const { return &held(*this); }
  [[nodiscard]] T* operator->() { return &held(*this); }

 private:
  template <class Self>
  static auto& held(Self& self) {
    HEDDLE_CHECK(self.has_value());
    using Holder = std::conditional_t<std::is_const_v<Self>, const Base, Base>;
    return *static_cast<Holder&>(self);
  }
};

/// Success with nothing to say, or diagnostics.
template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Diagnostics> {
  using Base = tl::expected<void, Diagnostics>;

 public:
  Result() = default;
  Result(Failure failure) : Base(std::move(failure)) {}  // NOLINT: implicit on purpose
  Result(Base base) : Base(std::move(base)) {}           // NOLINT: of `map` and the like
};

using Status = Result<void>;

/// `return fail(rule, where, {args});` ends a function with one diagnostic.
[[nodiscard]] inline Failure fail(const DiagnosticRule& rule, SourcePosition where,
                                  std::initializer_list<std::string_view> arguments = {}) {
  return Failure(Diagnostics(Diagnostic(rule, std::move(where), arguments)));
}

/// `return fail(std::move(result.error()));` hands an inner failure on.
[[nodiscard]] inline Failure fail(Diagnostics diagnostics) {
  return Failure(std::move(diagnostics));
}

}  // namespace heddle

/// Evaluates a `Result<T>` and binds its value, or returns its diagnostics.
#define HEDDLE_TRY(declaration, expression) HEDDLE_TRY_IMPL_(declaration, expression, __COUNTER__)
#define HEDDLE_TRY_IMPL_(declaration, expression, id) HEDDLE_TRY_BIND_(declaration, expression, id)
#define HEDDLE_TRY_BIND_(declaration, expression, id)                              \
  auto heddle_try_##id = (expression);                                             \
  if (!heddle_try_##id) return ::heddle::fail(std::move(heddle_try_##id.error())); \
  declaration = std::move(*heddle_try_##id)

/// Evaluates a `Status` and returns its diagnostics if it failed.
#define HEDDLE_TRY_STATUS(expression)                          \
  do {                                                         \
    if (auto heddle_status = (expression); !heddle_status)     \
      return ::heddle::fail(std::move(heddle_status.error())); \
  } while (false)
