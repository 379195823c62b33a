// `heddle gate sim`: a netlist driven by a wave file.
#include <fmt/format.h>

#include "cli/gate_commands.h"
#include "cli/session.h"
#include "cli/timing_options.h"
#include "heddle/base/digest.h"
#include "heddle/base/json.h"
#include "heddle/gate/open_loop.h"
#include "heddle/gate/program_cache.h"

namespace heddle::cli {
namespace {

struct SimCommandOptions {
  gate::OpenLoopOptions sim;
  TimingCommandOptions timing;
  std::vector<std::string> waves;
  std::string format = "fst";
  std::int64_t from_ps = 0;
  std::int64_t to_ps = -1;
};

void write_json(const gate::OpenLoopOutcome& outcome, ByteSink& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("scope", outcome.scope);
  json.member("ports", outcome.port_count);
  json.key("missing");
  json.begin_inline_array();
  for (const std::string& name : outcome.missing) json.value(name);
  json.end_array();
  json.member("edges", outcome.edges);
  json.member("instants", outcome.instants);
  json.member("first_time_ps", outcome.first_time_ps);
  json.member("last_time_ps", outcome.last_time_ps);
  json.member("digest", Digest64(outcome.digest).to_hex());
  json.member("nets", outcome.net_count);
  json.end_object();
}

ExitCode run_command(const SimCommandOptions& options, Session& session) {
  gate::OpenLoopOptions sim = options.sim;
  if (!options.waves.empty()) sim.nets = options.waves;
  sim.format = options.format == "vcd" ? gate::WaveFileFormat::Vcd : gate::WaveFileFormat::Fst;
  sim.from = SimTime(options.from_ps);
  if (options.to_ps >= 0) sim.to = SimTime(options.to_ps);
  sim.timing = timing_request(options.timing);
  sim.cache_directory = gate::ProgramCache::default_directory();
  Diagnostics warnings;
  const std::unique_ptr<Progress> progress = session.make_progress();
  const Result<gate::OpenLoopOutcome> outcome =
      gate::run_open_loop(sim, warnings, *progress, session.interrupt());
  session.report(warnings);
  if (!outcome) return session.report(outcome.error());
  if (session.options().is_json) {
    write_json(*outcome, session.out());
  } else {
    session.out().write(fmt::format(
        "{} inputs from scope '{}', {} instants from {} ps to {} ps, digest {}\n{} nets in {}\n",
        outcome->port_count, outcome->scope, outcome->instants, outcome->first_time_ps,
        outcome->last_time_ps, Digest64(outcome->digest).to_hex(), outcome->net_count,
        sim.wave_file));
  }
  if (session.interrupt().is_requested()) return ExitCode::Interrupted;
  return report_timing(outcome->timing, session);
}

}  // namespace

Command gate_sim_command() {
  auto options = std::make_shared<SimCommandOptions>();
  gate::OpenLoopOptions& sim = options->sim;
  Command command{.name = "sim", .summary = "Drive a netlist from a wave file, open loop"};
  command.description =
      "Reads the inputs' values from a VCD or FST, runs the netlist, writes waves. An input that\n"
      "the stimulus lacks is an error unless `--allow-missing` names it. Where clocks and data\n"
      "change at one instant, flops see the data from before it; see `--data-first`.";
  command.options = design_options(sim.files, sim.top);
  const std::vector<Option> own = {
      {"--stimulus", "FILE", "the wave file with the inputs", &sim.stimulus, Need::Required},
      {"-o,--out", "FILE", "the wave file to write", &sim.wave_file, Need::Required},
      {"--scope", "SCOPE", "where the ports are in the stimulus; default: where most are",
       &sim.scope},
      {"--allow-missing", "PORT", "an input that may be absent: held at 0; may be repeated",
       &sim.allow_missing},
      {"--data-first", "", "flops see the data of the same instant", &sim.data_first},
      {"--from", "PS", "the first instant of the stimulus, in picoseconds", &options->from_ps},
      {"--to", "PS", "the last; default: its end", &options->to_ps},
      {"--waves", "GLOB", "which nets to write; default: all; may be repeated", &options->waves},
      {"--wave-format",
       "FORMAT",
       "format of the waves",
       &options->format,
       Need::Optional,
       {"fst", "vcd"}},
      {"--digest", "FILE", "write the digest of each edge", &sim.digest_file},
      {"--saif", "FILE", "write the switching activity of all nets", &sim.saif_file},
      {"--engine", "NAME", "the engine", &sim.engine, Need::Optional, {"event", "reference"}},
  };
  command.options.insert(command.options.end(), own.begin(), own.end());
  add_timing_options(command, options->timing, false);
  command.examples = {{"heddle gate sim chip.json --stimulus bench.vcd -o chip.fst", "every net"},
                      {"heddle gate sim chip.json --stimulus bench.vcd --scope tb.dut -o out.vcd "
                       "--wave-format vcd",
                       "ports from that scope"}};
  command.stops_on_request = true;
  command.run = [options](Session& session) { return run_command(*options, session); };
  return command;
}

}  // namespace heddle::cli
