// What the UARTs of a run send, shown line by line while it runs; with several
// UARTs each line starts with the name of its own.
#pragma once

#include <string>
#include <vector>

#include "heddle/base/byte_sink.h"

namespace heddle::cli {

class LiveTranscript {
 public:
  /// A silent one shows nothing.
  LiveTranscript(ByteSink& out, bool is_silent) : out_(out), is_silent_(is_silent) {}

  /// The names of the UARTs by source; empty for sources of another kind.
  void start(const std::vector<std::string>& sources);
  void add(std::size_t source, char byte);
  /// Whole lines that no UART sent.
  void add_line(const std::string& text) {
    if (!is_silent_) out_.write(text);
  }
  /// Shows what is left of unfinished lines.
  void finish();

 private:
  /// A line is shown when it reaches this, ended or not.
  static constexpr std::size_t kLineBytesMax = 4096;

  void show(std::size_t source);

  ByteSink& out_;
  bool is_silent_ = false;
  std::vector<std::string> prefixes_;
  std::vector<std::string> lines_;
};

}  // namespace heddle::cli
