// Producers as shared objects: the same trace in a child and in this process;
// what is no producer, or dies, or never ends, is named.
#include "heddle/tile/producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "heddle/tile/kernel/attention.h"
#include "heddle/tile/kernel/conv2d.h"
#include "heddle/tile/kernel/depthwise.h"
#include "heddle/tile/kernel/gemm.h"
#include "heddle/tile/kernel/rowwise.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::tile {
namespace {

using test::run_process;
using testing::AllOf;
using testing::HasSubstr;

std::string producer(const std::string& name) {
  return std::string(HEDDLE_PRODUCERS) + "/" + name + ".so";
}

/// As tests/support/tile/faulty_producer.c numbers them.
enum Fault : std::int64_t {
  None,
  CrashInTile,
  CrashInKernel,
  EndlessSilence,
  EndlessCalls,
  EndlessDispatch,
  Exit,
  Nothing,
  KernelCode,
  TileCode,
  Scribble,
  Print,
  ManyCalls,
  Ring,
};

/// Everything of a work-item as one text.
std::string shown(const WorkItem& item) {
  std::ostringstream out;
  out << item.index << " key " << item.key << ":";
  for (const std::int64_t value : item.induction) out << " " << value;
  for (const Instruction& one : item.instructions) {
    out << "\n " << static_cast<int>(one.opcode) << static_cast<int>(one.direction)
        << static_cast<int>(one.kind) << one.is_async << " " << one.tensor << " " << one.semaphore
        << " " << one.element_bits << " " << one.node << " " << one.offset << " " << one.elements;
    for (const Range32 range : {one.dims, one.strides}) {
      for (const std::int64_t word : item.at(range)) out << " w" << word;
    }
    for (const Range32 range : {one.reads, one.writes}) {
      out << " |";
      for (const std::uint32_t buffer : item.buffers_of(range)) out << " b" << buffer;
    }
  }
  return out.str();
}

/// All work-items of a source as texts, then what went wrong.
std::vector<std::string> played_source(WorkItemSource& source) {
  std::vector<std::string> texts;
  WorkItem item;
  for (;;) {
    const Result<bool> more = source.next(item);
    if (!more) texts.push_back(more.error().to_string());
    if (!more || !*more) return texts;
    texts.push_back(shown(item));
  }
}

std::vector<std::string> played(const std::string& path, const ProducerOptions& options) {
  auto source = load_producer(path, options);
  return source ? played_source(**source) : std::vector{source.error().to_string()};
}

std::string problem_of(Fault fault, ProducerOptions options = {}) {
  options.shape_args = {fault, 4, 10};
  return played(producer("tile_faulty"), options).back();
}

TEST(Producer, gives_the_same_trace_in_a_child_and_in_this_process) {
  ProducerOptions options{.shape_args = {ManyCalls, 50, 3000}};
  const std::vector<std::string> child = played(producer("tile_faulty"), options);
  options.isolation = Isolation::InProcess;
  EXPECT_EQ(child, played(producer("tile_faulty"), options));
  ASSERT_EQ(child.size(), 50U);
  EXPECT_THAT(child[4], HasSubstr("4 key 1: 4\n"));
  EXPECT_THAT(child[3], HasSubstr("3 key -1: 3\n"));
  // The load: async, of tensor 0, elements 64 from 4 * 64 on, into buffer 0.
  EXPECT_THAT(child[4], HasSubstr("\n 2001 0 0 32 0 256 64 w64 w1 | | b0"));
}

TEST(Producer, of_each_kernel_gives_the_trace_of_the_kernel_that_is_linked_in) {
  using std::int64_t;
  const std::tuple<std::string, KernelFunction, std::vector<int64_t>> kernels[] = {
      {"gemm", kernel::Gemm::kernel, {300, 200, 100}},
      {"conv2d", kernel::Conv2d::kernel, {1, 20, 20, 16, 32, 3, 3, 1, 1}},
      {"depthwise", kernel::Depthwise::kernel, {1, 20, 20, 16, 3, 3, 1, 1}},
      {"elementwise", kernel::Elementwise::kernel, {100000, 2, 32}},
      {"reduce", kernel::Reduce::kernel, {100, 64}},
      {"softmax", kernel::Softmax::kernel, {100, 64}},
      {"layernorm", kernel::Layernorm::kernel, {100, 64}},
      {"attention", kernel::Attention::kernel, {4, 64, 64, 32, 16, 1}},
  };
  for (const auto& [name, function, shape] : kernels) {
    const ProducerOptions options{.shape_args = shape};
    auto linked = run_kernel(name, function, options);
    ASSERT_TRUE(linked) << linked.error().to_string();
    EXPECT_EQ(played_source(**linked),
              played(std::string(HEDDLE_KERNELS) + "/" + name + ".so", options))
        << name;
  }
}

TEST(Producer, in_c_of_the_example_stores_each_element_once_to_the_last_odd_tile) {
  auto source = load_producer(producer("tile_relu"), {.shape_args = {50001, 16384}});
  ASSERT_TRUE(source) << source.error().to_string();
  std::vector<std::pair<std::int64_t, std::int64_t>> stored;
  WorkItem item;
  for (;;) {
    const Result<bool> more = (*source)->next(item);
    ASSERT_TRUE(more) << more.error().to_string();
    if (!*more) break;
    for (const Instruction& one : item.instructions) {
      if (one.opcode != Opcode::Dma || one.direction != Direction::Store) continue;
      stored.emplace_back(one.offset, one.elements);
    }
  }
  EXPECT_THAT(stored, testing::ElementsAre(std::pair(0, 16384), std::pair(16384, 16384),
                                           std::pair(32768, 16384), std::pair(49152, 849)));
  EXPECT_THAT(played(producer("tile_relu"), {.shape_args = {}}).front(),
              HasSubstr("tile.kernel-refused"));
}

TEST(Producer, that_is_no_producer_is_refused_with_the_reason) {
  const test::TempDirectory directory;
  const std::string text = directory.write("text.so", std::string(4096, 'x'));
  // An ELF file of another machine: e_machine, at byte 18, is made an IBM S/390.
  std::filesystem::copy_file(producer("tile_faulty"), directory.file("foreign.so"));
  std::fstream(directory.file("foreign.so"), std::ios::in | std::ios::out | std::ios::binary)
      .seekp(18)
      .put(22);
  for (const Isolation isolation : {Isolation::Child, Isolation::InProcess}) {
    const ProducerOptions options{.shape_args = {None, 4}, .isolation = isolation};
    const auto said = [&](const std::string& path) { return played(path, options).front(); };
    EXPECT_THAT(said(directory.file("absent.so")), HasSubstr("file.not-found"));
    EXPECT_THAT(said(text), AllOf(HasSubstr("tile.not-loadable"), HasSubstr("ELF")));
    EXPECT_THAT(said(directory.file("foreign.so")), HasSubstr("tile.not-loadable"));
    EXPECT_THAT(said(directory.path()), HasSubstr("tile.not-loadable"));
    EXPECT_THAT(said(producer("tile_no_version")),
                AllOf(HasSubstr("tile.not-a-producer"), HasSubstr("heddle_tile_abi")));
    EXPECT_THAT(said(producer("tile_no_kernel")),
                AllOf(HasSubstr("tile.not-a-producer"), HasSubstr("function heddle_tile_kernel")));
    EXPECT_THAT(said(producer("tile_wrong_version")),
                AllOf(HasSubstr("tile.abi-mismatch"), HasSubstr("version 8 of the interface"),
                      HasSubstr("this program version 1")));
  }
}

TEST(Producer, that_crashes_is_a_diagnostic_that_names_the_tile) {
  EXPECT_THAT(problem_of(CrashInTile),
              AllOf(HasSubstr("tile.producer-died"), HasSubstr("work-item 3 (3), instruction 4"),
                    HasSubstr("signal 11")));
  EXPECT_THAT(problem_of(CrashInKernel),
              AllOf(HasSubstr("tile.producer-died"), HasSubstr("the kernel function")));
  EXPECT_THAT(problem_of(Exit), AllOf(HasSubstr("tile.producer-died"), HasSubstr("code 3"),
                                      HasSubstr("work-item 3 (3)")));
  EXPECT_THAT(problem_of(Scribble), HasSubstr("tile.producer-died"));
  EXPECT_THAT(problem_of(Ring), HasSubstr("tile.producer-garbled"));
}

TEST(Producer, that_cannot_be_started_says_why) {
  rlimit saved{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &saved), 0);
  const rlimit none{3, saved.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::string said = problem_of(None);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &saved), 0);
  EXPECT_THAT(said, AllOf(HasSubstr("tile.producer-start"), HasSubstr("open files")));
}

