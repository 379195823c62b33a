// Traces as text: what is written is read back equal, mistakes are named by line
// and column, and what a producer may not say a text may not say either.
#include "heddle/tile/trace_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "heddle/tile/kernel/attention.h"
#include "heddle/tile/kernel/conv2d.h"
#include "heddle/tile/kernel/gemm.h"
#include "heddle/tile/kernel/rowwise.h"
#include "heddle/tile/producer.h"
#include "support/temp_directory.h"

namespace heddle::tile {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string written(WorkItemSource& source) {
  StringSink sink;
  const Status done = write_trace(source, sink);
  EXPECT_TRUE(done) << done.error().to_string();
  return sink.take();
}

std::string dump_of(KernelFunction function, std::vector<std::int64_t> shape) {
  auto source = run_kernel("some \"kernel\"", function, {.shape_args = std::move(shape)});
  EXPECT_TRUE(source) << source.error().to_string();
  return written(**source);
}

/// What is said of a text, by `parse_trace` or as it is played.
std::string problem_of(const std::string& text) {
  auto source = parse_trace(text, "t.txt");
  if (!source) return source.error().to_string();
  WorkItem item;
  for (;;) {
    const Result<bool> more = (*source)->next(item);
    if (!more) return more.error().to_string();
    if (!*more) return "";
  }
}

bool same(const Instruction& a, const Instruction& b) {
  return a.opcode == b.opcode && a.direction == b.direction && a.kind == b.kind &&
         a.is_async == b.is_async && a.tensor == b.tensor && a.semaphore == b.semaphore &&
         a.element_bits == b.element_bits && a.node == b.node && a.offset == b.offset &&
         a.elements == b.elements;
}

void expect_equal(const WorkItem& a, const WorkItem& b) {
  ASSERT_EQ(a.index, b.index);
  ASSERT_EQ(a.key, b.key);
  ASSERT_EQ(a.induction, b.induction);
  ASSERT_EQ(a.words, b.words);
  ASSERT_EQ(a.buffers, b.buffers);
  ASSERT_EQ(a.instructions.size(), b.instructions.size());
  for (std::size_t i = 0; i < a.instructions.size(); ++i) {
    ASSERT_TRUE(same(a.instructions[i], b.instructions[i])) << i;
  }
}

TEST(TraceText, is_read_back_equal_instruction_by_instruction) {
  const test::TempDirectory directory;
  const std::tuple<KernelFunction, std::vector<std::int64_t>> kernels[] = {
      {kernel::Gemm::kernel, {300, 200, 500, 2, 16, 7, 128, 128, 2, 1, 1 << 20}},
      {kernel::Conv2d::kernel, {1, 20, 20, 16, 32, 3, 3, 1, 1}},
      {kernel::Attention::kernel, {2, 64, 300, 32, 16, 1}},
      {kernel::Softmax::kernel, {100, 64}},
      {kernel::Elementwise::kernel, {100000, 2, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 7}}};
  for (const auto& [function, shape] : kernels) {
    const std::string text = dump_of(function, shape);
    auto original = run_kernel("k", function, {.shape_args = shape});
    auto read = load_trace(directory.write("trace.txt", text));
    ASSERT_TRUE(original && read);
    const KernelInfo& info = (*read)->kernel();
    EXPECT_EQ(info.name, "some _kernel_");
    ASSERT_EQ(info.tensors.size(), (*original)->kernel().tensors.size());
    for (std::size_t i = 0; i < info.tensors.size(); ++i) {
      EXPECT_EQ(info.tensors[i].address, (*original)->kernel().tensors[i].address);
      EXPECT_EQ(info.tensors[i].name, (*original)->kernel().tensors[i].name);
    }
    WorkItem a;
    WorkItem b;
    for (;;) {
      const Result<bool> first = (*original)->next(a);
      const Result<bool> second = (*read)->next(b);
      ASSERT_TRUE(first);
      ASSERT_TRUE(second) << second.error().to_string();
      ASSERT_EQ(*first, *second);
      if (!*first) break;
      expect_equal(a, b);
      if (HasFatalFailure()) return;
    }
    auto again = parse_trace(text, "t.txt");
    ASSERT_TRUE(again);
    EXPECT_EQ(written(**again), text);
  }
}

const char* const kSmall = R"(heddle-tile-trace 1
kernel "small"
tensor 0 "x" 64 x 32   # comments go to the end of the line

buffer 0 scratchpad 256
buffer 1 accumulator 256
item 0 key 7 iv 1 -2
  load 0 @16 4:8 4:1 sem 3 -> 0
  wait 3 16
  vector 0 16 exp <- 0 -> 0 1
  cross-lane 1 4 4 transpose <- 0 -> 1
  barrier
  load 0 @0 16:0 -> 0
  store 0 @0 16:1 async <- 0
end
item 1 key -1
end
)";

