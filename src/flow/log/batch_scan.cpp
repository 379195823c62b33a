// A batch is taken record by record: each has to be intact, and the footer has to
// agree with all of them. Lengths are compared with the file before memory is taken.
#include "flow/log/batch_scan.h"

#include <algorithm>

namespace heddle::flow::log {
namespace {

constexpr std::uint64_t kWindowBytes = std::uint64_t{256} << 10;

bool is_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte == std::byte{0}; });
}

bool agrees(const Footer& footer, const BatchSummary& summary, std::uint64_t begin,
            std::uint64_t bytes) {
  return footer.begin == begin && footer.bytes == bytes &&
         footer.record_count == summary.record_count && footer.records_crc == summary.records_crc;
}

}  // namespace

Result<bool> BatchScanner::need(std::uint64_t offset, std::uint64_t count) {
  if (count <= bytes_.size()) return true;
  const std::uint64_t size = source_.size_bytes(file_);
  if (offset > size || count > size - offset) return false;
  const std::uint64_t wanted =
      std::min(size - offset, std::max(count, std::max(kWindowBytes, 2 * bytes_.size())));
  const std::size_t had = bytes_.size();
  bytes_.resize(static_cast<std::size_t>(wanted));
  HEDDLE_TRY_STATUS(source_.read(file_, offset + had, std::span(bytes_).subspan(had)));
  return true;
}

BatchScanner::Outcome BatchScanner::ends(std::string why) {
  why_ = std::move(why);
  return Outcome::None;
}

Result<BatchScanner::Outcome> BatchScanner::read(std::uint64_t offset) {
  bytes_.clear();
  records_.clear();
  why_.clear();
  BatchSummary summary;
  for (std::uint64_t at = 0;;) {
    HEDDLE_TRY(const bool has_header, need(offset, at + kRecordHeaderBytes));
    if (!has_header) return ends(at == 0 ? "" : "the file ends within a batch");
    const std::byte* header_at = bytes_.data() + at;
    if (is_zero({header_at, kRecordHeaderBytes})) {
      return ends(at == 0 ? "" : "a batch breaks off");
    }
    const RecordHeader header = read_record_header(header_at);
    if (header.length > kPayloadBytesMax || header.stream > Stream::Footer) {
      return ends("there is no record where one should begin");
    }
    HEDDLE_TRY(const bool has_record, need(offset, at + record_bytes(header.length)));
    if (!has_record) return ends("the file ends within a record");
    const std::byte* record = bytes_.data() + at;
    if (!is_record_intact(record, header, seed_)) return ends("a record's checksum is wrong");
    if (header.stream == Stream::Footer) {
      const std::optional<Footer> footer =
          header.length == kFooterPayloadBytes ? read_footer(record, seed_) : std::nullopt;
      if (!footer || !agrees(*footer, summary, offset, at)) {
        return ends("a footer does not agree with its batch");
      }
      footer_ = *footer;
      next_offset_ = offset + at + kFooterBytes;
      return Outcome::Whole;
    }
    summary.add(record, header);
    records_.push_back({header, static_cast<std::size_t>(at)});
    at += record_bytes(header.length);
  }
}

Result<std::uint64_t> BatchScanner::find_footers(std::uint64_t offset,
                                                 const std::function<void(const Footer&)>& found) {
  const std::uint64_t size = source_.size_bytes(file_);
  std::vector<std::byte> window;
  std::uint64_t last_used = offset;
  // Windows overlap by less than a footer, so that none is cut in two and none
  // is found twice.
  for (std::uint64_t begin = offset; begin < size;) {
    const std::uint64_t count = std::min(size - begin, kWindowBytes);
    window.resize(static_cast<std::size_t>(count));
    HEDDLE_TRY_STATUS(source_.read(file_, begin, window));
    const auto last = std::find_if(window.rbegin(), window.rend(),
                                   [](std::byte byte) { return byte != std::byte{0}; });
    if (last != window.rend()) {
      last_used = begin + static_cast<std::uint64_t>(window.rend() - last);
      for (std::uint64_t at = 0; at + kFooterBytes <= count; at += kAlignBytes) {
        if (const auto footer = read_footer(window.data() + at, seed_)) found(*footer);
      }
    }
    if (begin + count == size) break;
    begin += count - (kFooterBytes - kAlignBytes);
  }
  return last_used - offset;
}

}  // namespace heddle::flow::log
