// The benchmark programs of des and system on small machines: every row is
// there, whole and comparable, and partitions change no digest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::test {
namespace {

using testing::HasSubstr;

class QuickSystemBench : public testing::Test {
 protected:
  ProcessResult run(const std::string& program, std::vector<std::string> words) {
    words.insert(words.begin(),
                 {std::string(HEDDLE_BINARY_DIR) + "/bin/" + program, directory_.file("out.json"),
                  "--rounds", "2", "--threads", "2", "--tiny"});
    const ProcessOptions options{.directory = HEDDLE_SOURCE_DIR,
                                 .time_max = std::chrono::seconds(280)};
    return run_process(words, options);
  }

  /// The rows of the file, after each was checked for what every row must have.
  nlohmann::json rows(std::size_t rounds) {
    const nlohmann::json file = nlohmann::json::parse(text_of_file(directory_.file("out.json")));
    EXPECT_GE(file["machine"]["core_count"], 1);
    for (const nlohmann::json& row : file["rows"]) {
      EXPECT_FALSE(row["name"].get<std::string>().empty());
      EXPECT_FALSE(row["unit"].get<std::string>().empty()) << row["name"];
      EXPECT_FALSE(row["command"].get<std::string>().empty()) << row["name"];
      EXPECT_EQ(row["runs"].size(), rounds) << row["name"];
      for (const nlohmann::json& value : row["runs"]) EXPECT_GT(value, 0.0) << row["name"];
      EXPECT_EQ(row.contains("met"), row.contains("target")) << row["name"];
      EXPECT_EQ(row.contains("peer_runs"), row.contains("peer")) << row["name"];
    }
    return file["rows"];
  }

  static std::string names_of(const nlohmann::json& rows) {
    std::string names;
    for (const nlohmann::json& row : rows) names += row["name"].get<std::string>() + "\n";
    return names;
  }

  TempDirectory directory_;
};

TEST_F(QuickSystemBench, MeasuresMachinesPackagesAndEvents) {
  const ProcessResult result = run("bench_system", {});
  ASSERT_EQ(result.code, 0) << result.err;
  const nlohmann::json all = rows(2);
  const std::string names = names_of(all);
  for (const char* part :
       {"ring all-reduce over", "messages", "hierarchical all-reduce over", "GPT-3 QKV",
        "packages: a product on all PEs", "packages: hierarchical all-reduce",
        "bare events, 1024 pending, heap", "bare events, 100000 pending, wheel"}) {
    EXPECT_THAT(names, HasSubstr(part));
    EXPECT_THAT(result.out, HasSubstr(part));
  }
  for (const nlohmann::json& row : all) {
    if (row["unit"] != "x one thread") continue;
    EXPECT_THAT(row["note"].get<std::string>(), HasSubstr("in 4 partitions"));
  }
}

TEST_F(QuickSystemBench, MeasuresEventRatesBesideItsPeers) {
  const ProcessResult result = run("bench_des", {"--loops", "20"});
  ASSERT_EQ(result.code, 0) << result.err;
  const nlohmann::json all = rows(2);
  EXPECT_THAT(names_of(all), HasSubstr("partitioned run, 64 packages, dense windows, 2 threads"));
  for (const nlohmann::json& row : all) {
    if (!row.contains("peer")) continue;
    EXPECT_GT(row["ratio"], 0.0) << row["name"];
  }
}

TEST_F(QuickSystemBench, TellsWhatItDoesNotUnderstand) {
  const ProcessResult result = run("bench_system", {"--only", "everything"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("usage: bench_system"));
}

}  // namespace
}  // namespace heddle::test
