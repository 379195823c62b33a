// The command tree handed to CLI11, and its complaints turned into diagnostics
// of ours. CLI11 is slow to compile: no other file includes it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <limits>

#include "cli/diagnostics.h"
#include "cli/parser.h"

namespace heddle::cli {
namespace {

/// Reads a decimal or 0x number. CLI11 would take 010 for eight.
template <class Integer>
bool parse_integer(std::string_view word, Integer& value) {
  const bool is_hex = word.starts_with("0x") || word.starts_with("0X");
  if (is_hex) word.remove_prefix(2);
  const auto [end, error] =
      std::from_chars(word.data(), word.data() + word.size(), value, is_hex ? 16 : 10);
  return error == std::errc() && end == word.data() + word.size() && !word.empty();
}

template <class Integer>
std::string integer_error(const std::string& word) {
  Integer value = 0;
  if (parse_integer(word, value)) return {};
  const std::string lowest = std::to_string(std::numeric_limits<Integer>::min());
  return "`" + word + "` is not a whole number from " + lowest + " to " +
         std::to_string(std::numeric_limits<Integer>::max());
}

template <class Integer>
CLI::Option* add_integer(CLI::App& app, const Option& option, std::function<void(Integer)> store) {
  CLI::Option* added = app.add_option_function<std::string>(
      option.name,
      [store](const std::string& word) {
        Integer value = 0;
        parse_integer(word, value);
        store(value);
      },
      option.help);
  return added->check([](const std::string& word) { return integer_error<Integer>(word); });
}

/// One overload a target type.
struct OptionAdder {
  CLI::App& app;
  const Option& option;

