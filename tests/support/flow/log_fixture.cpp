#include "support/flow/log_fixture.h"

#include <algorithm>

#include "heddle/flow/log_bytes.h"

namespace heddle::flow::log::test {
namespace {

class Bytes {
 public:
  template <Number T>
  Bytes& put(T value) {
    const auto* at = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), at, at + sizeof value);
    return *this;
  }
  Bytes& text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    const auto raw = std::as_bytes(std::span(text));
    bytes_.insert(bytes_.end(), raw.begin(), raw.end());
    return *this;
  }
  std::vector<std::byte> done() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

std::byte content(std::uint64_t clid, std::size_t i) {
  return static_cast<std::byte>(clid * 31 + i * 7);
}

}  // namespace

std::vector<MetaRecord> fixture_meta() {
  std::vector<MetaRecord> meta;
  meta.push_back({MetaKind::Build, Bytes().text("a test").done()});
  // One field, `bytes`: kind U8, shape Sequence, any number of them.
  meta.push_back({MetaKind::Type, Bytes()
                                      .text("Blob")
                                      .put(std::uint32_t{4})
                                      .put(std::uint32_t{1})
                                      .text("bytes")
                                      .put(std::uint8_t{2})
                                      .put(std::uint8_t{2})
                                      .put(std::uint32_t{0xFFFF'FFFF})
                                      .done()});
  // A source without state, logged, not in the background.
  meta.push_back({MetaKind::Task, Bytes()
                                      .text("source")
                                      .text("Source")
                                      .put(std::uint8_t{0})
                                      .put(std::uint8_t{0})
                                      .put(std::uint8_t{1})
                                      .put(std::uint8_t{0})
                                      .done()});
  meta.push_back({MetaKind::Message, Bytes()
                                         .text("source.out")
                                         .put(std::uint32_t{0})
                                         .put(std::uint32_t{0})
                                         .put(std::uint8_t{1})
                                         .put(std::uint8_t{0})
                                         .done()});
  return meta;
}

std::size_t fixture_bytes(std::uint64_t clid) {
  return static_cast<std::size_t>(clid * 2654435761U % 200);
}

std::vector<std::byte> fixture_list(std::uint64_t clid, std::size_t payload_bytes) {
  Bytes out;
  out.put(clid).put(static_cast<std::int64_t>(clid) * 1000).put(std::uint8_t{0});
  out.put(std::uint8_t{1});
  out.put(static_cast<std::uint32_t>(payload_bytes + 4));
  out.put(static_cast<std::uint32_t>(payload_bytes));
  std::vector<std::byte> bytes = out.done();
  for (std::size_t i = 0; i < payload_bytes; ++i) bytes.push_back(content(clid, i));
  return bytes;
}

bool commit_fixture(LogWriter& writer, std::uint64_t clid, std::size_t payload_bytes) {
  const std::vector<std::byte> list = fixture_list(clid, payload_bytes);
  if (!writer.begin(clid, record_bytes(list.size()))) return false;
  writer.add(Stream::Data, kKindOnly, std::span<const std::byte>(list));
  writer.commit();
  return true;
}

bool commit_fixture(LogWriter& writer, std::uint64_t clid) {
  return commit_fixture(writer, clid, fixture_bytes(clid));
}

FixtureRead read_fixture(std::unique_ptr<LogSource> source) {
  FixtureRead out;
  Result<LogReader> reader = LogReader::open(std::move(source));
  if (!reader) {
    out.error = reader.error().list().front().code();
    return out;
  }
  RecordView record;
  while (true) {
    const Result<bool> has_record = reader->next(record);
    if (!has_record) out.error = has_record.error().list().front().code();
    if (!has_record || !*has_record) break;
    if (record.stream != Stream::Data) continue;
    const std::vector<std::byte> expected = fixture_list(out.lists, fixture_bytes(out.lists));
    out.is_exact = out.is_exact && std::ranges::equal(record.payload, expected);
    ++out.lists;
  }
  out.tail = reader->tail();
  return out;
}

}  // namespace heddle::flow::log::test
