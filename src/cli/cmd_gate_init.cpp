// `heddle gate init`: a run file to start from.
#include <filesystem>

#include "cli/diagnostics.h"
#include "cli/gate_commands.h"
#include "cli/session.h"
#include "heddle/base/file.h"
#include "heddle/gate/init_run_file.h"
#include "heddle/gate/load.h"

namespace heddle::cli {
namespace {

struct InitOptions {
  gate::DesignFiles files;
  std::string top;
  std::string out;
  bool force = false;
};

/// A file's path as seen from the run file's directory.
std::string path_from(const std::string& netlist, const std::string& out) {
  if (out.empty() || parent_path(out).empty()) return netlist;
  std::error_code error;
  const auto path = std::filesystem::proximate(netlist, std::string(parent_path(out)), error);
  return error ? netlist : path.generic_string();
}

ExitCode run_init(const InitOptions& options, Session& session) {
  if (!options.out.empty() && path_exists(options.out) && !options.force) {
    const std::string text = "'" + options.out + "' exists already; `--force` replaces it";
    return session.report(Diagnostic(diag::kBadUsage, {}, {text, "heddle gate init"}));
  }
  const Result<gate::FlatNetlist> netlist = gate::load_netlist(options.files, options.top);
  if (!netlist) return session.report(netlist.error());
  session.report(netlist->warnings);
  gate::DesignFiles files = options.files;
  files.netlist = path_from(files.netlist, options.out);
  for (std::string& cells : files.cells) cells = path_from(cells, options.out);
  if (!files.manifest.empty()) files.manifest = path_from(files.manifest, options.out);
  const std::string text = gate::initial_run_file(gate::summarise(*netlist), files, options.top);
  if (options.out.empty()) {
    session.out().write(text);
    return ExitCode::Ok;
  }
  const Status written = write_file_atomic(options.out, text);
  if (!written) return session.report(written.error());
  session.note("written: " + options.out + "; run it with `heddle gate cosim " + options.out + "`");
  return ExitCode::Ok;
}

}  // namespace

Command gate_init_command() {
  auto options = std::make_shared<InitOptions>();
  Command command{.name = "init", .summary = "Write a commented run file for a netlist"};
  command.options = design_options(options->files, options->top);
  command.options.push_back(
      {"-o,--out", "FILE", "the run file; default: standard output", &options->out});
  command.options.push_back({"--force", "", "replace a file that exists", &options->force});
  command.examples = {{"heddle gate init netlist.json -o run.yaml", "guess what can be guessed"},
                      {"heddle gate init chip.v --cells lib.lib -o run.yaml", "of mapped Verilog"}};
  command.run = [options](Session& session) { return run_init(*options, session); };
  return command;
}

}  // namespace heddle::cli
