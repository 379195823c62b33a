#include "gate/verilator.h"

#include <cstdio>
#include <sstream>

#include "heddle/base/file.h"

namespace heddle::bench {
namespace {

/// `text` as soc_tb takes it: a line feed is two characters.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

Outcome<Timing> run_verilator(const VerilatorRun& run) {
  const std::string stamps_file = join_path(run.directory, "verilator_stamps.txt");
  std::vector<std::string> words = {run.program, "--firmware", run.image,
                                    "--bench",   "--edges",    std::to_string(run.edges),
                                    "--stamps",  stamps_file};
  if (!run.begin_text.empty()) {
    words.insert(words.end(), {"--skip-until-uart", escaped(run.begin_text)});
  }
  if (!run.wave_file.empty()) words.insert(words.end(), {"--waves", run.wave_file});
  const Outcome<ChildResult> child = run_child(words);
  if (!child) return failed(child.error());
  unsigned long long edges = 0;
  Timing timing;
  const int fields = std::sscanf(child->out.c_str(),
                                 "{\"edges\": %llu, \"cpu_seconds\": %lf, \"wall_seconds\": %lf}",
                                 &edges, &timing.cpu_seconds, &timing.wall_seconds);
  if (fields != 3 || timing.cpu_seconds <= 0)
    return failed("not the figures of soc_tb --bench: " + child->out);
  timing.edges = edges;
  const Result<std::string> stamps = read_file(stamps_file);
  if (!stamps) return failed(stamps.error().to_string());
  timing.stamps = *stamps;
  return timing;
}

Outcome<ChildResult> record_inputs(const VerilatorRun& run, std::uint64_t every,
                                   const std::string& inputs_file, const std::string& hash_file) {
  return run_child({run.program, "--firmware", run.image, "--edges", std::to_string(run.edges),
                    "--record-inputs", inputs_file, "--hash", hash_file, "--hash-every",
                    std::to_string(every)});
}

std::string verilator_name() {
  const Outcome<ChildResult> child = run_child({"verilator", "--version"});
  if (!child) return "verilator";
  std::istringstream words(child->out);
  std::string name;
  std::string version;
  words >> name >> version;
  return "verilator " + version;
}

std::string first_difference(const std::string& ours, const std::string& theirs) {
  if (ours == theirs) return "";
  std::istringstream our_lines(ours);
  std::istringstream their_lines(theirs);
  for (std::size_t number = 1;; ++number) {
    std::string our_line;
    std::string their_line;
    const bool has_ours = static_cast<bool>(std::getline(our_lines, our_line));
    const bool has_theirs = static_cast<bool>(std::getline(their_lines, their_line));
    if (our_line == their_line && has_ours && has_theirs) continue;
    return "byte " + std::to_string(number) + ": ours is `" + (has_ours ? our_line : "nothing") +
           "`, the peer's `" + (has_theirs ? their_line : "nothing") + "`";
  }
}

}  // namespace heddle::bench
