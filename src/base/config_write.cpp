// A tree back to text. Block style for maps and lists that hold something;
// a text stands bare only where no YAML reader could take it for anything else.
#include "base/config_data.h"
#include "base/config_scalar.h"
#include "heddle/base/check.h"
#include "heddle/base/config.h"

namespace heddle {
namespace {

/// A word or a path: a letter (after `/`, `./` or `../`), then letters, digits
/// and `_ . / -`: no indicator of YAML's, and nothing that YAML 1.1 reads as a
/// number or a truth value.
bool is_plain_word(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  for (const std::string_view start : {"/", "./", "../"}) {
    if (text.starts_with(start)) return is_plain_word(text.substr(start.size()));
  }
  if (text.empty() || !is_letter(text.front())) return false;
  for (const char c : text) {
    const bool is_inner =
        is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-';
    if (!is_inner) return false;
  }
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const std::string_view word :
       {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}) {
    if (lower == word) return false;
  }
  return true;
}

/// A JSON string is a YAML double-quoted scalar.
std::string text_to_yaml(std::string_view text) {
  return is_plain_word(text) ? std::string(text) : json_quote(text);
}

std::string scalar_to_yaml(const ConfigNode& node) {
  switch (node.kind()) {
    case ConfigKind::Null: return "null";
    case ConfigKind::Bool: return node.bool_value() ? "true" : "false";
    case ConfigKind::Integer: return wide_to_text(node.integer_value());
    case ConfigKind::Real: return real_to_text(node.real_value());
    case ConfigKind::String: return text_to_yaml(node.string_value());
    case ConfigKind::List: return "[]";
    case ConfigKind::Map: return "{}";
  }
  return {};
}

bool is_block(const ConfigNode& node) {
  if (node.kind() == ConfigKind::List) return !node.items().empty();
  if (node.kind() == ConfigKind::Map) return !node.entries().empty();
  return false;
}

/// Writes a non-empty map or list. `indent` is the column of its members; the
/// first stands where `out` ends.
void write_block(std::string& out, const ConfigNode& node, std::size_t indent);

void write_members(std::string& out, const ConfigNode& node, std::size_t indent) {
  bool is_first = true;
  for (const ConfigEntry& entry : node.entries()) {
    if (!is_first) out.append(indent, ' ');
    is_first = false;
    out += text_to_yaml(entry.key) + ":";
    if (is_block(entry.value)) {
      out += '\n';
      out.append(indent + 2, ' ');
      write_block(out, entry.value, indent + 2);
    } else {
      out += " " + scalar_to_yaml(entry.value) + "\n";
    }
  }
}

void write_items(std::string& out, const ConfigNode& node, std::size_t indent) {
  bool is_first = true;
  for (const ConfigNode& item : node.items()) {
    if (!is_first) out.append(indent, ' ');
    is_first = false;
    out += "- ";
    if (is_block(item)) {
      write_block(out, item, indent + 2);
    } else {
      out += scalar_to_yaml(item) + "\n";
    }
  }
}

void write_block(std::string& out, const ConfigNode& node, std::size_t indent) {
  if (node.kind() == ConfigKind::Map) {
    write_members(out, node, indent);
  } else {
    write_items(out, node, indent);
  }
}

}  // namespace

std::string config_to_yaml(const ConfigNode& node) {
  if (!is_block(node)) return scalar_to_yaml(node) + "\n";
  std::string out;
  write_block(out, node, 0);
  return out;
}

void write_json(JsonWriter& json, const ConfigNode& node) {
  switch (node.kind()) {
    case ConfigKind::Null: json.null(); return;
    case ConfigKind::Bool: json.value(node.bool_value()); return;
    case ConfigKind::Integer: {
      const __int128 value = node.integer_value();
      if (value < 0) {
        json.value(static_cast<std::int64_t>(value));
      } else {
        json.value(static_cast<std::uint64_t>(value));
      }
      return;
    }
    case ConfigKind::Real: json.value(node.real_value()); return;
    case ConfigKind::String: json.value(node.string_value()); return;
    case ConfigKind::List:
      json.begin_array();
      for (const ConfigNode& item : node.items()) write_json(json, item);
      json.end_array();
      return;
    case ConfigKind::Map:
      json.begin_object();
      for (const ConfigEntry& entry : node.entries()) {
        json.key(entry.key);
        write_json(json, entry.value);
      }
      json.end_object();
      return;
  }
}

}  // namespace heddle
