// Every flop and latch of Yosys's cell library, in both engines, against what
// its documentation says, over long walks through its inputs.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "support/gate/random_model.h"
#include "support/gate/stepper.h"
#include "unit/gate/model/model_text.h"

namespace heddle::gate {
namespace {

using testing::Draw;
using testing::program_of;
using testing::Stepper;

/// A family of cells: the pins that a type's letters stand for, in order. `v` is
/// not a pin but the value of the reset before it. Latches have no `C`.
struct Family {
  std::string base;
  std::string letters;
};

const std::vector<Family> kFamilies{{"DFF", "C"},      {"DFF", "CRv"},      {"DFFE", "CE"},
                                    {"DFFE", "CRvE"},  {"ALDFF", "CL"},     {"ALDFFE", "CLE"},
                                    {"DFFSR", "CSR"},  {"DFFSRE", "CSRE"},  {"SDFF", "CRv"},
                                    {"SDFFE", "CRvE"}, {"SDFFCE", "CRvE"},  {"DLATCH", "E"},
                                    {"DLATCH", "ERv"}, {"DLATCHSR", "ESR"}, {"SR", "SR"}};

/// One cell type, `$_DFFE_PN0P_` for instance.
struct Type {
  const Family* family = nullptr;
  std::string choice;  ///< one of P, N for each pin, 0 or 1 for `v`

