// `heddle tile`, from outside: runs, pictures, machines, and bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/tile_play.h"
#include "heddle/tile/layers.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::cli {
namespace {

using heddle::test::ProcessResult;
using heddle::test::text_of_file;
using testing::AllOf;
using testing::HasSubstr;

class TileCommand : public testing::Test {
 protected:
  ProcessResult run(std::vector<std::string> words) {
    words.insert(words.begin(), {HEDDLE_BINARY_DIR "/bin/heddle", "tile"});
    heddle::test::ProcessOptions options;
    options.directory = directory_.path();
    return heddle::test::run_process(words, options);
  }

  heddle::test::TempDirectory directory_;
};

TEST_F(TileCommand, plays_a_shipped_kernel_and_writes_a_complete_report) {
  const ProcessResult ran = run({"run", "gemm", "--shape", "256,256,256", "--machine",
                                 "tpuv3_published", "--check", "--trace", "--out", "out"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("cycles, "), HasSubstr("on tpuv3_published"),
                             HasSubstr("4 preloads, 8 matmuls"),
                             HasSubstr("the cycle-stepped engine agrees")));
  EXPECT_THAT(text_of_file(directory_.file("out/report.json")),
              AllOf(HasSubstr("\"status\": \"complete\""), HasSubstr("\"macs\": 16777216"),
                    HasSubstr("\"checked_against_stepped_engine\": true")));
  EXPECT_THAT(text_of_file(directory_.file("out/run_params.json")),
              HasSubstr("\"core_clock_hz\": 940000000"));
  EXPECT_THAT(text_of_file(directory_.file("out/timeline.svg")), HasSubstr(">DRAM read</text>"));
  EXPECT_FALSE(text_of_file(directory_.file("out/timeline.perfetto-trace")).empty());
  const ProcessResult again = run({"run", "gemm", "--shape", "256,256,256", "--out", "out"});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("cli.run-exists"));
}

TEST_F(TileCommand, a_producer_comes_to_the_same_within_and_without_this_process) {
  const ProcessResult child = run({"run", "gemm", "--shape", "300,200,100", "--out", "a"});
  const ProcessResult within =
      run({"run", "gemm", "--shape", "300,200,100", "--in-process", "--out", "b"});
  EXPECT_EQ(child.code, 0) << child.err;
  EXPECT_EQ(within.code, 0) << within.err;
  EXPECT_EQ(child.out, within.out);
}

TEST_F(TileCommand, shows_a_line_a_unit) {
  const ProcessResult shown = run({"timeline", "gemm", "--shape", "256,256,256", "--width", "40",
                                   "--svg", "t.svg", "--perfetto", "t.perfetto-trace"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("gemm on tpuv3: "), HasSubstr("array 1 "),
                               HasSubstr("DRAM write |")));
  EXPECT_THAT(text_of_file(directory_.file("t.svg")), HasSubstr("core cycles"));
  EXPECT_FALSE(text_of_file(directory_.file("t.perfetto-trace")).empty());
}

