// YAML text to tree. yaml-cpp finds the structure and reports it as events;
// everything else happens here: what a scalar means, bounds, duplicate keys.
// yaml-cpp speaks in exceptions; none leaves this file.
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include "base/config_data.h"
#include "base/config_scalar.h"
#include "base/utf8.h"
#include "heddle/base/check.h"
#include "heddle/base/config.h"
#include "heddle/base/diagnostics.h"
#include "heddle/base/file.h"

namespace heddle {
namespace {

/// Thrown through yaml-cpp when reading on makes no sense.
struct StopParsing {};

/// A finished value with what its bounds are counted by.
struct Built {
  ConfigNode node;
  std::size_t value_count = 1;  ///< of the whole subtree
  std::size_t height = 0;       ///< maps and lists within each other
};

/// An open map or list.
struct Open {
  bool is_map = false;
  YAML::Mark mark = {};
  YAML::anchor_t anchor = 0;
  std::vector<ConfigNode> items = {};
  std::vector<ConfigEntry> entries = {};
  std::map<std::string, SourcePosition, std::less<>> key_positions = {};
  bool has_key = false;
  bool is_duplicate = false;  ///< the value that comes is dropped
  std::string key = {};
  SourcePosition key_where = {};
  std::size_t value_count = 1;
  std::size_t height = 1;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file, const ConfigLimits& limits, Diagnostics& diagnostics)
      : file_(std::make_shared<const std::string>(file)),
        limits_(limits),
        diagnostics_(diagnostics) {}

  [[nodiscard]] const ConfigNode& root() const { return root_; }

  /// To be called when yaml-cpp found no fault.
  void finish_document() {
    if (complex_key_) refuse(*complex_key_, "a key that is no text", "write a text before the ':'");
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (document_count_++ > 0) {
      refuse(mark, "a second document", "one file holds one configuration; remove the '---'");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (complex_key_) return;
    if (expects_key()) refuse(mark, "an empty key", "give the key a name");
    add(mark, anchor, std::monostate{});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (complex_key_) return;
    if (expects_key()) refuse(mark, "an alias as a key", "write the key out");
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) refuse(mark, "a value that contains itself", "");
    attach(mark, found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (complex_key_) return;
    refuse_tag(mark, tag);
    // The input is UTF-8, but yaml-cpp turns these two escapes into lone bytes.
    if (!is_utf8(text)) refuse(mark, "the escape '\\_' or '\\N'", "write the character itself");
    if (expects_key()) {
      take_key(mark, text);
    } else {
      add(mark, anchor, tag == "?" ? plain_value(mark, text) : ConfigNode::Data::Value(text));
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, false);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, true);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  [[nodiscard]] SourcePosition position(const YAML::Mark& mark) const {
    return {*file_, static_cast<std::uint32_t>(mark.line + 1),
            static_cast<std::uint32_t>(mark.column + 1)};
  }

  [[nodiscard]] bool expects_key() const {
    return !open_.empty() && open_.back().is_map && !open_.back().has_key;
  }

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string_view what, std::string_view help) {
    diagnostics_.add(Diagnostic(diag::kConfigUnsupported, position(mark), {what, help}));
    throw StopParsing{};
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag != "?" && tag != "!") refuse(mark, "the tag '" + tag + "'", "remove the tag");
  }

  void check_limit(const YAML::Mark& mark, std::size_t found, std::size_t max,
                   std::string_view unit) {
    if (found <= max) return;
    diagnostics_.add(
        Diagnostic(diag::kConfigTooLarge, position(mark), {std::to_string(max), unit}));
    throw StopParsing{};
  }

  [[nodiscard]] ConfigNode::Data::Value plain_value(const YAML::Mark& mark,
                                                    const std::string& text) {
    const PlainScalar scalar = resolve_plain_scalar(text);
    if (const bool* flag = std::get_if<bool>(&scalar)) return *flag;
    if (const __int128* integer = std::get_if<__int128>(&scalar)) return *integer;
    if (const double* real = std::get_if<double>(&scalar)) return *real;
    if (std::holds_alternative<NumberOverflow>(scalar)) {
      diagnostics_.add(Diagnostic(
          diag::kConfigOutOfRange, position(mark),
          {"a number", text, "64 bits (-2^63 to 2^64 - 1), or a double; put a text in quotes"}));
      return std::monostate{};
    }
    return text;
  }

  void take_key(const YAML::Mark& mark, const std::string& text) {
    if (text == "<<") refuse(mark, "the merge key '<<'", "write the keys out");
    Open& map = open_.back();
    map.has_key = true;
    map.key = text;
    map.key_where = position(mark);
    const auto [first, is_new] = map.key_positions.emplace(text, map.key_where);
    map.is_duplicate = !is_new;
    if (!is_new) {
      diagnostics_.add(
          Diagnostic(diag::kConfigDuplicateKey, map.key_where, {text, first->second.to_string()}));
    }
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, bool is_map) {
    if (expects_key() && !complex_key_) complex_key_ = mark;
    if (complex_key_) return;
    refuse_tag(mark, tag);
    check_limit(mark, open_.size() + 1, limits_.depth_max, "levels");
    open_.push_back({.is_map = is_map, .mark = mark, .anchor = anchor});
  }

