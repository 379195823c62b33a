// The immutable tree: access, making values, comparing.
#include "heddle/base/config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/config_data.h"
#include "heddle/base/check.h"

namespace heddle {
namespace {

/// A text is cut here in messages.
constexpr std::size_t kDescribedBytesMax = 60;

ConfigNode make(ConfigNode::Data::Value value) {
  return ConfigNode(
      std::make_shared<const ConfigNode::Data>(ConfigNode::Data{.value = std::move(value)}));
}

}  // namespace

std::string_view config_kind_text(ConfigKind kind) {
  constexpr std::array<std::string_view, 7> kTexts{
      "nothing", "true or false", "an integer", "a real number", "a text", "a list", "a map"};
  return kTexts[static_cast<std::size_t>(kind)];
}

std::string wide_to_text(__int128 value) {
  HEDDLE_CHECK(value >= kConfigIntegerMin);
  HEDDLE_CHECK(value <= kConfigIntegerMax);
  return value < 0 ? std::to_string(static_cast<std::int64_t>(value))
                   : std::to_string(static_cast<std::uint64_t>(value));
}

ConfigMembers index_members(std::vector<ConfigEntry> entries) {
  ConfigMembers members{.entries = std::move(entries), .by_key = {}};
  members.by_key.resize(members.entries.size());
  std::iota(members.by_key.begin(), members.by_key.end(), 0U);
  const auto key_of = [&](std::uint32_t i) -> const std::string& { return members.entries[i].key; };
  std::sort(members.by_key.begin(), members.by_key.end(),
            [&](std::uint32_t a, std::uint32_t b) { return key_of(a) < key_of(b); });
  const bool has_twins = std::adjacent_find(members.by_key.begin(), members.by_key.end(),
                                            [&](std::uint32_t a, std::uint32_t b) {
                                              return key_of(a) == key_of(b);
                                            }) != members.by_key.end();
  HEDDLE_CHECK(!has_twins);
  return members;
}

ConfigNode::ConfigNode() = default;
ConfigNode::ConfigNode(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

ConfigKind ConfigNode::kind() const {
  return data_ == nullptr ? ConfigKind::Null : static_cast<ConfigKind>(data_->value.index());
}

SourcePosition ConfigNode::where() const {
  if (data_ == nullptr || data_->file == nullptr) return {};
  return {*data_->file, data_->line, data_->column};
}

bool ConfigNode::bool_value() const {
  HEDDLE_CHECK(kind() == ConfigKind::Bool);
  return std::get<bool>(data_->value);
}

__int128 ConfigNode::integer_value() const {
  HEDDLE_CHECK(kind() == ConfigKind::Integer);
  return std::get<__int128>(data_->value);
}

double ConfigNode::real_value() const {
  HEDDLE_CHECK(kind() == ConfigKind::Real);
  return std::get<double>(data_->value);
}

const std::string& ConfigNode::string_value() const {
  HEDDLE_CHECK(kind() == ConfigKind::String);
  return std::get<std::string>(data_->value);
}

const std::vector<ConfigNode>& ConfigNode::items() const {
  HEDDLE_CHECK(kind() == ConfigKind::List);
  return std::get<std::vector<ConfigNode>>(data_->value);
}

const std::vector<ConfigEntry>& ConfigNode::entries() const {
  HEDDLE_CHECK(kind() == ConfigKind::Map);
  return std::get<ConfigMembers>(data_->value).entries;
}

const ConfigNode* ConfigNode::find(std::string_view key) const {
  if (kind() != ConfigKind::Map) return nullptr;
  const auto& [entries, by_key] = std::get<ConfigMembers>(data_->value);
  const auto at = std::lower_bound(by_key.begin(), by_key.end(), key,
                                   [&entries = entries](std::uint32_t i, std::string_view wanted) {
                                     return entries[i].key < wanted;
                                   });
  if (at == by_key.end() || entries[*at].key != key) return nullptr;
  return &entries[*at].value;
}

std::string ConfigNode::describe() const {
  switch (kind()) {
    case ConfigKind::Bool: return bool_value() ? "true" : "false";
    case ConfigKind::Integer: return "the integer " + wide_to_text(integer_value());
    case ConfigKind::Real: return "the number " + real_to_text(real_value());
    case ConfigKind::String: {
      const std::string& text = string_value();
      if (text.size() <= kDescribedBytesMax) return "the text '" + text + "'";
      return "a text of " + std::to_string(text.size()) + " bytes";
    }
    case ConfigKind::Null:
    case ConfigKind::List:
    case ConfigKind::Map: break;
  }
  return std::string(config_kind_text(kind()));
}

ConfigNode ConfigNode::make_bool(bool value) {
  return make(value);
}

ConfigNode ConfigNode::make_integer(__int128 value) {
  HEDDLE_CHECK(value >= kConfigIntegerMin);
  HEDDLE_CHECK(value <= kConfigIntegerMax);
  return make(value);
}

ConfigNode ConfigNode::make_real(double value) {
  HEDDLE_CHECK(std::isfinite(value));
  return make(value);
}

ConfigNode ConfigNode::make_string(std::string value) {
  return make(std::move(value));
}

ConfigNode ConfigNode::make_list(std::vector<ConfigNode> items) {
  return make(std::move(items));
}

ConfigNode ConfigNode::make_map(std::vector<ConfigEntry> entries) {
  return make(index_members(std::move(entries)));
}

ConfigNode ConfigNode::with(std::string_view key, ConfigNode value) const {
  std::vector<ConfigEntry> members;
  if (kind() != ConfigKind::Null) members = entries();
  const auto at = std::find_if(members.begin(), members.end(),
                               [&](const ConfigEntry& entry) { return entry.key == key; });
  if (at != members.end()) {
    at->value = std::move(value);
  } else {
    members.push_back({.key = std::string(key), .value = std::move(value)});
  }
  Data data{.value = index_members(std::move(members))};
  if (data_ != nullptr) {
    data.file = data_->file;
    data.line = data_->line;
    data.column = data_->column;
  }
  return ConfigNode(std::make_shared<const Data>(std::move(data)));
}

bool same_config(const ConfigNode& a, const ConfigNode& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ConfigKind::Null: return true;
    case ConfigKind::Bool: return a.bool_value() == b.bool_value();
    case ConfigKind::Integer: return a.integer_value() == b.integer_value();
    case ConfigKind::Real: return a.real_value() == b.real_value();
    case ConfigKind::String: return a.string_value() == b.string_value();
    case ConfigKind::List:
      return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(),
                        same_config);
    case ConfigKind::Map:
      return std::equal(a.entries().begin(), a.entries().end(), b.entries().begin(),
                        b.entries().end(), [](const ConfigEntry& x, const ConfigEntry& y) {
                          return x.key == y.key && same_config(x.value, y.value);
                        });
  }
  return false;
}

}  // namespace heddle
