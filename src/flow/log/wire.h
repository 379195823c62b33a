// Sealing records, footers and file headers, and reading them back: the one place
// where the byte layout is spelt out, for the writer, the reader and recovery.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "heddle/flow/log_format.h"

namespace heddle::flow::log {

/// The checksums of a run start from this, so that records of another run, left
/// over in reused space, never pass for its own.
[[nodiscard]] std::uint32_t crc_seed(const LogId& id);

struct RecordHeader {
  std::uint32_t crc = 0;
  std::uint32_t length = 0;  ///< of the payload
  Stream stream = Stream::Meta;
  std::uint8_t kind = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;  ///< within its stream, the low 32 bits
};

/// Reads a header. Requires: `kRecordHeaderBytes` bytes.
[[nodiscard]] RecordHeader read_record_header(const std::byte* at);

/// Completes a record whose payload is in place: header, zeros behind, checksum.
/// Requires: `record_bytes(header.length)` bytes at `at`.
void seal_record(std::byte* at, const RecordHeader& header, std::uint32_t seed);

/// Whether checksum and closing zeros are right. Requires: the whole record.
[[nodiscard]] bool is_record_intact(const std::byte* at, const RecordHeader& header,
                                    std::uint32_t seed);

/// What a footer says of its batch.
struct Footer {
  std::uint64_t batch = 0;  ///< counts from 0 through the whole file set
  std::uint64_t begin = 0;  ///< where its first record is in the file
  std::uint64_t bytes = 0;  ///< of its records
  std::uint32_t record_count = 0;
  std::uint32_t records_crc = 0;      ///< over the checksums of its records, in order
  std::uint64_t durable_batches = 0;  ///< were known to be on the disk when it was written
  std::uint64_t commit_count = 0;     ///< lists in the log, this batch included
  std::uint64_t next_clid = 0;        ///< one more than the last list's; 0: none yet
};

/// The footer as a record. Requires: `kFooterBytes` bytes.
void write_footer(std::byte* at, const Footer& footer, std::uint32_t seed);
/// Nothing where there is no intact footer. Requires: `kFooterBytes` bytes.
[[nodiscard]] std::optional<Footer> read_footer(const std::byte* at, std::uint32_t seed);

/// The first bytes of a file.
struct FileHeader {
  std::uint32_t version = kVersion;
  LogId id;
  std::uint32_t file_index = 0;
  std::uint64_t first_batch = 0;
  std::uint64_t extent_bytes = 0;
};

/// Requires: `kFileHeaderBytes` bytes.
void write_file_header(std::byte* at, const FileHeader& header);
enum class HeaderFault : std::uint8_t { None, TooShort, Empty, Magic, Endian, Version, Checksum };
[[nodiscard]] HeaderFault read_file_header(std::span<const std::byte> bytes, FileHeader& header);
[[nodiscard]] const char* header_fault_text(HeaderFault fault);

/// A walk over records that were sealed here: counts them and chains their
/// checksums, as a footer has it.
struct BatchSummary {
  std::uint32_t record_count = 0;
  std::uint32_t records_crc = 0;
  std::uint64_t commit_count = 0;
  std::uint64_t next_clid = 0;  ///< 0: no list

  void add(const std::byte* record, const RecordHeader& header);
};

}  // namespace heddle::flow::log