TEST(TraceText, of_every_instruction_is_read_as_the_page_says) {
  auto source = parse_trace(kSmall, "t.txt");
  ASSERT_TRUE(source) << source.error().to_string();
  WorkItem item;
  ASSERT_TRUE(*(*source)->next(item));
  EXPECT_EQ(item.key, 7);
  EXPECT_EQ(item.induction, (std::vector<std::int64_t>{1, -2}));
  ASSERT_EQ(item.instructions.size(), 9U);
  const Instruction& load = item.instructions[1];
  EXPECT_EQ(load.offset, 16);
  EXPECT_EQ(load.semaphore, 3U);
  EXPECT_TRUE(load.is_async);
  EXPECT_THAT(item.at(load.strides), testing::ElementsAre(8, 1));
  EXPECT_THAT(item.at(item.instructions[3].dims), testing::ElementsAre(16, HEDDLE_TILE_EXP));
  EXPECT_THAT(item.buffers_of(item.instructions[3].writes), testing::ElementsAre(0, 1));
  EXPECT_FALSE(item.instructions[6].is_async);
  EXPECT_TRUE(item.instructions[7].is_async);
  ASSERT_TRUE(*(*source)->next(item));
  EXPECT_EQ(item.instructions.size(), 2U);
  EXPECT_FALSE(*(*source)->next(item));
  EXPECT_FALSE(*(*source)->next(item)) << "the end stays the end";
}

/// `kSmall` with its first `from` replaced.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = kSmall;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(TraceText, with_a_mistake_is_refused_at_its_line_and_column) {
  const std::tuple<std::string, std::string, std::string> mistakes[] = {
      {"heddle-tile-trace 1", "heddle-tile-trace 2", "t.txt:1:1: error: a trace of version 2"},
      {"heddle-tile-trace 1\n", "", "t.txt:1:1: error: found something else"},
      {"kernel \"small\"", "kernel small", "t.txt:2:8: error: found `small`"},
      {"64 x 32", "64 y 32", "t.txt:3:17: error: found `y`"},
      {"64 x 32", "64 x 31", "t.txt:3:1: error: tensor 0 'x': elements of 31 bits"},
      {"scratchpad", "pad", "t.txt:5:10: error: found `pad`"},
      {"item 0", "item 1", "found work-item 1"},
      {"key 7", "key", "t.txt:7:12: error: found `iv`"},
      {"@16", "16", "t.txt:8:10: error: found `16`"},
      {"4:8", "4:", "expected size:stride"},
      {"4:8", "99999999999999999999:8", "expected size:stride"},
      {"sem 3", "sem -1", "t.txt:8:26: error: found `-1`"},
      {"wait 3 16", "wait 3 17",
       "t.txt:9:1: error: work-item 0 (1, -2), instruction 2: waits for 17"},
      {"wait 3 16", "wait 3 16 16", "expected the end of the line"},
      {"exp", "expo", "t.txt:10:15: error: found `expo`"},
      {"barrier", "barrier 1", "expected the end of the line"},
      {"barrier", "fence", "found `fence`"},
      {"-> 0 1", "-> 0 9", "there is no buffer 9"},
      {"end\nitem 1", "item 1", "found `item`"},
  };
  for (const auto& [from, to, said] : mistakes) {
    EXPECT_THAT(problem_of(changed(from, to)), HasSubstr(said)) << to;
  }
  EXPECT_THAT(problem_of(changed("heddle-tile-trace 1", "heddle-tile-trace 9")),
              HasSubstr("tile.trace-version"));
  EXPECT_THAT(problem_of(std::string(kSmall) + "item 2 key -1\n"),
              AllOf(HasSubstr("tile.trace-syntax"), HasSubstr("found the end of the file")));
  EXPECT_THAT(problem_of(""), HasSubstr("tile.trace-syntax"));
  EXPECT_THAT(problem_of("heddle-tile-trace 1\n"), HasSubstr("tile.no-work-items"));
  EXPECT_THAT(problem_of("heddle-tile-trace 1\n" + std::string(20000, 'x')),
              HasSubstr("a line of 16384 bytes or more"));
  EXPECT_EQ(problem_of(kSmall), "");
  const test::TempDirectory directory;
  for (const std::string& path : {directory.file("absent"), directory.path()}) {
    const auto loaded = load_trace(path);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().to_string(), HasSubstr("error: "));
  }
}

}  // namespace
}  // namespace heddle::tile
