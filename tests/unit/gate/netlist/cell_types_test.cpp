// Every cell type name: its class, pins and polarities, family by family.
#include "gate/netlist/cell_types.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "gate/netlist/design_data.h"
#include "heddle/gate/yosys_json.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate::netlist {
namespace {

constexpr std::array<std::string_view, 2> kPolarities{"N", "P"};

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

std::set<std::string> pin_names(const CellSpec& spec) {
  std::set<std::string> out;
  for (const PinSpec& pin : spec.pins) out.emplace(pin.name);
  return out;
}

TEST(CellTypes, plain_and_enabled_flops_read_clock_and_enable_polarity) {
  for (const bool clock : {false, true}) {
    const CellSpec plain = describe_cell_type(join({"$_DFF_", kPolarities[clock], "_"}));
    ASSERT_EQ(plain.kind, CellClass::Flop);
    EXPECT_EQ(plain.flop.posedge, clock);
    EXPECT_EQ(pin_names(plain), (std::set<std::string>{"C", "D", "Q"}));
    for (const bool enable : {false, true}) {
      const CellSpec spec =
          describe_cell_type(join({"$_DFFE_", kPolarities[clock], kPolarities[enable], "_"}));
      ASSERT_EQ(spec.kind, CellClass::Flop);
      EXPECT_EQ(spec.flop.posedge, clock);
      EXPECT_EQ(spec.flop.enable.active_high, enable);
      EXPECT_EQ(pin_names(spec), (std::set<std::string>{"C", "D", "E", "Q"}));
    }
  }
}

/// Calls `check` with every choice of four letters: clock, reset, value, enable.
template <class Check>
void for_all_resets(Check check) {
  for (unsigned choice = 0; choice < 16; ++choice) {
    const bool clock = (choice & 1U) != 0;
    const bool reset = (choice & 2U) != 0;
    const bool value = (choice & 4U) != 0;
    const bool enable = (choice & 8U) != 0;
    check(clock, reset, value, enable,
          join({kPolarities[clock], kPolarities[reset], value ? "1" : "0"}), kPolarities[enable]);
  }
}

TEST(CellTypes, asynchronous_resets_give_level_and_value) {
  for_all_resets([](bool clock, bool reset, bool value, bool enable, const std::string& letters,
                    std::string_view enable_letter) {
    for (const CellSpec& spec :
         {describe_cell_type(join({"$_DFF_", letters, "_"})),
          describe_cell_type(join({"$_DFFE_", letters, enable_letter, "_"}))}) {
      ASSERT_EQ(spec.kind, CellClass::Flop) << letters;
      EXPECT_EQ(spec.flop.posedge, clock);
      EXPECT_EQ(spec.flop.async_reset.active_high, reset);
      EXPECT_EQ(spec.flop.async_reset_value, value ? Logic::One : Logic::Zero);
      if (spec.pins.size() == 5) {
        EXPECT_EQ(spec.flop.enable.active_high, enable);
      }
    }
  });
}

TEST(CellTypes, synchronous_resets_say_whether_they_need_the_enable) {
  for_all_resets([](bool clock, bool reset, bool value, bool enable, const std::string& letters,
                    std::string_view enable_letter) {
    const CellSpec plain = describe_cell_type(join({"$_SDFF_", letters, "_"}));
    const CellSpec reset_first =
        describe_cell_type(join({"$_SDFFE_", letters, enable_letter, "_"}));
    const CellSpec enable_first =
        describe_cell_type(join({"$_SDFFCE_", letters, enable_letter, "_"}));
    for (const CellSpec& spec : {plain, reset_first, enable_first}) {
      ASSERT_EQ(spec.kind, CellClass::Flop) << letters;
      EXPECT_EQ(spec.flop.posedge, clock);
      EXPECT_EQ(spec.flop.sync_reset.active_high, reset);
      EXPECT_EQ(spec.flop.sync_reset_value, value ? Logic::One : Logic::Zero);
    }
    EXPECT_EQ(reset_first.flop.enable.active_high, enable);
    EXPECT_EQ(enable_first.flop.enable.active_high, enable);
    EXPECT_FALSE(reset_first.flop.reset_needs_enable);
    EXPECT_TRUE(enable_first.flop.reset_needs_enable);
  });
}

TEST(CellTypes, set_clear_load_and_latch_letters_stand_in_their_order) {
  for (unsigned choice = 0; choice < 16; ++choice) {
    const auto high = [&](unsigned letter) { return ((choice >> letter) & 1U) != 0; };
    const auto text = [&](unsigned letter) { return kPolarities[high(letter)]; };
    const CellSpec both =
        describe_cell_type(join({"$_DFFSRE_", text(0), text(1), text(2), text(3), "_"}));
    ASSERT_EQ(both.kind, CellClass::Flop);
    EXPECT_EQ(both.flop.posedge, high(0));
    EXPECT_EQ(both.flop.set.active_high, high(1));
    EXPECT_EQ(both.flop.clear.active_high, high(2));
    EXPECT_EQ(both.flop.enable.active_high, high(3));
    const CellSpec load = describe_cell_type(join({"$_ALDFFE_", text(0), text(1), text(2), "_"}));
    ASSERT_EQ(load.kind, CellClass::Flop);
    EXPECT_EQ(load.flop.posedge, high(0));
    EXPECT_EQ(load.flop.async_load.active_high, high(1));
    EXPECT_EQ(load.flop.enable.active_high, high(2));
    EXPECT_EQ(pin_names(load), (std::set<std::string>{"AD", "C", "D", "E", "L", "Q"}));
    const CellSpec latch =
        describe_cell_type(join({"$_DLATCHSR_", text(0), text(1), text(2), "_"}));
    ASSERT_EQ(latch.kind, CellClass::Latch);
    EXPECT_EQ(latch.latch.enable.active_high, high(0));
    EXPECT_EQ(latch.latch.set.active_high, high(1));
    EXPECT_EQ(latch.latch.clear.active_high, high(2));
    const CellSpec reset =
        describe_cell_type(join({"$_DLATCH_", text(0), text(1), high(2) ? "1" : "0", "_"}));
    ASSERT_EQ(reset.kind, CellClass::Latch);
    EXPECT_EQ(reset.latch.enable.active_high, high(0));
    EXPECT_EQ(reset.latch.async_reset.active_high, high(1));
    EXPECT_EQ(reset.latch.async_reset_value, high(2) ? Logic::One : Logic::Zero);
    const CellSpec bare = describe_cell_type(join({"$_SR_", text(0), text(1), "_"}));
    ASSERT_EQ(bare.kind, CellClass::Latch);
    EXPECT_EQ(bare.latch.set.active_high, high(0));
    EXPECT_EQ(bare.latch.clear.active_high, high(1));
    EXPECT_EQ(pin_names(bare), (std::set<std::string>{"Q", "R", "S"}));
  }
}

TEST(CellTypes, names_with_wrong_letters_are_unknown) {
  for (const std::string_view name :
       {"$_DFF_X_",  "$_DFF_",      "$_DFF_P",   "$_DFF__",    "$_DFF_PP_", "$_DFF_PP2_",
        "$_DFFE_P_", "$_DFFSR_PP_", "$_SDFF_P_", "$_DLATCH__", "$_SR_P_",   "$_FF_P_",
        "_DFF_P_",   "$_AND",       "$_",        "$__",        "",          "$lut4",
        "$_LUT_",    "$memv2",      "DFF",       "$_MUX32_"}) {
    EXPECT_EQ(describe_cell_type(name).kind, CellClass::Unknown) << name;
  }
}

TEST(CellTypes, each_known_name_is_known_and_stands_once) {
  const std::vector<std::string> names = known_cell_types();
  std::set<std::string> unique(names.begin(), names.end());
  EXPECT_EQ(unique.size(), names.size());
  for (const std::string& name : names) {
    EXPECT_NE(describe_cell_type(name).kind, CellClass::Unknown) << name;
  }
}

/// Ports of each `$_..._` module of Yosys's own cell library.
std::map<std::string, std::set<std::string>> yosys_cells() {
  const test::TempDirectory directory;
  const std::string path = directory.file("cells.json");
  EXPECT_EQ(
      test::run_process({"yosys", "-q", "-p", "read_verilog -lib +/simcells.v; write_json " + path})
          .code,
      0);
  std::map<std::string, std::set<std::string>> cells;
  const Result<Design> design = load_yosys_json(path);
  if (!design) return cells;
  const DesignData& data = design->data();
  for (const Module& module : data.modules) {
    // The library spells its names as public ones, `\$_AND_`.
    std::set<std::string>& ports = cells[std::string(data.names->text(module.name).substr(1))];
    for (const ModulePort& port : module.ports) ports.emplace(data.names->text(port.name));
  }
  return cells;
}

TEST(CellTypes, every_gate_level_cell_of_yosys_has_the_same_pins_here) {
  HEDDLE_NEED_TOOL("yosys");
  const auto cells = yosys_cells();
  ASSERT_GT(cells.size(), 130U);
  for (const auto& [name, ports] : cells) {
    const CellSpec spec = describe_cell_type(name);
    EXPECT_NE(spec.kind, CellClass::Unknown) << name;
    EXPECT_EQ(pin_names(spec), ports) << name;
  }
}

}  // namespace
}  // namespace heddle::gate::netlist