  void close() {
    if (complex_key_) return;
    Open done = std::move(open_.back());
    open_.pop_back();
    ConfigNode::Data::Value value;
    if (done.is_map) {
      value = index_members(std::move(done.entries));
    } else {
      value = std::move(done.items);
    }
    finish(done.mark, done.anchor,
           {.node = node_at(done.mark, std::move(value)),
            .value_count = done.value_count,
            .height = done.height});
  }

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, ConfigNode::Data::Value value) {
    finish(mark, anchor, {.node = node_at(mark, std::move(value))});
  }

  [[nodiscard]] ConfigNode node_at(const YAML::Mark& mark, ConfigNode::Data::Value value) const {
    const SourcePosition where = position(mark);
    return ConfigNode(std::make_shared<const ConfigNode::Data>(ConfigNode::Data{
        .value = std::move(value), .file = file_, .line = where.line, .column = where.column}));
  }

  void finish(const YAML::Mark& mark, YAML::anchor_t anchor, Built built) {
    if (anchor != 0) anchored_[anchor] = built;
    attach(mark, built);
  }

  /// Puts a value into the innermost open map or list.
  void attach(const YAML::Mark& mark, const Built& built) {
    if (open_.empty()) {
      root_ = built.node;
      return;
    }
    Open& parent = open_.back();
    parent.value_count += built.value_count;
    parent.height = std::max(parent.height, built.height + 1);
    check_limit(mark, parent.value_count, limits_.value_count_max, "values");
    check_limit(mark, open_.size() - 1 + parent.height, limits_.depth_max, "levels");
    if (!parent.is_map) {
      parent.items.push_back(built.node);
      return;
    }
    parent.has_key = false;
    if (parent.is_duplicate) return;
    parent.entries.push_back(
        {.key = std::move(parent.key), .value = built.node, .where = std::move(parent.key_where)});
  }

  std::shared_ptr<const std::string> file_;
  const ConfigLimits& limits_;
  Diagnostics& diagnostics_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Built> anchored_;
  ConfigNode root_;
  std::size_t document_count_ = 0;
  /// A map or list as a key. yaml-cpp also reports one for a `[` that is never
  /// closed, so it is refused only when the text turns out to be sound; until
  /// then events are ignored.
  std::optional<YAML::Mark> complex_key_;
};

/// Refuses what is not YAML's character set, before yaml-cpp takes a control
/// character for its end-of-file mark. Source: YAML 1.2.2, section 5.1.
Status check_characters(std::string_view text, const std::string& file) {
  std::uint32_t line = 1;
  std::size_t line_begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = utf8_length(text.substr(at));
    const bool is_control =
        (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
    if (length == 0 || is_control) {
      const SourcePosition where{file, line, static_cast<std::uint32_t>(at - line_begin + 1)};
      return fail(diag::kConfigSyntax, where,
                  {is_control ? "a control character" : "a byte that is not UTF-8"});
    }
    at += length;
    if (byte == '\n') {
      ++line;
      line_begin = at;
    }
  }
  return {};
}

/// Just behind the last byte.
SourcePosition end_position(std::string_view text, const std::string& file) {
  const auto newline_count = std::count(text.begin(), text.end(), '\n');
  const std::size_t line_begin = text.rfind('\n') + 1;
  return {file, static_cast<std::uint32_t>(newline_count + 1),
          static_cast<std::uint32_t>(text.size() - line_begin + 1)};
}

/// Runs yaml-cpp; what it throws becomes a diagnostic.
void parse_events(std::string_view text, const std::string& file, const ConfigLimits& limits,
                  TreeBuilder& builder, Diagnostics& diagnostics) {
  const auto at = [&](const YAML::Mark& mark) {
    const SourcePosition end = end_position(text, file);
    const SourcePosition found{file, static_cast<std::uint32_t>(mark.line + 1),
                               static_cast<std::uint32_t>(mark.column + 1)};
    const bool is_past_end =
        found.line > end.line || (found.line == end.line && found.column > end.column);
    return is_past_end ? end : found;
  };
  try {
    // yaml-cpp takes an unclosed quote for closed where a newline ends the
    // text, so the text ends in a comment.
    std::istringstream stream(std::string(text) + (text.ends_with('\n') ? "#" : "\n#"));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    builder.finish_document();
  } catch (const StopParsing&) {
  } catch (const YAML::DeepRecursion& error) {
    diagnostics.add(Diagnostic(diag::kConfigTooLarge, at(error.mark),
                               {std::to_string(limits.depth_max), "levels"}));
  } catch (const YAML::Exception& error) {
    diagnostics.add(Diagnostic(diag::kConfigSyntax, at(error.mark), {error.msg}));
  }
}

}  // namespace

Result<ConfigNode> parse_config(std::string_view text, const std::string& file,
                                const ConfigLimits& limits) {
  if (text.size() > limits.size_bytes_max) {
    return fail(diag::kConfigTooLarge, {file}, {std::to_string(limits.size_bytes_max), "bytes"});
  }
  HEDDLE_TRY_STATUS(check_characters(text, file));
  Diagnostics diagnostics;
  TreeBuilder builder(file, limits, diagnostics);
  parse_events(text, file, limits, builder, diagnostics);
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  if (builder.root().kind() != ConfigKind::Null) return builder.root();
  return ConfigNode(std::make_shared<const ConfigNode::Data>(
      ConfigNode::Data{.value = {}, .file = std::make_shared<const std::string>(file)}));
}

Result<ConfigNode> load_config(const std::string& path, const ConfigLimits& limits) {
  // One byte more, so that the parser is who says that a text is too large.
  HEDDLE_TRY(const std::string text, read_file(path, limits.size_bytes_max + 1));
  return parse_config(text, path, limits);
}

}  // namespace heddle
