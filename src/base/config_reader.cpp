// Each reader of a map has a state that its copies share and that its parent
// keeps: which keys were asked for, and what was read, for `resolved`.
#include "heddle/base/config_reader.h"

#include <algorithm>

#include "base/config_data.h"
#include "base/config_scalar.h"
#include "heddle/base/check.h"
#include "heddle/base/diagnostics.h"
#include "heddle/base/file.h"

namespace heddle {

struct ConfigReader::State {
  enum class Shape : std::uint8_t { Value, Map, NamedMaps, ListOfMaps };
  struct Read {
    std::string key;
    Shape shape = Shape::Value;
    ConfigNode value = {};
    std::vector<std::pair<std::string, std::shared_ptr<State>>> children = {};
  };

  State(ConfigNode map, SourcePosition position, std::string root_name, std::string map_path,
        Diagnostics& sink)
      : node(std::move(map)),
        where(std::move(position)),
        what(map_path.empty() ? std::move(root_name) : "'" + map_path + "'"),
        path(std::move(map_path)),
        diagnostics(sink) {}

  [[nodiscard]] std::string path_of(std::string_view key) const {
    return path.empty() ? std::string(key) : path + "." + std::string(key);
  }
  [[nodiscard]] std::string name_of(std::string_view key) const { return "'" + path_of(key) + "'"; }

  void add(const DiagnosticRule& rule, SourcePosition at,
           std::initializer_list<std::string_view> arguments) {
    diagnostics.add(Diagnostic(rule, std::move(at), arguments));
  }

  /// Makes sure that `node` is a map; if not, the state falls silent.
  void demand_map() {
    if (node.kind() == ConfigKind::Map) return;
    add(diag::kConfigWrongType, where,
        {what, node.describe(), "a map", "write 'key: value' lines"});
    node = ConfigNode();
    is_silent = true;
  }

  void keep(Read read) {
    const auto old =
        std::find_if(reads.begin(), reads.end(), [&](const Read& r) { return r.key == read.key; });
    if (old == reads.end()) {
      reads.push_back(std::move(read));
    } else {
      *old = std::move(read);
    }
  }

  void report_unknown();
  [[nodiscard]] ConfigNode resolve() const;