TEST(Producer, that_never_ends_is_ended) {
  EXPECT_THAT(
      problem_of(EndlessSilence, {.stall_ms_max = 200}),
      AllOf(HasSubstr("tile.producer-stalled"), HasSubstr("work-item 3 (3)"), HasSubstr("200 ms")));
  EXPECT_THAT(problem_of(EndlessCalls, {.item_instructions_max = 10000}),
              AllOf(HasSubstr("tile.too-many"), HasSubstr("work-item 3 (3), instruction 10000"),
                    HasSubstr("10000 instructions")));
  EXPECT_THAT(problem_of(EndlessDispatch, {.work_items_max = 10000}),
              AllOf(HasSubstr("tile.too-many"), HasSubstr("the kernel function"),
                    HasSubstr("10000 work-items")));
}

TEST(Producer, that_says_no_or_nothing_is_refused) {
  for (const Isolation isolation : {Isolation::Child, Isolation::InProcess}) {
    const ProducerOptions options{.isolation = isolation};
    EXPECT_THAT(problem_of(Nothing, options), HasSubstr("tile.no-work-items"));
    EXPECT_THAT(problem_of(KernelCode, options),
                AllOf(HasSubstr("tile.kernel-refused"), HasSubstr("returned 5")));
    EXPECT_THAT(problem_of(TileCode, options),
                AllOf(HasSubstr("tile.kernel-refused"), HasSubstr("work-item 3 (3)"),
                      HasSubstr("returned 7")));
  }
  const ProducerOptions many{.shape_args = std::vector<std::int64_t>(33, 1)};
  EXPECT_THAT(played(producer("tile_faulty"), many).back(), HasSubstr("tile.too-many"));
}

