// `heddle log`: the group of the commands for unified logs.
#include "cli/commands.h"
#include "cli/log_commands.h"

namespace heddle::cli {

Command log_command() {
  Command log{.name = "log", .summary = "Look at the log of a flow, repair it, export it"};
  log.examples = {{"heddle log info runs/bot", "what it holds, and how long tasks took"},
                  {"heddle log diff runs/a runs/b", "the first list, task and field that differ"}};
  log.children.push_back(log_info_command());
  log.children.push_back(log_cat_command());
  log.children.push_back(log_diff_command());
  log.children.push_back(log_fsck_command());
  log.children.push_back(log_recover_command());
  log.children.push_back(log_export_command());
  log.children.push_back(log_follow_command());
  return log;
}

Option log_option(std::string& log) {
  return {"log", "LOG", "a log: its directory, its base name, or one of its files", &log,
          Need::Required};
}

std::vector<Option> selection_options(flow::log::LogSelection& selection) {
  return {{"--from", "CLID", "the first list", &selection.from_clid},
          {"--to", "CLID", "the last list; default: the last there is", &selection.to_clid},
          {"--only", "NAME", "a task or a message; may be given several times", &selection.names}};
}

ExitCode report_tail(Session& session, flow::log::LogReader& reader) {
  const flow::log::LogTail& tail = reader.tail();
  return session.report(flow::log::tail_diagnostics(tail, reader.source().name(tail.file)));
}

}  // namespace heddle::cli
