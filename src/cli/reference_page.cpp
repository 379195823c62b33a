#include "cli/reference_page.h"

#include <vector>

#include "cli/parser.h"

namespace heddle::cli {
namespace {

/// A cell of a table.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// What an option shows of its default; nothing where it has none.
std::string default_of(const Option& option) {
  if (option.need == Need::Required) return "required";
  if (const auto* const* text = std::get_if<std::string*>(&option.target)) {
    return (*text)->empty() ? "" : "`" + **text + "`";
  }
  if (const auto* const* number = std::get_if<std::int64_t*>(&option.target)) {
    return "`" + std::to_string(**number) + "`";
  }
  if (const auto* const* number = std::get_if<std::uint64_t*>(&option.target)) {
    return "`" + std::to_string(**number) + "`";
  }
  return "";
}

std::string option_line(const Option& option) {
  std::string values;
  for (const std::string& choice : option.choices) {
    values += (values.empty() ? " One of: `" : ", `") + choice + "`";
  }
  if (!values.empty()) values += '.';
  std::string name = option.name;
  for (std::size_t comma = 0; (comma = name.find(',', comma)) != std::string::npos; comma += 2) {
    name.replace(comma, 1, ", ");
  }
  if (!option.value_name.empty() && !option.is_positional()) name += " " + option.value_name;
  return "| `" + name + "` | " + cell(option.help) + values + " | " + default_of(option) + " |\n";
}

void add_command(const Command& command, const std::string& path, std::string& page) {
  page += "\n## `" + path + "`\n\n" + command.summary + ".\n";
  if (!command.description.empty()) page += "\n" + command.description + "\n";
  if (!command.options.empty()) {
    page += "\n| option | what | default |\n|---|---|---|\n";
    for (const Option& option : command.options) page += option_line(option);
  }
  if (!command.examples.empty()) {
    page += "\n```sh\n";
    for (const Example& example : command.examples) {
      page += example.line + "  # " + example.what + "\n";
    }
    page += "```\n";
  }
  for (const Command& child : command.children) add_command(child, path + " " + child.name, page);
}

}  // namespace

std::string command_reference(const Command& root) {
  std::string page =
      "<!-- Made from the command tree by the test CommandReference with HEDDLE_UPDATE_GOLDEN=1. "
      "-->\n# Command line\n\n";
  page += "`" + root.name + " COMMAND --help` says the same. Every command also takes:\n\n";
  page += "| option | what | default |\n|---|---|---|\n";
  SessionOptions unused;
  for (const Option& option : common_options(unused)) page += option_line(option);
  page += "\nWhat the codes at the end mean: [Exit codes](exit-codes.md).\n";
  add_command(root, root.name, page);
  return page;
}

}  // namespace heddle::cli
