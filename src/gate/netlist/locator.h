// Byte offsets to lines and columns, for messages only.
//
// The text is scanned once, at the first question, for the number of lines
// before each block; a question then scans one block.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "design_data.h"
#include "heddle/base/diagnostic.h"

namespace heddle::gate::netlist {

/// Threads: not safe; each user makes its own.
class Locator {
 public:
  /// Keeps views: `text` and `file` must outlive this.
  Locator(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  /// The position of the byte at `offset`; past the end, that of the end.
  [[nodiscard]] SourcePosition position(std::uint64_t offset);
  /// The whole file.
  [[nodiscard]] SourcePosition whole() const { return {std::string(file_), 0, 0}; }

 private:
  std::string_view text_;
  std::string_view file_;
  struct Block {
    std::uint32_t lines_before = 0;  ///< line ends before the block
    std::uint64_t line_start = 0;    ///< of the line that the block begins in
  };
  void scan();

  std::vector<Block> blocks_;  ///< empty until needed
};

/// The same for a design of several files.
class DesignLocator {
 public:
  /// Keeps views on `data`.
  explicit DesignLocator(const DesignData& data);

  [[nodiscard]] SourcePosition position(SourceOffset offset);
  /// The whole first file.
  [[nodiscard]] SourcePosition whole() const { return files_.front().whole(); }

 private:
  const DesignData& data_;
  std::vector<Locator> files_;
};

}  // namespace heddle::gate::netlist
