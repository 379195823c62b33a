// `heddle gate dump`: what a design holds at an edge of a run.
#include "cli/gate_commands.h"
#include "cli/session.h"
#include "heddle/gate/dump.h"
#include "heddle/gate/program_cache.h"

namespace heddle::cli {
namespace {

struct DumpCommandOptions {
  std::string directory;
  gate::DumpOptions dump;
};

ExitCode run_command(const DumpCommandOptions& options, Session& session) {
  gate::DumpOptions dump_options = options.dump;
  dump_options.cache_directory = gate::ProgramCache::default_directory();
  Diagnostics warnings;
  const std::unique_ptr<Progress> progress = session.make_progress();
  const Result<gate::Dump> dump =
      gate::dump_run(options.directory, dump_options, warnings, *progress, session.interrupt());
  session.report(warnings);
  if (!dump) {
    if (session.interrupt().is_requested()) return ExitCode::Interrupted;
    return session.report(dump.error());
  }
  if (session.options().is_json) {
    gate::write_json(*dump, session.out());
  } else {
    gate::write_text(*dump, session.out());
  }
  return ExitCode::Ok;
}

}  // namespace

Command gate_dump_command() {
  auto options = std::make_shared<DumpCommandOptions>();
  Command command{.name = "dump", .summary = "Show what a design holds at an edge of a run"};
  command.description =
      "Values are those of the sample of the edge: after its clocks, before the peripherals'\n"
      "answers. Simulates from the nearest checkpoint before it.";
  command.options = {
      {"directory", "DIR", "the directory of the run", &options->directory, Need::Required},
      {"--at", "EDGE", "the edge", &options->dump.edge, Need::Required},
      {"--states", "GLOB", "flops and latches that match; default: all; may be repeated",
       &options->dump.states},
      {"--memory", "NAME", "the rows of a memory; may be repeated", &options->dump.memories},
      {"--peripheral", "NAME", "the state of a peripheral; may be repeated",
       &options->dump.peripherals},
      {"--engine",
       "NAME",
       "the engine",
       &options->dump.engine,
       Need::Optional,
       {"event", "reference"}},
  };
  command.examples = {
      {"heddle gate dump runs/boot --at 120000 --states 'cpu.*'", "registers of one part"},
      {"heddle gate dump runs/boot --at 120000 --memory ram.mem --json", "a memory, as JSON"}};
  command.stops_on_request = true;
  command.run = [options](Session& session) { return run_command(*options, session); };
  return command;
}

}  // namespace heddle::cli
