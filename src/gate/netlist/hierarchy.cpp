// A depth-first walk over the module graph, with a stack of its own so that no
// input can exhaust the program's.
#include "hierarchy.h"

#include <algorithm>
#include <limits>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist {
namespace {

// Tables are indexed by 32 bits: a cell has at most 20 inputs here.
constexpr std::uint64_t kCellsCeiling = FlattenOptions().cells_max * 4;
constexpr std::uint64_t kBitsCeiling = FlattenOptions().bits_max * 4;

std::uint64_t add_saturating(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b
             ? std::numeric_limits<std::uint64_t>::max()
             : a + b;
}

}  // namespace

Hierarchy::Hierarchy(const DesignData& data, const FlattenOptions& options, Faults& faults)
    : data_(data),
      options_(options),
      faults_(faults),
      module_of_name_(data.names->count(), kNoIndex),
      type_of_name_(data.names->count(), kNoIndex),
      infos_(data.modules.size()),
      on_path_(data.modules.size(), 0),
      pins_(data.connections.size(), kNoIndex) {
  for (std::uint32_t index = 0; index < data.modules.size(); ++index) {
    module_of_name_[data.modules[index].name.value()] = index;
  }
}

std::optional<std::uint32_t> Hierarchy::find_top(std::string_view name) {
  const std::vector<Module>& modules = data_.modules;
  if (!name.empty()) {
    const NameId id = data_.names->find(name);
    if (!id.is_none() && module_of_name_[id.value()] != kNoIndex) {
      return module_of_name_[id.value()];
    }
    std::vector<std::string_view> known;
    for (const Module& module : modules) known.push_back(data_.names->text(module.name));
    faults_.add_whole(diag::kMissingTop,
                      {name, nearest_help(name, known, "the netlist has other modules")});
    return std::nullopt;
  }
  std::vector<std::uint8_t> used(modules.size(), 0);
  for (const Module& module : modules) {
    for (const ModuleCell& cell : module.cells) {
      const std::uint32_t used_module = module_of_name_[cell.type.value()];
      if (used_module != kNoIndex) used[used_module] = 1;
    }
  }
  std::vector<std::uint32_t> marked;
  std::vector<std::uint32_t> roots;
  for (std::uint32_t index = 0; index < modules.size(); ++index) {
    if (modules[index].top) marked.push_back(index);
    const Module& module = modules[index];
    if (used[index] == 0 && !module.blackbox && !module.liberty) roots.push_back(index);
  }
  const std::vector<std::uint32_t>& found = marked.empty() ? roots : marked;
  if (found.size() == 1) return found[0];
  std::string why = found.empty() ? "every module is inside another" : "there is a choice of";
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i) {
    why += (i == 0 ? " '" : ", '") + std::string(data_.names->text(modules[found[i]].name)) + "'";
  }
  faults_.add_whole(diag::kAmbiguousTop, {why});
  return std::nullopt;
}

std::uint32_t Hierarchy::type_of(NameId name) {
  std::uint32_t& index = type_of_name_[name.value()];
  if (index != kNoIndex) return index;
  CellType type;
  type.spec = describe_cell_type(data_.names->text(name));
  for (const PinSpec& pin : type.spec.pins) type.pins.push_back(data_.names->find(pin.name));
  const std::uint32_t module = module_of_name_[name.value()];
  if (type.spec.kind == CellClass::Unknown && module != kNoIndex) {
    type.blackbox = data_.modules[module].blackbox;
    type.task = data_.modules[module].task;
    if (type.blackbox && !type.task.is_none()) {
      type.spec.kind = CellClass::Check;
      type.blackbox = false;
    } else {
      type.module = module;
    }
  }
  index = static_cast<std::uint32_t>(types_.size());
  types_.push_back(std::move(type));
  return index;
}

/// What instances of the module need: its ports in order of name.
void Hierarchy::prepare(std::uint32_t index) {
  const Module& module = data_.modules[index];
  ModuleInfo& info = infos_[index];
  info.ports_by_name.resize(module.ports.size());
  for (std::uint32_t i = 0; i < module.ports.size(); ++i) info.ports_by_name[i] = i;
  std::sort(info.ports_by_name.begin(), info.ports_by_name.end(),
            [&](std::uint32_t a, std::uint32_t b) {
              return module.ports[a].name < module.ports[b].name;
            });
  std::vector<NameId> named;
  for (const ModuleNet& net : module.nets) named.push_back(net.name);
  std::sort(named.begin(), named.end());
  for (std::uint32_t i = 0; i < module.ports.size(); ++i) {
    if (!std::binary_search(named.begin(), named.end(), module.ports[i].name)) {
      info.unnamed_ports.push_back(i);
    }
  }
}

