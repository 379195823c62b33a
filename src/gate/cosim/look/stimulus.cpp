#include "gate/cosim/look/stimulus.h"

#include <algorithm>
#include <map>

#include "heddle/gate/look_diagnostics.h"

namespace heddle::gate {

namespace diag = look::diag;

namespace {

/// Variables of one scope itself, by name; their options tell the range.
using Variables = std::map<std::string, const trace::WaveVariable*, std::less<>>;

std::map<std::string, Variables> variables_by_scope(const trace::WaveHierarchy& hierarchy) {
  std::map<std::string, Variables> out;
  std::vector<std::string> paths{""};
  for (const trace::WaveItem& item : hierarchy.items()) {
    if (item.kind == trace::WaveItem::Kind::Enter) {
      const std::string name = plain_name(hierarchy.scopes()[item.index].name);
      paths.push_back(paths.back().empty() ? name : paths.back() + "." + name);
    } else if (item.kind == trace::WaveItem::Kind::Leave) {
      if (paths.size() > 1) paths.pop_back();
    } else {
      const trace::WaveVariable& variable = hierarchy.variables()[item.index];
      std::string name = plain_name(variable.name);
      if (hierarchy.width(variable.signal) == 1 && variable.options.has_range) {
        name += "[" + std::to_string(variable.options.lsb) + "]";
      }
      out[paths.back()].emplace(std::move(name), &variable);
    }
  }
  return out;
}

std::string bit_of(const PortBus& port, std::size_t bit) {
  return port.name + "[" + std::to_string(port.first_index + static_cast<std::int64_t>(bit)) + "]";
}

bool has_port(const Variables& variables, const PortBus& port) {
  if (variables.contains(port.name)) return true;
  return port.is_bus && variables.contains(bit_of(port, 0));
}

class Matcher {
 public:
  Matcher(const trace::WaveHierarchy& hierarchy, const Variables& variables,
          const std::vector<std::string>& allowed, StimulusMap& out)
      : hierarchy_(hierarchy), variables_(variables), allowed_(allowed), out_(out) {}

  void match(const PortBus& port, std::uint32_t index) {
    if (const auto whole = variables_.find(port.name); whole != variables_.end()) {
      match_whole(port, index, *whole->second);
      return;
    }
    std::size_t found = 0;
    for (std::size_t bit = 0; port.is_bus && bit < port.bits.size(); ++bit) {
      const auto at = variables_.find(bit_of(port, bit));
      if (at == variables_.end()) continue;
      out_.signals.push_back({at->second->signal, index, {port.bits[bit]}});
      ++found;
    }
    if (found < port.bits.size()) miss(port);
  }

  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }

 private:
  void match_whole(const PortBus& port, std::uint32_t index, const trace::WaveVariable& variable) {
    const std::uint32_t width = hierarchy_.width(variable.signal);
    if (width != port.bits.size()) {
      diagnostics_.add(Diagnostic(diag::kPortWidth, {},
                                  {out_.scope + "." + variable.name, std::to_string(width),
                                   port.name, std::to_string(port.bits.size())}));
      return;
    }
    StimulusSignal signal{variable.signal, index, {port.bits.rbegin(), port.bits.rend()}};
    const bool is_upto = variable.options.has_range && variable.options.msb < variable.options.lsb;
    if (is_upto) std::reverse(signal.inputs.begin(), signal.inputs.end());
    out_.signals.push_back(std::move(signal));
  }

  void miss(const PortBus& port) {
    if (std::find(allowed_.begin(), allowed_.end(), port.name) != allowed_.end()) {
      out_.missing.push_back(port.name);
      return;
    }
    std::vector<std::string_view> names;
    for (const auto& [name, variable] : variables_) names.push_back(name);
    const std::string near(nearest_name(port.name, names));
    const std::string help = near.empty() ? "looked in scope '" + out_.scope + "'"
                                          : "scope '" + out_.scope + "' has '" + near + "'";
    diagnostics_.add(Diagnostic(diag::kMissingPort, {}, {port.name, help, port.name}));
  }

  const trace::WaveHierarchy& hierarchy_;
  const Variables& variables_;
  const std::vector<std::string>& allowed_;
  StimulusMap& out_;
  Diagnostics diagnostics_;
};

}  // namespace

Result<StimulusMap> match_stimulus(const trace::WaveHierarchy& hierarchy, const PortTable& inputs,
                                   const std::optional<std::string>& scope,
                                   const std::vector<std::string>& allow_missing,
                                   const std::string& file) {
  HEDDLE_TRY_STATUS(check_scope(hierarchy, scope, file));
  for (const std::string& name : allow_missing) {
    const auto is_it = [&](const PortBus& port) { return port.name == name; };
    if (std::any_of(inputs.ports().begin(), inputs.ports().end(), is_it)) continue;
    const std::string near = inputs.nearest(name);
    return fail(diag::kUnknownAllowed, {},
                {name, near.empty() ? "" : "did you mean '" + near + "'?"});
  }
  const std::map<std::string, Variables> all = variables_by_scope(hierarchy);
  StimulusMap out;
  static const Variables kNone;
  const Variables* best = &kNone;
  std::size_t best_count = 0;
  for (const auto& [path, variables] : all) {
    if (scope && path != *scope) continue;
    const auto count = static_cast<std::size_t>(
        std::count_if(inputs.ports().begin(), inputs.ports().end(),
                      [&](const PortBus& port) { return has_port(variables, port); }));
    if (count <= best_count && !scope) continue;
    best = &variables;
    best_count = count;
    out.scope = path;
  }
  Matcher matcher(hierarchy, *best, allow_missing, out);
  for (std::uint32_t i = 0; i < inputs.ports().size(); ++i) matcher.match(inputs.ports()[i], i);
  if (matcher.diagnostics().has_errors()) return fail(std::move(matcher.diagnostics()));
  return out;
}

}  // namespace heddle::gate
