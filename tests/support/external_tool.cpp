#include "support/external_tool.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace heddle::test {
namespace {

/// The words of an environment variable, split at `separator`.
bool any_word(const char* variable, char separator, auto&& accepts) {
  const char* const value = std::getenv(variable);
  std::istringstream words(value == nullptr ? "" : value);
  for (std::string word; std::getline(words, word, separator);) {
    if (accepts(word)) return true;
  }
  return false;
}

}  // namespace

bool has_tool(const std::string& name) {
  return any_word("PATH", ':', [&](const std::string& directory) {
    return access((directory + "/" + name).c_str(), X_OK) == 0;
  });
}

bool is_tool_required(const std::string& name) {
  return any_word("HEDDLE_REQUIRE", ',', [&](const std::string& word) { return word == name; });
}

}  // namespace heddle::test
