// Exports of a recorded flow, read back: JSON lines and CSV as texts, MCAP by a
// parser written from its specification.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "heddle/base/config.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_export.h"
#include "support/flow/log_fixture.h"
#include "support/flow/replay_fixture.h"

namespace heddle::flow::replay {
namespace {

using testing::HasSubstr;

class ExportTest : public ReplayTest {
 protected:
  log::LogReader open(const std::string& name) {
    auto reader = log::LogReader::open(base(name));
    EXPECT_TRUE(reader.has_value());
    return std::move(*reader);
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST_F(ExportTest, json_lines_hold_every_list_exactly) {
  record("log", test::chain_graph(), 20);
  log::LogReader reader = open("log");
  StringSink out;
  const auto outcome = log::export_json_lines(reader, {}, out);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->lists, 20U);
  EXPECT_EQ(outcome->lines, 18U) << "the counter is silent in lists 6 and 13";
  const std::vector<std::string> lines = lines_of(out.text());
  EXPECT_EQ(lines[1],
            R"({"clid":0,"admission_ns":1000,"messages":{"counter.out":{"present":true,)"
            R"("valid_ns":1000,"payload":{"value":1.500001,"count":1,"label":"n1"}},)"
            R"("scale.out":{"present":true,"payload":{"value":3.000002,"count":1,"label":"n1"}},)"
            R"("sum.out":{"present":true,"valid_ns":[1000,1010],"payload":{"value":3.000002}},)"
            R"("blob.out":{"present":true,"payload":{"value":[]}}}})");
  EXPECT_EQ(lines[2], R"({"clid":0,"task":"counter","text":"count 1 at 1.500001"})");
  for (const std::string& line : lines) {
    EXPECT_TRUE(parse_config(line, "line").has_value()) << line;
  }
}

TEST_F(ExportTest, a_selection_takes_tasks_messages_and_lists) {
  record("log", test::chain_graph(), 20);
  log::LogReader reader = open("log");
  StringSink out;
  const auto outcome = log::export_json_lines(
      reader, {.from_clid = 4, .to_clid = 5, .names = {"sum", "scale.out"}}, out);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->lists, 2U);
  EXPECT_THAT(out.text(), testing::Not(HasSubstr("counter")));
  EXPECT_THAT(out.text(), testing::AllOf(HasSubstr("sum.out"), HasSubstr("scale.out")));
  log::LogReader again = open("log");
  const auto wrong = log::export_json_lines(again, {.names = {"scal"}}, out);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(code_of(wrong.error()), "log.unknown-task");
  EXPECT_THAT(wrong.error().to_string(), HasSubstr("did you mean 'scale'?"));
}

TEST_F(ExportTest, csv_has_a_row_a_message_that_is_there) {
  record("log", test::chain_graph(), 10);
  log::LogReader reader = open("log");
  StringSink out;
  const auto outcome = log::export_csv(reader, {.names = {"counter"}}, out);
  ASSERT_TRUE(outcome.has_value());
  const std::vector<std::string> lines = lines_of(out.text());
  ASSERT_EQ(lines.size(), 10U) << "a head and nine rows";
  EXPECT_EQ(lines[0], "clid,admission_ns,valid_begin_ns,valid_end_ns,status,value,count,label");
  EXPECT_EQ(lines[1], "0,1000,1000,1000,,1.500001,1,n1");
  EXPECT_EQ(lines[5], "4,5000,5000,5000,fifth,7.500005,5,n5");
  EXPECT_THAT(lines[7], testing::StartsWith("7,")) << "list 6 is silent";
  log::LogReader blobs = open("log");
  StringSink blob;
  ASSERT_TRUE(log::export_csv(blobs, {.names = {"blob"}}, blob).has_value());
  EXPECT_THAT(lines_of(blob.text())[3], HasSubstr("\"[2, 5]\"")) << "i * 3 + clid";
  log::LogReader many = open("log");
  const auto wrong = log::export_csv(many, {}, out);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(code_of(wrong.error()), "log.one-message");
}

/// A reader of MCAP files written from the specification; fails the test where the
/// file does not keep to it.
class Mcap {
 public:
  struct Message {
    std::uint16_t channel = 0;
    std::uint32_t sequence = 0;
    std::uint64_t log_ns = 0;
    std::uint64_t publish_ns = 0;
    std::string data;
  };

