// `heddle gate window`: a piece of a run again, with whatever is to be seen.
#include <fmt/format.h>

#include "cli/gate_commands.h"
#include "cli/session.h"
#include "cli/timing_options.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/base/json.h"
#include "heddle/gate/program_cache.h"
#include "heddle/gate/window.h"

namespace heddle::cli {
namespace {

struct WindowCommandOptions {
  std::string directory;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::vector<std::string> waves;
  std::string format = "fst";
  std::string out;
  std::string digest;
  std::string saif;
  TimingCommandOptions timing;
  std::string engine = "event";
};

gate::WindowOptions window_options(const WindowCommandOptions& options) {
  gate::WindowOptions out;
  out.first_edge = options.from;
  out.end_edge = options.to;
  out.nets = options.waves;
  out.format = options.format == "vcd" ? gate::WaveFileFormat::Vcd : gate::WaveFileFormat::Fst;
  out.wave_file = !options.out.empty()
                      ? options.out
                      : join_path(options.directory, fmt::format("window_{}_{}.{}", options.from,
                                                                 options.to, options.format));
  out.digest_file = options.digest;
  out.saif_file = options.saif;
  out.timing = timing_request(options.timing);
  out.engine = options.engine;
  out.cache_directory = gate::ProgramCache::default_directory();
  return out;
}

ExitCode run_command(const WindowCommandOptions& options, Session& session) {
  const gate::WindowOptions window = window_options(options);
  Diagnostics warnings;
  const std::unique_ptr<Progress> progress = session.make_progress();
  const Result<gate::WindowOutcome> outcome =
      gate::run_window(options.directory, window, warnings, *progress, session.interrupt());
  session.report(warnings);
  if (!outcome) return session.report(outcome.error());
  if (session.options().is_json) {
    JsonWriter json(session.out());
    json.begin_object();
    json.member("first_edge", outcome->first_edge);
    json.member("end_edge", outcome->end_edge);
    json.member("resumed_at", outcome->resumed_at);
    json.member("first_time_ps", outcome->first_time_ps);
    json.member("last_time_ps", outcome->last_time_ps);
    json.member("nets", outcome->net_count);
    json.member("digest", Digest64(outcome->digest).to_hex());
    json.member("waves", window.nets.empty() ? "" : window.wave_file);
    json.end_object();
  } else {
    session.out().write(fmt::format(
        "edges {} to {} ({} ps to {} ps), from {}, digest {}\n", outcome->first_edge,
        outcome->end_edge, outcome->first_time_ps, outcome->last_time_ps,
        outcome->resumed_at > 0 ? fmt::format("the checkpoint at edge {}", outcome->resumed_at)
                                : "the start of the run",
        Digest64(outcome->digest).to_hex()));
    if (!window.nets.empty()) {
      session.out().write(fmt::format("{} nets in {}\n", outcome->net_count, window.wave_file));
    }
  }
  if (session.interrupt().is_requested()) return ExitCode::Interrupted;
  return report_timing(outcome->timing, session);
}

}  // namespace

Command gate_window_command() {
  auto options = std::make_shared<WindowCommandOptions>();
  Command command{.name = "window",
                  .summary = "Simulate an interval of a run again, to look at it"};
  command.description =
      "Starts at the checkpoint nearest before the interval (see `gate cosim "
      "--checkpoint-every`),\n"
      "or at the start of the run where there is none. The digests are those of the whole run.";
  command.options = {
      {"directory", "DIR", "the directory of the run", &options->directory, Need::Required},
      {"--from", "EDGE", "the first edge", &options->from, Need::Required},
      {"--to", "EDGE", "the edge before which it ends", &options->to, Need::Required},
      {"--waves", "GLOB", "dump the nets that match; may be repeated", &options->waves},
      {"--wave-format",
       "FORMAT",
       "format of the waves",
       &options->format,
       Need::Optional,
       {"fst", "vcd"}},
      {"-o,--out", "FILE", "the wave file; default DIR/window_FROM_TO.fst", &options->out},
      {"--digest", "FILE", "write the digest of each edge", &options->digest},
      {"--saif", "FILE", "write the switching activity in the interval", &options->saif},
      {"--engine", "NAME", "the engine", &options->engine, Need::Optional, {"event", "reference"}},
  };
  add_timing_options(command, options->timing, true);
  command.examples = {{"heddle gate window runs/boot --from 120000 --to 121000 --waves '*'",
                       "every net of a thousand edges"},
                      {"heddle gate window runs/boot --from 0 --to 500 --waves 'cpu.*' -o cpu.fst",
                       "one part, into a file of that name"}};
  command.stops_on_request = true;
  command.run = [options](Session& session) { return run_command(*options, session); };
  return command;
}

}  // namespace heddle::cli
