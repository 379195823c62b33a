// Texts with a mark `@` where a message is expected to point.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "netlist_text.h"

namespace heddle::gate {

/// A text without its mark, and where that stood.
struct MarkedText {
  std::string text;
  SourcePosition place;

  explicit MarkedText(std::string marked) : text(std::move(marked)), place{"n.json", 1, 1} {
    const std::size_t at = text.find('@');
    EXPECT_NE(at, std::string::npos) << "no mark in: " << text;
    if (at == std::string::npos) return;
    text.erase(at, 1);
    for (std::size_t i = 0; i < at; ++i) {
      place.column = text[i] == '\n' ? 1 : place.column + 1;
      if (text[i] == '\n') ++place.line;
    }
  }
};

inline bool has(const Diagnostics& all, std::string_view code, const SourcePosition& place) {
  for (const Diagnostic& one : all.list()) {
    if (one.code() == code && one.where() == place) return true;
  }
  return false;
}

/// Expects that each text fails with `code` at its mark.
inline void expect_all_fail(std::string_view code, const std::vector<std::string>& texts) {
  EXPECT_GE(texts.size(), 20U) << code;
  for (const std::string& marked : texts) {
    const MarkedText one(marked);
    const Result<FlatNetlist> flat = flatten_text(one.text);
    ASSERT_FALSE(flat.has_value()) << code << " accepted: " << marked;
    EXPECT_TRUE(has(flat.error(), code, one.place))
        << "expected " << code << " at " << one.place.to_string() << " in\n"
        << marked << "\ngot\n"
        << flat.error().to_string();
  }
}

}  // namespace heddle::gate
