// MCAP, version 0, as its specification has it: records of an opcode, a length of
// eight bytes and the content. Messages go into uncompressed chunks of about a
// megabyte, each with the index that lets a viewer seek; schemas and channels are
// repeated in the summary at the end. CRC-32 is that of zlib (reflected 0xEDB88320).
#include <algorithm>
#include <array>
#include <map>

#include "flow/log/render.h"
#include "heddle/flow/log_diagnostics.h"

namespace heddle::flow::log {
namespace {

constexpr std::string_view kMcapMagic("\x89MCAP0\r\n", 8);
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

enum class Op : std::uint8_t {
  Header = 0x01,
  Footer = 0x02,
  Schema = 0x03,
  Channel = 0x04,
  Message = 0x05,
  Chunk = 0x06,
  MessageIndex = 0x07,
  ChunkIndex = 0x08,
  Statistics = 0x0B,
  SummaryOffset = 0x0E,
  DataEnd = 0x0F,
};

std::uint32_t crc32(std::uint32_t before, std::string_view bytes) {
  std::uint32_t crc = ~before;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB8'8320U : 0U);
  }
  return ~crc;
}

/// The content of one record.
class Packet {
 public:
  template <class T>
  Packet& number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Packet& text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
    return *this;
  }
  Packet& raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

std::string framed(Op op, const Packet& packet) {
  std::string out(1, static_cast<char>(op));
  const std::uint64_t size = packet.bytes().size();
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  return out + packet.bytes();
}

class McapWriter {
 public:
  explicit McapWriter(ByteSink& out) : out_(out) {}

  void begin(const LogCatalog& catalog) {
    put(kMcapMagic);
    put(framed(Op::Header, Packet().text("").text("heddle")));
    for (std::size_t i = 0; i < catalog.types.size(); ++i) {
      // Schema 0 means "none" there, so ids count from 1.
      schemas_ += framed(Op::Schema, Packet()
                                         .number(static_cast<std::uint16_t>(i + 1))
                                         .text(catalog.types[i].name)
                                         .text("jsonschema")
                                         .text(json_schema_of(catalog.types[i])));
    }
    const auto text_schema = static_cast<std::uint16_t>(catalog.types.size() + 1);
    schemas_ += framed(Op::Schema, Packet()
                                       .number(text_schema)
                                       .text("heddle.Text")
                                       .text("jsonschema")
                                       .text(R"({"type":"object","properties":{"clid":)"
                                             R"({"type":"integer"},"task":{"type":"string"},)"
                                             R"("text":{"type":"string"}}})"));
    put(schemas_);
    for (std::size_t i = 0; i < catalog.messages.size(); ++i) {
      std::string topic = "/" + catalog.messages[i].name;
      std::replace(topic.begin(), topic.end(), '.', '/');
      const auto schema = static_cast<std::uint16_t>(catalog.messages[i].type + 1);
      add_channel(static_cast<std::uint16_t>(i), schema, topic);
    }
    text_channel_ = static_cast<std::uint16_t>(catalog.messages.size());
    schema_count_ = static_cast<std::uint16_t>(catalog.types.size() + 1);
    add_channel(text_channel_, text_schema, "/text");
    put(channels_);
  }

  [[nodiscard]] std::uint16_t text_channel() const { return text_channel_; }

  void message(std::uint16_t channel, std::uint64_t clid, std::uint64_t log_ns,
               std::uint64_t publish_ns, std::string_view data) {
    if (chunk_.empty()) chunk_begin_ns_ = chunk_end_ns_ = log_ns;
    chunk_begin_ns_ = std::min(chunk_begin_ns_, log_ns);
    chunk_end_ns_ = std::max(chunk_end_ns_, log_ns);
    index_[channel].emplace_back(log_ns, chunk_.size());
    chunk_ += framed(Op::Message, Packet()
                                      .number(channel)
                                      .number(static_cast<std::uint32_t>(clid))
                                      .number(log_ns)
                                      .number(publish_ns)
                                      .raw(data));
    ++counts_[channel];
    ++message_count_;
    if (chunk_.size() >= kChunkBytes) end_chunk();
  }

