// Tests that compare with an outside tool skip where it is not installed, but
// never where HEDDLE_REQUIRE names it: there its absence is a failure.
#pragma once

#include <gtest/gtest.h>

#include <string>

namespace heddle::test {

/// Whether `name` is in PATH, as the shell finds it.
[[nodiscard]] bool has_tool(const std::string& name);

/// Whether the list `HEDDLE_REQUIRE=tool,...` of the environment names it.
[[nodiscard]] bool is_tool_required(const std::string& name);

}  // namespace heddle::test

/// First line of a test that runs the program `name`.
#define HEDDLE_NEED_TOOL(name)                                                               \
  do {                                                                                       \
    if (!::heddle::test::has_tool(name)) {                                                   \
      if (::heddle::test::is_tool_required(name)) {                                          \
        FAIL() << (name) << " is absent, and HEDDLE_REQUIRE names it";                       \
      }                                                                                      \
      GTEST_SKIP() << (name) << " is absent; `tools/deps test` installs what the tests use"; \
    }                                                                                        \
  } while (false)
