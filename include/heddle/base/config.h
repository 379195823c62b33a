// A configuration as the user wrote it: an immutable tree of values, each of
// which knows its file, line and column (in bytes). YAML 1.2 core schema; JSON
// is YAML, but for keys past 1024 bytes and surrogate pairs written as escapes.
//
// Strict on purpose: a quoted "1" is a string and a bare 1 is not, `yes` is a
// string, `010` is a string (octal or decimal?), tags and several documents
// are refused, anchors and aliases are fine within the bounds of `ConfigLimits`.
// `config_reader.h` reads values out of the tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heddle/base/json.h"
#include "heddle/base/result.h"

namespace heddle {

struct ConfigEntry;

enum class ConfigKind : std::uint8_t { Null, Bool, Integer, Real, String, List, Map };

/// "a map", "an integer": for messages.
[[nodiscard]] std::string_view config_kind_text(ConfigKind kind);

/// A value as a handle on an immutable tree: cheap to copy, keeps the tree alive.
/// Threads: any number may read.
class ConfigNode {
 public:
  /// Null, at no position.
  ConfigNode();

  [[nodiscard]] ConfigKind kind() const;
  /// Where the value starts; unknown for a value that a program made.
  [[nodiscard]] SourcePosition where() const;

  /// Each requires its kind (checked).
  [[nodiscard]] bool bool_value() const;
  /// An integer of the text, between -2^63 and 2^64 - 1.
  [[nodiscard]] __int128 integer_value() const;
  [[nodiscard]] double real_value() const;
  [[nodiscard]] const std::string& string_value() const;
  [[nodiscard]] const std::vector<ConfigNode>& items() const;
  /// Members in the order of the text.
  [[nodiscard]] const std::vector<ConfigEntry>& entries() const;

  /// The member `key` of a map; null pointer when there is none or no map.
  [[nodiscard]] const ConfigNode* find(std::string_view key) const;

  /// The value for a message: `'abc'`, `12`, `a map`.
  [[nodiscard]] std::string describe() const;

  /// Values that a program makes. `make_integer` requires -2^63 .. 2^64 - 1.
  [[nodiscard]] static ConfigNode make_bool(bool value);
  [[nodiscard]] static ConfigNode make_integer(__int128 value);
  [[nodiscard]] static ConfigNode make_real(double value);
  [[nodiscard]] static ConfigNode make_string(std::string value);
  [[nodiscard]] static ConfigNode make_list(std::vector<ConfigNode> items);
  /// Requires: no key twice (checked).
  [[nodiscard]] static ConfigNode make_map(std::vector<ConfigEntry> entries);

  /// This map with `key` set to `value`, in its place or at the end.
  /// Requires: a map or null (checked).
  [[nodiscard]] ConfigNode with(std::string_view key, ConfigNode value) const;

  struct Data;
  explicit ConfigNode(std::shared_ptr<const Data> data);

 private:
  std::shared_ptr<const Data> data_;
};

/// A member of a map.
struct ConfigEntry {
  std::string key;
  ConfigNode value;
  SourcePosition where = {};  ///< of the key
};

/// What a configuration may be at most. Exceeding one is config.too-large.
struct ConfigLimits {
  std::size_t size_bytes_max = std::size_t{4} << 20;
  std::size_t depth_max = 64;               ///< maps and lists within each other
  std::size_t value_count_max = 1'000'000;  ///< aliases counted as often as used
};

/// Reads a text. `file` names it in positions.
/// Errors: config.syntax, config.too-large, config.unsupported, config.duplicate-key.
[[nodiscard]] Result<ConfigNode> parse_config(std::string_view text, const std::string& file,
                                              const ConfigLimits& limits = {});

/// Reads a file. Errors: those of `parse_config` and of `read_file`.
[[nodiscard]] Result<ConfigNode> load_config(const std::string& path,
                                             const ConfigLimits& limits = {});

/// The one YAML text of a tree: block style, keys in order, strings quoted
/// unless they are plain words. Ensures: `parse_config` reads it back alike.
[[nodiscard]] std::string config_to_yaml(const ConfigNode& node);

/// Writes a tree as one JSON value.
void write_json(JsonWriter& json, const ConfigNode& node);

/// Equal values in equal order; positions do not count.
[[nodiscard]] bool same_config(const ConfigNode& a, const ConfigNode& b);

}  // namespace heddle
