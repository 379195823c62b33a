// `heddle gate diff`: where two wave files part.
#include <fmt/format.h>

#include "cli/gate_commands.h"
#include "cli/session.h"
#include "heddle/base/json.h"
#include "heddle/gate/diff.h"
#include "heddle/gate/look_diagnostics.h"

namespace heddle::cli {
namespace {

struct DiffCommandOptions {
  std::string a;
  std::string b;
  std::optional<std::string> scope_a;
  std::optional<std::string> scope_b;
  std::vector<std::string> nets;
  std::int64_t from_ps = 0;
  std::int64_t to_ps = -1;
  bool ignore_x = false;
};

void write_json(const gate::WaveDiffOutcome& outcome, ByteSink& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("equal", !outcome.first.has_value());
  json.member("scope_a", outcome.scope_a);
  json.member("scope_b", outcome.scope_b);
  json.member("compared", outcome.compared);
  json.member("only_a", outcome.only_a);
  json.member("only_b", outcome.only_b);
  json.member("from_ps", outcome.from.ps());
  json.member("to_ps", outcome.to.ps());
  json.member("instants", outcome.instants);
  if (outcome.first) {
    json.key("first");
    json.begin_inline_object();
    json.member("time_ps", outcome.first->time.ps());
    json.member("net", outcome.first->net);
    json.member("a", outcome.first->value_a);
    json.member("b", outcome.first->value_b);
    json.end_object();
    json.member("differing", outcome.differing_count);
  }
  json.end_object();
}

ExitCode run_command(const DiffCommandOptions& options, Session& session) {
  gate::WaveDiffOptions diff;
  diff.scope_a = options.scope_a;
  diff.scope_b = options.scope_b;
  if (!options.nets.empty()) diff.nets = options.nets;
  diff.from = SimTime(options.from_ps);
  if (options.to_ps >= 0) diff.to = SimTime(options.to_ps);
  diff.ignore_x = options.ignore_x;
  const Result<gate::WaveDiffOutcome> outcome = gate::diff_waves(options.a, options.b, diff);
  if (!outcome) return session.report(outcome.error());
  if (session.options().is_json) {
    write_json(*outcome, session.out());
  } else if (!outcome->first) {
    session.out().write(fmt::format(
        "equal: {} nets at {} instants, {} ps to {} ps ({} nets in the first file only, {} in the "
        "second)\n",
        outcome->compared, outcome->instants, outcome->from.ps(), outcome->to.ps(), outcome->only_a,
        outcome->only_b));
  }
  if (!outcome->first) return ExitCode::Ok;
  const gate::WaveDifference& first = *outcome->first;
  return session.report(Diagnostics(
      Diagnostic(gate::look::diag::kWavesDiffer, {},
                 {std::to_string(first.time.ps()), first.net, first.value_a, first.value_b,
                  fmt::format("{} of {} nets differ at that instant", outcome->differing_count,
                              outcome->compared)})));
}

}  // namespace

Command gate_diff_command() {
  auto options = std::make_shared<DiffCommandOptions>();
  Command command{.name = "diff", .summary = "Find the first place where two wave files part"};
  command.description =
      "VCD and FST in any pair. Nets are matched by name below a scope of each file, by default\n"
      "the two scopes under which most names agree. Exit code 1 when they differ.";
  command.options = {
      {"a", "FILE", "a wave file", &options->a, Need::Required},
      {"b", "FILE", "another", &options->b, Need::Required},
      {"--scope-a", "SCOPE", "compare below this scope of the first file", &options->scope_a},
      {"--scope-b", "SCOPE", "compare below this scope of the second file", &options->scope_b},
      {"--nets", "GLOB", "only nets that match; may be repeated", &options->nets},
      {"--from", "PS", "the first instant to compare, in picoseconds", &options->from_ps},
      {"--to", "PS", "the last; default: where a file ends", &options->to_ps},
      {"--ignore-x", "", "bits that either file does not know are equal", &options->ignore_x},
  };
  command.examples = {
      {"heddle gate diff waves.fst icarus.vcd", "two simulators of one design"},
      {"heddle gate diff a.fst b.fst --nets 'cpu.*' --from 2000000", "a part, from 2 us on"}};
  command.run = [options](Session& session) { return run_command(*options, session); };
  return command;
}

}  // namespace heddle::cli
