// Where text and bytes go, seen by a writer that should not care: a file, a
// string, a test that fails on purpose.
#pragma once

#include <string>
#include <string_view>

#include "heddle/base/result.h"

namespace heddle {

/// Takes bytes in order. A failure sticks: later bytes are dropped, and
/// `status` keeps telling the first failure. Threads: one at a time.
class ByteSink {
 public:
  virtual ~ByteSink() = default;

  virtual void write(std::string_view bytes) = 0;
  /// Success, or why bytes were lost.
  virtual Status status() const = 0;

 protected:
  ByteSink() = default;
  ByteSink(const ByteSink&) = default;
  ByteSink& operator=(const ByteSink&) = default;
};

/// Collects bytes in a string. Never fails.
class StringSink final : public ByteSink {
 public:
  void write(std::string_view bytes) override { text_.append(bytes); }
  Status status() const override { return {}; }

  [[nodiscard]] const std::string& text() const { return text_; }
  /// Hands the text over and starts anew.
  [[nodiscard]] std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

}  // namespace heddle
