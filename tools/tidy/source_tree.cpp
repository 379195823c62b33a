#include "source_tree.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace heddle::tidy {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kSkippedDirectories = {"build", ".git", "runs", "site"};

/// The paths git tracks, NUL between them; empty outside a clone.
std::string tracked_paths(const std::string& root) {
  const std::string line = "git -C '" + root + "' ls-files -z 2>/dev/null";
  std::string output;
  std::FILE* const pipe = popen(line.c_str(), "re");
  if (pipe == nullptr) return output;
  std::array<char, 65536> buffer = {};
  for (std::size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), size);
  }
  return pclose(pipe) == 0 ? output : std::string();
}

std::vector<std::string> walked_paths(const std::string& root) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool is_skipped = std::find(kSkippedDirectories.begin(), kSkippedDirectories.end(),
                                      name) != kSkippedDirectories.end();
    if (at->is_directory() && is_skipped) at.disable_recursion_pending();
    if (at->is_regular_file()) paths.push_back(fs::relative(at->path(), root).generic_string());
  }
  return paths;
}

void read_into(SourceTree& tree, const std::string& root, const std::string& path) {
  std::ifstream stream(root + "/" + path, std::ios::binary);
  if (!stream) return;  // tracked, but removed in the working tree
  std::ostringstream text;
  text << stream.rdbuf();
  tree.add(path, text.str());
}

/// Blanks [begin, end) but for line ends.
void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < std::min(end, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

/// One past the end of the string or character literal that starts at `at`.
std::size_t literal_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

/// One past the end of the raw string whose opening quote is at `at`.
std::size_t raw_string_end(std::string_view text, std::size_t at) {
  const std::size_t open = text.find('(', at);
  if (open == std::string_view::npos) return text.size();
  std::string close = ")";
  close.append(text.substr(at + 1, open - at - 1)).append("\"");
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

/// A quote between digits or letters separates digits: 1'000'000.
bool is_digit_separator(std::string_view text, std::size_t at) {
  return text[at] == '\'' && at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0;
}

}  // namespace

std::string Finding::to_string() const {
  std::string place = path;
  if (line != 0) place += ":" + std::to_string(line);
  return place + ": " + message + " [" + rule + "]";
}

std::string_view SourceTree::text(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? std::string_view() : std::string_view(found->second);
}

SourceTree SourceTree::load(const std::string& root) {
  SourceTree tree;
  std::istringstream tracked(tracked_paths(root));
  for (std::string path; std::getline(tracked, path, '\0');) read_into(tree, root, path);
  if (!tree.files().empty()) return tree;
  for (const std::string& path : walked_paths(root)) read_into(tree, root, path);
  return tree;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

bool is_header(std::string_view path) {
  return path.ends_with(".h") || path.ends_with(".cuh");
}

bool is_cpp(std::string_view path) {
  return is_header(path) || path.ends_with(".cpp") || path.ends_with(".cu") || path.ends_with(".c");
}

std::string without_comments(std::string_view source, Strings strings) {
  std::string text(source);
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    std::size_t end = at + 1;
    if (rest.starts_with("//")) {
      end = std::min(text.find('\n', at), text.size());
      blank(text, at, end);
    } else if (rest.starts_with("/*")) {
      const std::size_t close = text.find("*/", at + 2);
      end = close == std::string::npos ? text.size() : close + 2;
      blank(text, at, end);
    } else if (rest.starts_with("R\"")) {
      end = raw_string_end(text, at + 1);
      if (strings == Strings::Blank) blank(text, at + 2, end - 1);
    } else if ((text[at] == '"' || text[at] == '\'') && !is_digit_separator(text, at)) {
      end = literal_end(text, at);
      if (strings == Strings::Blank) blank(text, at + 1, end - 1);
    }
    at = end;
  }
  return text;
}

}  // namespace heddle::tidy