  void finish() {
    end_chunk();
    put(framed(Op::DataEnd, Packet().number(std::uint32_t{0})));
    const std::uint64_t summary_begin = written_;
    std::string summary;
    std::string offsets;
    const auto group = [&](Op op, const std::string& records) {
      if (records.empty()) return;
      offsets += framed(Op::SummaryOffset, Packet()
                                               .number(static_cast<std::uint8_t>(op))
                                               .number(summary_begin + summary.size())
                                               .number(std::uint64_t{records.size()}));
      summary += records;
    };
    group(Op::Schema, schemas_);
    group(Op::Channel, channels_);
    group(Op::Statistics, statistics());
    group(Op::ChunkIndex, chunk_indexes_);
    const std::uint64_t offsets_begin = summary_begin + summary.size();
    summary += offsets;
    // The CRC covers the summary and the footer up to the CRC itself.
    const std::string head = framed(
        Op::Footer, Packet().number(summary_begin).number(offsets_begin).number(std::uint32_t{0}));
    const std::uint32_t crc =
        crc32(crc32(0, summary), std::string_view(head).substr(0, head.size() - 4));
    put(summary);
    put(framed(Op::Footer, Packet().number(summary_begin).number(offsets_begin).number(crc)));
    put(kMcapMagic);
  }

 private:
  void put(std::string_view bytes) {
    out_.write(bytes);
    written_ += bytes.size();
  }

  void add_channel(std::uint16_t id, std::uint16_t schema, const std::string& topic) {
    channels_ += framed(
        Op::Channel,
        Packet().number(id).number(schema).text(topic).text("json").number(std::uint32_t{0}));
    ++channel_count_;
  }

  void end_chunk() {
    if (chunk_.empty()) return;
    const std::uint64_t chunk_at = written_;
    const std::string chunk = framed(Op::Chunk, Packet()
                                                    .number(chunk_begin_ns_)
                                                    .number(chunk_end_ns_)
                                                    .number(std::uint64_t{chunk_.size()})
                                                    .number(crc32(0, chunk_))
                                                    .text("")
                                                    .number(std::uint64_t{chunk_.size()})
                                                    .raw(chunk_));
    put(chunk);
    const std::uint64_t indexes_at = written_;
    Packet offsets;
    for (const auto& [channel, entries] : index_) {
      offsets.number(channel).number(written_);
      Packet pairs;
      for (const auto& [ns, at] : entries) pairs.number(ns).number(std::uint64_t{at});
      put(framed(Op::MessageIndex, Packet().number(channel).text(pairs.bytes())));
    }
    chunk_indexes_ += framed(Op::ChunkIndex, Packet()
                                                 .number(chunk_begin_ns_)
                                                 .number(chunk_end_ns_)
                                                 .number(chunk_at)
                                                 .number(std::uint64_t{chunk.size()})
                                                 .text(offsets.bytes())
                                                 .number(written_ - indexes_at)
                                                 .text("")
                                                 .number(std::uint64_t{chunk_.size()})
                                                 .number(std::uint64_t{chunk_.size()}));
    first_ns_ = chunk_count_ == 0 ? chunk_begin_ns_ : std::min(first_ns_, chunk_begin_ns_);
    last_ns_ = std::max(last_ns_, chunk_end_ns_);
    ++chunk_count_;
    chunk_.clear();
    index_.clear();
  }

  [[nodiscard]] std::string statistics() const {
    Packet counts;
    for (const auto& [channel, count] : counts_) counts.number(channel).number(count);
    return framed(Op::Statistics, Packet()
                                      .number(message_count_)
                                      .number(schema_count_)
                                      .number(channel_count_)
                                      .number(std::uint32_t{0})
                                      .number(std::uint32_t{0})
                                      .number(chunk_count_)
                                      .number(first_ns_)
                                      .number(last_ns_)
                                      .text(counts.bytes()));
  }

