// `heddle log info` and `heddle log fsck`: what a log holds, and whether it is whole.
#include <fmt/format.h>

#include "cli/log_commands.h"
#include "heddle/base/json.h"
#include "heddle/flow/log_file.h"
#include "heddle/flow/log_recover.h"

namespace heddle::cli {
namespace {

namespace log = flow::log;

std::string_view end_text(log::LogEnd end) {
  switch (end) {
    case log::LogEnd::Open: return "open";
    case log::LogEnd::Clean: return "clean";
    case log::LogEnd::CutOff: return "cut off";
    case log::LogEnd::Damaged: return "damaged";
  }
  return "";
}

std::string range_text(const log::LogCheck& check) {
  if (check.record_counts[static_cast<std::size_t>(log::Stream::Data)] == 0) return "none";
  return fmt::format("{} to {}", check.first_clid, check.last_clid);
}

std::string summary_text(const std::string& base, const log::LogCatalog& catalog,
                         const log::LogCheck& check) {
  std::string out =
      fmt::format("{}: {} in {} {}, {}\n", base, fmt::format("{} bytes", check.bytes), check.files,
                  check.files == 1 ? "file" : "files", end_text(check.tail.end));
  out += fmt::format("written by   {}\n", catalog.build.substr(0, catalog.build.find('\n')));
  out += fmt::format("graph        {}{}{}, digest {}\n", catalog.graph_name,
                     catalog.mission.empty() ? "" : ", mission ", catalog.mission,
                     catalog.graph_digest.to_hex());
  out += fmt::format("clock        {}\n", catalog.clock_name);
  out += fmt::format("lists        {} ({}), {} dropped, {} keyframes\n", check.tail.commits,
                     range_text(check), check.dropped_lists, check.keyframes);
  out += fmt::format("data digest  {}\n", check.data_digest.to_hex());
  if (!check.stop_text.empty()) out += fmt::format("ended by     {}\n", check.stop_text);
  out += "\nstream         records        bytes\n";
  for (std::size_t i = 0; i + 1 < log::kStreamCount; ++i) {
    out += fmt::format("{:<10} {:>11} {:>12}\n", log::stream_name(static_cast<log::Stream>(i)),
                       check.record_counts[i], check.payload_bytes[i]);
  }
  std::size_t width = 8;
  for (const log::LogMessage& message : catalog.messages) {
    width = std::max(width, message.name.size() + 1);
  }
  out += fmt::format("\n{:<{}}type\n", "message", width);
  for (const log::LogMessage& message : catalog.messages) {
    out += fmt::format("{:<{}}{}{}\n", message.name, width, catalog.types[message.type].name,
                       message.is_logged ? "" : " (not recorded)");
  }
  return out;
}

void write_json(JsonWriter& json, const log::LogCatalog& catalog, const log::LogCheck& check) {
  json.member("end", end_text(check.tail.end));
  json.member("lists", check.tail.commits);
  json.member("next_clid", check.tail.next_clid);
  json.member("dropped_lists", check.dropped_lists);
  json.member("keyframes", check.keyframes);
  json.member("data_digest", check.data_digest.to_hex());
  json.member("bytes", check.bytes);
  json.member("files", check.files);
  json.member("batches", check.tail.batches);
  json.member("lost_bytes", check.tail.lost_bytes);
  json.member("later_batches", check.tail.later_batches);
  json.member("bad_records", check.faults.error_count());
  json.member("build", catalog.build);
  json.member("graph", catalog.graph_name);
  json.member("mission", catalog.mission);
  json.member("graph_digest", catalog.graph_digest.to_hex());
  json.member("clock", catalog.clock_name);
  json.key("messages");
  json.begin_array();
  for (const log::LogMessage& message : catalog.messages) {
    json.begin_inline_object();
    json.member("name", message.name);
    json.member("type", catalog.types[message.type].name);
    json.member("recorded", message.is_logged);
    json.end_object();
  }
  json.end_array();
}

ExitCode run_info(const std::string& named, Session& session) {
  const Result<std::string> base = log::find_log(named);
  if (!base) return session.report(base.error());
  Result<log::LogReader> reader = log::LogReader::open(named);
  if (!reader) return session.report(reader.error());
  const Result<log::LogCheck> check = log::check_log(*reader);
  if (!check) return session.report(check.error());
  Result<log::LogReader> again = log::LogReader::open(named);
  if (!again) return session.report(again.error());
  const Result<flow::MonitorReport> times = log::measure_log(*again);
  if (!times) return session.report(times.error());
  const bool has_times = times->end_to_end.max_ns > 0;  // a mock clock stands still
  if (session.options().is_json) {
    JsonWriter json(session.out());
    json.begin_object();
    write_json(json, reader->catalog(), *check);
    if (has_times) {
      json.key("times");
      flow::write_json(json, *times);
    }
    json.end_object();
  } else {
    session.out().write(summary_text(*base, reader->catalog(), *check));
    if (has_times) session.out().write("\n" + flow::to_text(*times));
  }
  return report_tail(session, *reader);
}

ExitCode run_fsck(const std::string& named, Session& session) {
  Result<log::LogReader> reader = log::LogReader::open(named);
  if (!reader) return session.report(reader.error());
  const Result<log::LogCheck> check = log::check_log(*reader);
  if (!check) return session.report(check.error());
  if (session.options().is_json) {
    JsonWriter json(session.out());
    json.begin_object();
    write_json(json, reader->catalog(), *check);
    json.end_object();
  } else {
    session.out().write(fmt::format("{}: {} lists in {} batches, data digest {}\n",
                                    end_text(check->tail.end), check->tail.commits,
                                    check->tail.batches, check->data_digest.to_hex()));
  }
  const ExitCode ended = report_tail(session, *reader);
  const ExitCode faults = session.report(check->faults);
  if (ended != ExitCode::Ok) return ended;
  if (faults != ExitCode::Ok) return faults;
  return check->tail.end == log::LogEnd::Clean ? ExitCode::Ok : ExitCode::CheckFailed;
}

}  // namespace

Command log_info_command() {
  auto named = std::make_shared<std::string>();
  Command command{.name = "info", .summary = "Say what a log holds, and how long tasks took"};
  command.description = "Times are there where the run took them (`timing`, `stamps`).";
  command.options = {log_option(*named)};
  command.examples = {{"heddle log info runs/bot", "tasks, messages, sizes, latencies"}};
  command.run = [named](Session& session) { return run_info(*named, session); };
  return command;
}

Command log_fsck_command() {
  auto named = std::make_shared<std::string>();
  Command command{.name = "fsck", .summary = "Check a log from end to end"};
  command.description =
      "Exits with 0 when it is whole and has its end marker, with 1 when the run was cut\n"
      "off (what is there is whole), with 3 when it is damaged.";
  command.options = {log_option(*named)};
  command.examples = {{"heddle log fsck runs/bot", "after a crash, before `recover`"}};
  command.run = [named](Session& session) { return run_fsck(*named, session); };
  return command;
}

}  // namespace heddle::cli
