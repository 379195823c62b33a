// `heddle log diff`: where two logs part.
#include <fmt/format.h>

#include "cli/log_commands.h"
#include "heddle/base/json.h"
#include "heddle/flow/log_diff.h"

namespace heddle::cli {
namespace {

namespace log = flow::log;

struct LogDiffOptions {
  std::string left;
  std::string right;
  bool ignore_admission = false;
  std::uint64_t from = 0;
};

void write_json(JsonWriter& json, const log::DiffOutcome& outcome) {
  json.begin_object();
  json.member("equal_lists", outcome.equal_lists);
  json.member("equal", !outcome.divergence.has_value());
  if (outcome.divergence) {
    const log::LogDivergence& at = *outcome.divergence;
    json.key("divergence");
    json.begin_object();
    json.member("clid", at.clid);
    json.member("task", at.task);
    json.member("message", at.message);
    json.member("field", at.field);
    json.member("left", at.left);
    json.member("right", at.right);
    json.end_object();
  }
  json.key("not_compared");
  json.begin_array();
  for (const std::string& name : outcome.not_compared) json.value(name);
  json.end_array();
  json.end_object();
}

ExitCode run_diff(const LogDiffOptions& options, Session& session) {
  const Result<log::DiffOutcome> outcome =
      log::diff_logs(options.left, options.right,
                     {.ignores_admission = options.ignore_admission, .from_clid = options.from});
  if (!outcome) return session.report(outcome.error());
  for (const std::string& note : outcome->notes) session.note("note: " + note);
  for (const std::string& name : outcome->not_compared) {
    session.note("not recorded in both: " + name);
  }
  if (session.options().is_json) {
    JsonWriter json(session.out());
    write_json(json, *outcome);
  } else if (outcome->divergence) {
    session.out().write(fmt::format("differs after {} equal lists\n{}\n", outcome->equal_lists,
                                    outcome->divergence->to_string()));
  } else {
    session.out().write(fmt::format("equal: {} lists\n", outcome->equal_lists));
  }
  return outcome->divergence ? ExitCode::CheckFailed : ExitCode::Ok;
}

}  // namespace

Command log_diff_command() {
  auto options = std::make_shared<LogDiffOptions>();
  Command command{.name = "diff", .summary = "Find the first difference of two logs"};
  command.description =
      "Compares what tasks said, list by list; times of processing and text are left out.\n"
      "Exits with 1 where they differ.";
  command.options = {
      {"left", "LOG", "a log", &options->left, Need::Required},
      {"right", "LOG", "another log", &options->right, Need::Required},
      {"--ignore-admission", "", "do not compare when lists were admitted (real clock)",
       &options->ignore_admission},
      {"--from", "CLID", "the first list to compare", &options->from}};
  command.examples = {{"heddle log diff runs/a runs/b", "list, task and field, or `equal`"}};
  command.run = [options](Session& session) { return run_diff(*options, session); };
  return command;
}

}  // namespace heddle::cli
