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
  std::string netlist;
  std::string top;
  std::string out;
  bool force = false;
};

/// The netlist's path as seen from the run file's directory.
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
  const Result<gate::FlatNetlist> netlist = gate::load_netlist(options.netlist, options.top);
  if (!netlist) return session.report(netlist.error());
  session.report(netlist->warnings);
  const std::string text = gate::initial_run_file(
      gate::summarise(*netlist), path_from(options.netlist, options.out), options.top);
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
  command.options = {
      {"netlist", "FILE", "a netlist as Yosys's write_json leaves it", &options->netlist,
       Need::Required},
      {"--top", "MODULE", "the top module; default: the only candidate", &options->top},
      {"-o,--out", "FILE", "the run file; default: standard output", &options->out},
      {"--force", "", "replace a file that exists", &options->force}};
  command.examples = {{"heddle gate init netlist.json -o run.yaml", "guess what can be guessed"}};
  command.run = [options](Session& session) { return run_init(*options, session); };
  return command;
}

}  // namespace heddle::cli
