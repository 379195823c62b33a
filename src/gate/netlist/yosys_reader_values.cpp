// Small values of a Yosys JSON text - bits, names, numbers, constants - and the
// reporting of faults in it.
#include <algorithm>
#include <charconv>

#include "heddle/gate/diagnostics.h"
#include "text_faults.h"
#include "yosys_reader.h"

namespace heddle::gate::netlist {
namespace {

using simdjson::ondemand::json_type;

std::string_view type_words(json_type type) {
  switch (type) {
    case json_type::object: return "an object";
    case json_type::array: return "an array";
    case json_type::string: return "a string";
    case json_type::number: return "a number";
    default: return "something else";
  }
}

std::string_view without_blanks(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

bool NameMarks::mark(NameId name) {
  if (name.value() >= marks_.size()) marks_.resize(name.value() + std::size_t{1}, 0);
  if (marks_[name.value()] == epoch_) return false;
  marks_[name.value()] = epoch_;
  return true;
}

SourceOffset YosysReader::offset(Value value) {
  return offset_of(value.raw_json_token().data());
}

void YosysReader::add(const DiagnosticRule& rule, SourceOffset at,
                      std::initializer_list<std::string_view> arguments) {
  errors_.add(Diagnostic(rule, locator_.position(at), arguments));
}

void YosysReader::missing_key(std::string_view what, std::string_view key, SourceOffset at) {
  add(diag::kMissingKey, at, {what, key});
}

bool YosysReader::syntax(simdjson::error_code error) {
  const char* at = nullptr;
  std::size_t where = text_.size();
  if (error == simdjson::UTF8_ERROR) {
    where = find_bad_utf8(text_);
  } else if (error == simdjson::UNCLOSED_STRING || error == simdjson::UNESCAPED_CHARS) {
    where = find_bad_string(text_);
  } else if (document_ != nullptr && document_->current_location().get(at) == simdjson::SUCCESS) {
    where = offset_of(at);
  }
  return syntax_at(error, static_cast<SourceOffset>(where));
}

bool YosysReader::syntax_at(simdjson::error_code error, SourceOffset at) {
  add(diag::kSyntax, at, {simdjson::error_message(error)});
  return false;
}

bool YosysReader::first_time(Key key, std::uint32_t& seen, std::string_view text, SourceOffset at) {
  if ((seen & key) != 0) {
    add(diag::kDuplicateName, at, {"key", text});
    return false;
  }
  seen |= key;
  return true;
}

bool YosysReader::expect(Value value, json_type type, std::string_view what, bool& matches) {
  json_type found{};
  if (const auto error = value.type().get(found)) return syntax(error);
  matches = found == type;
  if (!matches) add(diag::kWrongType, offset(value), {what, type_words(type)});
  return true;
}

LocalNet YosysReader::local_net(std::uint64_t number, SourceOffset at) {
  // Numbers are dense, so each has its own place in the text: a number beyond
  // the text's size is no net, and tables sized by numbers stay within it.
  if (number >= text_.size()) {
    add(diag::kBadNetNumber, at, {std::to_string(number), std::to_string(text_.size())});
    return kNetX.value();
  }
  if (number >= net_slots_.size()) {
    net_slots_.resize(std::max<std::size_t>(number + 1, net_slots_.size() * 2));
  }
  NetSlot& slot = net_slots_[number];
  if (slot.module != module_ordinal_) slot = {module_ordinal_, net_count_++};
  return slot.net;
}

LocalNet YosysReader::read_bit(std::string_view token) {
  const std::string_view text = without_blanks(token);
  if (text == "\"0\"") return kNetZero.value();
  if (text == "\"1\"") return kNetOne.value();
  if (text == "\"x\"" || text == "\"z\"") return kNetX.value();
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc::result_out_of_range) {
    add(diag::kBadNetNumber, offset_of(text.data()), {text, std::to_string(text_.size())});
    return kNetX.value();
  }
  if (fault != std::errc() || end != text.data() + text.size() || number < 2) {
    add(diag::kBadBit, offset_of(token.data()), {text.substr(0, 40)});
    return kNetX.value();
  }
  return local_net(number, offset_of(text.data()));
}

bool YosysReader::read_bits(Value value, std::string_view what, Run& out) {
  out = {static_cast<std::uint32_t>(data_.bits.size()), 0};
  bool is_array = false;
  if (!expect(value, json_type::array, what, is_array)) return false;
  if (!is_array) return true;
  simdjson::ondemand::array array;
  if (const auto error = value.get_array().get(array)) return syntax(error);
  for (auto item : array) {
    Value bit;
    if (const auto error = std::move(item).get(bit)) return syntax(error);
    data_.bits.push_back(read_bit(bit.raw_json_token()));
  }
  out.count = static_cast<std::uint32_t>(data_.bits.size()) - out.first;
  return true;
}

bool YosysReader::read_constant(Value value, ConstantText& out) {
  json_type type{};
  if (const auto error = value.type().get(type)) return syntax(error);
  const std::string_view token = without_blanks(value.raw_json_token());
  const SourceOffset at = offset_of(token.data());
  out = {};
  if (type == json_type::number) {
    out = {ConstantText::Kind::Number, {at, static_cast<std::uint32_t>(token.size())}, {}};
  } else if (type == json_type::string && token.size() >= 2) {
    const auto length = static_cast<std::uint32_t>(token.size() - 2);
    out = {ConstantText::Kind::String, {at + 1, length}, {}};
    if (token.find('\\') != std::string_view::npos) {
      std::string_view text;
      if (const auto error = value.get_string().get(text)) return syntax_at(error, at);
      out.unescaped = names_.intern(text);
    }
  } else {
    out.kind = ConstantText::Kind::Other;
    out.text = {at, static_cast<std::uint32_t>(token.size())};
  }
  return true;
}

bool YosysReader::read_name(Value value, std::string_view what, NameId& out) {
  bool is_string = false;
  if (!expect(value, json_type::string, what, is_string)) return false;
  if (!is_string) return true;
  const std::string_view token = without_blanks(value.raw_json_token());
  std::string_view text = token.substr(1, token.size() - 2);
  if (text.find('\\') != std::string_view::npos) {
    const SourceOffset at = offset_of(token.data());
    if (const auto error = value.get_string().get(text)) return syntax_at(error, at);
  }
  out = names_.intern(text);
  return true;
}

bool YosysReader::read_integer(Value value, std::string_view what, std::int32_t& out) {
  bool is_number = false;
  if (!expect(value, json_type::number, what, is_number)) return false;
  if (!is_number) return true;
  const std::string_view token = without_blanks(value.raw_json_token());
  const auto [end, fault] = std::from_chars(token.data(), token.data() + token.size(), out);
  if (fault != std::errc() || end != token.data() + token.size()) {
    add(diag::kWrongType, offset(value), {what, "an integer of 32 bits"});
  }
  return true;
}

std::string_view YosysReader::constant_text(const ConstantText& value) const {
  if (!value.unescaped.is_none()) return names_.text(value.unescaped);
  return std::string_view(data_.text).substr(value.text.start, value.text.length);
}

/// A number or bit string that is not all zeros; other text counts as true, as
/// Yosys takes an attribute that is present.
bool YosysReader::is_true(const ConstantText& value) const {
  return value.kind != ConstantText::Kind::Other &&
         constant_text(value).find_first_not_of('0') != std::string_view::npos;
}

}  // namespace heddle::gate::netlist
