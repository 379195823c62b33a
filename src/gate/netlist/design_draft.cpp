// Which module counts, and what can be said only when all are known.
#include "design_draft.h"

#include <xxhash.h>

#include <algorithm>

#include "cell_types.h"
#include "heddle/base/text.h"
#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist {
namespace {

/// What simdjson reads past the end of a text.
constexpr std::size_t kPaddingBytes = 64;

std::unique_ptr<DesignData> join(std::vector<std::pair<std::string, std::string>>& files) {
  auto data = std::make_unique<DesignData>();
  std::size_t bytes = kPaddingBytes;
  for (const auto& [name, text] : files) bytes += text.size();
  if (files.size() == 1) data->text = std::move(files.front().second);
  data->text.reserve(bytes);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::size_t start = i == 0 ? 0 : data->text.size();
    if (files.size() > 1) data->text += files[i].second;
    data->files.push_back({std::move(files[i].first), static_cast<SourceOffset>(start),
                           static_cast<std::uint32_t>(data->text.size() - start)});
  }
  data->text_digest = XXH3_64bits(data->text.data(), data->text.size());
  return data;
}

bool has_contents(const Module& module) {
  return !module.blackbox && !module.opaque && module.unsupported.is_none();
}

}  // namespace

DesignDraft::DesignDraft(std::vector<std::pair<std::string, std::string>> files)
    : data_(join(files)), locator_(*data_) {}

std::uint32_t DesignDraft::add_module(Module module, ModuleOrigin origin) {
  module.liberty = module.liberty || origin != ModuleOrigin::Netlist;
  data_->modules.push_back(std::move(module));
  origins_.push_back(origin);
  return static_cast<std::uint32_t>(origins_.size() - 1);
}

void DesignDraft::apply_patterns() {
  if (patterns_.empty()) return;
  std::vector<std::uint8_t> seen(names_.count(), 0);
  std::vector<NameId> types;
  const auto add = [&](NameId name) {
    if (std::exchange(seen[name.value()], 1) == 0) types.push_back(name);
  };
  for (const Module& module : data_->modules) {
    add(module.name);
    for (const ModuleCell& cell : module.cells) add(cell.type);
  }
  for (const NameId type : types) {
    for (const Pattern& pattern : patterns_) {
      if (!glob_match(pattern.text, names_.text(type))) continue;
      Module module = pattern.module;
      module.name = type;
      add_module(std::move(module), ModuleOrigin::Manifest);
      break;
    }
  }
}

bool DesignDraft::is_stronger(std::uint32_t a, std::uint32_t b) const {
  const auto rank = [this](std::uint32_t index) {
    if (origins_[index] == ModuleOrigin::Manifest) return 0;
    return 1 + (has_contents(data_->modules[index]) ? 0 : 4) + static_cast<int>(origins_[index]);
  };
  return rank(a) < rank(b);
}

void DesignDraft::choose_modules() {
  chosen_.assign(names_.count(), kNone);
  for (std::uint32_t index = 0; index < data_->modules.size(); ++index) {
    std::uint32_t& known = chosen_[data_->modules[index].name.value()];
    if (known == kNone || is_stronger(index, known)) known = index;
  }
}

const Module* DesignDraft::module_of(NameId type) const {
  const std::uint32_t index = chosen_[type.value()];
  return index == kNone ? nullptr : &data_->modules[index];
}

void DesignDraft::name_open_connections() {
  for (const CellPlace place : open_) {
    const ModuleCell& open = cell(place);
    const Module* module = module_of(open.type);
    if (module == nullptr) continue;  // an unknown cell: the hierarchy says so
    for (std::uint32_t i = 0; i < open.connections.count && !too_many(); ++i) {
      CellConnection& connection = data_->connections[open.connections.first + i];
      if (i < module->ports.size()) {
        connection.port = module->ports[i].name;
      } else {
        error(diag::kUnknownPort, connection.at,
              {names_.text(open.name), names_.text(open.type), "number " + std::to_string(i + 1),
               "it has " + std::to_string(module->ports.size())});
      }
    }
  }
}

void DesignDraft::size_constants() {
  for (const UnsizedConnection& unsized : unsized_) {
    const NameId type = cell(unsized.cell).type;
    CellConnection& connection = data_->connections[unsized.connection];
    std::uint32_t width = connection.bits.count;
    if (const Module* module = module_of(type)) {
      for (const ModulePort& port : module->ports) {
        if (port.name == connection.port) width = port.bits.count;
      }
    } else if (const CellSpec spec = describe_cell_type(names_.text(type)); !spec.pins.empty()) {
      width = 1;
    }
    connection.bits.count = std::min(connection.bits.count, width);
  }
}

void DesignDraft::check_parameters() {
  for (const CellPlace place : overriding_) {
    const ModuleCell& one = cell(place);
    const std::uint32_t target = chosen_[one.type.value()];
    if (target == kNone || too_many()) continue;
    if (std::find(parametric_.begin(), parametric_.end(), target) == parametric_.end()) continue;
    error(diag::kUnsupportedCell, one.at,
          {names_.text(one.name), names_.text(one.type),
           "it overrides parameters that the module's text depends on",
           "elaborate the netlist first, so that each variant is a module"});
  }
}

void DesignDraft::drop_modules() {
  std::vector<Module> kept;
  for (std::uint32_t index = 0; index < data_->modules.size(); ++index) {
    Module& module = data_->modules[index];
    if (chosen_[module.name.value()] == index) kept.push_back(std::move(module));
  }
  data_->modules = std::move(kept);
}

Result<Design> DesignDraft::finish() {
  origins_.resize(data_->modules.size(), ModuleOrigin::Netlist);
  apply_patterns();
  choose_modules();
  name_open_connections();
  size_constants();
  check_parameters();
  drop_modules();
  if (errors_.has_errors()) return fail(std::move(errors_));
  data_->names = std::make_shared<const NamePool>(std::move(names_));
  return Design(std::move(data_));
}

}  // namespace heddle::gate::netlist