  CLI::Option* operator()(bool* target) const {
    return app.add_flag(option.name, *target, option.help);
  }
  CLI::Option* operator()(std::string* target) const {
    CLI::Option* added = app.add_option(option.name, *target, option.help);
    return target->empty() ? added : added->capture_default_str();
  }
  CLI::Option* operator()(std::optional<std::string>* target) const {
    return app.add_option_function<std::string>(
        option.name, [target](const std::string& word) { *target = word; }, option.help);
  }
  CLI::Option* operator()(std::int64_t* target) const {
    return add_integer<std::int64_t>(app, option, [target](std::int64_t v) { *target = v; })
        ->default_str(std::to_string(*target));
  }
  CLI::Option* operator()(std::uint64_t* target) const {
    return add_integer<std::uint64_t>(app, option, [target](std::uint64_t v) { *target = v; })
        ->default_str(std::to_string(*target));
  }
  CLI::Option* operator()(std::optional<std::uint64_t>* target) const {
    return add_integer<std::uint64_t>(app, option, [target](std::uint64_t v) { *target = v; });
  }
  CLI::Option* operator()(std::vector<std::string>* target) const {
    CLI::Option* added = app.add_option(option.name, *target, option.help);
    return option.is_positional() ? added : added->allow_extra_args(false);
  }
};

void add_option(CLI::App& app, const Option& option, const std::string& group) {
  CLI::Option* added = std::visit(OptionAdder{app, option}, option.target);
  if (!option.is_flag()) added->type_name(option.value_name);
  if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
  if (option.need == Need::Required) added->required();
  if (!group.empty()) added->group(group);
}

std::string footer_of(const Command& command) {
  std::string text = command.description;
  if (command.examples.empty()) return text;
  text += text.empty() ? "Examples:" : "\n\nExamples:";
  for (const Example& example : command.examples) {
    text += "\n  " + example.line + "\n      " + example.what;
  }
  return text;
}

void describe(CLI::App& app, const Command& command, SessionOptions& session_options) {
  app.set_help_flag("-h,--help", "say what this is and how it is used");
  if (!command.version.empty()) {
    app.set_version_flag("--version", command.version, "say how this program was built");
  }
  app.footer(footer_of(command));
  app.get_formatter()->column_width(32);
  for (const Option& option : command.options) add_option(app, option, "");
  if (command.run) {
    for (const Option& option : common_options(session_options)) {
      add_option(app, option, "Common options");
    }
  }
  app.require_subcommand(0, 1);
  for (const Command& child : command.children) {
    describe(*app.add_subcommand(child.name, child.summary), child, session_options);
  }
}

/// How far the words led: the command reached, and its spelling.
struct Reached {
  const Command* command = nullptr;
  std::string path;
};

Reached reached_by(const CLI::App& app, const Command& root) {
  Reached reached{&root, root.name};
  const CLI::App* at = &app;
  for (std::vector<CLI::App*> chosen = at->get_subcommands(); !chosen.empty();
       chosen = at->get_subcommands()) {
    at = chosen.front();
    const auto child =
        std::find_if(reached.command->children.begin(), reached.command->children.end(),
                     [&](const Command& candidate) { return candidate.name == at->get_name(); });
    if (child == reached.command->children.end()) break;
    reached.command = &*child;
    reached.path += " " + child->name;
  }
  return reached;
}

std::string did_you_mean(std::string_view nearest, const std::string& path) {
  if (nearest.empty()) return "see `" + path + " --help`";
  return "did you mean `" + std::string(nearest) + "`?";
}

Diagnostic unknown_option(const Reached& reached, const std::string& word,
                          SessionOptions& session_options) {
  std::vector<Option> options = reached.command->options;
  if (reached.command->run) {
    for (Option& option : common_options(session_options)) options.push_back(std::move(option));
  }
  std::vector<std::string_view> names = {"--help"};
  for (const Option& option : options) {
    if (const std::size_t at = option.name.find("--"); at != std::string::npos) {
      names.push_back(std::string_view(option.name).substr(at));
    }
  }
  const std::string name = word.substr(0, word.find('='));
  const std::string help = did_you_mean(nearest_name(name, names), reached.path);
  return Diagnostic(diag::kUnknownOption, {}, {reached.path, name, help});
}

Diagnostic unexpected_word(const Reached& reached, const std::string& word,
                           SessionOptions& session_options) {
  if (word.size() > 1 && word.starts_with('-')) {
    return unknown_option(reached, word, session_options);
  }
  if (reached.command->children.empty()) {
    return Diagnostic(diag::kUnexpectedArgument, {}, {reached.path, word, reached.path});
  }
  std::vector<std::string_view> names;
  for (const Command& child : reached.command->children) names.push_back(child.name);
  const std::string help = did_you_mean(nearest_name(word, names), reached.path);
  return Diagnostic(diag::kUnknownCommand, {}, {reached.path, word, help});
}

Diagnostic missing_command(const Reached& reached) {
  std::string names;
  for (const Command& child : reached.command->children) {
    names += (names.empty() ? "" : ", ") + child.name;
  }
  return Diagnostic(diag::kMissingCommand, {}, {reached.path, names});
}

}  // namespace

std::vector<Option> common_options(SessionOptions& options) {
  return {{"-q,--quiet", "", "no progress, no notes, errors only", &options.is_quiet},
          {"--json", "", "the result as one JSON value", &options.is_json}};
}

ExitCode run_command_line(const Command& root, const std::vector<std::string>& words,
                          Session& session, SignalCatcher& signals) {
  CLI::App app(root.summary, root.name);
  describe(app, root, session.options());
  std::vector<std::string> reversed(words.rbegin(), words.rend());  // as CLI11 wants them
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    session.out().write(app.help());
    return ExitCode::Ok;
  } catch (const CLI::CallForVersion&) {
    session.out().write(root.version + "\n");
    return ExitCode::Ok;
  } catch (const CLI::ParseError& error) {
    const Reached reached = reached_by(app, root);
    const std::vector<std::string> rest = app.remaining(true);
    // A stray word explains more than what is missing because of it.
    if (!rest.empty()) {
      return session.report(unexpected_word(reached, rest.front(), session.options()));
    }
    return session.report(Diagnostic(diag::kBadUsage, {}, {error.what(), reached.path}));
  }
  const Reached reached = reached_by(app, root);
  if (!reached.command->run) return session.report(missing_command(reached));
  if (reached.command->stops_on_request) signals.arm();
  return reached.command->run(session);
}

}  // namespace heddle::cli