void Hierarchy::enter(std::uint32_t index) {
  ModuleInfo& info = infos_[index];
  info.reached = true;
  on_path_[index] = 1;
  prepare(index);
  const Module& module = data_.modules[index];
  if (!module.unsupported.is_none()) {
    faults_.add(diag::kBehaviour, module.unsupported_at,
                {data_.names->text(module.name), data_.names->text(module.unsupported)});
  }
  info.infos.resize(module.cells.size());
  for (std::size_t i = 0; i < module.cells.size(); ++i) {
    info.infos[i].type = type_of(module.cells[i].type);
  }
}

void Hierarchy::leave(std::uint32_t index) {
  const Module& module = data_.modules[index];
  ModuleInfo& info = infos_[index];
  on_path_[index] = 0;
  info.bits = module.net_count;
  for (const ModuleNet& net : module.nets) info.bits += net.bits.count;
  for (const ModulePort& port : module.ports) info.bits += port.bits.count;
  bool leaf = true;
  for (std::size_t i = 0; i < module.cells.size(); ++i) {
    if (faults_.too_many()) return;
    check_cell(module.cells[i], info.infos[i]);
    const CellType& type = types_[info.infos[i].type];
    info.cells = add_saturating(info.cells, 1);
    if (type.spec.kind == CellClass::Memory && info.infos[i].payload != kNoIndex) {
      info.bits =
          add_saturating(info.bits, memory_shapes_[info.infos[i].payload].init_known.size() * 128);
    }
    if (type.module == kNoIndex) continue;
    const ModuleInfo& child = infos_[type.module];
    leaf = false;
    info.depth = std::max(info.depth, child.depth + 1);
    info.cells = add_saturating(info.cells, child.cells);
    info.bits = add_saturating(info.bits, child.bits);
  }
  info.library = module.liberty || (leaf && !module.has_source && !module.top);
}

void Hierarchy::report_recursion(const std::vector<Visit>& path, std::uint32_t module) {
  const std::string name(data_.names->text(data_.modules[module].name));
  std::string cycle;
  bool inside = false;
  for (const Visit& visit : path) {
    inside = inside || visit.module == module;
    if (inside) cycle += std::string(data_.names->text(data_.modules[visit.module].name)) + " > ";
  }
  const Module& last = data_.modules[path.back().module];
  faults_.add(diag::kRecursion, last.cells[path.back().next_cell - 1].at, {name, cycle + name});
}

void Hierarchy::check(std::uint32_t top) {
  std::vector<Visit> path;
  path.push_back({top, 0});
  enter(top);
  while (!path.empty() && !faults_.too_many()) {
    Visit& visit = path.back();
    const std::vector<CellInfo>& cells = infos_[visit.module].infos;
    if (visit.next_cell == cells.size()) {
      leave(visit.module);
      path.pop_back();
      continue;
    }
    const std::uint32_t child = types_[cells[visit.next_cell++].type].module;
    if (child == kNoIndex) continue;
    if (on_path_[child] != 0) {
      report_recursion(path, child);
      return;
    }
    if (infos_[child].reached) continue;
    enter(child);
    path.push_back({child, 0});
  }
  if (faults_.any()) return;
  const ModuleInfo& all = infos_[top];
  const std::string_view name = data_.names->text(data_.modules[top].name);
  const SourceOffset at = data_.modules[top].at;
  if (all.depth > kHierarchyDepthMax) {
    faults_.add(diag::kTooDeep, at, {std::to_string(kHierarchyDepthMax)});
  }
  const std::uint64_t cells_max = std::min(options_.cells_max, kCellsCeiling);
  const std::uint64_t bits_max = std::min(options_.bits_max, kBitsCeiling);
  if (all.cells > cells_max) {
    faults_.add(diag::kTooLarge, at, {name, std::to_string(cells_max), "cells"});
  }
  if (all.bits > bits_max) {
    faults_.add(diag::kTooLarge, at, {name, std::to_string(bits_max), "bits"});
  }
}

}  // namespace heddle::gate::netlist
