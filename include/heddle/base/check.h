// `HEDDLE_CHECK`: a condition that only a bug of ours can break. Always on.
#pragma once

#include <source_location>

namespace heddle {

/// Prints the broken condition with its place and aborts. Never for bad input:
/// that is a `Diagnostic`.
[[noreturn]] void check_failed(const char* condition, const std::source_location& where =
                                                          std::source_location::current()) noexcept;

}  // namespace heddle

/// One condition each, so that a failure names what broke.
#define HEDDLE_CHECK(condition)           \
  do {                                    \
    if (!(condition)) [[unlikely]]        \
      ::heddle::check_failed(#condition); \
  } while (false)
