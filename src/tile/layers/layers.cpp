#include "heddle/tile/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "heddle/base/config_reader.h"
#include "heddle/base/diagnostics.h"
#include "heddle/base/file.h"
#include "heddle/tile/diagnostics.h"
#include "heddle/tile/kernel/product.h"
#include "tile/layers/layer_kinds.h"
#include "tile/layers/layer_rows.h"
#include "tile/shipped_files.h"

namespace heddle::tile {
namespace {

constexpr std::int64_t kOperationsMax = 20;  // of one elementwise layer
constexpr std::int64_t kUnlimitedBytes = std::int64_t{1} << 32;

class YamlRow final : public LayerRow {
 public:
  explicit YamlRow(ConfigReader map) : map_(std::move(map)) {}

  std::string text(std::string_view key) override { return map_.required<std::string>(key); }
  std::size_t choice(std::string_view key, const std::vector<std::string_view>& names) override {
    return map_.required_name(key, names);
  }
  std::int64_t number(std::string_view key, std::optional<std::int64_t> fallback,
                      std::int64_t least, std::int64_t most) override {
    return fallback ? map_.optional<std::int64_t>(key, *fallback, {.min = least, .max = most})
                    : map_.required<std::int64_t>(key, {.min = least, .max = most});
  }
  void done() override {}  // the reader of the whole file does that

 private:
  ConfigReader map_;
};

/// Puts the value of one key where the kernel wants it.
void place(const LayerKey& key, const LayerKindSpec& spec, std::int64_t value, Layer& layer) {
  switch (key.role) {
    case LayerKey::Role::Size: layer.shape[key.position] = value; break;
    case LayerKey::Role::Flag:
      if (value == 1) layer.shape[spec.epilogue_position] |= key.position;
      break;
    case LayerKey::Role::Operation:
      layer.shape.insert(layer.shape.end(), static_cast<std::size_t>(value), key.position);
      break;
  }
}

Layer read_layer(LayerRow& row, std::int64_t list_bits) {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const LayerKindSpec& spec : layer_kinds()) names.push_back(spec.name);
    return names;
  }();
  Layer layer;
  layer.name = row.text("name");
  const LayerKindSpec& spec = layer_kinds()[row.choice("kind", kNames)];
  layer.kind = spec.kind;
  layer.repeat = static_cast<std::uint32_t>(row.number("repeat", 1, 1, 1'000'000));
  layer.shape.assign(spec.count, 0);
  layer.shape[spec.bits_position] = row.number("element_bits", list_bits, 8, 64);
  for (const LayerKey& key : spec.keys) {
    const bool is_needed = key.fallback == LayerKey::kNeeded;
    const std::int64_t most = key.role == LayerKey::Role::Flag        ? 1
                              : key.role == LayerKey::Role::Operation ? kOperationsMax
                                                                      : kernel::kElementsMax;
    const auto fallback = is_needed ? std::nullopt : std::optional(key.fallback);
    const std::int64_t value = row.number(key.name, fallback, is_needed ? 1 : 0, most);
    place(key, spec, value, layer);
    if (!is_needed && value == key.fallback) continue;
    layer.text += fmt::format("{}{} {}", layer.text.empty() ? "" : ", ", key.name, value);
  }
  row.done();
  return layer;
}

Result<LayerList> read_yaml(const ConfigNode& node) {
  Diagnostics diagnostics;
  ConfigReader list(node, "the layer list", diagnostics);
  LayerList read;
  read.name = list.required<std::string>("name");
  const auto bits = list.optional<std::int64_t>("element_bits", 16, {.min = 8, .max = 64});
  const std::vector<ConfigReader> maps = list.list_of_maps("layers");
  if (maps.empty() && !diagnostics.has_errors()) {
    list.report(heddle::diag::kConfigMissingKey, "layers",
                {"the layer list", "layers", "a list of at least one layer"});
  }
  for (const ConfigReader& map : maps) {
    if (read.layers.size() == kLayersMax) {
      list.report(heddle::diag::kConfigOutOfRange, "layers",
                  {"the number of layers", fmt::format("{}", maps.size()),
                   fmt::format("at most {}", kLayersMax)});
      break;
    }
    YamlRow row(map);
    read.layers.push_back(read_layer(row, bits));
  }
  list.done();
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  return read;
}

Result<LayerList> read_csv(const std::string& text, const std::string& file) {
  HEDDLE_TRY(const CsvTable table, parse_csv(text, file));
  Diagnostics diagnostics;
  LayerList read;
  const std::string_view name = file_name(file);
  read.name = std::string(name.substr(0, name.rfind('.')));
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    read.layers.push_back(read_layer(*csv_row(table, i, diagnostics), 16));
  }
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  return read;
}

}  // namespace

std::string_view layer_kind_text(LayerKind kind) {
  return layer_kinds()[static_cast<std::size_t>(kind)].name;
}

Result<LayerList> parse_layers(const std::string& text, const std::string& file) {
  if (file.ends_with(".csv")) return read_csv(text, file);
  HEDDLE_TRY(const ConfigNode node, parse_config(text, file));
  return read_yaml(node);
}

std::vector<std::string_view> shipped_model_names() {
  std::vector<std::string_view> names;
  for (const ShippedFile& model : shipped_models()) names.push_back(model.name);
  return names;
}

Result<LayerList> load_layers(const std::string& path_or_name) {
  for (const ShippedFile& model : shipped_models()) {
    if (model.name == path_or_name) {
      return parse_layers(std::string(model.text), std::string(model.file));
    }
  }
  HEDDLE_TRY(const std::string text, read_file(path_or_name, ConfigLimits{}.size_bytes_max));
  return parse_layers(text, path_or_name);
}

kernel::Target kernel_target(const Machine& machine) {
  kernel::Target target;
  target.array_rows = machine.array.rows;
  target.array_columns = machine.array.columns;
  target.arrays = machine.array.count;
  target.cores = machine.cores;
  target.scratchpad_bytes = machine.scratchpad.size_bytes == 0
                                ? kUnlimitedBytes
                                : static_cast<std::int64_t>(machine.scratchpad.size_bytes);
  target.dram_bytes_per_cycle =
      std::max<std::int64_t>(1, machine.dram.peak_bandwidth().count() / machine.core_clock.hz);
  return target;
}

std::vector<std::int64_t> layer_shape_args(const Layer& layer, const kernel::Target& target) {
  const LayerKindSpec& spec = layer_kinds()[static_cast<std::size_t>(layer.kind)];
  std::vector<std::int64_t> args = layer.shape;
  const std::array<std::int64_t, 7> machine = {
      target.array_rows,       target.array_columns,        target.arrays,     target.cores,
      target.scratchpad_bytes, target.dram_bytes_per_cycle, target.stream_rows};
  std::size_t at = spec.target_position;
  // A layer that was not read from a list may leave its last arguments out.
  args.resize(std::max(args.size(), at + machine.size()), 0);
  for (const std::int64_t one : machine) {
    if (args[at] == 0) args[at] = one;
    ++at;
  }
  return args;
}

Result<std::unique_ptr<WorkItemSource>> make_layer_source(const Layer& layer,
                                                          const kernel::Target& target) {
  const LayerKindSpec& spec = layer_kinds()[static_cast<std::size_t>(layer.kind)];
  return run_kernel(layer.name, spec.kernel, {.shape_args = layer_shape_args(layer, target)});
}

}  // namespace heddle::tile