  ByteSink& out_;
  std::uint64_t written_ = 0;
  std::string schemas_;
  std::string channels_;
  std::string chunk_indexes_;
  std::string chunk_;
  std::uint64_t chunk_begin_ns_ = 0;
  std::uint64_t chunk_end_ns_ = 0;
  std::map<std::uint16_t, std::vector<std::pair<std::uint64_t, std::size_t>>> index_;
  std::map<std::uint16_t, std::uint64_t> counts_;
  std::uint64_t message_count_ = 0;
  std::uint64_t first_ns_ = 0;
  std::uint64_t last_ns_ = 0;
  std::uint32_t chunk_count_ = 0;
  std::uint32_t channel_count_ = 0;
  std::uint16_t schema_count_ = 0;
  std::uint16_t text_channel_ = 0;
};

/// MCAP's times are nanoseconds without sign.
std::uint64_t mcap_time(std::int64_t origin_ns, std::int64_t ns) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(origin_ns + ns, 0));
}

class McapExport {
 public:
  McapExport(LogReader& reader, const SelectedMessages& selected, ByteSink& out)
      : reader_(reader), selected_(selected), mcap_(out) {}

  Result<ExportOutcome> run() {
    // Identifiers there have sixteen bits, and 0 is taken.
    constexpr std::size_t kIdsMax = 65000;
    const std::size_t ids = std::max(catalog().messages.size(), catalog().types.size());
    if (ids > kIdsMax) return fail(diag::kTooManyChannels, {}, {std::to_string(ids)});
    mcap_.begin(catalog());
    RecordView record;
    while (true) {
      HEDDLE_TRY(const bool has_record, reader_.next(record));
      if (!has_record) break;
      if (record.stream == Stream::Data) HEDDLE_TRY_STATUS(take_list(record));
      if (record.stream == Stream::Text) take_text(record);
    }
    mcap_.finish();
    return outcome_;
  }

 private:
  [[nodiscard]] const LogCatalog& catalog() const { return reader_.catalog(); }

  Status take_list(const RecordView& record) {
    const std::string why = read_list(catalog(), record.payload, list_);
    if (!why.empty()) {
      const std::string name = reader_.source().name(record.file);
      return fail(diag::kBadRecord, {name}, {name, std::to_string(record.offset), why});
    }
    if (!selected_.has_list(list_.clid)) return {};
    ++outcome_.lists;
    const std::int64_t origin = catalog().clock_scale.unix_origin_ns;
    log_ns_ = mcap_time(origin, list_.admission_ns);
    for (const LoggedMessage& message : list_.messages) {
      if (!selected_.has_message(message.message) || !message.is_present) continue;
      if (!message.is_kept) continue;
      StringSink sink;
      JsonWriter json(sink, JsonStyle::Compact);
      write_payload(json, catalog().types[catalog().messages[message.message].type],
                    message.payload);
      const bool is_timed = message.validity.kind != Validity::Kind::None;
      const std::uint64_t publish_ns =
          is_timed ? mcap_time(origin, message.validity.begin.ns) : log_ns_;
      mcap_.message(static_cast<std::uint16_t>(message.message), list_.clid, log_ns_, publish_ns,
                    sink.text());
      ++outcome_.messages;
    }
    return {};
  }

  void take_text(const RecordView& record) {
    const std::string line = record_to_json(catalog(), record, selected_);
    if (line.empty()) return;
    LoggedText text;
    static_cast<void>(read_text(catalog(), record, text));
    mcap_.message(mcap_.text_channel(), text.clid, log_ns_, log_ns_,
                  std::string_view(line).substr(0, line.size() - 1));
    ++outcome_.lines;
  }

  LogReader& reader_;
  const SelectedMessages& selected_;
  McapWriter mcap_;
  LoggedList list_;
  std::uint64_t log_ns_ = 0;
  ExportOutcome outcome_;
};

}  // namespace

Result<ExportOutcome> export_mcap(LogReader& reader, const LogSelection& selection, ByteSink& out) {
  HEDDLE_TRY(const SelectedMessages selected, SelectedMessages::make(reader.catalog(), selection));
  return McapExport(reader, selected, out).run();
}

}  // namespace heddle::flow::log
