// `heddle gate cosim`: options onto the run file, the run, and what to say of it.
#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <chrono>

#include "cli/build_info.h"
#include "cli/diagnostics.h"
#include "cli/gate_commands.h"
#include "cli/live_transcript.h"
#include "cli/session.h"
#include "cli/timing_options.h"
#include "heddle/base/file.h"
#include "heddle/gate/bench_diagnostics.h"
#include "heddle/gate/cosim.h"
#include "heddle/gate/program_cache.h"
#include "heddle/gate/rerun.h"

namespace heddle::cli {
namespace {

struct CosimCommandOptions {
  std::string run_file;
  std::string from;
  std::string out;
  std::string engine;
  std::optional<std::uint64_t> edges;
  std::optional<std::uint64_t> batch;
  std::optional<std::uint64_t> host_threads;
  std::vector<std::string> waves;
  std::string wave_format;
  std::string check;
  std::string digest;
  std::uint64_t digest_every = 1;
  std::string output_hash;
  std::uint64_t output_hash_every = 1;
  std::optional<std::uint64_t> checkpoint_every;
  std::vector<std::string> trace_signals;
  std::string saif;
  TimingCommandOptions timing;
  std::string seed;
  std::string fault;
  std::vector<std::string> vpi;
  std::vector<std::string> vpi_arguments;
  bool xprop = false;
  bool force = false;
  bool strict = false;
};

class Watcher final : public gate::CosimObserver {
 public:
  Watcher(Session& session, LiveTranscript& transcript)
      : session_(session), transcript_(transcript) {}

  void on_warnings(const Diagnostics& warnings) override { session_.report(warnings); }
  void on_start(const std::vector<std::string>& uarts, const std::string& directory) override {
    session_.note("run directory: " + directory);
    transcript_.start(uarts);
  }
  void on_display(const std::string& text) override { transcript_.add_line(text); }
  void on_uart_byte(std::size_t source, std::uint8_t byte) override {
    transcript_.add(source, static_cast<char>(byte));
  }
  void on_live(const std::string& text) override { session_.note(text); }