TEST_F(TileCommand, plays_the_layers_of_the_example_as_a_table) {
  const std::string example = HEDDLE_SOURCE_DIR "/examples/tile_gemm/";
  const ProcessResult ran =
      run({"run", example + "layers.yaml", "--machine", example + "machine.yaml", "--out", "out"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  // 512^3 = 2048 x 256 x 256 = 16 x 4096 x 2048 = 0.1342 x 10^9 multiplies.
  EXPECT_THAT(ran.out, AllOf(HasSubstr("square "), HasSubstr("0.1342  dram"), HasSubstr("0.4027")));
  EXPECT_THAT(text_of_file(directory_.file("out/report.json")),
              AllOf(HasSubstr("\"status\": \"complete\""), HasSubstr("\"name\": \"flat\"")));
}

TEST_F(TileCommand, plays_layers_with_check_and_trace_into_a_directory_of_their_own) {
  directory_.write("two.yaml",
                   "name: two\nlayers:\n"
                   "  - {name: a/b, kind: gemm, m: 64, n: 64, k: 64}\n"
                   "  - {name: add, kind: elementwise, elements: 4096, inputs: 2, add: 1}\n");
  const ProcessResult ran = run({"run", "two.yaml", "--check", "--trace"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("the cycle-stepped engine agrees"));
  const std::string mark = "run directory: ";
  ASSERT_THAT(ran.err, HasSubstr(mark + "runs/two-tpuv3-"));
  std::string made = ran.err.substr(ran.err.find(mark) + mark.size());
  made = made.substr(0, made.find('\n'));
  EXPECT_THAT(text_of_file(directory_.file(made + "/report.json")),
              HasSubstr("\"checked_against_stepped_engine\": true"));
  EXPECT_THAT(text_of_file(directory_.file(made + "/run_params.json")),
              AllOf(HasSubstr("\"kind\": \"elementwise\""), HasSubstr("\"core_clock_hz\"")));
  EXPECT_THAT(text_of_file(directory_.file(made + "/timeline-01-a_b.svg")),
              HasSubstr(">DRAM read</text>"));
  EXPECT_FALSE(text_of_file(directory_.file(made + "/timeline-02-add.perfetto-trace")).empty());
  const ProcessResult again = run({"run", "two.yaml"});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, AllOf(HasSubstr("cli.run-exists"), HasSubstr(made)));
  EXPECT_EQ(run({"run", "two.yaml", "--machine", "tpuv2"}).code, 0);  // another digest
  EXPECT_THAT(run({"run", "two.yaml", "--shape", "1"}).err, HasSubstr("cli.bad-usage"));
}

TEST_F(TileCommand, knows_shipped_models_by_name_and_lists_them_for_another) {
  const ProcessResult ran = run({"run", "gemm_cubes", "--machine", "tpuv3_published"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("cube_256 "), HasSubstr("cube_1024 ")));
  EXPECT_THAT(ran.err, HasSubstr("runs/gemm_cubes-tpuv3_published-"));
  const ProcessResult near = run({"run", "resnet51"});
  EXPECT_EQ(near.code, 2);
  EXPECT_THAT(near.err,
              AllOf(HasSubstr("cli.kernel-unknown"), HasSubstr("did you mean 'resnet50'?"),
                    HasSubstr("bert_base, bert_large"), HasSubstr("attention")));
  EXPECT_THAT(run({"timeline", "bert_base"}).err, HasSubstr("heddle tile run bert_base --trace"));
}

TEST(TileModels, every_shipped_list_is_named_and_read_from_anywhere) {
  EXPECT_THAT(
      tile::shipped_model_names(),
      testing::ElementsAre("bert_base", "bert_large", "gemm_cubes", "resnet18", "resnet50"));
  for (const std::string_view name : tile::shipped_model_names()) {
    const auto list = tile::load_layers(std::string(name));
    ASSERT_TRUE(list) << name;
    EXPECT_EQ(list->name, name);
  }
}

TEST_F(TileCommand, prints_and_draws_what_the_guide_shows) {
  const std::string guide = text_of_file(HEDDLE_SOURCE_DIR "/docs/guides/tile.md");
  const ProcessResult ran =
      run({"run", "gemm", "--shape", "1024,1024,1024", "--trace", "--out", "out"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(guide, HasSubstr("```text\n" + ran.out + "```"));
  EXPECT_EQ(text_of_file(directory_.file("out/timeline.svg")),
            text_of_file(HEDDLE_SOURCE_DIR "/docs/images/tile_gemm.svg"));
  const ProcessResult shown =
      run({"timeline", "gemm", "--shape", "256,256,256", "--machine", "tpuv3_published"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(guide, HasSubstr("```text\n" + shown.out + "```"));
}

TEST(TileMachines, the_reference_page_names_every_shipped_one) {
  const std::string page = text_of_file(HEDDLE_SOURCE_DIR "/docs/reference/tile-machine.md");
  for (const std::string_view name : tile::shipped_machine_names()) {
    EXPECT_THAT(page, HasSubstr("| `" + std::string(name) + "` |"));
  }
}

TEST_F(TileCommand, lists_machines_and_prints_one) {
  EXPECT_THAT(run({"machines"}).out, AllOf(HasSubstr("tpuv3 "), HasSubstr("2 of 128x128")));
  const ProcessResult one = run({"machines", "tpuv3"});
  EXPECT_THAT(one.out, HasSubstr("core_clock_hz: 940000000"));
  directory_.write("mine.yaml", one.out);
  EXPECT_EQ(run({"run", "gemm", "--shape", "64,64,64", "--machine", "mine.yaml"}).code, 0);
}

TEST_F(TileCommand, bad_input_is_told_and_ends_with_two) {
  const auto expect = [&](std::vector<std::string> words, const std::string& text) {
    const ProcessResult ran = run(std::move(words));
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, HasSubstr(text));
  };
  expect({"run", "gemm", "--shape", "1,b"}, "cli.bad-usage");
  expect({"run", "gemm", "--shape", "64,64,64", "--machine", "tpv3"}, "did you mean 'tpuv3'?");
  expect({"run", "none.so"}, "file.not-found");
  directory_.write("no.so", "not an object");
  expect({"run", "no.so"}, "tile.not-loadable");
  const std::string whole = text_of_file(HEDDLE_BINARY_DIR "/lib/heddle/tile/gemm.so");
  ASSERT_GT(whole.size(), 4000U);
  directory_.write("cut.so", whole.substr(0, 4000));  // the loader would end with a bus error
  expect({"run", "cut.so"}, "the file is cut short [tile.not-loadable]");
  expect({"run", "cut.so", "--in-process"}, "the file is cut short [tile.not-loadable]");
  std::filesystem::create_directory(directory_.file("folder.so"));
  expect({"run", "folder.so"}, "it is no regular file [tile.not-loadable]");
  expect({"run", "gemm", "--shape", "-1,1,1"}, "tile.kernel-refused");
  expect({"run", "softmax", "--shape", "64"}, "softmax takes `--shape ROWS,COLUMNS[,BITS]`");
  expect({"timeline", "gemm", "--shape", "0,1,1"}, "gemm takes `--shape M,N,K[");
  EXPECT_FALSE(std::filesystem::exists(directory_.file("runs")));  // nothing was played
  directory_.write("bad.yaml", "cores: many\n");
  expect({"timeline", "gemm", "--machine", "bad.yaml"}, "bad.yaml:1:8");
  expect({"machines", "tpuv33"}, "tile.machine-unknown");
}

TEST(EnginesAgree, a_difference_in_cycles_or_digest_is_a_failed_check) {
  tile::RunResult event;
  event.cycles = 10;
  EXPECT_TRUE(check_engines_agree("gemm", event, event));
  tile::RunResult stepped = event;
  stepped.cycles = 11;
  const Status status = check_engines_agree("gemm", event, stepped);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().to_string(),
              AllOf(HasSubstr("gemm: "), HasSubstr("cli.engines-differ")));
  EXPECT_EQ(status.error().cause(), Cause::Mismatch);
}

}  // namespace
}  // namespace heddle::cli
