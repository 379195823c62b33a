#include "cli/completion.h"

#include <vector>

#include "cli/parser.h"

namespace heddle::cli {
namespace {

/// The tables of the script: each is the arms of one `case`.
struct Tables {
  std::string paths;    ///< words that lead on to a deeper command
  std::string words;    ///< what may follow a command
  std::string choices;  ///< what may follow an option with listed choices
  std::string values;   ///< options whose value is free: file names
};

/// `-q,--quiet` as its spellings.
std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> names;
  std::size_t begin = 0;
  for (std::size_t comma = 0; comma != std::string::npos; begin = comma + 1) {
    comma = option.name.find(',', begin);
    names.push_back(option.name.substr(begin, comma - begin));
  }
  return names;
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

void add_option(const Option& option, const std::string& path, std::string& follow,
                Tables& tables) {
  if (option.is_positional()) {
    if (!option.choices.empty()) follow += " " + joined(option.choices, " ");
    return;
  }
  std::string arms;
  for (const std::string& name : spellings(option)) {
    follow += " " + name;
    arms += (arms.empty() ? "'" : " | '") + path + "|" + name + "'";
  }
  if (option.is_flag()) return;
  if (option.choices.empty()) {
    tables.values += "    " + arms + ") return ;;\n";
  } else {
    tables.choices += "    " + arms + ") words='" + joined(option.choices, " ") + "' ;;\n";
  }
}

void add_command(const Command& command, const std::string& path, Tables& tables) {
  std::string follow;
  for (const Command& child : command.children) follow += " " + child.name;
  SessionOptions unused;
  std::vector<Option> options = command.options;
  if (command.run) {
    for (Option& option : common_options(unused)) options.push_back(std::move(option));
  }
  for (const Option& option : options) add_option(option, path, follow, tables);
  follow += command.version.empty() ? " --help" : " --help --version";
  tables.words += "    '" + path + "') words='" + follow.substr(1) + "' ;;\n";
  for (const Command& child : command.children) {
    const std::string child_path = path + " " + child.name;
    tables.paths += "      '" + child_path + "') path='" + child_path + "' ;;\n";
    add_command(child, child_path, tables);
  }
}

}  // namespace

std::string bash_completion(const Command& root) {
  Tables tables;
  add_command(root, root.name, tables);
  std::string script = "# bash completion of " + root.name + ", made by `" + root.name +
                       " completion bash`.\n_" + root.name + "() {\n";
  script += "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n";
  script += "  local path='" + root.name + "' words='' i\n  COMPREPLY=()\n";
  script += "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$path ${COMP_WORDS[i]}\" in\n";
  script += tables.paths + "    esac\n  done\n  case \"$path\" in\n" + tables.words + "  esac\n";
  if (!tables.choices.empty() || !tables.values.empty()) {
    script += "  case \"$path|$previous\" in\n" + tables.choices + tables.values + "  esac\n";
  }
  script += "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}\n";
  return script + "complete -o default -F _" + root.name + " " + root.name + "\n";
}

}  // namespace heddle::cli
