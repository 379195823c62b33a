// How long files and functions are. Functions are found by their braces: one
// that opens after a `)` in a namespace or a type opens a function.
#include "rules.h"

namespace heddle::tidy {
namespace {

constexpr std::size_t kFileLinesMax = 700;
constexpr std::size_t kFunctionLinesMax = 80;

enum class Scope { Outer, Function, Inner };

struct Open {
  Scope scope = Scope::Outer;
  std::size_t line = 0;  ///< where the head of a function began
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool contains_word(std::string_view text, std::string_view word) {
  const auto is_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !is_name(text[at - 1]);
    const bool ends = at + word.size() == text.size() || !is_name(text[at + word.size()]);
    if (starts && ends) return true;
  }
  return false;
}

/// What a brace opens, from the text between it and the statement before.
Scope scope_of(std::string_view head, Scope around) {
  if (around != Scope::Outer) return Scope::Inner;
  if (contains(head, "(") && contains(head, ")")) return Scope::Function;
  for (const std::string_view word : {"namespace", "class", "struct", "union", "extern"}) {
    if (contains_word(head, word)) return Scope::Outer;
  }
  return Scope::Inner;
}

/// Walks the braces of one file.
class FunctionSizes {
 public:
  FunctionSizes(const std::string& path, Findings& findings) : path_(path), findings_(findings) {}

  void read(std::string_view code) {
    for (const char c : code) {
      if (c == '\n') ++line_;
      if (c == '{') {
        open();
      } else if (c == '}') {
        close();
      } else if (c == ';') {
        start_head();
      } else {
        if (head_.empty() && std::isspace(static_cast<unsigned char>(c)) == 0) head_line_ = line_;
        if (!head_.empty() || std::isspace(static_cast<unsigned char>(c)) == 0) head_ += c;
      }
    }
  }

 private:
  void start_head() { head_.clear(); }

  void open() {
    const Scope around = stack_.empty() ? Scope::Outer : stack_.back().scope;
    stack_.push_back({scope_of(head_, around), head_line_});
    start_head();
  }

  void close() {
    start_head();
    if (stack_.empty()) return;
    const Open last = stack_.back();
    stack_.pop_back();
    const std::size_t size = line_ - last.line + 1;
    if (last.scope == Scope::Function && size > kFunctionLinesMax) {
      findings_.push_back({path_, last.line, "function-size",
                           "a function of " + std::to_string(size) + " lines; at most " +
                               std::to_string(kFunctionLinesMax)});
    }
  }

  const std::string& path_;
  Findings& findings_;
  std::vector<Open> stack_;
  std::string head_;
  std::size_t head_line_ = 1;
  std::size_t line_ = 1;
};

bool has_size_limit(std::string_view path) {
  return is_cpp(path) || path.ends_with(".v") || path.ends_with(".sh") ||
         path.ends_with(".cmake") || path.ends_with(".py") || path == "run";
}

/// Preprocessor lines hold braces that need not pair up.
std::string without_directives(std::string code) {
  bool continues = false;
  for (std::size_t begin = 0; begin < code.size();) {
    const std::size_t end = std::min(code.find('\n', begin), code.size());
    const std::size_t first = code.find_first_not_of(" \t", begin);
    const bool is_directive = continues || (first < end && code[first] == '#');
    continues = is_directive && end > begin && code[end - 1] == '\\';
    if (is_directive)
      std::fill(code.begin() + static_cast<std::ptrdiff_t>(begin),
                code.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    begin = end + 1;
  }
  return code;
}

}  // namespace

void check_sizes(const SourceTree& tree, Findings& findings) {
  for (const auto& [path, text] : tree.files()) {
    if (!has_size_limit(path)) continue;
    const std::size_t line_count = lines_of(text).size();
    if (line_count > kFileLinesMax) {
      findings.push_back(
          {path, 0, "file-size",
           std::to_string(line_count) + " lines; at most " + std::to_string(kFileLinesMax)});
    }
    if (!is_cpp(path)) continue;
    FunctionSizes(path, findings).read(without_directives(without_comments(text, Strings::Blank)));
  }
}

}  // namespace heddle::tidy
