// `heddle gate info` and `heddle gate compile`: what a netlist holds, and what
// it becomes.
#include <fmt/format.h>

#include <chrono>

#include "cli/gate_commands.h"
#include "cli/session.h"
#include "heddle/base/digest.h"
#include "heddle/base/json.h"
#include "heddle/gate/load.h"
#include "heddle/gate/program_cache.h"
#include "heddle/gate/summary.h"
#include "heddle/gate/x_sources.h"

namespace heddle::cli {
namespace {

struct InfoOptions {
  gate::DesignFiles files;
  std::string top;
  bool no_loops = false;
  bool xsources = false;
};

void write_json(const gate::NetlistSummary& summary, ByteSink& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("top", summary.top);
  json.member("gates", summary.gate_count);
  json.member("flops", summary.flops);
  json.member("latches", summary.latches);
  json.member("nets", summary.nets);
  json.key("ports");
  json.begin_array();
  for (const gate::PortSummary& port : summary.ports) {
    json.begin_inline_object();
    json.member("name", port.name);
    json.member("output", port.direction == gate::PortDirection::Output);
    json.member("width", port.width);
    json.end_object();
  }
  json.end_array();
  json.key("clocks");
  json.begin_inline_array();
  for (const gate::ClockGuess& clock : summary.clocks) json.value(clock.port);
  json.end_array();
  json.key("resets");
  json.begin_inline_array();
  for (const gate::ResetGuess& reset : summary.resets) json.value(reset.port);
  json.end_array();
  json.key("memories");
  json.begin_array();
  for (const gate::MemorySummary& memory : summary.memories) {
    json.begin_inline_object();
    json.member("name", memory.name);
    json.member("depth", memory.depth);
    json.member("width", memory.width);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

ExitCode run_xsources(gate::DesignFiles files, const std::string& top, Session& session) {
  Diagnostics warnings;
  files.keeps_unknown = true;
  gate::ProgramCache cache({.directory = gate::ProgramCache::default_directory()});
  const Result<gate::Model> model = cache.load_model(files, top, warnings);
  session.report(warnings);
  if (!model) return session.report(model.error());
  const std::vector<gate::XSource> sources = gate::list_x_sources(*model);
  if (session.options().is_json) {
    gate::write_json(sources, session.out());
  } else {
    session.out().write(gate::to_text(sources));
  }
  return ExitCode::Ok;
}

ExitCode run_info(const InfoOptions& options, Session& session) {
  if (options.xsources) return run_xsources(options.files, options.top, session);
  const Result<gate::FlatNetlist> netlist = gate::load_netlist(options.files, options.top);
  if (!netlist) return session.report(netlist.error());
  session.report(netlist->warnings);
  const gate::NetlistSummary summary = gate::summarise(*netlist);
  if (session.options().is_json) {
    write_json(summary, session.out());
  } else {
    session.out().write(gate::to_text(summary));
  }
  return ExitCode::Ok;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

ExitCode run_compile(const InfoOptions& options, Session& session) {
  const auto begin = std::chrono::steady_clock::now();
  Diagnostics warnings;
  gate::ProgramCache cache({.directory = gate::ProgramCache::default_directory()});
  Result<gate::Model> model = cache.load_model(options.files, options.top, warnings);
  session.report(warnings);
  if (!model) return session.report(model.error());
  const double load_seconds = seconds_since(begin);
  const Result<gate::Program> program =
      cache.compile(std::move(*model), {.observed = {}, .refuse_loops = options.no_loops});
  if (!program) return session.report(program.error());
  const double seconds = seconds_since(begin);
  if (session.options().is_json) {
    JsonWriter json(session.out());
    json.begin_object();
    json.member("top", program->model.top);
    json.member("and_gates", program->model.aig.and_count());
    json.member("luts", program->luts.size());
    json.member("levels", program->level_count);
    json.member("clock_domains", program->domains.size());
    json.member("digest", Digest64(program->digest).to_hex());
    json.member("cached", cache.stats().program_hits > 0);
    json.member("load_seconds", load_seconds);
    json.member("seconds", seconds);
    json.end_object();
  } else {
    session.out().write(
        fmt::format("{}: {} ANDs in {} LUTs on {} levels, {} clock domains; read in {:.2f} s, all "
                    "in {:.2f} s{}\n",
                    program->model.top, program->model.aig.and_count(), program->luts.size(),
                    program->level_count, program->domains.size(), load_seconds, seconds,
                    cache.stats().program_hits > 0 ? ", from the cache" : ""));
  }
  return ExitCode::Ok;
}

Command netlist_command(std::string name, std::string summary,
                        const std::shared_ptr<InfoOptions>& options) {
  Command command{.name = std::move(name), .summary = std::move(summary)};
  command.options = design_options(options->files, options->top);
  return command;
}

}  // namespace

Command gate_info_command() {
  auto options = std::make_shared<InfoOptions>();
  Command command = netlist_command("info", "Say what a netlist holds", options);
  command.options.push_back(
      {"--xsources", "", "list what is x at power-up with X propagation", &options->xsources});
  command.examples = {
      {"heddle gate info netlist.json", "ports, memories and sizes"},
      {"heddle gate info netlist.json --xsources", "flops, memories and nets without a value"},
      {"heddle gate info chip.v --cells lib.lib --manifest cells.yaml", "of mapped Verilog"}};
  command.run = [options](Session& session) { return run_info(*options, session); };
  return command;
}

Command gate_compile_command() {
  auto options = std::make_shared<InfoOptions>();
  Command command = netlist_command("compile", "Compile a netlist and say how it went", options);
  command.options.push_back({"--no-loops", "", "refuse combinational loops", &options->no_loops});
  command.examples = {{"heddle gate compile netlist.json", "gates, LUTs, levels and time"}};
  command.run = [options](Session& session) { return run_compile(*options, session); };
  return command;
}

}  // namespace heddle::cli
