// Instructions a list on one worker, with all executors compiled in and in a build
// without them, counted by callgrind. What does not depend on the number of lists
// (start, reading the graph) drops out of the difference of two runs.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "flow/flow_rows.h"
#include "gate/child.h"

namespace heddle::bench {
namespace {

constexpr std::uint64_t kFewLists = 1'000;
constexpr std::uint64_t kManyLists = 11'000;
constexpr double kShareMost = 1.03;

/// What callgrind counted in all.
Outcome<double> instructions_of(const std::string& program, const std::string& option,
                                std::uint64_t lists) {
  std::vector<std::string> words = {"valgrind",   "--tool=callgrind",
                                    "--log-fd=1", "--callgrind-out-file=/dev/null",
                                    program,      fmt::to_string(lists)};
  if (!option.empty()) words.push_back(option);
  const Outcome<ChildResult> child = run_child(words);
  if (!child) return failed(child.error());
  constexpr std::string_view kMark = "Collected : ";
  const std::size_t at = child->out.find(kMark);
  if (at == std::string::npos) return failed("valgrind did not say what it counted");
  const char* const begin = child->out.data() + at + kMark.size();
  std::uint64_t count = 0;
  std::from_chars(begin, child->out.data() + child->out.size(), count);
  return static_cast<double>(count);
}

Outcome<double> instructions_a_list(const std::string& program, const std::string& option) {
  const Outcome<double> few = instructions_of(program, option, kFewLists);
  if (!few) return few;
  const Outcome<double> many = instructions_of(program, option, kManyLists);
  if (!many) return many;
  return (*many - *few) / static_cast<double>(kManyLists - kFewLists);
}

}  // namespace

Result<std::vector<Row>> instruction_rows(const FlowBench&) {
  std::error_code error;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string with = (own.parent_path() / "bench_flow_lists").string();
  struct Case {
    const char* name = "";
    const char* option = "";
  };
  std::vector<Row> rows;
  for (const Case& one : {Case{"chain of 10 tasks", ""}, Case{"caterpillar", "--caterpillar"},
                          Case{"chain of 10 tasks, data encoded", "--digest"}}) {
    const Outcome<double> ours = instructions_a_list(with, one.option);
    const Outcome<double> peer = instructions_a_list(with + "_serial", one.option);
    if (!ours || !peer) {
      std::fprintf(stderr, "bench: no rows of instructions: %s\n",
                   (ours ? peer : ours).error().c_str());
      return rows;
    }
    Row row;
    row.name = fmt::format("instructions a list, {}, one worker", one.name);
    row.unit = "instr";
    row.lower_is_better = true;
    row.target = kShareMost * *peer;
    row.runs = {*ours};
    row.peer = "the same without parallel support";
    row.peer_runs = {*peer};
    row.command = "./run bench-flow";
    row.note = "callgrind, no stamps";
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace heddle::bench
