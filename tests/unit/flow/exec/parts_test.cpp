// The parts: payload schemas, messages, states, text, clocks, pools, latencies, and
// graphs fixed at compile time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include "heddle/base/random.h"
#include "heddle/flow/buffer_pool.h"
#include "heddle/flow/diagnostics.h"
#include "heddle/flow/monitor.h"
#include "heddle/flow/static_graph.h"
#include "heddle/flow/statistics.h"
#include "support/flow/small_tasks.h"

namespace heddle::flow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum class Colour : std::uint16_t { Red = 1, Blue = 513 };

struct Point {
  float x = 0;
  std::int8_t y = 0;
};
template <class V>
void describe(V& v, Point& point) {
  v("x", point.x);
  v("y", point.y);
}

/// Every form a field can have.
struct Everything {
  bool flag = false;
  Colour colour = Colour::Red;
  std::array<std::int32_t, 2> pair{};
  Point point;
  std::array<Point, 2> points{};
  BoundedVector<std::uint16_t, 3> some;
  FixedText<6> text;
  double real = 0;

  template <class V>
  void describe(V& v) {
    v("flag", flag);
    v("colour", colour);
    v("pair", pair);
    v("point", point);
    v("points", points);
    v("some", some);
    v("text", text);
    v("real", real);
  }
};

Everything sample() {
  Everything out;
  out.flag = true;
  out.colour = Colour::Blue;
  out.pair = {-1, 2};
  out.point = {1.5F, -3};
  out.points[1] = {0.25F, 7};
  out.some.resize(2);
  out.some[0] = 258;
  out.text.assign("abcdefgh");
  out.real = -0.1;
  return out;
}

std::vector<std::byte> encoded(const Everything& value) {
  const MessageType type = message_type_of<Everything>();
  Message<Everything> message;
  message.set(value);
  std::vector<std::byte> out(type.encoded_bytes(&message));
  EXPECT_EQ(type.encode(&message, out.data()), out.data() + out.size());
  return out;
}

TEST(Schema, lists_every_field_by_name_kind_and_place) {
  const Schema schema = schema_of<Everything>();
  std::vector<std::string> names;
  for (const SchemaField& field : schema.fields) names.push_back(field.name);
  EXPECT_THAT(names,
              ElementsAre("flag", "colour", "pair", "point.x", "point.y", "points[0].x",
                          "points[0].y", "points[1].x", "points[1].y", "some", "text", "real"));
  EXPECT_EQ(schema.fields[1].kind, FieldKind::U16);
  EXPECT_EQ(schema.fields[9].shape, FieldShape::Sequence);
  EXPECT_EQ(schema.fields[9].count, 3U);
  EXPECT_EQ(schema.fields[11].offset_bytes, offsetof(Everything, real));
  // 1 + 2 + 8 + 5 + 10 + (4 + 6) + (4 + 6) + 8.
  EXPECT_EQ(schema.encoded_bytes_max, 54U);
  EXPECT_EQ(schema_of<std::uint64_t>().name, "u64");
  EXPECT_NE(schema_of<std::uint64_t>().digest(), schema_of<std::int64_t>().digest());
}

TEST(Schema, bytes_are_little_endian_and_without_padding) {
  const std::vector<std::byte> bytes = encoded(sample());
  ASSERT_EQ(bytes.size(), 52U);  // two of three elements
  EXPECT_EQ(bytes[0], std::byte{1});
  EXPECT_EQ(bytes[1], std::byte{1});  // 513 = 0x0201
  EXPECT_EQ(bytes[2], std::byte{2});
  EXPECT_EQ(bytes[3], std::byte{0xFF});
}

TEST(Schema, splits_into_fields_that_people_can_read) {
  const Schema schema = schema_of<Everything>();
  std::vector<FieldView> fields;
  const std::vector<std::byte> bytes = encoded(sample());
  ASSERT_TRUE(split_fields(schema, bytes, fields));
  std::vector<std::string> texts;
  for (const FieldView& field : fields) texts.push_back(field_text(field));
  EXPECT_THAT(texts, ElementsAre("true", "513", "[-1, 2]", "1.5", "-3", "0", "0", "0.25", "7",
                                 "[258, 0]", "\"abcdef\"", "-0.1"));
}

TEST(Schema, bytes_that_do_not_fit_are_refused_at_every_length) {
  const Schema schema = schema_of<Everything>();
  const MessageType type = message_type_of<Everything>();
  std::vector<std::byte> bytes = encoded(sample());
  std::vector<FieldView> fields;
  Message<Everything> message;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(split_fields(schema, std::span(bytes).first(size), fields)) << size;
    EXPECT_FALSE(type.decode(&message, std::span(bytes).first(size))) << size;
  }
  EXPECT_TRUE(type.decode(&message, bytes));
  EXPECT_EQ(encoded(*message), bytes);
  bytes[26] = std::byte{4};  // more elements than the bound
  EXPECT_FALSE(split_fields(schema, bytes, fields));
  EXPECT_FALSE(type.decode(&message, bytes));
}