  explicit Mcap(std::string bytes) : bytes_(std::move(bytes)) {
    const std::string magic("\x89MCAP0\r\n", 8);
    EXPECT_EQ(bytes_.substr(0, 8), magic);
    EXPECT_EQ(bytes_.substr(bytes_.size() - 8), magic);
    std::size_t at = 8;
    while (at < bytes_.size() - 8) at = take(bytes_, at, false);
    EXPECT_EQ(at, bytes_.size() - 8);
    EXPECT_EQ(messages.size(), stated_messages);
  }

  std::map<std::uint16_t, std::string> topics;
  std::map<std::uint16_t, std::string> schemas;
  std::vector<Message> messages;
  std::uint64_t stated_messages = 0;
  std::size_t chunks = 0;
  std::size_t indexed_chunks = 0;

 private:
  struct Cursor {
    const std::string& from;
    std::size_t at = 0;
    template <class T>
    T get() {
      T value{};
      EXPECT_LE(at + sizeof value, from.size());
      std::memcpy(&value, from.data() + at, sizeof value);
      at += sizeof value;
      return value;
    }
    std::string text() {
      const auto size = get<std::uint32_t>();
      std::string out = from.substr(at, size);
      at += size;
      return out;
    }
  };

  static std::uint32_t crc32(const std::string& bytes) {
    std::uint32_t crc = 0xFFFF'FFFF;
    for (const char c : bytes) {
      crc ^= static_cast<std::uint8_t>(c);
      for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB8'8320U : 0U);
    }
    return ~crc;
  }

  std::size_t take(const std::string& from, std::size_t at, bool is_in_chunk) {
    Cursor head{from, at};
    const auto op = head.get<std::uint8_t>();
    const auto size = static_cast<std::size_t>(head.get<std::uint64_t>());
    EXPECT_LE(head.at + size, from.size());
    const std::string content = from.substr(head.at, size);
    Cursor in{content};
    switch (op) {
      case 0x01: EXPECT_EQ(at, 8U) << "the header comes first"; break;
      case 0x02: footer(in, at); break;
      case 0x03: schema(in); break;
      case 0x04: channel(in); break;
      case 0x05: message(in, is_in_chunk); break;
      case 0x06: chunk(in, at, from); break;
      case 0x07: break;
      case 0x08: chunk_index(in); break;
      case 0x0B: stated_messages = in.get<std::uint64_t>(); break;
      case 0x0E: summary_offset(in); break;
      case 0x0F: break;
      default: ADD_FAILURE() << "unknown record " << int{op};
    }
    return head.at + size;
  }

