// Reads the keys of one map of a configuration. It collects what is wrong
// instead of stopping, so that a user sees every mistake of a file at once:
//
//   ConfigReader map(node, "clock 'clk'", diagnostics);
//   Clock clock{.period = map.required<Picoseconds>("period_ps", {.min = 1}),
//               .port = map.optional<std::string>("port", "clk")};
//   map.done();                                   // any key nobody asked for?
//   if (diagnostics.has_errors()) return fail(std::move(diagnostics));
//
// What was read, defaults included, is the resolved configuration.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "heddle/base/config.h"
#include "heddle/base/config_limits.h"

namespace heddle {

/// Reads one map. Copies share what was read and asked for.
/// Threads: one at a time. Errors of every reading function, added to the
/// diagnostics: config.missing-key, config.wrong-type, config.out-of-range.
class ConfigReader {
 public:
  /// `what` names the map in messages: "the run file", "clock 'clk'". A node
  /// that is no map is an error, and everything then reads as its default
  /// without further messages. Requires: `diagnostics` outlives the reader.
  ConfigReader(const ConfigNode& node, std::string what, Diagnostics& diagnostics);

  /// The value of a key that must be there; on error `T` at its lower limit.
  template <ConfigReadable T>
  T required(std::string_view key, Limits<T> limits = {}) {
    check_suffix(key, config_detail::kKeySuffix<T>);
    return read_or<T>(key, need(key, expected_text<T>(limits)), least(limits), limits);
  }

  /// The value of a key, or `fallback` where it is absent or wrong.
  template <ConfigReadable T>
  T optional(std::string_view key, std::type_identity_t<T> fallback, Limits<T> limits = {}) {
    check_suffix(key, config_detail::kKeySuffix<T>);
    const ConfigNode* node = look(key);
    if (node == nullptr) record(key, to_node(fallback));
    return read_or<T>(key, node, std::move(fallback), limits);
  }

  /// The value of a key that may be absent and has no default.
  template <ConfigReadable T>
  std::optional<T> maybe(std::string_view key, Limits<T> limits = {}) {
    check_suffix(key, config_detail::kKeySuffix<T>);
    const ConfigNode* node = look(key);
    if (node == nullptr) return std::nullopt;
    return read<T>(key, *node, limits);
  }

  /// One of the names given, as its value. Errors: also config.bad-choice.
  template <class Enum>
  using Choices = std::initializer_list<std::pair<std::string_view, Enum>>;
  template <class Enum>
  Enum required_choice(std::string_view key, Choices<Enum> choices) {
    const std::vector<std::string_view> names = names_of(choices);
    return choices.begin()[choose(key, need(key, choice_text(names)), names, 0)].second;
  }
  template <class Enum>
  Enum optional_choice(std::string_view key, Enum fallback, Choices<Enum> choices) {
    std::size_t index = 0;
    while (index < choices.size() && choices.begin()[index].second != fallback) ++index;
    const std::vector<std::string_view> names = names_of(choices);
    return choices.begin()[choose(key, look(key), names, index)].second;
  }

  /// One of names that are known only as the program runs; its index.
  std::size_t required_name(std::string_view key, const std::vector<std::string_view>& names) {
    return choose(key, need(key, choice_text(names)), names, 0);
  }

  /// A file named by the user: relative names are taken from the directory of
  /// the configuration file. The resolved configuration keeps what was written.
  std::string required_path(std::string_view key);
  std::optional<std::string> maybe_path(std::string_view key);

  /// A list of values; one that is absent is empty.
  template <ConfigReadable T>
  std::vector<T> list(std::string_view key, Limits<T> limits = {});
  /// A map from free names to values, in the order of the text; absent is empty.
  template <ConfigReadable T>
  std::vector<std::pair<std::string, T>> named(std::string_view key, Limits<T> limits = {});

  /// A map within this one. `required_map` reports an absent one and reads
  /// defaults from it in silence; `optional_map` reads its defaults.
  ConfigReader required_map(std::string_view key);
  ConfigReader optional_map(std::string_view key);
  std::optional<ConfigReader> maybe_map(std::string_view key);
  /// A map from free names to maps (`clocks: {clk: {...}}`), in order; absent is empty.
  std::vector<std::pair<std::string, ConfigReader>> named_maps(std::string_view key);
  /// A list of maps; absent is empty.
  std::vector<ConfigReader> list_of_maps(std::string_view key);

  /// A value that the caller reads itself; null pointer when absent.
  const ConfigNode* node(std::string_view key);

  [[nodiscard]] bool has(std::string_view key) const;
  /// Where the value of `key` is, or the map where the key is absent.
  [[nodiscard]] SourcePosition where(std::string_view key) const;
  [[nodiscard]] SourcePosition where() const;
  /// The name of this map in messages.
  [[nodiscard]] const std::string& what() const;
  /// Adds a diagnostic of the caller's at the value of `key`.
  void report(const DiagnosticRule& rule, std::string_view key,
              std::initializer_list<std::string_view> arguments);

  /// Reports every key that was never asked for, here and in the maps read
  /// within: config.unknown-key, with the nearest key that was. Call it on the
  /// outermost reader when all keys have been read.
  void done();

  /// All that was read of this map and the maps within, defaults included, in
  /// the order it was read.
  [[nodiscard]] ConfigNode resolved() const;

 private:
  struct State;
  using WideInteger = __int128;

