// The include graph against the module table of the architecture. A file of
// module m may include public headers of the modules that m may use, and
// private headers of m itself.
#include <algorithm>
#include <set>

#include "rules.h"

namespace heddle::tidy {
namespace {

struct Layer {
  std::string_view module;
  std::vector<std::string_view> may_use;
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> table = {
      {"base", {}},
      {"trace", {"base"}},
      {"flow", {"base", "trace"}},
      {"des", {"base", "trace"}},
      {"gate", {"base", "trace"}},
      {"gate/cosim", {"base", "trace", "gate", "flow"}},
      {"tile", {"base", "trace", "des"}},
      {"system", {"base", "trace", "des", "tile"}},
      {"ladder", {"base", "trace", "gate", "gate/cosim", "tile", "system"}},
      {"cli", {"base", "trace", "flow", "des", "gate", "gate/cosim", "tile", "system", "ladder"}},
      {"python",
       {"base", "trace", "flow", "des", "gate", "gate/cosim", "tile", "system", "ladder"}},
  };
  return table;
}

/// Headers of packages that may be included below one place only.
struct Confined {
  std::string_view header_prefix;
  std::string_view path_prefix;
};

constexpr Confined kConfined[] = {
    {"CLI/", "src/cli/parser_cli11.cpp"}, {"simdjson", "src/gate/netlist/"},
    {"simdjson", "src/portable/"},        {"yaml-cpp", "src/base/"},
    {"cuda", "src/gate/backend/cuda/"},   {"nccl", "src/gate/backend/cuda/"},
    {"mlir/", "src/tile/producer/mlir/"}, {"llvm/", "src/tile/producer/mlir/"},
};

/// One `#include`.
struct Include {
  std::string target;
  std::size_t line = 0;
  bool is_quoted = false;
};

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> includes;
  std::size_t number = 0;
  const std::string code = without_comments(text, Strings::Keep);
  for (std::string_view line : lines_of(code)) {
    ++number;
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with("#include")) continue;
    const std::size_t open = line.find_first_of("<\"");
    if (open == std::string_view::npos) continue;
    const bool is_quoted = line[open] == '"';
    const std::size_t close = line.find(is_quoted ? '"' : '>', open + 1);
    if (close == std::string_view::npos) continue;
    includes.push_back({std::string(line.substr(open + 1, close - open - 1)), number, is_quoted});
  }
  return includes;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

/// Where a quoted include leads: beside the file, below src/, below include/,
/// below tests/ or tools/; empty when it leads out of the tree.
std::string resolve(const SourceTree& tree, const std::string& from, const std::string& target) {
  for (const std::string& base : {directory_of(from), std::string("src/"), std::string("include/"),
                                  std::string("tests/"), std::string("tools/")}) {
    if (tree.has(base + target)) return base + target;
  }
  return {};
}

/// The module of a file below include/heddle or src; empty elsewhere.
std::string module_of(std::string_view path) {
  for (const std::string_view root : {"include/heddle/", "src/"}) {
    if (!path.starts_with(root)) continue;
    const std::string_view rest = path.substr(root.size());
    if (rest.starts_with("gate/cosim")) return "gate/cosim";
    const std::size_t slash = rest.find('/');
    return slash == std::string_view::npos ? "" : std::string(rest.substr(0, slash));
  }
  return {};
}

bool is_public(std::string_view path) {
  return path.starts_with("include/");
}

/// A header in C, directly below include/: it belongs to no module, includes the C
/// library only, and every module may include it.
bool is_c_interface(std::string_view path) {
  return is_public(path) && path.find('/', 8) == std::string_view::npos;
}

class LayerCheck {
 public:
  LayerCheck(const SourceTree& tree, Findings& findings) : tree_(tree), findings_(findings) {}

  void file(const std::string& path, std::string_view text) {
    for (const Include& include : includes_of(text)) {
      confined(path, include);
      if (include.is_quoted) {
        quoted(path, include);
      } else if (is_public(path)) {
        angled_in_public(path, include);
      }
    }
  }

  void cycles() {
    for (const auto& entry : edges_) {
      std::vector<std::string> trail;
      walk(entry.first, trail);
    }
  }

 private:
  void add(const std::string& path, std::size_t line, std::string message) {
    findings_.push_back({path, line, "layer", std::move(message)});
  }

  void confined(const std::string& path, const Include& include) {
    if (module_of(path).empty()) return;
    std::string places;
    for (const Confined& one : kConfined) {
      if (!include.target.starts_with(one.header_prefix)) continue;
      if (path.starts_with(one.path_prefix)) return;
      places += (places.empty() ? "" : ", ") + std::string(one.path_prefix);
    }
    if (places.empty()) return;
    add(path, include.line, "<" + include.target + "> may be included below " + places + " only");
  }

  void angled_in_public(const std::string& path, const Include& include) {
    const std::string& name = include.target;
    const bool is_std =
        name.find('/') == std::string::npos && name.ends_with(".h") == is_c_interface(path);
    if (is_std || name == "tl/expected.hpp") return;
    add(path, include.line, "a public header includes std and public headers, not <" + name + ">");
  }

  void quoted(const std::string& path, const Include& include) {
    const std::string target = resolve(tree_, path, include.target);
    const std::string from = module_of(path);
    if (target.empty()) {
      const bool is_generated = include.target.starts_with("heddle_build_");
      if (!from.empty() && !is_generated) {
        add(path, include.line, "\"" + include.target + "\" is no file of this tree");
      }
      return;
    }
    edges_[path].insert(target);
    const std::string to = module_of(target);
    if (from.empty() || path == "src/cli/main.cpp") return;
    if (is_public(path) && !is_public(target)) {
      add(path, include.line, "a public header includes the private " + target);
    }
    if (to == from || is_c_interface(target)) return;
    if (!is_public(target)) {
      add(path, include.line, from + " includes the private " + target + " of another module");
      return;
    }
    const auto layer = std::find_if(layers().begin(), layers().end(),
                                    [&](const Layer& one) { return one.module == from; });
    const bool may_use =
        layer != layers().end() &&
        std::find(layer->may_use.begin(), layer->may_use.end(), to) != layer->may_use.end();
    if (!may_use) add(path, include.line, from + " may not include " + to + " (" + target + ")");
  }

  /// Depth first; a file met again on its own trail closes a cycle.
  void walk(const std::string& path, std::vector<std::string>& trail) {
    const auto again = std::find(trail.begin(), trail.end(), path);
    if (again != trail.end()) {
      std::string names;
      for (auto at = again; at != trail.end(); ++at) names += *at + " -> ";
      if (path == *std::min_element(again, trail.end())) {
        add(path, 0, "includes itself: " + names + path);
      }
      return;
    }
    if (!visited_.insert(path).second) return;
    trail.push_back(path);
    if (const auto found = edges_.find(path); found != edges_.end()) {
      for (const std::string& next : found->second) walk(next, trail);
    }
    trail.pop_back();
  }

  const SourceTree& tree_;
  Findings& findings_;
  std::map<std::string, std::set<std::string>> edges_;
  std::set<std::string> visited_;
};

}  // namespace

void check_layers(const SourceTree& tree, Findings& findings) {
  LayerCheck check(tree, findings);
  for (const auto& [path, text] : tree.files()) {
    if (is_cpp(path)) check.file(path, text);
  }
  check.cycles();
}

}  // namespace heddle::tidy
