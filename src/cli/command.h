// The command tree, described as data. Commands say what they take; the parser,
// `--help` and the completion script are all made from this one description, so
// they cannot disagree. Only parser_cli11.cpp knows CLI11.
//
// A command keeps its options in a struct that its `run` owns:
//
//   Command info_command() {
//     auto options = std::make_shared<InfoOptions>();
//     Command command{.name = "info", .summary = "Say what a netlist holds"};
//     command.options = {{"netlist", "FILE", "Yosys JSON", &options->netlist, Need::Required},
//                        {"--top", "MODULE", "the top module", &options->top}};
//     command.run = [options](Session& session) { return run_info(*options, session); };
//     return command;
//   }
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/exit_code.h"

namespace heddle::cli {

class Session;

/// Where a parsed value goes; its type says how the words are read. A flag is
/// a `bool`, a repeatable option a vector, an absent `optional` stays empty.
using OptionTarget =
    std::variant<bool*, std::string*, std::optional<std::string>*, std::int64_t*, std::uint64_t*,
                 std::optional<std::uint64_t>*, std::vector<std::string>*>;

enum class Need : std::uint8_t { Optional, Required };

/// One option (`--out`, or `-o,--out`) or, without dashes, one positional.
struct Option {
  std::string name;
  std::string value_name;  ///< as help shows it: FILE, DIR, N; empty for a flag
  std::string help;
  OptionTarget target;
  Need need = Need::Optional;
  std::vector<std::string> choices = {};  ///< the words allowed; empty: any

  [[nodiscard]] bool is_positional() const { return !name.starts_with('-'); }
  [[nodiscard]] bool is_flag() const { return std::holds_alternative<bool*>(target); }
};

/// A command line that works, and what it does; shown by `--help`.
struct Example {
  std::string line;  ///< whole, from `heddle` on
  std::string what;
};

/// One node: either a group with children, or a leaf with `run`.
struct Command {
  std::string name;
  std::string summary;           ///< one line, no full stop
  std::string description = {};  ///< further lines of `--help`; may be empty
  std::vector<Option> options = {};
  std::vector<Example> examples = {};
  std::vector<Command> children = {};
  std::function<ExitCode(Session&)> run = nullptr;
  std::string version = {};       ///< what `--version` prints; empty: there is no such option
  bool stops_on_request = false;  ///< asks `Session::interrupt`; else Ctrl-C just ends it
};

}  // namespace heddle::cli
