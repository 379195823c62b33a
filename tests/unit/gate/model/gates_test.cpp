// Every combinational cell against its formula, for every assignment.
#include <gtest/gtest.h>

#include <bit>

#include "support/gate/aig_values.h"
#include "support/gate/random_model.h"
#include "unit/gate/model/model_text.h"

namespace heddle::gate {
namespace {

using testing::AigValues;
using testing::Draw;
using testing::kAllPatterns;

/// The formula of the cell's documentation; bit i of `in` is its i-th input.
bool formula(GateOp op, std::uint32_t in) {
  const bool a = (in & 1) != 0;
  const bool b = (in & 2) != 0;
  const bool c = (in & 4) != 0;
  const bool d = (in & 8) != 0;
  switch (op) {
    case GateOp::Buf: return a;
    case GateOp::Not: return !a;
    case GateOp::And: return a && b;
    case GateOp::Nand: return !(a && b);
    case GateOp::Or: return a || b;
    case GateOp::Nor: return !(a || b);
    case GateOp::Xor: return a != b;
    case GateOp::Xnor: return a == b;
    case GateOp::Andnot: return a && !b;
    case GateOp::Ornot: return a || !b;
    case GateOp::Mux: return c ? b : a;
    case GateOp::Nmux: return !(c ? b : a);
    case GateOp::Aoi3: return !((a && b) || c);
    case GateOp::Oai3: return !((a || b) && c);
    case GateOp::Aoi4: return !((a && b) || (c && d));
    case GateOp::Oai4: return !((a || b) && (c || d));
    case GateOp::Mux4: return (in >> (in >> 4 & 3) & 1) != 0;
    case GateOp::Mux8: return (in >> (in >> 8 & 7) & 1) != 0;
    case GateOp::Mux16: return (in >> (in >> 16 & 15) & 1) != 0;
    case GateOp::Lut: break;
  }
  ADD_FAILURE() << "a cell without a formula";
  return false;
}

/// A module of that one cell; inputs are ports i0000, i0001...
std::string one_gate(GateOp op) {
  ModuleText module;
  const std::size_t count = gate_input_count(op);
  // A to P, then the selects S, T, U, V; a plain multiplexer's S follows B.
  const std::size_t data = op == GateOp::Mux4    ? 4
                           : op == GateOp::Mux8  ? 8
                           : op == GateOp::Mux16 ? 16
                                                 : count;
  std::string pins;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string digits = std::to_string(i);
    const bool is_select = (op == GateOp::Mux || op == GateOp::Nmux) && i == 2;
    const char pin = is_select  ? 'S'
                     : i < data ? static_cast<char>('A' + i)
                                : static_cast<char>('S' + (i - data));
    const std::string bits =
        module.add_port("i" + std::string(4 - digits.size(), '0') + digits, "input");
    pins += "\"" + std::string(1, pin) + "\": [" + bits + "], ";
  }
  pins += "\"Y\": [" + module.add_port("y", "output") + "]";
  module.add_cell(cell("u", yosys_type(op), pins));
  return module.text();
}

/// Compares output 0 with `expected` for every assignment of the inputs.
void expect_function(const Model& model, const std::function<bool(std::uint32_t)>& expected,
                     const std::string& what) {
  const auto count = static_cast<std::uint32_t>(model.inputs.size());
  ASSERT_EQ(model.outputs.size(), 1U) << what;
  for (std::uint32_t high = 0; high << 6 < (1U << count); ++high) {
    std::vector<std::uint64_t> values(model.aig.node_count(), 0);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint64_t fixed = i >= 6 && (high >> (i - 6) & 1) != 0 ? ~std::uint64_t{0} : 0;
      values[model.inputs[i].lit.node()] = i < 6 ? kAllPatterns[i] : fixed;
    }
    const std::uint64_t got = AigValues(model.aig, values).of(model.outputs[0].lit);
    const std::uint32_t end = count < 6 ? 1U << count : 64;
    for (std::uint32_t low = 0; low < end; ++low) {
      ASSERT_EQ((got >> low & 1) != 0, expected(high << 6 | low)) << what << " at " << low;
    }
  }
}

TEST(Gates, follow_their_formulas) {
  for (std::size_t i = 0; i < kGateOpCount; ++i) {
    const auto op = static_cast<GateOp>(i);
    if (op == GateOp::Lut) continue;
    const Model model = model_of(one_gate(op));
    ASSERT_EQ(model.inputs.size(), gate_input_count(op));
    expect_function(
        model, [op](std::uint32_t in) { return formula(op, in); }, std::string(yosys_type(op)));
  }
}

Model lut_model(std::uint32_t width, const std::function<bool(std::uint32_t)>& table) {
  ModuleText module;
  std::string inputs;
  for (std::uint32_t i = 0; i < width; ++i) {
    const std::string name = i < 10 ? "i0" + std::to_string(i) : "i" + std::to_string(i);
    inputs += (i == 0 ? "" : ", ") + module.add_port(name, "input");
  }
  std::string digits;
  for (std::uint32_t i = 1U << width; i-- > 0;) digits += table(i) ? '1' : '0';
  module.add_cell(cell("u", "$lut",
                       R"("A": [)" + inputs + R"(], "Y": [)" + module.add_port("y", "output") + "]",
                       R"("WIDTH": )" + std::to_string(width) + R"(, "LUT": ")" + digits + "\""));
  return model_of(module.text());
}

TEST(Gates, of_one_and_two_inputs_realise_every_lookup_table) {
  for (std::uint32_t width = 1; width <= 2; ++width) {
    for (std::uint32_t table = 0; table < 1U << (1U << width); ++table) {
      const auto function = [table](std::uint32_t in) { return (table >> in & 1) != 0; };
      expect_function(lut_model(width, function), function, "table " + std::to_string(table));
    }
  }
}

TEST(Gates, realise_random_lookup_tables_of_up_to_ten_inputs) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    const std::uint32_t width = 3 + seed % 8;
    const auto function = [seed](std::uint32_t in) {
      return Draw(seed * std::uint64_t{0x10000} + in).one_in(2);
    };
    expect_function(lut_model(width, function), function, "seed " + std::to_string(seed));
  }
}

TEST(Gates, realise_a_parity_of_sixteen_inputs) {
  const auto parity = [](std::uint32_t in) { return std::popcount(in) % 2 != 0; };
  expect_function(lut_model(16, parity), parity, "parity");
}

TEST(Gates, with_constant_inputs_fold_away) {
  ModuleText module;
  const std::string a = module.add_port("a", "input");
  const std::string y = module.add_port("y", "output");
  module.add_cell(cell("u", "$_AND_", R"("A": [)" + a + R"(], "B": ["1"], "Y": [)" + y + "]"));
  const Model model = model_of(module.text());
  EXPECT_EQ(model.outputs.at(0).lit, model.inputs.at(0).lit);
  EXPECT_EQ(model.aig.and_count(), 0U);
}

}  // namespace
}  // namespace heddle::gate
