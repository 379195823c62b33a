// `heddle log recover`: closes the log of a run that was cut off.
#include <fmt/format.h>

#include "cli/log_commands.h"
#include "heddle/base/json.h"
#include "heddle/flow/log_recover.h"

namespace heddle::cli {
namespace {

struct RecoverCommandOptions {
  std::string log;
  bool may_cut = false;
};

ExitCode run_recover(const RecoverCommandOptions& options, Session& session) {
  const Result<flow::log::RecoverOutcome> outcome =
      flow::log::recover_log(options.log, {.may_cut = options.may_cut});
  if (!outcome) return session.report(outcome.error());
  if (session.options().is_json) {
    JsonWriter json(session.out());
    json.begin_object();
    json.member("was_clean", outcome->was_clean);
    json.member("lists", outcome->before.commits);
    json.member("cut_bytes", outcome->cut_bytes);
    json.member("removed_files", outcome->removed_files);
    json.end_object();
  } else if (outcome->was_clean) {
    session.out().write(
        fmt::format("clean already: {} lists, nothing was done\n", outcome->before.commits));
  } else {
    session.out().write(fmt::format("recovered: {} lists kept, {} bytes cut\n",
                                    outcome->before.commits, outcome->cut_bytes));
  }
  return ExitCode::Ok;
}

}  // namespace

Command log_recover_command() {
  auto options = std::make_shared<RecoverCommandOptions>();
  Command command{.name = "recover", .summary = "Close a log that a crash left open"};
  command.description =
      "Cuts what is half-written behind the last whole batch and writes the end marker.\n"
      "Where whole batches lie behind damage, nothing is touched without `--cut`.";
  command.options = {log_option(options->log),
                     {"--cut", "", "give up what lies behind damage", &options->may_cut}};
  command.examples = {{"heddle log recover runs/bot", "after `kill -9`"}};
  command.run = [options](Session& session) { return run_recover(*options, session); };
  return command;
}

}  // namespace heddle::cli