  void schema(Cursor& in) {
    const auto id = in.get<std::uint16_t>();
    EXPECT_NE(id, 0U);
    schemas[id] = in.text();
    EXPECT_EQ(in.text(), "jsonschema");
    EXPECT_TRUE(parse_config(in.text(), "schema").has_value());
  }
  void channel(Cursor& in) {
    const auto id = in.get<std::uint16_t>();
    EXPECT_TRUE(schemas.contains(in.get<std::uint16_t>()));
    topics[id] = in.text();
    EXPECT_EQ(in.text(), "json");
  }
  void message(Cursor& in, bool is_in_chunk) {
    EXPECT_TRUE(is_in_chunk);
    Message out;
    out.channel = in.get<std::uint16_t>();
    EXPECT_TRUE(topics.contains(out.channel)) << "its channel comes before it";
    out.sequence = in.get<std::uint32_t>();
    out.log_ns = in.get<std::uint64_t>();
    out.publish_ns = in.get<std::uint64_t>();
    out.data = in.from.substr(in.at);
    EXPECT_TRUE(parse_config(out.data, "message").has_value()) << out.data;
    messages.push_back(std::move(out));
  }
  void chunk(Cursor& in, std::size_t at, const std::string& from) {
    ++chunks;
    chunk_at_.push_back(at);
    const auto begin = in.get<std::uint64_t>();
    const auto end = in.get<std::uint64_t>();
    const auto size = in.get<std::uint64_t>();
    const auto crc = in.get<std::uint32_t>();
    EXPECT_EQ(in.text(), "");
    EXPECT_EQ(in.get<std::uint64_t>(), size);
    const std::string records = in.from.substr(in.at);
    EXPECT_EQ(records.size(), size);
    EXPECT_EQ(crc32(records), crc);
    const std::size_t first = messages.size();
    for (std::size_t inner = 0; inner < records.size();) inner = take(records, inner, true);
    for (std::size_t i = first; i < messages.size(); ++i) {
      EXPECT_TRUE(messages[i].log_ns >= begin && messages[i].log_ns <= end);
    }
    check_message_index(from, at + 9 + in.at + size, records);
  }
  /// The index records behind a chunk point at messages of their channel and time.
  static void check_message_index(const std::string& from, std::size_t at,
                                  const std::string& records) {
    while (from[at] == 0x07) {
      Cursor in{from, at + 1};
      const auto size = static_cast<std::size_t>(in.get<std::uint64_t>());
      const std::size_t end = in.at + size;
      const auto channel = in.get<std::uint16_t>();
      EXPECT_EQ(in.get<std::uint32_t>() % 16, 0U);
      while (in.at < end) {
        const auto ns = in.get<std::uint64_t>();
        Cursor entry{records, static_cast<std::size_t>(in.get<std::uint64_t>())};
        EXPECT_EQ(entry.get<std::uint8_t>(), 0x05);
        entry.at += 8;
        EXPECT_EQ(entry.get<std::uint16_t>(), channel);
        entry.at += 4;
        EXPECT_EQ(entry.get<std::uint64_t>(), ns);
      }
      at = end;
    }
  }
  void chunk_index(Cursor& in) {
    in.at += 16;
    const auto at = static_cast<std::size_t>(in.get<std::uint64_t>());
    EXPECT_EQ(at, chunk_at_.at(indexed_chunks++));
    const auto length = static_cast<std::size_t>(in.get<std::uint64_t>());
    EXPECT_EQ(bytes_[at], 0x06);
    EXPECT_EQ(Cursor({bytes_, at + 1}).get<std::uint64_t>() + 9, length);
    const std::string offsets = in.text();
    Cursor pairs{offsets};
    while (pairs.at < offsets.size()) {
      const auto channel = pairs.get<std::uint16_t>();
      Cursor index{bytes_, static_cast<std::size_t>(pairs.get<std::uint64_t>())};
      EXPECT_EQ(index.get<std::uint8_t>(), 0x07);
      index.at += 8;
      EXPECT_EQ(index.get<std::uint16_t>(), channel);
    }
  }
  void summary_offset(Cursor& in) {
    const auto op = in.get<std::uint8_t>();
    const auto begin = static_cast<std::size_t>(in.get<std::uint64_t>());
    EXPECT_EQ(static_cast<std::uint8_t>(bytes_[begin]), op);
  }
  void footer(Cursor& in, std::size_t at) {
    const auto begin = static_cast<std::size_t>(in.get<std::uint64_t>());
    const auto offsets = static_cast<std::size_t>(in.get<std::uint64_t>());
    EXPECT_EQ(bytes_[begin], 0x03);
    EXPECT_EQ(bytes_[offsets], 0x0E);
    EXPECT_EQ(in.get<std::uint32_t>(), crc32(bytes_.substr(begin, at + 9 + 16 - begin)));
  }

