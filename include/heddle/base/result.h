// `Result<T>`: a value, or the diagnostics that say why there is none.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "heddle/base/diagnostic.h"

namespace heddle {

/// The outcome of an operation that may fail on a user's input.
/// `[[nodiscard]]` by its type; the error holds at least one `Severity::Error`.
template <class T>
using Result = tl::expected<T, Diagnostics>;

/// Success with nothing to say.
using Status = Result<void>;

/// `return fail(rule, where, {args});` ends a function with one diagnostic.
[[nodiscard]] inline tl::unexpected<Diagnostics> fail(
    const DiagnosticRule& rule, SourcePosition where,
    std::initializer_list<std::string_view> arguments = {}) {
  return tl::unexpected<Diagnostics>(Diagnostics(Diagnostic(rule, std::move(where), arguments)));
}

/// `return fail(std::move(result.error()));` hands an inner failure on.
[[nodiscard]] inline tl::unexpected<Diagnostics> fail(Diagnostics diagnostics) {
  return tl::unexpected<Diagnostics>(std::move(diagnostics));
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