TEST(Producer, that_is_waited_for_can_be_interrupted) {
  const std::atomic<bool> flag{true};
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(problem_of(EndlessSilence, {.interrupt = Interrupt(flag)}),
              HasSubstr("tile.interrupted"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

TEST(Producer, leaves_no_process_and_no_descriptor_behind) {
  const auto open_files = [] {
    std::size_t count = 0;
    for (const auto& one : std::filesystem::directory_iterator("/proc/self/fd")) {
      count += one.exists() ? 1U : 1U;
    }
    return count;
  };
  const std::size_t before = open_files();
  for (int i = 0; i < 20; ++i) {
    // Abandoned with its child blocked on a full ring.
    auto source = load_producer(producer("tile_faulty"), {.shape_args = {ManyCalls, 1, 300000}});
    ASSERT_TRUE(source);
  }
  EXPECT_EQ(open_files(), before);
  EXPECT_THAT(test::text_of_file("/proc/self/task/" + std::to_string(getpid()) + "/children"), "");
}

TEST(Producer, exports_its_entry_and_its_version_alone) {
  HEDDLE_NEED_TOOL("nm");
  const test::ProcessResult listed =
      run_process({"nm", "-D", "--defined-only", "--format=posix", producer("tile_faulty")});
  ASSERT_EQ(listed.code, 0) << listed.err;
  std::vector<std::string> names;
  std::istringstream lines(listed.out);
  for (std::string line; std::getline(lines, line);)
    names.push_back(line.substr(0, line.find(' ')));
  EXPECT_THAT(names, testing::UnorderedElementsAre("heddle_tile_abi", "heddle_tile_kernel"));
}

}  // namespace
}  // namespace heddle::tile