  ConfigNode node;
  SourcePosition where;
  std::string what;
  std::string path;
  Diagnostics& diagnostics;
  bool is_silent = false;
  bool is_done = false;
  std::vector<std::string> asked = {};
  std::vector<Read> reads = {};
};

namespace {

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

/// What a user may have meant who wrote the wrong kind of value.
std::string_view type_help(const ConfigNode& found, ConfigKind expected) {
  if (expected == ConfigKind::String && found.kind() != ConfigKind::List &&
      found.kind() != ConfigKind::Map && found.kind() != ConfigKind::Null) {
    return "put it in quotes";
  }
  if (found.kind() != ConfigKind::String) return "";
  if (expected == ConfigKind::Bool) return "write true or false";
  const PlainScalar bare = resolve_plain_scalar(found.string_value());
  const bool is_number =
      std::holds_alternative<__int128>(bare) || std::holds_alternative<double>(bare);
  if (is_number && (expected == ConfigKind::Integer || expected == ConfigKind::Real)) {
    return "remove the quotes";
  }
  if (expected == ConfigKind::Integer) {
    return "an integer is written 12, -3, 1_000_000 or 0xFF; no unit, no leading zero";
  }
  return "";
}

}  // namespace

void ConfigReader::State::report_unknown() {
  if (is_done) return;
  is_done = true;
  const std::vector<std::string_view> known(asked.begin(), asked.end());
  if (node.kind() == ConfigKind::Map) {
    for (const ConfigEntry& entry : node.entries()) {
      if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
      const std::string_view nearest = nearest_name(entry.key, known);
      const std::string help = !nearest.empty() ? "did you mean '" + std::string(nearest) + "'?"
                                                : "known keys: " + joined(known);
      add(diag::kConfigUnknownKey, entry.where, {entry.key, what, help});
    }
  }
  for (const Read& read : reads) {
    for (const auto& [name, child] : read.children) child->report_unknown();
  }
}

ConfigNode ConfigReader::State::resolve() const {
  std::vector<ConfigEntry> entries;
  for (const Read& read : reads) {
    ConfigNode value = read.value;
    if (read.shape == Shape::Map) value = read.children.front().second->resolve();
    if (read.shape == Shape::NamedMaps) {
      std::vector<ConfigEntry> maps;
      for (const auto& [name, child] : read.children) maps.push_back({name, child->resolve()});
      value = ConfigNode::make_map(std::move(maps));
    }
    if (read.shape == Shape::ListOfMaps) {
      std::vector<ConfigNode> maps;
      for (const auto& [name, child] : read.children) maps.push_back(child->resolve());
      value = ConfigNode::make_list(std::move(maps));
    }
    entries.push_back({read.key, std::move(value)});
  }
  return ConfigNode::make_map(std::move(entries));
}

ConfigReader::ConfigReader(const ConfigNode& node, std::string what, Diagnostics& diagnostics)
    : state_(std::make_shared<State>(node, node.where(), std::move(what), "", diagnostics)) {
  state_->demand_map();
}

ConfigReader::ConfigReader(std::shared_ptr<State> state) : state_(std::move(state)) {}

const ConfigNode* ConfigReader::look(std::string_view key) {
  std::vector<std::string>& asked = state_->asked;
  if (std::find(asked.begin(), asked.end(), key) == asked.end()) asked.emplace_back(key);
  return state_->node.find(key);
}

const ConfigNode* ConfigReader::need(std::string_view key, std::string_view expected) {
  const ConfigNode* node = look(key);
  if (node == nullptr && !state_->is_silent) {
    state_->add(diag::kConfigMissingKey, state_->where, {state_->what, key, expected});
  }
  return node;
}

void ConfigReader::record(std::string_view key, ConfigNode value) {
  state_->keep({.key = std::string(key), .value = std::move(value)});
}

bool ConfigReader::is_kind(std::string_view key, const ConfigNode& node, ConfigKind kind) {
  if (node.kind() == kind) return true;
  state_->add(
      diag::kConfigWrongType, node.where(),
      {state_->name_of(key), node.describe(), config_kind_text(kind), type_help(node, kind)});
  return false;
}

std::string ConfigReader::item_name(std::string_view key, std::size_t index) {
  return std::string(key) + "[" + std::to_string(index) + "]";
}

std::string ConfigReader::member_name(std::string_view key, std::string_view member) {
  return std::string(key) + "." + std::string(member);
}

void ConfigReader::check_suffix(std::string_view key, std::string_view suffix) {
  HEDDLE_CHECK(key.ends_with(suffix));
}

std::optional<__int128> ConfigReader::read_integer(std::string_view key, const ConfigNode& node,
                                                   WideInteger min, WideInteger max) {
  if (!is_kind(key, node, ConfigKind::Integer)) return std::nullopt;
  const WideInteger value = node.integer_value();
  if (value >= min && value <= max) return value;
  const std::string range = "from " + wide_to_text(min) + " to " + wide_to_text(max);
  state_->add(diag::kConfigOutOfRange, node.where(),
              {state_->name_of(key), wide_to_text(value), range});
  return std::nullopt;
}

std::optional<double> ConfigReader::read_real(std::string_view key, const ConfigNode& node,
                                              double min, double max) {
  if (node.kind() != ConfigKind::Integer && !is_kind(key, node, ConfigKind::Real)) {
    return std::nullopt;
  }
  const double value = node.kind() == ConfigKind::Integer
                           ? static_cast<double>(node.integer_value())
                           : node.real_value();
  if (value >= min && value <= max) return value;
  const std::string range = "from " + real_to_text(min) + " to " + real_to_text(max);
  state_->add(diag::kConfigOutOfRange, node.where(),
              {state_->name_of(key), real_to_text(value), range});
  return std::nullopt;
}

std::optional<bool> ConfigReader::read_bool(std::string_view key, const ConfigNode& node) {
  if (!is_kind(key, node, ConfigKind::Bool)) return std::nullopt;
  return node.bool_value();
}

std::optional<std::string> ConfigReader::read_string(std::string_view key, const ConfigNode& node,
                                                     std::size_t min, std::size_t max) {
  if (!is_kind(key, node, ConfigKind::String)) return std::nullopt;
  const std::string& text = node.string_value();
  if (text.size() >= min && text.size() <= max) return text;
  const std::string range = "from " + std::to_string(min) + " to " + std::to_string(max) + " bytes";
  state_->add(diag::kConfigOutOfRange, node.where(),
              {state_->name_of(key), std::to_string(text.size()) + " bytes long", range});
  return std::nullopt;
}

std::size_t ConfigReader::choose(std::string_view key, const ConfigNode* node,
                                 const std::vector<std::string_view>& names, std::size_t fallback) {
  HEDDLE_CHECK(fallback < names.size());
  std::size_t chosen = fallback;
  if (node != nullptr) {
    if (!is_kind(key, *node, ConfigKind::String)) return fallback;
    const std::string& text = node->string_value();
    const auto at = std::find(names.begin(), names.end(), text);
    if (at == names.end()) {
      const std::string_view nearest = nearest_name(text, names);
      const std::string help =
          nearest.empty() ? "" : "did you mean '" + std::string(nearest) + "'?";
      state_->add(diag::kConfigBadChoice, node->where(),
                  {state_->name_of(key), text, joined(names), help});
      return fallback;
    }
    chosen = static_cast<std::size_t>(at - names.begin());
  }
  record(key, ConfigNode::make_string(std::string(names[chosen])));
  return chosen;
}

std::string ConfigReader::integer_text(WideInteger min, WideInteger max) {
  constexpr WideInteger kAlmostAll = std::numeric_limits<std::int64_t>::max();
  if (min == kConfigIntegerMin && max >= kAlmostAll) return "an integer";
  if (max >= kAlmostAll) return "an integer, " + wide_to_text(min) + " or more";
  return "an integer from " + wide_to_text(min) + " to " + wide_to_text(max);
}

std::string ConfigReader::choice_text(const std::vector<std::string_view>& names) {
  return "one of " + joined(names);
}

std::optional<std::string> ConfigReader::maybe_path(std::string_view key) {
  const std::optional<std::string> written = maybe<std::string>(key);
  if (!written) return std::nullopt;
  return join_path(parent_path(look(key)->where().file), *written);
}

std::string ConfigReader::required_path(std::string_view key) {
  if (need(key, "a path") == nullptr) return {};
  return maybe_path(key).value_or("");
}

ConfigReader ConfigReader::child(std::string_view key, const ConfigNode* node) {
  auto state = std::make_shared<State>(node == nullptr ? ConfigNode::make_map({}) : *node,
                                       node == nullptr ? state_->where : node->where(), "",
                                       state_->path_of(key), state_->diagnostics);
  state->demand_map();
  return ConfigReader(std::move(state));
}

ConfigReader ConfigReader::required_map(std::string_view key) {
  ConfigReader inner = child(key, need(key, "a map"));
  inner.state_->is_silent = inner.state_->is_silent || state_->node.find(key) == nullptr;
  keep_map(key, inner);
  return inner;
}

ConfigReader ConfigReader::optional_map(std::string_view key) {
  ConfigReader inner = child(key, look(key));
  inner.state_->is_silent = inner.state_->is_silent || state_->is_silent;
  keep_map(key, inner);
  return inner;
}

std::optional<ConfigReader> ConfigReader::maybe_map(std::string_view key) {
  const ConfigNode* node = look(key);
  if (node == nullptr) return std::nullopt;
  ConfigReader inner = child(key, node);
  keep_map(key, inner);
  return inner;
}

void ConfigReader::keep_map(std::string_view key, const ConfigReader& inner) {
  state_->keep({.key = std::string(key),
                .shape = State::Shape::Map,
                .children = {{std::string(key), inner.state_}}});
}

std::vector<std::pair<std::string, ConfigReader>> ConfigReader::named_maps(std::string_view key) {
  std::vector<std::pair<std::string, ConfigReader>> out;
  const ConfigNode* node = look(key);
  if (node == nullptr || !is_kind(key, *node, ConfigKind::Map)) return out;
  State::Read read{.key = std::string(key), .shape = State::Shape::NamedMaps};
  for (const ConfigEntry& entry : node->entries()) {
    out.emplace_back(entry.key, child(member_name(key, entry.key), &entry.value));
    read.children.emplace_back(entry.key, out.back().second.state_);
  }
  state_->keep(std::move(read));
  return out;
}

std::vector<ConfigReader> ConfigReader::list_of_maps(std::string_view key) {
  std::vector<ConfigReader> out;
  const ConfigNode* node = look(key);
  if (node == nullptr || !is_kind(key, *node, ConfigKind::List)) return out;
  State::Read read{.key = std::string(key), .shape = State::Shape::ListOfMaps};
  for (const ConfigNode& item : node->items()) {
    out.push_back(child(item_name(key, out.size()), &item));
    read.children.emplace_back("", out.back().state_);
  }
  state_->keep(std::move(read));
  return out;
}

const ConfigNode* ConfigReader::node(std::string_view key) {
  const ConfigNode* node = look(key);
  if (node != nullptr) record(key, *node);
  return node;
}

bool ConfigReader::has(std::string_view key) const {
  return state_->node.find(key) != nullptr;
}

SourcePosition ConfigReader::where(std::string_view key) const {
  const ConfigNode* node = state_->node.find(key);
  return node == nullptr ? state_->where : node->where();
}

SourcePosition ConfigReader::where() const {
  return state_->where;
}

const std::string& ConfigReader::what() const {
  return state_->what;
}

void ConfigReader::report(const DiagnosticRule& rule, std::string_view key,
                          std::initializer_list<std::string_view> arguments) {
  state_->add(rule, where(key), arguments);
}

void ConfigReader::done() {
  state_->report_unknown();
}

ConfigNode ConfigReader::resolved() const {
  return state_->resolve();
}

}  // namespace heddle