TEST(Message, cleared_is_absent_of_no_time_and_without_status) {
  Message<int> message;
  message.set(4);
  message.set_validity(FlowTime{5}, FlowTime{9});
  message.set_status("fine");
  EXPECT_EQ(*message, 4);
  EXPECT_EQ(message.validity().end.ns, 9);
  EXPECT_EQ(message.status(), "fine");
  message.clear();
  EXPECT_EQ(message.get(), nullptr);
  EXPECT_EQ(message.validity().kind, Validity::Kind::None);
  EXPECT_EQ(message.status(), "");
  EXPECT_EQ(message.write(), 0) << "as new, not what was there";
}

struct Deep {
  std::optional<std::string> name;
  std::vector<Point> points;
  std::array<std::uint8_t, 3> bytes{};
  template <class V>
  void state(V& v) {
    v("name", name);
    v("points", points);
    v("bytes", bytes);
  }
};

TEST(State, thaws_what_was_frozen_and_nothing_shorter_or_longer) {
  Deep deep{"n", {{1, 2}, {3, 4}}, {5, 6, 7}};
  std::vector<std::byte> frozen;
  StateWriter writer(frozen);
  deep.state(writer);
  for (std::size_t size = 0; size <= frozen.size() + 1; ++size) {
    std::vector<std::byte> bytes = frozen;
    bytes.resize(size);
    Deep back;
    StateReader reader(bytes);
    back.state(reader);
    EXPECT_EQ(reader.is_ok(), size == frozen.size()) << size;
    if (size != frozen.size()) continue;
    EXPECT_EQ(back.name, deep.name);
    EXPECT_EQ(back.points[1].y, 4);
    EXPECT_EQ(back.bytes, deep.bytes);
  }
}

TEST(Text, is_put_together_from_format_and_arguments) {
  std::byte memory[128];
  TextBuffer buffer{memory, sizeof memory};
  buffer.add<"{} of {} at {}: {}">(3, std::uint64_t{9}, 0.5, "deck");
  ASSERT_EQ(buffer.lost_count, 0U);
  const TextFormat* format = nullptr;
  std::memcpy(&format, memory, sizeof format);
  const auto kinds = std::span(format->argument_kinds).first(format->argument_count);
  EXPECT_EQ(render_text(format->text, kinds, std::span(memory + 12, buffer.used_bytes - 12)),
            "3 of 9 at 0.5: deck");
  EXPECT_EQ(render_text("{} {}", kinds.first(1), {}), "? ?");
  for (int i = 0; i < 10; ++i) buffer.add<"again {}">(i);
  EXPECT_GT(buffer.lost_count, 0U);
  EXPECT_LE(buffer.used_bytes, sizeof memory);
}

TEST(RealClock, goes_forward_at_the_rate_of_the_system_clock) {
  const auto clock = make_real_clock();
  const std::int64_t first = clock->scale().to_ns(clock->ticks());
  EXPECT_GE(first, 0);
  const FlowTime later = clock->wait_until({first + 3'000'000});
  EXPECT_GE(later.ns, first + 2'900'000);
  EXPECT_EQ(clock->admit(7, clock->scale().origin_ticks).ns, 0);
}

TEST(BufferPool, gives_each_buffer_once_and_takes_it_back_with_the_last_handle) {
  Result<BufferPool> pool = BufferPool::make(70, 16);
  ASSERT_TRUE(pool);
  std::vector<Buffer> buffers;
  for (int i = 0; i < 70; ++i) buffers.push_back(*pool->acquire());
  const Result<Buffer> none = pool->acquire();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().list().front().code(), "flow.pool-empty");
  buffers[3].memory()[0] = std::byte{9};
  buffers[3].set_size(1);
  Buffer copy = buffers[3];
  buffers.clear();
  EXPECT_EQ(pool->free_count(), 69U);
  EXPECT_EQ(copy.bytes()[0], std::byte{9});
  copy.release();
  EXPECT_EQ(pool->free_count(), 70U);
}

/// KiB of this process that cannot be paged out, as the system counts them.
std::uint64_t locked_kib() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmLck:")) return std::stoull(line.substr(6));
  }
  return 0;
}

// Sanitisers make mlock do nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kLockedShare = 0;
#else
constexpr std::uint64_t kLockedShare = 1;
#endif

