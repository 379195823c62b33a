// `heddle system collectives`, from outside: what is listed, chosen and refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::cli {
namespace {

using heddle::test::ProcessResult;
using testing::AllOf;
using testing::HasSubstr;

class CollectivesCommand : public testing::Test {
 protected:
  ProcessResult run(std::vector<std::string> words) {
    words.insert(words.begin(), {HEDDLE_BINARY_DIR "/bin/heddle", "system"});
    heddle::test::ProcessOptions options;
    options.directory = directory_.path();
    return heddle::test::run_process(words, options);
  }

  heddle::test::TempDirectory directory_;
};

TEST_F(CollectivesCommand, lists_the_standard_registry_with_closed_forms) {
  const ProcessResult listed = run({"collectives"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_THAT(listed.out, AllOf(HasSubstr("default: 19 algorithms"), HasSubstr("all_reduce"),
                                HasSubstr("2(N-1)(a + S/(NB)) + (N-1)gS/N"),
                                HasSubstr("dissemination"), HasSubstr("least cost")));
}

TEST_F(CollectivesCommand, says_what_each_takes_on_a_machine_and_which_is_chosen) {
  // A switch of 8: 250 + 250 ns a step and 5 for the slot, 50 GB/s, MATH 256 bytes a ns:
  // 14 steps of 505 ns + 131072 / 50, and 7 reductions of 131072 / 256.
  const std::string machine = HEDDLE_SOURCE_DIR "/designs/machines/switch_8.yaml";
  const ProcessResult asked =
      run({"collectives", "--machine", machine, "--bytes", "1048576", "--json"});
  EXPECT_EQ(asked.code, 0) << asked.err;
  const std::size_t at = asked.out.find("\"name\": \"ring\"");
  ASSERT_NE(at, std::string::npos) << asked.out;
  const std::string ring = asked.out.substr(at, asked.out.find('}', at) - at);
  EXPECT_THAT(ring, HasSubstr("\"estimate_ns\": 47354.16"));
  EXPECT_THAT(ring, HasSubstr("\"chosen\": false"));
  const ProcessResult odd =
      run({"collectives", "--machine", machine, "--world", "6", "--bytes", "64"});
  EXPECT_EQ(odd.code, 0) << odd.err;
  EXPECT_THAT(odd.out, HasSubstr("does not work"));  // six is no power of two
}

TEST_F(CollectivesCommand, writes_a_registry_that_it_reads_again_and_benches_take) {
  directory_.write("r.yaml", run({"collectives", "--yaml"}).out);
  EXPECT_EQ(run({"collectives", "r.yaml", "--yaml"}).out, run({"collectives", "--yaml"}).out);
  directory_.write(
      "mine.yaml",
      "algorithms: [{name: wide, does: all_reduce, kernel: levels, levels: [2, 8]}]\n");
  directory_.write(
      "b.yaml", "collectives: mine.yaml\nbenches: [{kind: all_reduce, world: 16, elements: 99}]\n");
  const ProcessResult ran = run({"run", "b.yaml", "--verify-data", "--out", "out"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("data verified"));
  const ProcessResult timed = run({"run", "b.yaml", "--out", "timed"});
  EXPECT_THAT(timed.out, HasSubstr(", wide, "));
}

TEST_F(CollectivesCommand, tells_a_bad_registry_with_its_place_and_exits_with_2) {
  directory_.write("bad.yaml", "algorithms:\n  - {name: rign, does: all_reduce}\n");
  const ProcessResult bad = run({"collectives", "bad.yaml"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, AllOf(HasSubstr("bad.yaml:2"), HasSubstr("system.unknown-algorithm"),
                             HasSubstr("did you mean 'ring'?")));
  directory_.write("b.yaml", "collectives: bad.yaml\nbenches: [{kind: all_reduce}]\n");
  const ProcessResult bench = run({"run", "b.yaml"});
  EXPECT_EQ(bench.code, 2);
  EXPECT_THAT(bench.err, HasSubstr("bad.yaml:2"));
  EXPECT_EQ(run({"collectives", "--world", "12"}).code, 2);
}

}  // namespace
}  // namespace heddle::cli
