// The headline benchmark of flow: what the flow itself costs, how it scales, what
// the log takes, and oneTBB on the same chain in the same run.
//   bench_flow [OUT.json] [--quick]
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "flow/flow_rows.h"
#include "flow/log_rows.h"
#include "heddle/base/output_file.h"

namespace heddle::bench {
namespace {

Status write_file(const char* path, const std::vector<Row>& rows) {
  HEDDLE_TRY(const auto file, OutputFile::create(path));
  file->write(file_text(rows));
  return file->close();
}

int bench_main(int argc, char** argv) {
  const char* path = nullptr;
  FlowBench bench;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--quick") {
      bench.lists = 20'000;
      bench.runs = 1;
    } else {
      path = argv[i];
    }
  }
  // Logs go beside the result, since a system's directory for short-lived files may be memory.
  const std::filesystem::path beside = path == nullptr ? "." : path;
  const std::filesystem::path directory =
      std::filesystem::absolute(beside).parent_path() / "flow-bench";
  std::filesystem::create_directories(directory);
  bench.directory = directory.string();
  std::vector<Row> rows;
  for (const auto group : {chain_rows, pipeline_rows, handoff_rows, mandelbrot_rows}) {
    for (Row& row : group(bench)) rows.push_back(std::move(row));
  }
  LogBenchParams log{
      .rounds = bench.runs, .directory = bench.directory, .command = "./run bench-flow"};
  if (bench.runs == 1) log.append_bytes = std::uint64_t{4} << 20;
  if (bench.runs == 1) log.sync_lists = 1000;
  Result<std::vector<Row>> of_log = log_rows(log);
  std::filesystem::remove_all(directory);
  if (!of_log) {
    std::fputs(of_log.error().to_string().c_str(), stderr);
    return 4;
  }
  for (Row& row : *of_log) rows.push_back(std::move(row));
  std::fputs(table_of(rows).c_str(), stdout);
  if (path == nullptr) return 0;
  const Status written = write_file(path, rows);
  if (!written) std::fputs(written.error().to_string().c_str(), stderr);
  return written ? 0 : 4;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  return heddle::bench::bench_main(argc, argv);
}