TEST(BufferPool, of_page_locked_memory_is_locked_for_as_long_as_it_lives) {
  rlimit limit{};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  constexpr std::uint32_t kCount = 3;
  constexpr std::size_t kBytes = 8192;
  const std::uint64_t before = locked_kib();
  {
    Result<BufferPool> pool = BufferPool::make(kCount, kBytes, BufferMemory::page_locked());
    if (!pool) {
      // The system may refuse, and then says so.
      EXPECT_EQ(pool.error().list().front().code(), "flow.out-of-memory");
      EXPECT_LT(limit.rlim_cur, kCount * kBytes);
      return;
    }
    EXPECT_EQ(locked_kib(), before + kLockedShare * kCount * kBytes / 1024);
    Result<Buffer> buffer = pool->acquire();
    ASSERT_TRUE(buffer);
    std::ranges::fill(buffer->memory(), std::byte{7});
    buffer->set_size(kBytes);
    EXPECT_EQ(buffer->bytes()[kBytes - 1], std::byte{7});
  }
  EXPECT_EQ(locked_kib(), before) << "given back, the buffer that outlived its pool too";
}

TEST(BufferPool, of_cuda_memory_works_where_there_is_cuda_and_is_refused_elsewhere) {
  const Result<BufferMemory> host = BufferMemory::cuda_host();
  const Result<BufferMemory> device = BufferMemory::cuda_device();
  ASSERT_EQ(host.has_value(), device.has_value());
  if (!host) {
    EXPECT_EQ(host.error().list().front().code(), "flow.no-cuda");
    return;
  }
  for (const BufferMemory& memory : {*host, *device}) {
    Result<BufferPool> pool = BufferPool::make(2, 4096, memory);
    // A runtime without a device has no memory to give.
    if (pool) {
      EXPECT_EQ(pool->acquire()->memory().size(), 4096U);
    } else {
      EXPECT_EQ(pool.error().list().front().code(), "flow.out-of-memory");
    }
  }
}

/// Sends a buffer a list.
class BufferSource {
 public:
  BufferSource() : pool_(std::move(*BufferPool::make(4, 8))) {}
  Status process(Context& context, Message<Buffer>& out) {
    HEDDLE_TRY(Buffer buffer, pool_.acquire());
    const auto clid = static_cast<std::uint8_t>(context.clid());
    buffer.memory()[0] = std::byte{clid};
    buffer.set_size(1 + clid % 2);
    out.set(buffer);
    if (clid % 3 == 0) out.touch();
    return {};
  }

 private:
  BufferPool pool_;
};
class BufferSink {
 public:
  void process(Context&, const Message<Buffer>& in) { sum_ += in ? in->bytes().size() : 0; }

 private:
  std::size_t sum_ = 0;
};

/// Keeps the flags of the first message of every list (commit_sink.h), and the bytes
/// of each data record.
class FlagSink final : public CommitSink {
 public:
  Status start(const RunDescription&) override { return {}; }
  bool commit(const ListView& list) override {
    constexpr std::size_t kListHeadBytes = 17;
    std::vector<std::byte> record(list.data_bytes_max());
    record.resize(list.encode_data(record.data()));
    flags.push_back(static_cast<std::uint8_t>(record.at(kListHeadBytes)));
    bytes.push_back(record.size());
    return true;
  }
  Status status() const override { return {}; }
  Status finish(const RunEnding&) override { return {}; }

  std::vector<std::uint8_t> flags;
  std::vector<std::size_t> bytes;
};

TEST(BufferPool, content_is_kept_always_where_touched_or_never_as_the_graph_says) {
  TaskRegistry registry;
  registry.add<BufferSource>("BufferSource");
  registry.add<BufferSink>("BufferSink");
  for (const std::string content : {"all", "touched", "none"}) {
    const std::string yaml =
        "tasks: [{id: a, type: BufferSource}, {id: b, type: BufferSink}]\n"
        "connections: [{from: a, to: b, content: " +
        content + "}]\n";
    Result<Graph> graph = test::read_text(yaml, registry);
    ASSERT_TRUE(graph);
    graph->runtime.lists = 12;
    const Plan plan = make_plan(*graph, {.workers = 1, .slots = 2});
    MockClock clock;
    FlagSink sink;
    const auto flow = Flow::build(std::move(*graph), plan, clock, sink);
    ASSERT_TRUE(flow);
    EXPECT_EQ((*flow)->run().lists, 12U);
    for (std::size_t clid = 0; clid < 12; ++clid) {
      const bool is_kept = content == "all" || (content == "touched" && clid % 3 == 0);
      EXPECT_EQ(sink.flags[clid], is_kept ? kMessagePresent : kMessagePresent | kMessageNotKept);
      // The list's 17 bytes and the flags; a count of the payload, its own, its 1 or 2 bytes.
      EXPECT_EQ(sink.bytes[clid], is_kept ? 18 + 4 + 4 + 1 + clid % 2 : 18);
    }
  }
}