  std::string bytes_;
  std::vector<std::size_t> chunk_at_;
};

TEST_F(ExportTest, mcap_reads_back_message_for_message) {
  record("log", test::chain_graph(), 50);
  log::LogReader reader = open("log");
  StringSink out;
  const auto outcome = log::export_mcap(reader, {}, out);
  ASSERT_TRUE(outcome.has_value());
  const Mcap mcap(out.text());
  EXPECT_EQ(mcap.messages.size(), outcome->messages + outcome->lines);
  EXPECT_EQ(mcap.chunks, 1U);
  EXPECT_EQ(mcap.indexed_chunks, 1U);
  std::map<std::string, std::size_t> counts;
  for (const Mcap::Message& message : mcap.messages) ++counts[mcap.topics.at(message.channel)];
  // The counter is silent in seven of fifty lists; sum and blob speak in all.
  EXPECT_EQ(counts, (std::map<std::string, std::size_t>{{"/counter/out", 43},
                                                        {"/scale/out", 43},
                                                        {"/sum/out", 50},
                                                        {"/blob/out", 50},
                                                        {"/text", 43}}));
  EXPECT_EQ(mcap.messages[0].data, R"({"value":1.500001,"count":1,"label":"n1"})");
  EXPECT_EQ(mcap.messages[0].log_ns, 1000U);
  EXPECT_EQ(mcap.messages[0].publish_ns, 1000U);
}

TEST_F(ExportTest, mcap_of_a_large_log_has_several_chunks_that_are_indexed) {
  record("log", test::chain_graph(), 8000);
  log::LogReader reader = open("log");
  StringSink out;
  ASSERT_TRUE(log::export_mcap(reader, {}, out).has_value());
  const Mcap mcap(out.text());
  EXPECT_GT(mcap.chunks, 2U);
  EXPECT_EQ(mcap.indexed_chunks, mcap.chunks);
}

TEST_F(ExportTest, mcap_refuses_more_messages_than_it_has_channels) {
  const auto storage = log::make_posix_storage();
  log::LogWriterParams params;
  params.base = base("wide");
  std::vector<log::MetaRecord> meta = log::test::fixture_meta();
  meta.resize(meta.size() + 65'000, log::MetaRecord(meta.back()));
  auto writer = log::LogWriter::create(*storage, params, meta);
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE((*writer)->close().has_value());
  log::LogReader reader = open("wide");
  StringSink out;
  const auto outcome = log::export_mcap(reader, {}, out);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(code_of(outcome.error()), "log.too-many-channels");
}

TEST_F(ExportTest, times_of_a_log_are_those_of_its_timing_stream) {
  const auto storage = log::make_posix_storage();
  Graph graph = graph_of(test::chain_graph(), 200);
  const Plan plan = make_plan(graph, {});
  log::LogSink sink(*storage, {.base = base("log"), .id = {1, 1}, .build = ""});
  Monitor monitor(sink);
  const std::unique_ptr<Clock> clock = make_real_clock();
  auto flow = Flow::build(std::move(graph), plan, *clock, monitor);
  ASSERT_EQ((*flow)->run().lists, 200U);
  const MonitorReport live = monitor.report();
  log::LogReader reader = open("log");
  const auto logged = log::measure_log(reader);
  ASSERT_TRUE(logged.has_value());
  EXPECT_EQ(logged->lists, 200U);
  ASSERT_EQ(logged->tasks.size(), live.tasks.size());
  for (std::size_t i = 0; i < live.tasks.size(); ++i) {
    EXPECT_EQ(logged->tasks[i].name, live.tasks[i].name);
    EXPECT_EQ(logged->tasks[i].count, live.tasks[i].count);
    EXPECT_NEAR(logged->tasks[i].mean_ns, live.tasks[i].mean_ns, 2.0);
    EXPECT_NEAR(static_cast<double>(logged->tasks[i].max_ns),
                static_cast<double>(live.tasks[i].max_ns), 2.0);
  }
  EXPECT_NEAR(logged->end_to_end.mean_ns, live.end_to_end.mean_ns, 2.0);
}

}  // namespace
}  // namespace heddle::flow::replay