  explicit ConfigReader(std::shared_ptr<State> state);

  const ConfigNode* look(std::string_view key);
  const ConfigNode* need(std::string_view key, std::string_view expected);
  void record(std::string_view key, ConfigNode value);
  ConfigReader child(std::string_view key, const ConfigNode* node);
  void keep_map(std::string_view key, const ConfigReader& inner);
  bool is_kind(std::string_view key, const ConfigNode& node, ConfigKind kind);

  static std::string item_name(std::string_view key, std::size_t index);
  static std::string member_name(std::string_view key, std::string_view member);
  static void check_suffix(std::string_view key, std::string_view suffix);
  std::optional<WideInteger> read_integer(std::string_view key, const ConfigNode& node,
                                          WideInteger min, WideInteger max);
  std::optional<double> read_real(std::string_view key, const ConfigNode& node, double min,
                                  double max);
  std::optional<bool> read_bool(std::string_view key, const ConfigNode& node);
  std::optional<std::string> read_string(std::string_view key, const ConfigNode& node,
                                         std::size_t min, std::size_t max);
  std::size_t choose(std::string_view key, const ConfigNode* node,
                     const std::vector<std::string_view>& names, std::size_t fallback);

  static std::string integer_text(WideInteger min, WideInteger max);
  static std::string choice_text(const std::vector<std::string_view>& names);

  template <class Enum>
  static std::vector<std::string_view> names_of(Choices<Enum> choices) {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : choices) names.push_back(name);
    return names;
  }

  template <class T>
  static std::string expected_text(const Limits<T>& limits) {
    if constexpr (config_detail::Count<T> || config_detail::Measure<T>) {
      return integer_text(limits.min, limits.max);
    } else {
      return std::string(config_kind_text(std::same_as<T, bool>     ? ConfigKind::Bool
                                          : std::same_as<T, double> ? ConfigKind::Real
                                                                    : ConfigKind::String));
    }
  }

  template <class T>
  static T least(const Limits<T>& limits) {
    if constexpr (std::same_as<T, bool> || std::same_as<T, std::string>) {
      return T{};
    } else {
      return T(limits.min);
    }
  }

  template <class T>
  static ConfigNode to_node(const T& value) {
    if constexpr (std::same_as<T, bool>) {
      return ConfigNode::make_bool(value);
    } else if constexpr (std::same_as<T, double>) {
      return ConfigNode::make_real(value);
    } else if constexpr (std::same_as<T, std::string>) {
      return ConfigNode::make_string(value);
    } else if constexpr (config_detail::Measure<T>) {
      return ConfigNode::make_integer(value.count());
    } else {
      return ConfigNode::make_integer(value);
    }
  }

  /// The value of `node`, or nothing and a diagnostic. Records it.
  template <class T>
  std::optional<T> read(std::string_view key, const ConfigNode& node, const Limits<T>& limits) {
    std::optional<T> out = convert<T>(key, node, limits);
    if (out) record(key, to_node(*out));
    return out;
  }

  template <class T>
  std::optional<T> convert(std::string_view key, const ConfigNode& node, const Limits<T>& limits) {
    if constexpr (std::same_as<T, bool>) {
      return read_bool(key, node);
    } else if constexpr (std::same_as<T, double>) {
      return read_real(key, node, limits.min, limits.max);
    } else if constexpr (std::same_as<T, std::string>) {
      return read_string(key, node, limits.min, limits.max);
    } else {
      const std::optional<WideInteger> wide = read_integer(key, node, limits.min, limits.max);
      if (!wide) return std::nullopt;
      if constexpr (config_detail::Measure<T>) {
        return T(static_cast<std::int64_t>(*wide));
      } else {
        return static_cast<T>(*wide);
      }
    }
  }

  template <class T>
  T read_or(std::string_view key, const ConfigNode* node, T fallback, const Limits<T>& limits) {
    if (node == nullptr) return fallback;
    std::optional<T> out = read<T>(key, *node, limits);
    return out ? std::move(*out) : std::move(fallback);
  }

  std::shared_ptr<State> state_;
};

template <ConfigReadable T>
std::vector<T> ConfigReader::list(std::string_view key, Limits<T> limits) {
  check_suffix(key, config_detail::kKeySuffix<T>);
  std::vector<T> out;
  const ConfigNode* node = look(key);
  if (node == nullptr || !is_kind(key, *node, ConfigKind::List)) return out;
  std::size_t index = 0;
  for (const ConfigNode& item : node->items()) {
    const std::string name = item_name(key, index++);
    if (std::optional<T> value = convert<T>(name, item, limits)) out.push_back(std::move(*value));
  }
  record(key, *node);
  return out;
}

template <ConfigReadable T>
std::vector<std::pair<std::string, T>> ConfigReader::named(std::string_view key, Limits<T> limits) {
  check_suffix(key, config_detail::kKeySuffix<T>);
  std::vector<std::pair<std::string, T>> out;
  const ConfigNode* node = look(key);
  if (node == nullptr || !is_kind(key, *node, ConfigKind::Map)) return out;
  for (const ConfigEntry& entry : node->entries()) {
    if (std::optional<T> value = convert<T>(member_name(key, entry.key), entry.value, limits)) {
      out.emplace_back(entry.key, std::move(*value));
    }
  }
  record(key, *node);
  return out;
}

}  // namespace heddle