TEST(BufferPool, buffers_of_messages_come_back_when_their_list_is_committed) {
  for (const char* content : {"all", "touched", "none"}) {
    const std::string yaml =
        "tasks: [{id: a, type: BufferSource}, {id: b, type: BufferSink}]\n"
        "connections: [{from: a, to: b, content: " +
        std::string(content) + "}]\n";
    Digest64 serial;
    for (const std::uint32_t workers : {1U, 2U}) {
      test::RunText way{.workers = workers, .slots = 4, .lists = 100};
      way.also = [](TaskRegistry& registry) {
        registry.add<BufferSource>("BufferSource");
        registry.add<BufferSink>("BufferSink");
      };
      const test::Outcome out = test::run_text(yaml, way);
      EXPECT_EQ(out.summary.lists, 100U) << out.summary.ending.text;
      if (workers == 1) serial = out.digest;
      EXPECT_EQ(out.digest, serial);
    }
  }
}

TEST(LatencyHistogram, quantiles_are_within_a_sixteenth_of_the_sorted_values) {
  const RandomStream random(1, "latency");
  LatencyHistogram histogram;
  std::vector<std::uint64_t> values;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    values.push_back(random.at(0, i) >> (20 + i % 40));
    histogram.add(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const auto exact =
        static_cast<double>(values[static_cast<std::size_t>(std::ceil(share * 5000)) - 1]);
    const auto told = static_cast<double>(histogram.quantile_ns(share));
    EXPECT_GE(told, exact);
    EXPECT_LE(told, exact * 17 / 16 + 1);
  }
  EXPECT_EQ(histogram.max_ns(), values.back());
}

TEST(Monitor, statistics_have_the_names_that_the_reference_lists) {
  Statistics statistics;
  add_statistics({.lists = 3}, {.tasks = {{.name = "a"}}}, statistics);
  const std::string table = statistics.to_table();
  for (const char* name :
       {"flow.lists", "flow.aborted", "flow.ignored", "flow.missed_periods", "flow.rate",
        "flow.data_rate", "flow.end_to_end_p50", "flow.end_to_end_p99", "a.flow.task_p50",
        "a.flow.task_p99", "a.flow.task_max", "a.flow.task_jitter"}) {
    EXPECT_THAT(table, HasSubstr(name));
  }
}

/// The tasks of a chain, once fixed at compile time and once from YAML.
class Count {
 public:
  void process(Context&, Message<std::int64_t>& out) {
    if (next_++ % 3 != 0) out.set(next_);
  }

 private:
  std::int64_t next_ = 0;
};
class Twice {
 public:
  Status process(Context& context, const Message<std::int64_t>& in, Message<std::int64_t>& out,
                 Message<std::int64_t>& when) {
    if (in) out.set(2 * *in);
    if (in && *in > 40) return context.fail("too far");
    when.set(context.now().ns);
    return {};
  }
};
class Both {
 public:
  void process(Context&, const Message<std::int64_t>& a, const Message<std::int64_t>& b) {
    sum_ += (a ? *a : 0) + (b ? *b : 0);
  }
  [[nodiscard]] std::int64_t sum() const { return sum_; }

 private:
  std::int64_t sum_ = 0;
};

TEST(StaticGraph, leaves_the_data_of_the_same_graph_from_yaml) {
  using Fixed = StaticGraph<Node<Count>, Node<Twice, From<0>>, Node<Both, From<1, 1>, From<1>>>;
  Fixed fixed(Count{}, Twice{}, Both{});
  MockClock clock;
  DigestStream digest;
  std::uint64_t lists = 0;
  const Status status = fixed.run(clock, {.lists = 100}, [&](const Fixed& list) {
    std::byte bytes[128];
    const std::size_t size = list.encode_data(bytes);
    digest.add_u64(size);
    digest.add(std::span<const std::byte>(bytes, size));
    ++lists;
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().list().front().code(), "flow.task-failed");
  test::RunText way{.lists = 100};
  way.also = [](TaskRegistry& registry) {
    registry.add<Count>("Count");
    registry.add<Twice>("Twice");
    registry.add<Both>("Both");
  };
  const test::Outcome dynamic = test::run_text(
      "tasks: [{id: a, type: Count}, {id: b, type: Twice}, {id: c, type: Both}]\n"
      "connections: [{from: a, to: b}, {from: b.out1, to: c.in}, {from: b.out, to: c.in1}]\n",
      way);
  EXPECT_EQ(dynamic.summary.lists, lists);
  EXPECT_EQ(dynamic.digest, digest.digest());
  EXPECT_NE(fixed.task<2>().sum(), 0);
}

}  // namespace
}  // namespace heddle::flow
