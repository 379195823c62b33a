// Any bytes as a log: every record is taken apart and shown in every form. The
// first byte asks that checksums be made right again, so that the mutator gets
// past them to what they guard.
#include <algorithm>
#include <cstring>

#include "flow/log/wire.h"
#include "heddle/flow/log_export.h"
#include "heddle/flow/log_recover.h"

namespace heddle::flow::log {
namespace {

/// Seals every record again, and makes footers agree with their batches.
void repair(std::vector<std::byte>& file) {
  FileHeader header;
  if (file.size() < kFileHeaderBytes) return;
  static_cast<void>(read_file_header(std::span(file).first(kFileHeaderBytes), header));
  header.version = kVersion;
  header.file_index = 0;
  header.first_batch = 0;
  write_file_header(file.data(), header);
  const std::uint32_t seed = crc_seed(header.id);
  std::uint64_t begin = kFileHeaderBytes;
  std::uint64_t batch = 0;
  std::array<std::uint32_t, kStreamCount> sequences{};
  BatchSummary summary;
  for (std::uint64_t at = begin; at + kRecordHeaderBytes <= file.size();) {
    RecordHeader record = read_record_header(file.data() + at);
    record.length %= 4096;
    record.stream = static_cast<Stream>(static_cast<unsigned>(record.stream) % kStreamCount);
    const bool is_footer = record.stream == Stream::Footer;
    const std::uint64_t bytes = is_footer ? kFooterBytes : record_bytes(record.length);
    if (at + bytes > file.size()) return;
    if (is_footer) {
      write_footer(file.data() + at,
                   {.batch = batch++,
                    .begin = begin,
                    .bytes = at - begin,
                    .record_count = summary.record_count,
                    .records_crc = summary.records_crc,
                    .durable_batches = 0,
                    .commit_count = summary.commit_count,
                    .next_clid = summary.next_clid},
                   seed);
      summary = {};
      begin = at + bytes;
    } else {
      record.sequence = sequences[static_cast<std::size_t>(record.stream)]++;
      seal_record(file.data() + at, record, seed);
      summary.add(file.data() + at, read_record_header(file.data() + at));
    }
    at += bytes;
  }
}

void visit(const std::vector<std::byte>& file) {
  const auto open = [&] { return LogReader::open(make_memory_source({file})); };
  if (auto reader = open()) {
    if (const auto check = check_log(*reader)) {
      static_cast<void>(tail_diagnostics(check->tail, "fuzz").to_string());
    }
  }
  StringSink out;
  if (auto reader = open()) static_cast<void>(export_json_lines(*reader, {}, out));
  if (auto reader = open()) static_cast<void>(export_mcap(*reader, {}, out));
  if (auto reader = open()) static_cast<void>(export_csv(*reader, {}, out));
  if (auto reader = open()) static_cast<void>(measure_log(*reader));
  if (auto reader = open()) {
    const auto selected = SelectedMessages::make(reader->catalog(), {});
    RecordView record;
    while (reader->next(record).value_or(false)) {
      out.write(record_to_text(reader->catalog(), record, *selected));
    }
  }
}

}  // namespace
}  // namespace heddle::flow::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::byte> file(size - 1);
  if (size > 1) std::memcpy(file.data(), data + 1, size - 1);
  if (data[0] % 2 == 1) heddle::flow::log::repair(file);
  heddle::flow::log::visit(file);
  return 0;
}
