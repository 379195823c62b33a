// The headline benchmark of flow: what the flow itself costs, how it scales, what
// the log takes, and oneTBB on the same chain in the same run.
//   bench_flow [OUT.json] [--quick] [--only GROUP]
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "flow/flow_rows.h"
#include "flow/log_rows.h"
#include "heddle/base/output_file.h"

namespace heddle::bench {
namespace {

struct Group {
  std::string_view name;
  Result<std::vector<Row>> (*rows)(const FlowBench& bench) = nullptr;
};

Result<std::vector<Row>> rows_of_log(const FlowBench& bench) {
  LogBenchParams log{
      .rounds = bench.runs, .directory = bench.directory, .command = "./run bench-flow"};
  if (bench.runs == 1) log.append_bytes = std::uint64_t{4} << 20;
  if (bench.runs == 1) log.sync_lists = 1000;
  return log_rows(log);
}

constexpr Group kGroups[] = {{"chain", chain_rows},           {"instructions", instruction_rows},
                             {"pipeline", pipeline_rows},     {"handoff", handoff_rows},
                             {"mandelbrot", mandelbrot_rows}, {"log", rows_of_log}};

Status write_file(const char* path, const std::vector<Row>& rows) {
  HEDDLE_TRY(const auto file, OutputFile::create(path));
  file->write(file_text(rows));
  return file->close();
}

/// A directory beside the result, since a system's own for short-lived files may be memory.
class LogDirectory {
 public:
  explicit LogDirectory(const char* result_path)
      : path_(std::filesystem::absolute(result_path == nullptr ? "." : result_path).parent_path() /
              "flow-bench") {
    std::filesystem::create_directories(path_);
  }
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;
  ~LogDirectory() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

Status measure(FlowBench bench, const char* path, std::string_view only) {
  const LogDirectory directory(path);
  bench.directory = directory.path();
  std::vector<Row> rows;
  for (const Group& group : kGroups) {
    if (!only.empty() && only != group.name) continue;
    HEDDLE_TRY(std::vector<Row> of_group, group.rows(bench));
    for (Row& row : of_group) rows.push_back(std::move(row));
  }
  std::fputs(table_of(rows).c_str(), stdout);
  return path == nullptr ? Status() : write_file(path, rows);
}

int bench_main(int argc, char** argv) {
  const char* path = nullptr;
  std::string_view only;
  FlowBench bench;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--quick") {
      bench.lists = 20'000;
      bench.runs = 1;
    } else if (std::string_view(argv[i]) == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else {
      path = argv[i];
    }
  }
  const Status status = measure(bench, path, only);
  if (!status) std::fputs(status.error().to_string().c_str(), stderr);
  return status ? 0 : 4;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  return heddle::bench::bench_main(argc, argv);
}
