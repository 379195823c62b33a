// The named nets of a model as a tree of scopes, as wave and activity files show
// them: the parts of a full name between dots.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "heddle/gate/model.h"

namespace heddle::gate {

/// Nets and scopes of one scope of the hierarchy, in order of name.
struct ScopeTree {
  std::map<std::string, ScopeTree, std::less<>> scopes;
  std::map<std::string, const NamedNet*, std::less<>> nets;

  void add(std::string_view path, const NamedNet& net) {
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == path.size()) {
      nets.emplace(std::string(path), &net);
    } else {
      scopes[std::string(path.substr(0, dot))].add(path.substr(dot + 1), net);
    }
  }
};

}  // namespace heddle::gate
