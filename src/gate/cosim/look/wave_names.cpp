#include "gate/cosim/look/wave_names.h"

#include <algorithm>

#include "heddle/gate/look_diagnostics.h"

namespace heddle::gate {
namespace {

/// Calls `visit(path, variable)`, and `visit(path, nullptr)` when a scope opens.
template <class Visit>
void walk(const trace::WaveHierarchy& hierarchy, Visit visit) {
  std::vector<std::string> paths{""};
  for (const trace::WaveItem& item : hierarchy.items()) {
    if (item.kind == trace::WaveItem::Kind::Enter) {
      const std::string name = plain_name(hierarchy.scopes()[item.index].name);
      paths.push_back(paths.back().empty() ? name : paths.back() + "." + name);
      visit(paths.back(), static_cast<const trace::WaveVariable*>(nullptr));
    } else if (item.kind == trace::WaveItem::Kind::Leave) {
      if (paths.size() > 1) paths.pop_back();
    } else {
      visit(paths.back(), &hierarchy.variables()[item.index]);
    }
  }
}

}  // namespace

NetsByName nets_below(const trace::WaveHierarchy& hierarchy, const std::string& scope) {
  NetsByName nets;
  walk(hierarchy, [&](const std::string& path, const trace::WaveVariable* variable) {
    if (variable == nullptr) return;
    const bool inside = scope.empty() || path == scope || path.starts_with(scope + ".");
    if (!inside) return;
    std::string name = path.size() > scope.size()
                           ? path.substr(scope.size() + (scope.empty() ? 0 : 1)) + "."
                           : std::string();
    name += plain_name(variable->name);
    const trace::WaveOptions& options = variable->options;
    if (hierarchy.width(variable->signal) == 1 && options.has_range) {
      name += "[" + std::to_string(options.lsb) + "]";
    }
    nets.emplace(std::move(name), variable->signal);
  });
  return nets;
}

std::vector<std::string> scopes_of(const trace::WaveHierarchy& hierarchy) {
  std::vector<std::string> scopes{""};
  walk(hierarchy, [&](const std::string& path, const trace::WaveVariable* variable) {
    if (variable == nullptr) scopes.push_back(path);
  });
  const auto depth = [](const std::string& scope) {
    return scope.empty() ? 0 : 1 + std::count(scope.begin(), scope.end(), '.');
  };
  std::stable_sort(scopes.begin(), scopes.end(),
                   [&](const std::string& a, const std::string& b) { return depth(a) < depth(b); });
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  return scopes;
}

Status check_scope(const trace::WaveHierarchy& hierarchy, const std::optional<std::string>& scope,
                   const std::string& file) {
  if (!scope) return {};
  const std::vector<std::string> scopes = scopes_of(hierarchy);
  if (std::find(scopes.begin(), scopes.end(), *scope) != scopes.end()) return {};
  const std::vector<std::string_view> names(scopes.begin(), scopes.end());
  const std::string near(nearest_name(*scope, names));
  return fail(look::diag::kUnknown, {file, 0, 0},
              {"scope", *scope, near.empty() ? "" : "did you mean '" + near + "'?"});
}

}  // namespace heddle::gate
