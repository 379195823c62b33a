// Every module's nets are numbered in the design as a whole; ports give a
// child's nets the numbers of its parent's.
#include "gate/timing/design_walk.h"

#include <numeric>

#include "gate/netlist/design_data.h"

namespace heddle::gate::timing {
namespace {

using netlist::DesignData;
using netlist::LocalNet;
using netlist::Module;
using netlist::ModuleCell;

constexpr std::uint32_t kNone = 0xFFFFFFFF;

class Walk {
 public:
  Walk(const Design& design, const Model& model,
       const std::function<bool(const std::string&)>& is_cell)
      : data_(design.data()), model_(model), is_cell_(is_cell) {
    for (std::size_t i = 0; i < data_.modules.size(); ++i) {
      modules_.emplace(data_.modules[i].name.value(), i);
    }
  }

  FoundDesign run() {
    for (const Module& module : data_.modules) {
      if (data_.names->text(module.name) != model_.top) continue;
      std::vector<std::uint32_t> nets = new_nets(module);
      mark_inputs(module, nets);
      descend(module, "", std::move(nets), 0);
      break;
    }
    return finish();
  }

 private:
  /// An instance of a module: where it is, and its nets in the whole.
  struct Scope {
    const Module* module = nullptr;
    std::string path;
    std::vector<std::uint32_t> nets;
  };

  std::uint32_t new_net() {
    parents_.push_back(static_cast<std::uint32_t>(parents_.size()));
    return parents_.back();
  }
  std::uint32_t root(std::uint32_t net) {
    while (parents_[net] != net) net = parents_[net] = parents_[parents_[net]];
    return net;
  }

  std::vector<std::uint32_t> new_nets(const Module& module) {
    if (parents_.empty()) {
      for (std::uint32_t i = 0; i < kConstantNetCount; ++i) new_net();
    }
    std::vector<std::uint32_t> nets(module.net_count, kNone);
    for (std::uint32_t i = 0; i < kConstantNetCount && i < nets.size(); ++i) nets[i] = i;
    return nets;
  }

  void mark_inputs(const Module& top, std::vector<std::uint32_t>& nets) {
    for (const netlist::ModulePort& port : top.ports) {
      if (port.direction != PortDirection::Input) continue;
      const auto bits = data_.bits_of(port.bits);
      for (std::uint32_t i = 0; i < bits.size(); ++i) {
        if (nets[bits[i]] == kNone) nets[bits[i]] = new_net();
        const std::string name =
            bit_name(data_.names->text(port.name), port.bits.count, port.range, i);
        inputs_.emplace_back(nets[bits[i]], model_.find_input(name));
      }
    }
  }

  void descend(const Module& module, const std::string& path, std::vector<std::uint32_t> nets,
               std::size_t depth) {
    for (std::uint32_t& net : nets) {
      if (net == kNone) net = new_net();
    }
    for (const ModuleCell& cell : module.cells) {
      const std::string name(data_.names->text(cell.name));
      const std::string inner = path.empty() ? name : path + "." + name;
      if (is_cell_(inner)) {
        add_cell(cell, inner, nets);
        continue;
      }
      const auto child = modules_.find(cell.type.value());
      if (child == modules_.end() || depth >= kHierarchyDepthMax) continue;
      const Module& below = data_.modules[child->second];
      if (!below.blackbox) descend(below, inner, connect(below, cell, nets), depth + 1);
    }
    scopes_.push_back({&module, path, std::move(nets)});
  }

  std::vector<std::uint32_t> connect(const Module& child, const ModuleCell& cell,
                                     const std::vector<std::uint32_t>& outer) {
    std::vector<std::uint32_t> nets = new_nets(child);
    for (const netlist::CellConnection& connection : data_.connections_of(cell)) {
      for (const netlist::ModulePort& port : child.ports) {
        if (port.name != connection.port) continue;
        const auto inside = data_.bits_of(port.bits);
        const auto outside = data_.bits_of(connection.bits);
        for (std::size_t i = 0; i < std::min(inside.size(), outside.size()); ++i) {
          std::uint32_t& net = nets[inside[i]];
          if (net == kNone) {
            net = outer[outside[i]];
          } else {
            parents_[root(net)] = root(outer[outside[i]]);
          }
        }
      }
    }
    return nets;
  }

  void add_cell(const ModuleCell& cell, const std::string& path,
                const std::vector<std::uint32_t>& nets) {
    FoundCell found{path, {}};
    for (const netlist::CellConnection& connection : data_.connections_of(cell)) {
      const auto bits = data_.bits_of(connection.bits);
      const std::string port(data_.names->text(connection.port));
      for (std::size_t i = 0; i < bits.size(); ++i) {
        const std::string pin = bits.size() == 1 ? port : port + "[" + std::to_string(i) + "]";
        found.pins.emplace_back(pin, nets[bits[i]]);
      }
    }
    out_.cells.push_back(std::move(found));
  }

  /// Numbers the nets at pins densely and finds their names and literals.
  FoundDesign finish() {
    std::vector<std::uint32_t> dense(parents_.size(), kNone);
    for (FoundCell& cell : out_.cells) {
      for (auto& [pin, net] : cell.pins) {
        std::uint32_t& number = dense[root(net)];
        if (number == kNone) {
          number = static_cast<std::uint32_t>(out_.nets.size());
          out_.nets.emplace_back();
        }
        net = number;
      }
    }
    for (const auto& [net, input] : inputs_) {
      if (dense[root(net)] != kNone) out_.nets[dense[root(net)]].input = input;
    }
    for (std::uint32_t constant = 0; constant < kConstantNetCount; ++constant) {
      if (constant >= dense.size() || dense[root(constant)] == kNone) continue;
      Net& net = out_.nets[dense[root(constant)]];
      net.name = constant == kNetOne.value() ? "1" : "0";
      net.lit = constant == kNetOne.value() ? Lit::one() : Lit::zero();
    }
    // The outermost names come last in `scopes_` and are the best ones.
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) name_nets(*scope, dense);
    return std::move(out_);
  }

  void name_nets(const Scope& scope, const std::vector<std::uint32_t>& dense) {
    for (const bool hidden : {false, true}) {
      for (const netlist::ModuleNet& net : scope.module->nets) {
        if (net.hidden != hidden) continue;
        const auto bits = data_.bits_of(net.bits);
        const NamedNet* named = nullptr;
        for (std::uint32_t i = 0; i < bits.size(); ++i) {
          const std::uint32_t number = dense[root(scope.nets[bits[i]])];
          if (number == kNone || !out_.nets[number].name.empty()) continue;
          const std::string_view local = data_.names->text(net.name);
          const std::string full =
              scope.path.empty() ? std::string(local) : scope.path + "." + std::string(local);
          if (named == nullptr) named = model_.find_name(full);
          if (named == nullptr || i >= named->width) break;
          out_.nets[number].name = bit_name(full, net.bits.count, net.range, i);
          out_.nets[number].lit = model_.name_bits[named->first_bit + i];
        }
      }
    }
  }

  const DesignData& data_;
  const Model& model_;
  const std::function<bool(const std::string&)>& is_cell_;
  std::map<std::uint32_t, std::size_t> modules_;
  std::vector<std::uint32_t> parents_;  ///< of nets that ports made one
  std::vector<std::pair<std::uint32_t, std::int32_t>> inputs_;
  std::vector<Scope> scopes_;
  FoundDesign out_;
};

}  // namespace

FoundDesign walk_design(const Design& design, const Model& model,
                        const std::function<bool(const std::string&)>& is_cell) {
  return Walk(design, model, is_cell).run();
}

}  // namespace heddle::gate::timing