 private:
  Session& session_;
  LiveTranscript& transcript_;
};

Failure bad_usage(std::string_view text) {
  return fail(diag::kBadUsage, {}, {text, "heddle gate cosim"});
}

/// The options that change the run file.
Status apply(const CosimCommandOptions& options, gate::RunFile& run) {
  if (!options.engine.empty()) run.engine = options.engine;
  run.xprop |= options.xprop;
  if (options.edges) {
    if (*options.edges == 0) return bad_usage("`--edges` is at least 1");
    run.stop_edges = options.edges;
  }
  if (options.batch) {
    if (*options.batch == 0 || *options.batch > gate::EdgeWindow::kEdgesMax) {
      return bad_usage(fmt::format("`--batch` is from 1 to {}", gate::EdgeWindow::kEdgesMax));
    }
    run.batch_edges = static_cast<std::uint32_t>(*options.batch);
  }
  if (!options.waves.empty()) run.wave_nets.clear();
  for (const std::string& glob : options.waves) {
    if (glob != "none") run.wave_nets.push_back({glob, {"--waves", 0, 0}});
  }
  if (!options.wave_format.empty()) {
    run.wave_format =
        options.wave_format == "vcd" ? gate::WaveFileFormat::Vcd : gate::WaveFileFormat::Fst;
    run.wave_file.clear();
  }
  if (options.seed == "random") {
    if (getrandom(&run.seed, sizeof run.seed, 0) != sizeof run.seed) {
      return bad_usage("the system gives no random seed");
    }
  } else if (!options.seed.empty()) {
    const bool digits = std::all_of(options.seed.begin(), options.seed.end(),
                                    [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || options.seed.size() > 19) {
      return bad_usage("`--seed` is a number below 10^19, or `random`");
    }
    run.seed = std::stoull(options.seed);
  }
  return {};
}

Result<gate::RunFile> load(const CosimCommandOptions& options, std::string& fault) {
  if (options.run_file.empty() == options.from.empty()) {
    return bad_usage("give either a run file or `--from RUN_DIR`");
  }
  if (options.from.empty()) return gate::load_run_file(options.run_file);
  HEDDLE_TRY(gate::Rerun rerun, gate::load_rerun(options.from));
  if (fault.empty()) fault = rerun.fault;
  if (rerun.has_vpi && options.vpi.empty()) {
    return fail(gate::bench::diag::kNotRepeated, {options.from, 0, 0}, {});
  }
  return std::move(rerun.run);
}

Result<gate::CosimOptions> cosim_options(const CosimCommandOptions& options, std::string fault) {
  gate::CosimOptions out;
  if (!options.check.empty()) {
    HEDDLE_TRY(out.check, gate::parse_edge_range(options.check));
  }
  if (options.digest_every == 0 || options.output_hash_every == 0) {
    return bad_usage("`--digest-every` and `--output-hash-every` are at least 1");
  }
  if (options.checkpoint_every && *options.checkpoint_every == 0) {
    return bad_usage("`--checkpoint-every` is at least 1");
  }
  if (options.host_threads && (*options.host_threads == 0 || *options.host_threads > 2)) {
    return bad_usage("`--host-threads` is 1 or 2");
  }
  out.host_threads = static_cast<std::uint32_t>(options.host_threads.value_or(0));
  out.checkpoint_every = options.checkpoint_every.value_or(0);
  out.trace_signals = options.trace_signals;
  out.saif_file = options.saif;
  out.timing = timing_request(options.timing);
  out.directory = options.out;
  out.force = options.force;
  out.strict = options.strict;
  out.digest_file = options.digest;
  out.digest_every = options.digest_every;
  out.output_hash_file = options.output_hash;
  out.output_hash_every = options.output_hash_every;
  out.fault = std::move(fault);
  out.vpi_modules = options.vpi;
  out.vpi_arguments = {"heddle"};
  out.vpi_arguments.insert(out.vpi_arguments.end(), options.vpi_arguments.begin(),
                           options.vpi_arguments.end());
  out.cache_directory = gate::ProgramCache::default_directory();
  out.version = version_short(build_info());
  out.clock = [] { return std::chrono::steady_clock::now().time_since_epoch(); };
  return out;
}

std::string summary(const gate::CosimOutcome& outcome) {
  std::string text;
  for (const gate::ExpectationOutcome& expectation : outcome.expectations) {
    text +=
        fmt::format("{} {} {}\n", expectation.equal ? "PASS" : "FAIL", expectation.what,
                    expectation.equal ? "is byte for byte as expected" : expectation.difference);
  }
  const gate::CheckOutcome& check = outcome.check;
  if (check.asked && !check.checked)
    text += "NOTE nothing was checked: the engine is the reference\n";
  if (check.checked && check.equal) {
    text += fmt::format("PASS {} edges are equal to the reference\n", check.compared_edges);
  }
  if (check.checked && !check.equal) {
    text += fmt::format("FAIL edge {} differs from the reference at {}\n", check.edge, check.net);
  }
  if (outcome.timing) text += gate::to_text(*outcome.timing);
  const double rate =
      outcome.seconds > 0 ? static_cast<double>(outcome.edges) / outcome.seconds : 0;
  text += fmt::format("{}: {} edges, {} ps, {} edges/s, stopped by {}\n",
                      gate::run_status_name(outcome.status), outcome.edges, outcome.time_ps,
                      count_to_text(rate), gate::stop_reason_name(outcome.stop));
  if (!outcome.jitter_ps.empty())
    text += fmt::format("clocks with jitter: seed {}\n", outcome.seed);
  for (const std::string& file : outcome.files) {
    text += "  " + join_path(outcome.directory, file) + "\n";
  }
  return text;
}

ExitCode exit_code(const gate::CosimOutcome& outcome) {
  if (outcome.status == gate::RunStatus::Interrupted) return ExitCode::Interrupted;
  if (outcome.problems.has_errors()) return exit_code_of(outcome.problems.cause());
  return outcome.passed() ? ExitCode::Ok : ExitCode::CheckFailed;
}

ExitCode run_command(const CosimCommandOptions& options, Session& session) {
  std::string fault = options.fault;
  Result<gate::RunFile> run = load(options, fault);
  if (!run) return session.report(run.error());
  if (const Status applied = apply(options, *run); !applied) return session.report(applied.error());
  const Result<gate::CosimOptions> cosim = cosim_options(options, std::move(fault));
  if (!cosim) return session.report(cosim.error());

  LiveTranscript transcript(session.out(), session.options().is_json);
  Watcher watcher(session, transcript);
  const std::unique_ptr<Progress> progress = session.make_progress();
  const Result<gate::CosimOutcome> outcome =
      gate::run_cosim(*run, *cosim, watcher, *progress, session.interrupt());
  transcript.finish();
  if (!outcome) return session.report(outcome.error());
  session.report(outcome->problems);
  if (session.options().is_json) {
    const Result<std::string> report = read_file(join_path(outcome->directory, "report.json"));
    if (report) session.out().write(*report);
  } else if (!session.options().is_quiet) {
    session.out().write(summary(*outcome));
  }
  return exit_code(*outcome);
}

std::vector<Option> option_list(CosimCommandOptions& o) {
  return {
      {"run-file", "FILE", "the run file (YAML)", &o.run_file},
      {"--from", "DIR", "run again what this run directory holds", &o.from},
      {"--out", "DIR", "the run directory; default runs/<name>-<digest>", &o.out},
      {"--force", "", "replace a run directory that exists", &o.force},
      {"--engine", "NAME", "the engine", &o.engine, Need::Optional, {"event", "reference"}},
      {"--edges", "N", "stop after N edges", &o.edges},
      {"--batch", "N", "edges a batch; never changes a result", &o.batch},
      {"--host-threads", "N", "1, or 2 to write beside the simulation; never changes a result",
       &o.host_threads},
      {"--waves", "GLOB", "dump the nets that match; `none` for none; may be repeated", &o.waves},
      {"--wave-format",
       "FORMAT",
       "format of the waves",
       &o.wave_format,
       Need::Optional,
       {"fst", "vcd"}},
      {"--check", "RANGE", "compare with the reference engine: `all`, or edges `A:B`", &o.check},
      {"--strict", "", "an empty check is an error", &o.strict},
      {"--digest", "FILE", "write the digest of each edge", &o.digest},
      {"--digest-every", "N", "write every N-th digest only", &o.digest_every},
      {"--output-hash", "FILE", "write the hash of the top-level outputs", &o.output_hash},
      {"--output-hash-every", "N", "write every N-th hash only", &o.output_hash_every},
      {"--checkpoint-every", "N", "keep a checkpoint about every N edges, for `gate window`",
       &o.checkpoint_every},
      {"--trace-signals", "GLOB",
       "write each change of the nets that match to signals.txt; may be repeated",
       &o.trace_signals},
      {"--saif", "FILE", "write the switching activity of all nets", &o.saif},
      {"--xprop", "", "say which bits are x: uninitialised flops and memories, open inputs",
       &o.xprop},
      {"--vpi", "FILE", "load a VPI module, a shared library; may be repeated", &o.vpi},
      {"--vpi-arg", "TEXT", "an argument that VPI modules see, such as +trace; may be repeated",
       &o.vpi_arguments},
      {"--seed", "N", "seed of the run, or `random`", &o.seed},
      {"--inject-fault", "NET", "invert the gate that drives NET, or `seed:N`", &o.fault},
  };
}

}  // namespace

Command gate_cosim_command() {
  auto options = std::make_shared<CosimCommandOptions>();
  Command command{.name = "cosim", .summary = "Run a netlist with its peripherals"};
  command.description =
      "Prints what the UARTs send while it runs, and writes a run directory: report, events,\n"
      "transcripts, waves and trace. Exit code 1 when a check or an expectation fails.";
  command.options = option_list(*options);
  add_timing_options(command, options->timing, true);
  command.examples = {
      {"heddle gate cosim run.yaml", "run it"},
      {"heddle gate cosim run.yaml --edges 100000 --waves '*' --out out", "with waves of all nets"},
      {"heddle gate cosim run.yaml --check 0:20000", "beside the reference engine"},
      {"heddle gate cosim run.yaml --vpi ./monitor.so", "with a VPI module"},
      {"heddle gate cosim run.yaml --xprop", "with X propagation"},
      {"heddle gate cosim --from runs/uart_hello-1a2b3c4d --out again", "the same run again"}};
  command.stops_on_request = true;
  command.run = [options](Session& session) { return run_command(*options, session); };
  return command;
}

}  // namespace heddle::cli
