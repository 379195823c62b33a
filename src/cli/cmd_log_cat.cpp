// `heddle log cat` and `heddle log follow`: lists as text or JSON lines, of a log
// that is there or that a run is writing.
#include <poll.h>

#include "cli/log_commands.h"

namespace heddle::cli {
namespace {

namespace log = flow::log;

struct CatOptions : LogOptions {
  bool is_following = false;
};

/// One log onto the session's output.
class Cat {
 public:
  Cat(const CatOptions& options, Session& session, log::LogReader reader)
      : options_(options), session_(session), reader_(std::move(reader)), out_(session.out()) {}

  ExitCode run() {
    const auto selected = log::SelectedMessages::make(reader_.catalog(), options_.selection);
    if (!selected) return session_.report(selected.error());
    if (options_.is_following) reader_.follow();
    while (!session_.interrupt().is_requested()) {
      const Result<bool> has_record = reader_.next(record_);
      if (!has_record) return session_.report(has_record.error());
      if (*has_record) {
        show(*selected);
        continue;
      }
      out_.flush();
      const bool has_ended = reader_.tail().end != log::LogEnd::Open;
      if (has_ended || !session_.out().status()) return report_tail(session_, reader_);
      constexpr int kPollMs = 10;
      ::poll(nullptr, 0, kPollMs);
    }
    return ExitCode::Interrupted;
  }

 private:
  void show(const log::SelectedMessages& selected) {
    out_.write(session_.options().is_json ? record_to_json(reader_.catalog(), record_, selected)
                                          : record_to_text(reader_.catalog(), record_, selected));
  }

  const CatOptions& options_;
  Session& session_;
  log::LogReader reader_;
  BufferedSink out_;
  log::RecordView record_;
};

ExitCode run_cat(const CatOptions& options, Session& session) {
  Result<log::LogReader> reader = log::LogReader::open(options.log);
  if (!reader) return session.report(reader.error());
  return Cat(options, session, std::move(*reader)).run();
}

Command cat_command(std::string name, std::string summary, bool is_following) {
  auto options = std::make_shared<CatOptions>();
  options->is_following = is_following;
  Command command{.name = std::move(name), .summary = std::move(summary)};
  command.stops_on_request = true;
  command.options = {log_option(options->log)};
  for (Option& option : selection_options(options->selection)) {
    command.options.push_back(std::move(option));
  }
  command.run = [options](Session& session) { return run_cat(*options, session); };
  return command;
}

}  // namespace

Command log_cat_command() {
  Command command = cat_command("cat", "Print the lists of a log", false);
  command.description = "With `--json` a line a list, a text line or an event.";
  command.examples = {{"heddle log cat runs/bot --from 100 --to 110", "eleven lists"},
                      {"heddle log cat runs/bot --only filter --json", "one task, for programs"}};
  return command;
}

Command log_follow_command() {
  Command command = cat_command("follow", "Print lists while a run writes them", true);
  command.description = "Ends with the run, or on Ctrl-C.";
  command.examples = {{"heddle log follow runs/bot --only controller", "watch one task"}};
  return command;
}

}  // namespace heddle::cli
