// Parameters of one cell, read as numbers and bit vectors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "design_data.h"
#include "faults.h"

namespace heddle::gate::netlist {

/// A bit vector as digits, most significant first; past its end it reads `fill`.
class Digits {
 public:
  Digits() = default;
  explicit Digits(std::string digits) : owned_(std::move(digits)) {}
  explicit Digits(std::string_view digits) : view_(digits) {}

  [[nodiscard]] std::size_t size() const { return text().size(); }
  [[nodiscard]] Logic bit(std::uint64_t index, Logic fill) const {
    const std::string_view digits = text();
    if (index >= digits.size()) return fill;
    const char digit = digits[digits.size() - 1 - static_cast<std::size_t>(index)];
    return digit == '0' ? Logic::Zero : digit == '1' ? Logic::One : Logic::X;
  }

 private:
  [[nodiscard]] std::string_view text() const { return owned_.empty() ? view_ : owned_; }
  std::string owned_;
  std::string_view view_;
};

/// Threads: a value with views; `data` and `faults` must outlive it.
class CellParameters {
 public:
  CellParameters(const DesignData& data, const ModuleCell& cell, Faults& faults)
      : data_(data), cell_(cell), faults_(faults) {}

  /// A number from 0 to `max`. Errors: `gate.netlist.bad-parameter`, and none.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t max) const;
  /// A signed number of 32 bits; 0 when absent.
  [[nodiscard]] std::optional<std::int64_t> signed_number(std::string_view name) const;
  /// A bit vector of at most `size_max` digits (further zeros are fine); empty when absent.
  [[nodiscard]] std::optional<Digits> digits(std::string_view name, std::uint64_t size_max) const;
  /// The value as it is written; none when absent.
  [[nodiscard]] const ConstantText* find(std::string_view name) const;
  /// Reports a value that is not what it should be.
  void bad(std::string_view name, std::string_view is, std::string_view expected) const;

 private:
  [[nodiscard]] std::optional<Digits> read(const ConstantText& value, std::string_view name) const;

  const DesignData& data_;
  const ModuleCell& cell_;
  Faults& faults_;
};

/// The bits of an integer as digits, most significant first, without leading zeros.
[[nodiscard]] std::string binary_digits(std::uint64_t value);

}  // namespace heddle::gate::netlist