  [[nodiscard]] std::string name() const { return "$_" + family->base + "_" + choice + "_"; }
  [[nodiscard]] bool is(const std::string& base) const { return family->base == base; }
  [[nodiscard]] bool has(char pin) const { return family->letters.find(pin) != std::string::npos; }
  [[nodiscard]] bool is_flop() const { return has('C'); }
  [[nodiscard]] bool reset_value() const { return choice[family->letters.find('v')] == '1'; }
  /// The pins besides the clock, each one letter; `A` stands for AD.
  [[nodiscard]] std::string pins() const {
    std::string pins;
    for (const char letter : family->letters) {
      if (letter != 'C' && letter != 'v') pins += letter;
    }
    if (has('L')) pins += 'A';
    if (!is("SR")) pins += 'D';
    return pins;
  }
  [[nodiscard]] bool active(char pin, const std::map<char, bool>& values) const {
    return values.at(pin) == (choice[family->letters.find(pin)] == 'P');
  }
};

std::vector<Type> all_types() {
  std::vector<Type> types;
  for (const Family& family : kFamilies) {
    for (std::uint32_t code = 0; code < 1U << family.letters.size(); ++code) {
      std::string choice;
      for (std::size_t i = 0; i < family.letters.size(); ++i) {
        const bool bit = (code >> i & 1) != 0;
        choice += family.letters[i] == 'v' ? (bit ? '1' : '0') : (bit ? 'P' : 'N');
      }
      types.push_back({&family, choice});
    }
  }
  return types;
}

/// What the level-sensitive pins make of q; empty when they let it be.
std::optional<bool> forced(const Type& type, const std::map<char, bool>& pins) {
  const bool is_synchronous = type.is("SDFF") || type.is("SDFFE") || type.is("SDFFCE");
  if (type.has('S')) {
    if (type.active('R', pins)) return false;
    if (type.active('S', pins)) return true;
  } else if (type.has('R') && !is_synchronous && type.active('R', pins)) {
    return type.reset_value();
  }
  if (type.has('L') && type.active('L', pins)) return pins.at('A');
  if (!type.is_flop() && type.has('E') && type.active('E', pins)) return pins.at('D');
  return {};
}

/// q after the active edge of the clock.
bool clocked(const Type& type, const std::map<char, bool>& pins, bool q) {
  const bool is_enabled = !type.has('E') || type.active('E', pins);
  const bool is_synchronous = type.is("SDFF") || type.is("SDFFE") || type.is("SDFFCE");
  if (is_synchronous && type.active('R', pins) && (is_enabled || !type.is("SDFFCE"))) {
    return type.reset_value();
  }
  return is_enabled ? pins.at('D') : q;
}

Model model_of_type(const Type& type, const std::string& init) {
  ModuleText module;
  std::string connections;
  const auto connect = [&](const std::string& pin, const std::string& direction) {
    const std::string bits = module.add_port(pin, direction);
    connections += (connections.empty() ? "\"" : ", \"") + pin + "\": [" + bits + "]";
    return bits;
  };
  if (type.is_flop()) connect("C", "input");
  for (const char pin : type.pins()) connect(pin == 'A' ? "AD" : std::string(1, pin), "input");
  const std::string q = connect("Q", "output");
  module.add_cell(cell("u", type.name(), connections));
  if (!init.empty()) module.add_net(net("Q", q, "\"init\": \"" + init + "\""));
  return model_of(module.text());
}

/// All pins at random, the clock together with them or alone.
void walk(const Type& type, std::string_view engine) {
  SCOPED_TRACE(type.name() + " in " + std::string(engine));
  const Program program = program_of(model_of_type(type, "1"));
  Stepper stepper(program, engine);
  Draw draw(11);
  std::map<char, bool> pins{{'C', false}};
  for (const char pin : type.pins()) pins[pin] = false;
  // All pins are low from the start, and the power-up value is 1.
  bool q = forced(type, pins).value_or(true);
  for (std::uint32_t step = 0; step < 600; ++step) {
    std::vector<EdgeOp> data;
    std::vector<EdgeOp> clocks;
    for (const char pin : type.pins()) {
      if (draw.one_in(2)) continue;
      pins[pin] = draw.one_in(2);
      data.push_back({stepper.input(pin == 'A' ? "AD" : std::string(1, pin)), pins[pin]});
    }
    q = forced(type, pins).value_or(q);
    if (type.is_flop()) {
      const bool clock = draw.one_in(2);
      const bool is_edge = clock != pins['C'] && clock == (type.choice[0] == 'P');
      pins['C'] = clock;
      clocks.push_back({stepper.input("C"), clock});
      if (is_edge && !forced(type, pins)) q = clocked(type, pins, q);
    }
    ASSERT_TRUE(stepper.edge(data, clocks));
    ASSERT_EQ(stepper.output("Q"), q) << "step " << step;
  }
}

TEST(Storage, of_every_type_does_what_its_documentation_says) {
  const std::vector<Type> types = all_types();
  EXPECT_EQ(types.size(), 128U);
  for (const Type& type : types) {
    for (const std::string_view engine : backend_names()) {
      walk(type, engine);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Storage, starts_with_its_initial_value_and_an_x_as_zero) {
  for (const Type& type : all_types()) {
    for (const auto& [init, expected] :
         {std::pair("0", false), {"1", true}, {"x", false}, {"", false}}) {
      // Pins that are low may already force the value; then init is not seen.
      std::map<char, bool> pins;
      for (const char pin : type.pins()) pins[pin] = false;
      const bool q = forced(type, pins).value_or(expected);
      const Program program = program_of(model_of_type(type, init));
      for (const std::string_view engine : backend_names()) {
        EXPECT_EQ(Stepper(program, engine).output("Q"), q) << type.name() << " " << init;
      }
    }
  }
}

TEST(Storage, knows_what_is_a_flop_and_what_a_latch) {
  for (const Type& type : all_types()) {
    const Model model = model_of_type(type, "");
    ASSERT_EQ(model.states.size(), 1U) << type.name();
    const StateBit& state = model.states[0];
    EXPECT_EQ(state.kind, type.is_flop() ? StateKind::Flop : StateKind::Latch) << type.name();
    EXPECT_EQ(state.has_clock(), type.is_flop()) << type.name();
    EXPECT_EQ(state.name, "Q");
    EXPECT_FALSE(state.breaks_loop);
  }
}

TEST(Storage, without_a_clock_of_its_own_is_refused) {
  ModuleText module;
  const std::string d = module.add_port("d", "input");
  const std::string q = module.add_port("q", "output");
  module.add_cell(cell("u", "$_FF_", R"("D": [)" + d + R"(], "Q": [)" + q + "]"));
  const Result<FlatNetlist> flat = flatten_text(module.text());
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  Diagnostics warnings;
  const Result<Model> model = build_model(*flat, warnings);
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().list().at(0).code(), "gate.model.global-clock-flop");
}

}  // namespace
}  // namespace heddle::gate
