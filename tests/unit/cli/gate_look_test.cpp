// The commands that look into runs and waves, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/gate_cosim/loop_design.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::cli {
namespace {

using heddle::test::ProcessResult;
using heddle::test::text_of_file;
using testing::AllOf;
using testing::HasSubstr;

class GateLook : public testing::Test {
 protected:
  GateLook() {
    directory_.write("loop.json", gate::test::loop_design());
    directory_.write(
        "run.yaml",
        gate::test::loop_run("events: {input_commands: [{wait: {edge: 60}, action: {gpio: gpio, "
                             "drive: 9}}]}\nstop: {edges: 3000}\nwaves: {nets: ['*']}\n"));
    EXPECT_EQ(run({"cosim", "run.yaml", "--out", "out", "--checkpoint-every", "1000", "--batch",
                   "250", "--trace-signals", "go", "--saif", "all.saif"})
                  .code,
              0);
  }

  ProcessResult run(std::vector<std::string> words) {
    words.insert(words.begin(), {HEDDLE_BINARY_DIR "/bin/heddle", "gate"});
    heddle::test::ProcessOptions options;
    options.directory = directory_.path();
    options.environment.push_back("HEDDLE_CACHE=" + directory_.file("cache"));
    return heddle::test::run_process(words, options);
  }

  heddle::test::TempDirectory directory_;
};

TEST_F(GateLook, windows_start_at_the_nearest_checkpoint) {
  const ProcessResult window =
      run({"window", "out", "--from", "2100", "--to", "2200", "--waves", "*"});
  EXPECT_EQ(window.code, 0) << window.err;
  EXPECT_THAT(window.out,
              AllOf(HasSubstr("edges 2100 to 2200"), HasSubstr("from the checkpoint at edge 2000"),
                    HasSubstr("out/window_2100_2200.fst")));
  EXPECT_EQ(run({"diff", "out/waves.fst", "out/window_2100_2200.fst"}).code, 0);
  const ProcessResult json = run({"window", "out", "--from", "10", "--to", "20", "--json"});
  EXPECT_THAT(json.out, AllOf(HasSubstr("\"resumed_at\": 0"), HasSubstr("\"digest\": \"")));
  const ProcessResult wrong = run({"window", "out", "--from", "5000", "--to", "5001"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("look.bad-window"));
}

TEST_F(GateLook, dumps_as_text_and_json) {
  const ProcessResult text = run({"dump", "out", "--at", "70", "--states", "go"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("go = 0x9\n"));
  const ProcessResult json = run({"dump", "out", "--at", "70", "--memory", "rom", "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_THAT(json.out, AllOf(HasSubstr("\"edge\": 70"), HasSubstr("\"name\": \"rom\"")));
  EXPECT_EQ(run({"dump", "out", "--at", "70", "--states", "nix"}).code, 2);
}

TEST_F(GateLook, traces_signals_and_writes_activity) {
  EXPECT_THAT(text_of_file(directory_.file("out/signals.txt")), HasSubstr(" 1001 go\n"));
  EXPECT_THAT(text_of_file(directory_.file("all.saif")), HasSubstr("(SAIFVERSION \"2.0\")"));
}

TEST_F(GateLook, says_where_waves_differ_with_exit_code_1) {
  EXPECT_EQ(run({"cosim", "run.yaml", "--out", "bad", "--inject-fault", "done"}).code, 0);
  const ProcessResult diff = run({"diff", "out/waves.fst", "bad/waves.fst"});
  EXPECT_EQ(diff.code, 1);
  EXPECT_THAT(diff.err, AllOf(HasSubstr("look.waves-differ"), HasSubstr("'loop.done' is 0")));
  const ProcessResult json = run({"diff", "out/waves.fst", "bad/waves.fst", "--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_THAT(json.out, AllOf(HasSubstr("\"equal\": false"), HasSubstr("\"net\": \"loop.done\"")));
  const ProcessResult equal = run({"diff", "out/waves.fst", "out/waves.fst"});
  EXPECT_EQ(equal.code, 0);
  EXPECT_THAT(equal.out, HasSubstr("equal: "));
}

}  // namespace
}  // namespace heddle::cli
