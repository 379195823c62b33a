// Recording, killing, recovering, replaying and comparing as a user does it, with
// the program itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::test {
namespace {

using testing::HasSubstr;

const char* const kHeddle = HEDDLE_BINARY_DIR "/bin/heddle";
const char* const kGraph = HEDDLE_SOURCE_DIR "/examples/flow_balancebot/graph.yaml";

class FlowLogProgram : public testing::Test {
 protected:
  [[nodiscard]] ProcessResult heddle(std::vector<std::string> words) const {
    words.insert(words.begin(), kHeddle);
    return run_process(words, {.directory = directory.path()});
  }
  void record(const std::string& name, const std::string& graph = kGraph) const {
    const ProcessResult ran =
        heddle({"flow", "run", graph, "--clock", "mock", "--lists", "1500", "--out", name});
    ASSERT_EQ(ran.code, 0) << ran.err;
  }

  TempDirectory directory;
};

TEST_F(FlowLogProgram, records_checks_replays_and_compares_the_balancing_robot) {
  record("a");
  record("b");
  const ProcessResult checked = heddle({"log", "fsck", "a"});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("clean: 1500 lists"));
  const ProcessResult again = heddle({"flow", "replay", "a", "--workers", "2"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, "recomputed 1500 lists from 0, every recorded byte is the same\n");
  const ProcessResult part = heddle({"flow", "replay", "a", "--from", "1234"});
  EXPECT_EQ(part.out, "recomputed 500 lists from 1000, every recorded byte is the same\n");
  const ProcessResult played = heddle({"flow", "replay", "a", "--exact", "--out", "played"});
  EXPECT_EQ(played.code, 0) << played.err;
  EXPECT_EQ(heddle({"log", "diff", "a", "b"}).out, "equal: 1500 lists\n");
  EXPECT_EQ(heddle({"log", "diff", "a", "played"}).out, "equal: 1500 lists\n");
  const ProcessResult info = heddle({"log", "info", "a"});
  EXPECT_THAT(info.out, HasSubstr("lists        1500 (0 to 1499), 0 dropped, 3 keyframes"));
  const ProcessResult json = heddle({"log", "info", "a", "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_THAT(json.out, HasSubstr("\"data_digest\""));
}

TEST_F(FlowLogProgram, recovers_a_recording_that_was_killed) {
  const std::string program = kHeddle;
  const std::string script =
      program + " flow run " + kGraph + " --lists 1000000000 --out run & until " + program +
      " log cat run --from 3000 --to 3000 2>/dev/null | grep -q '^list 3000 '; do :; done; "
      "kill -9 $!; wait $! 2>/dev/null; exit 0";
  const ProcessResult killed = run_process({"sh", "-c", script}, {.directory = directory.path()});
  ASSERT_EQ(killed.code, 0) << killed.err;
  const ProcessResult checked = heddle({"log", "fsck", "run"});
  EXPECT_EQ(checked.code, 1) << checked.out;
  EXPECT_THAT(checked.err, HasSubstr("log.cut-off"));
  const ProcessResult recovered = heddle({"log", "recover", "run"});
  EXPECT_EQ(recovered.code, 0) << recovered.err;
  EXPECT_THAT(recovered.out, HasSubstr("recovered: "));
  EXPECT_EQ(heddle({"log", "fsck", "run"}).code, 0);
  EXPECT_THAT(heddle({"log", "recover", "run"}).out, HasSubstr("clean already"));
  const ProcessResult again = heddle({"flow", "replay", "run", "--to", "2000"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("recomputed 2001 lists from 0"));
}

TEST_F(FlowLogProgram, names_the_first_difference_and_says_it_by_the_exit_code) {
  record("a");
  std::string changed = text_of_file(kGraph);
  changed.replace(changed.find("limit_n: 4.0"), 12, "limit_n: 4.1");
  record("c", directory.write("changed.yaml", changed));
  const ProcessResult diff = heddle({"log", "diff", "a", "c"});
  EXPECT_EQ(diff.code, 1);
  EXPECT_THAT(diff.out, HasSubstr("list 0, task 'controller', controller.out, force_n: 4 | 4.1"));
  const ProcessResult replay = heddle({"flow", "replay", "a", "--graph", "changed.yaml"});
  EXPECT_EQ(replay.code, 1);
  EXPECT_THAT(replay.err, HasSubstr("recorded was 4, computed is 4.1 [replay.diverged]"));
}

TEST_F(FlowLogProgram, tells_damage_and_wrong_names_by_the_exit_code) {
  record("a");
  std::string bytes = text_of_file(directory.file("a/log.000.hlog"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  directory.write("bad.000.hlog", bytes);
  EXPECT_EQ(heddle({"log", "fsck", "bad"}).code, 3);
  EXPECT_EQ(heddle({"log", "recover", "bad"}).code, 3);
  EXPECT_EQ(heddle({"log", "recover", "bad", "--cut"}).code, 0);
  EXPECT_EQ(heddle({"log", "info", "nowhere"}).code, 2);
  const ProcessResult typo = heddle({"log", "cat", "a", "--only", "contoller"});
  EXPECT_EQ(typo.code, 2);
  EXPECT_THAT(typo.err, HasSubstr("did you mean 'controller'?"));
  const ProcessResult beyond = heddle({"flow", "replay", "a", "--from", "1500"});
  EXPECT_EQ(beyond.code, 2);
  EXPECT_THAT(beyond.err, HasSubstr("log.no-such-list"));
}

TEST_F(FlowLogProgram, exports_and_follows) {
  record("a");
  const ProcessResult csv = heddle({"log", "export", "a", "--format", "csv", "--only", "motor",
                                    "--only", "controller.out", "--to", "1"});
  EXPECT_EQ(csv.code, 0) << csv.err;
  EXPECT_EQ(csv.out.substr(0, csv.out.find('\n')),
            "clid,admission_ns,valid_begin_ns,valid_end_ns,status,force_n,is_saturated");
  EXPECT_THAT(csv.out, HasSubstr("\n0,0,0,0,saturated,4,true\n"));
  const ProcessResult mcap = heddle({"log", "export", "a", "--format", "mcap", "-o", "a.mcap"});
  EXPECT_EQ(mcap.code, 0) << mcap.err;
  EXPECT_THAT(mcap.err, HasSubstr("1500 lists, 4500 messages"));
  EXPECT_GT(std::filesystem::file_size(directory.file("a.mcap")), 100'000U);
  // A log that has ended is followed to its end, and no further.
  const ProcessResult followed = heddle({"log", "follow", "a", "--only", "controller"});
  EXPECT_EQ(followed.code, 0) << followed.err;
  EXPECT_THAT(followed.out, HasSubstr("list 1499 at "));
  EXPECT_THAT(followed.out, HasSubstr("-- end"));
}

TEST_F(FlowLogProgram, verifies_the_balancing_robot) {
  const ProcessResult verified = heddle({"flow", "verify", kGraph, "--lists", "400"});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("deterministic over 400 lists"));
}

}  // namespace
}  // namespace heddle::test
