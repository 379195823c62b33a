// Keys of the manifest, and the cells that are simpler than memories.
#include "reader.h"

#include <algorithm>

#include "gate/netlist/module_builder.h"
#include "heddle/base/config_reader.h"
#include "heddle/gate/diagnostics.h"
#include "memory.h"

namespace heddle::gate::netlist {
namespace {

enum class CellKind : std::uint8_t { Memory, Pad, Opaque, Ignored };
constexpr std::uint32_t kPinBitsMax = 1U << 16;

class ManifestReader {
 public:
  ManifestReader(DesignDraft& draft, std::size_t file) : draft_(draft), file_(file) {}

  Manifest run() {
    Manifest out;
    const std::string name = draft_.data().files[file_].name;
    const Result<ConfigNode> node = parse_config(draft_.text(file_), name);
    if (!node) {
      draft_.errors().add(node.error());
      return out;
    }
    ConfigReader map(*node, "the cell manifest", draft_.errors());
    out.defines = map.list<std::string>("defines", {.min = 1});
    for (const std::string& pin : map.list<std::string>("power_pins", {.min = 1})) {
      draft_.data().power_pins.push_back(draft_.names().intern(pin));
    }
    for (auto& [cell, what] : map.named_maps("cells")) read_cell(cell, what);
    map.done();
    return out;
  }

 private:
  /// The place of a line and column in the text of the design.
  [[nodiscard]] SourceOffset offset_of(const SourcePosition& where) const {
    const std::string_view text = draft_.text(file_);
    std::size_t at = 0;
    for (std::uint32_t line = 1; line < where.line; ++line) {
      const std::size_t next = text.find('\n', at);
      if (next == std::string_view::npos) break;
      at = next + 1;
    }
    at = std::min(at + (where.column > 0 ? where.column - 1 : 0), text.size());
    return draft_.data().files[file_].start + static_cast<SourceOffset>(at);
  }

  void read_cell(const std::string& name, ConfigReader& map) {
    const SourceOffset at = offset_of(map.where());
    ModuleBuilder builder(draft_.data(), draft_.names(), name, at);
    const CellKind kind = map.required_choice<CellKind>("kind", {{"memory", CellKind::Memory},
                                                                 {"pad", CellKind::Pad},
                                                                 {"opaque", CellKind::Opaque},
                                                                 {"ignored", CellKind::Ignored}});
    builder.module().ignored = kind == CellKind::Ignored;
    builder.module().opaque = kind == CellKind::Opaque;
    if (kind == CellKind::Memory) build_memory(map, builder, draft_.names(), at);
    if (kind == CellKind::Pad) build_pad(map, builder, at);
    // Pins that do nothing here, by name and width.
    if (kind != CellKind::Ignored) {
      add_pins(map, builder, "inputs", PortDirection::Input, at);
      add_pins(map, builder, "outputs", PortDirection::Output, at);
      add_pins(map, builder, "inouts", PortDirection::Inout, at);
    }
    check_pins(map, builder.module());
    const bool is_pattern = name.find_first_of("*?") != std::string::npos;
    Module module = builder.finish();
    module.liberty = true;
    if (is_pattern) {
      draft_.add_pattern(name, std::move(module));
    } else {
      static_cast<void>(draft_.add_module(std::move(module), ModuleOrigin::Manifest));
    }
  }

  void add_pins(ConfigReader& map, ModuleBuilder& builder, std::string_view key,
                PortDirection direction, SourceOffset at) {
    for (const auto& [pin, width] : map.named<std::uint32_t>(key, {.min = 1, .max = kPinBitsMax})) {
      static_cast<void>(add_manifest_pin(builder, draft_.names(), pin, direction, width, at));
    }
  }

  void check_pins(ConfigReader& map, const Module& module) {
    std::vector<NameId> seen;
    for (const ModulePort& port : module.ports) seen.push_back(port.name);
    std::sort(seen.begin(), seen.end());
    const auto twice = std::adjacent_find(seen.begin(), seen.end());
    if (twice == seen.end()) return;
    map.report(diag::kManifest, "kind",
               {"pin", draft_.names().text(*twice), "it has two meanings"});
  }

  /// `pad`, and of the core's side `in` (from the pad), `out` and `enable`.
  void build_pad(ConfigReader& map, ModuleBuilder& builder, SourceOffset at) {
    const std::string pad = map.required<std::string>("pad");
    const std::optional<std::string> in = map.maybe<std::string>("in");
    const std::optional<std::string> out = map.maybe<std::string>("out");
    const std::optional<std::string> enable = map.maybe<std::string>("enable");
    const bool high = map.optional_choice("enable_active", true, {{"high", true}, {"low", false}});
    const PortDirection direction = !out           ? PortDirection::Input
                                    : in || enable ? PortDirection::Inout
                                                   : PortDirection::Output;
    const auto pin = [&](const std::string& name, PortDirection way) {
      return add_manifest_pin(builder, draft_.names(), name, way, 1, at);
    };
    const LocalNet outside = pin(pad, direction);
    if (!in && !out)
      map.report(diag::kManifest, "pad", {"pad", pad, "it has neither 'in' nor 'out'"});
    if (in) builder.drive(pin(*in, PortDirection::Output), {outside, false}, at);
    if (!out) return;
    const LocalNet data = pin(*out, PortDirection::Input);
    if (!enable) return builder.drive(outside, {data, false}, at);
    const Signal on{pin(*enable, PortDirection::Input), !high};
    const LocalNet drives = builder.net_of(on, at);
    builder.primitive("$_TBUF_", {{"A", data}, {"E", drives}, {"Y", outside}}, at);
  }

  DesignDraft& draft_;
  std::size_t file_ = 0;
};

}  // namespace

Manifest read_manifest(DesignDraft& draft, std::size_t file) {
  return ManifestReader(draft, file).run();
}

}  // namespace heddle::gate::netlist
