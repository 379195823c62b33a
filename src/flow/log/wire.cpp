#include "flow/log/wire.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "flow/log/crc32c.h"
#include "heddle/flow/log_bytes.h"

namespace heddle::flow::log {
namespace {

constexpr std::size_t kCrcBytes = 4;

template <class T>
T load(const std::byte* at) {
  T value{};
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::uint32_t record_crc(const std::byte* at, std::uint32_t length, std::uint32_t seed) {
  const std::size_t covered = static_cast<std::size_t>(record_bytes(length)) - kCrcBytes;
  return crc32c(seed, {at + kCrcBytes, covered});
}

}  // namespace

std::uint32_t crc_seed(const LogId& id) {
  std::array<std::byte, 16> bytes{};
  ByteWriter writer(bytes);
  writer.put(id.high);
  writer.put(id.low);
  return crc32c(0, bytes);
}

RecordHeader read_record_header(const std::byte* at) {
  RecordHeader header;
  header.crc = load<std::uint32_t>(at);
  header.length = load<std::uint32_t>(at + 4);
  header.stream = static_cast<Stream>(load<std::uint8_t>(at + 8));
  header.kind = load<std::uint8_t>(at + 9);
  header.flags = load<std::uint16_t>(at + 10);
  header.sequence = load<std::uint32_t>(at + 12);
  return header;
}

void seal_record(std::byte* at, const RecordHeader& header, std::uint32_t seed) {
  const std::uint64_t tail = aligned(header.length) - header.length;
  if (tail != 0) {
    // The last word keeps its first bytes: cheaper than a call for at most seven.
    std::byte* const last = at + kRecordHeaderBytes + aligned(header.length) - 8;
    const std::uint64_t kept = load<std::uint64_t>(last) & (~std::uint64_t{0} >> (8 * tail));
    std::memcpy(last, &kept, sizeof kept);
  }
  const std::uint64_t words[2] = {
      std::uint64_t{header.length} << 32,
      static_cast<std::uint64_t>(header.stream) | std::uint64_t{header.kind} << 8 |
          std::uint64_t{header.flags} << 16 | std::uint64_t{header.sequence} << 32};
  std::memcpy(at, words, sizeof words);
  const std::uint32_t crc = record_crc(at, header.length, seed);
  std::memcpy(at, &crc, sizeof crc);
}

bool is_record_intact(const std::byte* at, const RecordHeader& header, std::uint32_t seed) {
  return record_crc(at, header.length, seed) == header.crc;
}

void write_footer(std::byte* at, const Footer& footer, std::uint32_t seed) {
  ByteWriter writer({at + kRecordHeaderBytes, kFooterPayloadBytes});
  writer.put(kFooterMagic);
  writer.put(footer.batch);
  writer.put(footer.begin);
  writer.put(footer.bytes);
  writer.put(footer.record_count);
  writer.put(footer.records_crc);
  writer.put(footer.durable_batches);
  writer.put(footer.commit_count);
  writer.put(footer.next_clid);
  seal_record(at,
              {.length = kFooterPayloadBytes,
               .stream = Stream::Footer,
               .sequence = static_cast<std::uint32_t>(footer.batch)},
              seed);
}

std::optional<Footer> read_footer(const std::byte* at, std::uint32_t seed) {
  const RecordHeader header = read_record_header(at);
  if (header.stream != Stream::Footer || header.length != kFooterPayloadBytes) return std::nullopt;
  if (!is_record_intact(at, header, seed)) return std::nullopt;
  ByteReader reader({at + kRecordHeaderBytes, kFooterPayloadBytes});
  if (reader.get<std::uint64_t>() != kFooterMagic) return std::nullopt;
  Footer footer;
  footer.batch = reader.get<std::uint64_t>();
  footer.begin = reader.get<std::uint64_t>();
  footer.bytes = reader.get<std::uint64_t>();
  footer.record_count = reader.get<std::uint32_t>();
  footer.records_crc = reader.get<std::uint32_t>();
  footer.durable_batches = reader.get<std::uint64_t>();
  footer.commit_count = reader.get<std::uint64_t>();
  footer.next_clid = reader.get<std::uint64_t>();
  return footer;
}

void write_file_header(std::byte* at, const FileHeader& header) {
  std::memset(at, 0, kFileHeaderBytes);
  ByteWriter writer({at, kFileHeaderBytes});
  writer.put(std::as_bytes(std::span(kMagic)));
  writer.put(header.version);
  writer.put(kEndianTag);
  writer.put(header.id.high);
  writer.put(header.id.low);
  writer.put(header.file_index);
  writer.put(std::uint32_t{0});
  writer.put(header.first_batch);
  writer.put(header.extent_bytes);
  const std::size_t covered = kFileHeaderBytes - kCrcBytes;
  const std::uint32_t crc = crc32c(0, {at, covered});
  std::memcpy(at + covered, &crc, sizeof crc);
}

HeaderFault read_file_header(std::span<const std::byte> bytes, FileHeader& header) {
  const bool is_blank =
      std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
  if (is_blank) return HeaderFault::Empty;
  if (bytes.size() < kFileHeaderBytes) return HeaderFault::TooShort;
  ByteReader reader(bytes);
  const auto magic = reader.take(kMagic.size());
  if (std::memcmp(magic.data(), kMagic.data(), kMagic.size()) != 0) return HeaderFault::Magic;
  header.version = reader.get<std::uint32_t>();
  if (reader.get<std::uint32_t>() != kEndianTag) return HeaderFault::Endian;
  const std::size_t covered = kFileHeaderBytes - kCrcBytes;
  if (crc32c(0, bytes.first(covered)) != load<std::uint32_t>(bytes.data() + covered)) {
    return HeaderFault::Checksum;
  }
  if (header.version != kVersion) return HeaderFault::Version;
  header.id.high = reader.get<std::uint64_t>();
  header.id.low = reader.get<std::uint64_t>();
  header.file_index = reader.get<std::uint32_t>();
  static_cast<void>(reader.get<std::uint32_t>());
  header.first_batch = reader.get<std::uint64_t>();
  header.extent_bytes = reader.get<std::uint64_t>();
  return HeaderFault::None;
}

const char* header_fault_text(HeaderFault fault) {
  switch (fault) {
    case HeaderFault::None: return "its header is sound";
    case HeaderFault::TooShort: return "it ends within its header";
    case HeaderFault::Empty: return "it holds nothing yet";
    case HeaderFault::Magic: return "it does not start as logs do";
    case HeaderFault::Endian: return "it was written in the other byte order";
    case HeaderFault::Version: return "its format version is not known here";
    case HeaderFault::Checksum: return "its header is damaged";
  }
  return "";
}

void BatchSummary::add(const std::byte* record, const RecordHeader& header) {
  ++record_count;
  records_crc = crc32c(records_crc, {record, kCrcBytes});
  if (header.stream != Stream::Data || header.length < 8) return;
  ++commit_count;
  next_clid = load<std::uint64_t>(record + kRecordHeaderBytes) + 1;
}

}  // namespace heddle::flow::log
