// A small command tree with an option of every type, for the tests of the
// parser and of completion.
#pragma once

#include <memory>

#include "cli/parser.h"

namespace heddle::cli {

struct SampleOptions {
  std::string file;
  std::string form = "fst";
  std::optional<std::string> out;
  std::int64_t offset = -5;
  std::uint64_t edges = 100;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> waves;
  bool is_strict = false;
};

struct SampleTree {
  SampleOptions options;
  bool has_run = false;
  Command root;

  SampleTree() {
    Command run{.name = "run", .summary = "Run it", .description = "More about running."};
    run.options = {{"file", "FILE", "what to run", &options.file, Need::Required},
                   {"--form", "FORM", "how", &options.form, Need::Optional, {"fst", "vcd"}},
                   {"-o,--out", "DIR", "where to", &options.out},
                   {"--offset", "N", "signed", &options.offset},
                   {"--edges", "N", "unsigned", &options.edges},
                   {"--seed", "N", "drawn when absent", &options.seed},
                   {"--waves", "GLOB", "repeatable", &options.waves},
                   {"--strict", "", "a flag", &options.is_strict}};
    run.examples = {{"tool deep run a.yaml", "runs a.yaml"}};
    run.run = [this](Session&) {
      has_run = true;
      return ExitCode::CheckFailed;
    };
    Command deep{.name = "deep", .summary = "A group"};
    deep.children = {run};
    root = Command{.name = "tool", .summary = "A tool"};
    root.children = {deep};
    root.version = "tool 1.2.3";
  }
  SampleTree(const SampleTree&) = delete;
  SampleTree& operator=(const SampleTree&) = delete;
};

/// Runs words against a tree and keeps what was printed.
struct Transcript {
  ExitCode code = ExitCode::Ok;
  std::string out;
  std::string err;
};

inline Transcript run_words(const Command& root, const std::vector<std::string>& words,
                            SessionOptions* seen = nullptr) {
  StringSink out;
  StringSink err;
  SignalCatcher signals;
  Session session(out, err, {}, Interrupt(signals.flag()));
  Transcript transcript;
  transcript.code = run_command_line(root, words, session, signals);
  transcript.out = out.text();
  transcript.err = err.text();
  if (seen != nullptr) *seen = session.options();
  return transcript;
}

}  // namespace heddle::cli
