// Checksums, the small packers, and the bytes of a log as the reference has them.
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "flow/log/crc32c.h"
#include "flow/log/wire.h"
#include "heddle/base/random.h"
#include "heddle/flow/log_bytes.h"
#include "support/flow/log_fixture.h"
#include "support/flow/recording_storage.h"

namespace heddle::flow::log::test {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

using Crc = std::uint32_t (*)(std::uint32_t, std::span<const std::byte>);

std::vector<Crc> implementations() {
  std::vector<Crc> all{crc32c, crc32c_software};
  if (has_crc32c_instruction()) all.push_back(crc32c_hardware);
  return all;
}

TEST(Crc32c, gives_the_known_answers_of_rfc_3720) {
  std::array<std::byte, 32> zeros{};
  std::array<std::byte, 32> ones{};
  std::array<std::byte, 32> up{};
  std::array<std::byte, 32> down{};
  ones.fill(std::byte{0xFF});
  for (std::size_t i = 0; i < 32; ++i) {
    up[i] = static_cast<std::byte>(i);
    down[i] = static_cast<std::byte>(31 - i);
  }
  for (const Crc crc : implementations()) {
    EXPECT_EQ(crc(0, zeros), 0x8A91'36AAU);
    EXPECT_EQ(crc(0, ones), 0x62A8'AB43U);
    EXPECT_EQ(crc(0, up), 0x46DD'794EU);
    EXPECT_EQ(crc(0, down), 0x113F'DB5CU);
    EXPECT_EQ(crc(0, bytes_of("123456789")), 0xE306'9283U);
    EXPECT_EQ(crc(0, {}), 0U);
  }
}

TEST(Crc32c, is_the_same_by_instruction_and_by_table_at_any_length_and_cut) {
  const RandomStream draw(7, "crc");
  std::vector<std::byte> data(5000);
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = static_cast<std::byte>(draw.at(0, i));
  }
  const std::span<const std::byte> all(data);
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto begin = static_cast<std::size_t>(draw.below(64, 1, i));
    const auto size = static_cast<std::size_t>(draw.below(4900, 2, i));
    const auto cut = static_cast<std::size_t>(draw.below(size + 1, 3, i));
    const auto piece = all.subspan(begin, size);
    const std::uint32_t expected = crc32c_software(0, piece);
    for (const Crc crc : implementations()) {
      ASSERT_EQ(crc(0, piece), expected) << size;
      ASSERT_EQ(crc(crc(0, piece.first(cut)), piece.subspan(cut)), expected) << cut;
    }
  }
}

TEST(ByteReader, never_reads_past_the_end_and_remembers) {
  std::array<std::byte, 6> bytes{};
  ByteWriter writer(bytes);
  writer.put(std::uint32_t{100});
  writer.put(std::uint32_t{1});
  EXPECT_FALSE(writer.fits());
  EXPECT_EQ(writer.size(), 8U);
  ByteReader reader(bytes);
  EXPECT_EQ(reader.get_text(), "");  // a length of 100 in 6 bytes
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.get<std::uint8_t>(), 0U);
  EXPECT_FALSE(reader.is_done());
}

TEST(Record, is_found_damaged_whichever_bit_flips) {
  constexpr std::size_t kPayload = 21;
  std::array<std::byte, record_bytes(kPayload)> record{};
  for (std::size_t i = 0; i < kPayload; ++i) {
    record[kRecordHeaderBytes + i] = static_cast<std::byte>(i * 37);
  }
  const std::uint32_t seed = crc_seed(kTestId);
  seal_record(record.data(), {.length = kPayload, .stream = Stream::Data, .kind = 1, .sequence = 9},
              seed);
  ASSERT_TRUE(is_record_intact(record.data(), read_record_header(record.data()), seed));
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    auto flipped = record;
    flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    const RecordHeader header = read_record_header(flipped.data());
    // A flipped length may lead out of these bytes; the reader compares it with the file.
    const bool is_there = record_bytes(header.length) <= flipped.size();
    EXPECT_FALSE(is_there && is_record_intact(flipped.data(), header, seed)) << bit;
  }
  EXPECT_FALSE(is_record_intact(record.data(), read_record_header(record.data()),
                                crc_seed({kTestId.high, kTestId.low + 1})))
      << "a record of another run";
}

TEST(FileHeader, tells_what_is_wrong_with_it) {
  std::array<std::byte, kFileHeaderBytes> bytes{};
  FileHeader header;
  EXPECT_EQ(read_file_header(bytes, header), HeaderFault::Empty);
  write_file_header(bytes.data(), {.id = kTestId, .file_index = 3, .first_batch = 17});
  ASSERT_EQ(read_file_header(bytes, header), HeaderFault::None);
  EXPECT_EQ(header.id, kTestId);
  EXPECT_EQ(header.file_index, 3U);
  EXPECT_EQ(header.first_batch, 17U);
  EXPECT_EQ(read_file_header(std::span(bytes).first(63), header), HeaderFault::TooShort);
  auto other = bytes;
  std::swap(other[12], other[15]);
  std::swap(other[13], other[14]);
  EXPECT_EQ(read_file_header(other, header), HeaderFault::Endian);
  other = bytes;
  other[0] = std::byte{'x'};
  EXPECT_EQ(read_file_header(other, header), HeaderFault::Magic);
  other = bytes;
  other[40] ^= std::byte{1};
  EXPECT_EQ(read_file_header(other, header), HeaderFault::Checksum);
}

TEST(LogFormat, has_its_bytes_where_the_reference_says) {
  RecordingStorage storage;
  LogWriterParams params;
  params.base = "log";
  params.id = kTestId;
  params.sync = SyncPolicy::None;
  auto writer = LogWriter::create(storage, params, fixture_meta());
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(commit_fixture(**writer, 0, 3));
  ASSERT_TRUE((*writer)->close().has_value());
  const std::vector<std::byte> file = storage.files().front();
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, file.data() + at, sizeof value);
    return value;
  };
  EXPECT_EQ(std::memcmp(file.data(), "HDLFLOG\x1A", 8), 0);
  EXPECT_EQ(word(8), 1U);
  EXPECT_EQ(word(12), 0x0102'0304U);
  EXPECT_EQ(word(60), crc32c_software(0, std::span(file).first(60)));
  // The first record: Build, "a test", 4 + 6 bytes.
  EXPECT_EQ(word(64 + 4), 10U);
  EXPECT_EQ(word(64 + 8), 0x0100U) << "stream 0, kind 1";
  std::array<std::byte, 16> id{};
  ByteWriter(id).put(kTestId.high);
  std::memcpy(id.data() + 8, &kTestId.low, 8);
  const std::uint32_t seed = crc32c_software(0, id);
  EXPECT_EQ(word(64), crc32c_software(seed, std::span(file).subspan(68, 12 + 16)));
  EXPECT_EQ(file.size() % 8, 0U);
}

}  // namespace
}  // namespace heddle::flow::log::test
