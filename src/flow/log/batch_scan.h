// Looks for one batch at a place of a file, and for whole batches behind a place
// where there is none.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flow/log/wire.h"
#include "heddle/flow/log_reader.h"

namespace heddle::flow::log {

/// A record of a batch in memory.
struct ScannedRecord {
  RecordHeader header;
  std::size_t at = 0;  ///< within the batch
};

/// One file, read in windows.
class BatchScanner {
 public:
  BatchScanner(LogSource& source, std::uint32_t file, std::uint32_t seed)
      : source_(source), file_(file), seed_(seed) {}

  enum class Outcome : std::uint8_t { Whole, None };

  /// Reads the batch that begins at `offset`; `why` says what is wrong with it,
  /// and stays empty where nothing but zeros or the end of the file is there.
  [[nodiscard]] Result<Outcome> read(std::uint64_t offset);

  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<ScannedRecord>& records() const { return records_; }
  [[nodiscard]] const Footer& footer() const { return footer_; }
  [[nodiscard]] std::uint64_t next_offset() const { return next_offset_; }
  [[nodiscard]] const std::string& why() const { return why_; }

  /// Calls `found` with every intact footer from `offset` on, and tells how many
  /// bytes there are from `offset` to the last that is not zero.
  [[nodiscard]] Result<std::uint64_t> find_footers(std::uint64_t offset,
                                                   const std::function<void(const Footer&)>& found);

 private:
  /// Makes `bytes_` hold at least `count` from `offset` on; false past the end.
  [[nodiscard]] Result<bool> need(std::uint64_t offset, std::uint64_t count);
  Outcome ends(std::string why);

  LogSource& source_;
  std::uint32_t file_ = 0;
  std::uint32_t seed_ = 0;
  std::vector<std::byte> bytes_;
  std::vector<ScannedRecord> records_;
  Footer footer_;
  std::uint64_t next_offset_ = 0;
  std::string why_;
};

}  // namespace heddle::flow::log
