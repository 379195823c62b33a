// Yosys writes a parameter as a string of 0, 1, x and z, most significant
// first; with `-compat-int`, and by hand, as a JSON number.
#include "parameters.h"

#include <charconv>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist {
namespace {

constexpr std::size_t kShownMax = 40;

std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, kShownMax)) + (text.size() > kShownMax ? "..." : "") +
         "'";
}

}  // namespace

std::string binary_digits(std::uint64_t value) {
  std::string out;
  for (; value != 0; value >>= 1) out.insert(out.begin(), (value & 1U) != 0 ? '1' : '0');
  return out.empty() ? "0" : out;
}

const ConstantText* CellParameters::find(std::string_view name) const {
  for (const CellParameter& parameter : data_.parameters_of(cell_)) {
    if (data_.names->text(parameter.name) == name) return &parameter.value;
  }
  return nullptr;
}

void CellParameters::bad(std::string_view name, std::string_view is,
                         std::string_view expected) const {
  faults_.add(diag::kBadParameter, cell_.at, {name, data_.names->text(cell_.name), is, expected});
}

std::optional<Digits> CellParameters::read(const ConstantText& value, std::string_view name) const {
  const std::string_view text = data_.text_of(value);
  if (value.kind == ConstantText::Kind::Number) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc() && end == text.data() + text.size()) {
      const auto low = static_cast<std::uint32_t>(number & 0xFFFFFFFF);
      const bool negative = number < 0 && number >= INT32_MIN;
      if (negative) return Digits(binary_digits(low));
      if (number >= 0) return Digits(binary_digits(static_cast<std::uint64_t>(number)));
    }
  } else if (value.kind == ConstantText::Kind::String &&
             text.find_first_not_of("01xz") == std::string_view::npos) {
    return Digits(text);
  }
  bad(name, quoted(text), "a number or a string of the digits 0, 1, x, z");
  return std::nullopt;
}

std::optional<std::uint64_t> CellParameters::number(std::string_view name,
                                                    std::uint64_t max) const {
  const ConstantText* value = find(name);
  const std::string expected = "a number up to " + std::to_string(max);
  if (value == nullptr) {
    bad(name, "missing", expected);
    return std::nullopt;
  }
  const std::optional<Digits> digits = read(*value, name);
  if (!digits) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = digits->size(); i-- > 0;) {
    const Logic bit = digits->bit(i, Logic::Zero);
    const bool fits = number <= (max >> 1) && bit != Logic::X;
    number = number * 2 + (bit == Logic::One ? 1 : 0);
    if (!fits || number > max) {
      bad(name, quoted(data_.text_of(*value)), expected);
      return std::nullopt;
    }
  }
  return number;
}

std::optional<std::int64_t> CellParameters::signed_number(std::string_view name) const {
  if (find(name) == nullptr) return 0;
  const std::optional<std::uint64_t> bits = number(name, 0xFFFFFFFF);
  if (!bits) return std::nullopt;
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(*bits));
}

std::optional<Digits> CellParameters::digits(std::string_view name, std::uint64_t size_max) const {
  const ConstantText* value = find(name);
  if (value == nullptr) return Digits();
  std::optional<Digits> digits = read(*value, name);
  if (!digits) return std::nullopt;
  for (std::size_t i = digits->size(); i-- > size_max;) {
    if (digits->bit(i, Logic::Zero) == Logic::Zero) continue;
    bad(name, std::to_string(digits->size()) + " bits",
        "at most " + std::to_string(size_max) + " bits");
    return std::nullopt;
  }
  return digits;
}

}  // namespace heddle::gate::netlist
