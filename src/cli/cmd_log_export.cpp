// `heddle log export`: a log for other tools.
#include <fmt/format.h>

#include "cli/log_commands.h"
#include "heddle/base/json.h"
#include "heddle/base/output_file.h"

namespace heddle::cli {
namespace {

namespace log = flow::log;

struct ExportOptions : LogOptions {
  std::string format;
  std::string out;
};

Result<log::ExportOutcome> export_to(const ExportOptions& options, log::LogReader& reader,
                                     ByteSink& out) {
  if (options.format == "csv") return log::export_csv(reader, options.selection, out);
  if (options.format == "mcap") return log::export_mcap(reader, options.selection, out);
  return log::export_json_lines(reader, options.selection, out);
}

/// Into a file, or onto standard output.
Result<log::ExportOutcome> run_with(const ExportOptions& options, log::LogReader& reader,
                                    Session& session) {
  if (options.out.empty()) {
    BufferedSink out(session.out());
    return export_to(options, reader, out);
  }
  HEDDLE_TRY(const auto file, OutputFile::create(options.out));
  HEDDLE_TRY(const log::ExportOutcome outcome, export_to(options, reader, *file));
  HEDDLE_TRY_STATUS(file->close());
  return outcome;
}

ExitCode run_export(const ExportOptions& options, Session& session) {
  Result<log::LogReader> reader = log::LogReader::open(options.log);
  if (!reader) return session.report(reader.error());
  const Result<log::ExportOutcome> outcome = run_with(options, *reader, session);
  if (!outcome) return session.report(outcome.error());
  if (!options.out.empty()) {
    session.note(fmt::format("{}: {} lists, {} messages, {} lines of text", options.out,
                             outcome->lists, outcome->messages, outcome->lines));
  }
  return report_tail(session, *reader);
}

}  // namespace

Command log_export_command() {
  auto options = std::make_shared<ExportOptions>();
  Command command{.name = "export", .summary = "Write a log as MCAP, JSON lines or CSV"};
  command.options = {log_option(options->log),
                     {"--format",
                      "FORMAT",
                      "mcap, jsonl, or csv (of one message)",
                      &options->format,
                      Need::Required,
                      {"mcap", "jsonl", "csv"}},
                     {"-o,--out", "FILE", "where to; default: standard output", &options->out}};
  for (Option& option : selection_options(options->selection)) {
    command.options.push_back(std::move(option));
  }
  command.examples = {
      {"heddle log export runs/bot --format mcap -o bot.mcap", "for Foxglove and the like"},
      {"heddle log export runs/bot --format csv --only plant.out -o plant.csv",
       "one message as a table"}};
  command.run = [options](Session& session) { return run_export(*options, session); };
  return command;
}

}  // namespace heddle::cli
