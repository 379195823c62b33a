// Our flattening against Yosys's own: one hierarchical netlist, flattened by
// both. Every name must denote corresponding nets, and every cell must be there
// with corresponding pins.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "heddle/gate/yosys_json.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

constexpr std::string_view kSource = R"(
module pass(input [1:0] a, output [1:0] y, output k, inout w, inout v);
  assign y = {a[0], a[1]};
  assign k = 1'b1;
  assign w = v;
endmodule
module ram(input clk, we, input [3:0] addr, input [4:0] d, output reg [4:0] q, output [4:0] qa);
  reg [4:0] mem [2:13];
  initial mem[3] = 5'b10x01;
  always @(posedge clk) begin if (we) mem[addr] <= d; q <= mem[addr]; end
  assign qa = mem[addr ^ 4'd5];
endmodule
module stage(input clk, rst_n, en, input [4:0] d, output reg [4:0] q, output [4:0] sum, output o);
  wire [1:0] swapped;
  pass \p.x[0] (.a(d[1:0]), .y(swapped), .k(o), .w(), .v(en));
  initial q = 5'b0x1x0;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 5'd9; else if (en) q <= {d[4:2], swapped};
  assign sum = q + d;
endmodule
module top(input clk, rst_n, input [3:0] en, input [4:0] d, output [4:0] y, z, output [3:0] o,
           input we, output [4:0] mq, ma, output fixed, inout pad);
  wire [4:0] link [0:4];
  wire [4:0] sums [0:3];
  assign link[0] = d;
  genvar i;
  generate for (i = 0; i < 4; i = i + 1) begin : row
    stage s(.clk(i[0] ? ~clk : clk), .rst_n(rst_n), .en(en[i]), .d(link[i]), .q(link[i+1]),
            .sum(sums[i]), .o(o[i]));
  end endgenerate
  assign y = link[4];
  assign z = sums[0] ^ sums[1] & sums[2] | sums[3];
  ram r(.clk(clk), .we(we), .addr(y[3:0]), .d(z), .q(mq), .qa(ma));
  pass tie(.a(2'b01), .y(), .k(fixed), .w(pad), .v());
endmodule
)";

/// A name without the marks that Yosys puts into names of flattened instances.
std::string plain_name(std::string name) {
  constexpr std::string_view kPrefix = "$flatten";
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  std::erase(name, '\\');
  return name;
}

/// A correspondence of nets that must be one to one.
class Pairs {
 public:
  void add(NetId theirs, NetId ours, const std::string& what) {
    const auto [forward, new_forward] = forward_.emplace(theirs, ours);
    const auto [back, new_back] = back_.emplace(ours, theirs);
    EXPECT_EQ(forward->second, ours) << what;
    EXPECT_EQ(back->second, theirs) << what;
  }
  [[nodiscard]] std::size_t size() const { return forward_.size(); }

 private:
  std::map<NetId, NetId> forward_;
  std::map<NetId, NetId> back_;
};

template <class Cell>
std::map<std::string, const Cell*> by_name(const FlatNetlist& flat,
                                           const std::vector<Cell>& cells) {
  std::map<std::string, const Cell*> out;
  for (const Cell& cell : cells) out[plain_name(flat.names.full_name(cell.name))] = &cell;
  EXPECT_EQ(out.size(), cells.size());
  return out;
}

class YosysFlatten : public testing::Test {
 protected:
  void SetUp() override {
    HEDDLE_NEED_TOOL("yosys");
    const std::string source = directory_.write("d.v", std::string(kSource));
    const std::string script = "read_verilog " + source +
                               "; hierarchy -top top; proc; opt; memory -nomap; opt; techmap; " +
                               "simplemap; opt; write_json " + directory_.file("tree.json") +
                               "; flatten; write_json " + directory_.file("flat.json");
    const auto run = test::run_process({"yosys", "-q", "-p", script});
    ASSERT_EQ(run.code, 0) << run.err;
    load("tree.json", ours_);
    load("flat.json", theirs_);
    ASSERT_GT(ours_.names.scopes.size(), 10U);
    ASSERT_EQ(theirs_.names.scopes.size(), 1U);
  }

  void load(const std::string& name, FlatNetlist& out) const {
    auto design = load_yosys_json(directory_.file(name));
    ASSERT_TRUE(design.has_value()) << design.error().to_string();
    auto flat = flatten(*design, "top");
    ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
    out = std::move(*flat);
  }

  test::TempDirectory directory_;
  FlatNetlist ours_;
  FlatNetlist theirs_;
};

TEST_F(YosysFlatten, names_ports_and_cells_meet_corresponding_nets) {
  Pairs pairs;
  for (std::uint32_t net = 0; net < kConstantNetCount; ++net) {
    pairs.add(NetId(net), NetId(net), "constant");
  }
  std::map<std::string, const NetName*> our_names;
  for (const NetName& name : ours_.net_names)
    our_names[plain_name(ours_.names.full_name(name.name))] = &name;
  for (const NetName& name : theirs_.net_names) {
    const std::string text = plain_name(theirs_.names.full_name(name.name));
    ASSERT_TRUE(our_names.contains(text)) << text;
    const NetName& own = *our_names[text];
    ASSERT_EQ(own.width, name.width) << text;
    EXPECT_EQ(own.range, name.range) << text;
    EXPECT_EQ(own.hidden, name.hidden) << text;
    for (std::uint32_t bit = 0; bit < name.width; ++bit) {
      pairs.add(theirs_.bits(name)[bit], ours_.bits(own)[bit], text);
    }
  }
  const auto our_gates = by_name(ours_, ours_.gates);
  EXPECT_EQ(our_gates.size(), theirs_.gates.size());
  for (const auto& [name, gate] : by_name(theirs_, theirs_.gates)) {
    ASSERT_TRUE(our_gates.contains(name)) << name;
    const GateCell& own = *our_gates.at(name);
    EXPECT_EQ(own.op, gate->op) << name;
    pairs.add(gate->output, own.output, name);
    for (std::size_t i = 0; i < gate->input_count; ++i) {
      pairs.add(theirs_.inputs(*gate)[i], ours_.inputs(own)[i], name);
    }
  }
  EXPECT_GT(pairs.size(), 150U);
}

TEST_F(YosysFlatten, flops_keep_controls_and_initial_values) {
  const auto our_flops = by_name(ours_, ours_.flops);
  ASSERT_EQ(our_flops.size(), theirs_.flops.size());
  ASSERT_GE(our_flops.size(), 20U);
  std::size_t initialised = 0;
  for (const auto& [name, flop] : by_name(theirs_, theirs_.flops)) {
    ASSERT_TRUE(our_flops.contains(name)) << name;
    const FlopCell& own = *our_flops.at(name);
    EXPECT_EQ(own.posedge, flop->posedge) << name;
    EXPECT_EQ(own.init, flop->init) << name;
    EXPECT_EQ(own.async_reset.active_high, flop->async_reset.active_high) << name;
    EXPECT_EQ(own.async_reset_value, flop->async_reset_value) << name;
    EXPECT_EQ(own.enable.active_high, flop->enable.active_high) << name;
    initialised += own.init == Logic::X ? 0U : 1U;
  }
  EXPECT_EQ(initialised, 12U) << "three of five bits in each of four stages";
}

TEST_F(YosysFlatten, the_memory_is_the_same_and_keeps_its_name) {
  ASSERT_EQ(ours_.memories.size(), 1U);
  ASSERT_EQ(theirs_.memories.size(), 1U);
  const MemoryCell& own = ours_.memories[0];
  const MemoryCell& their = theirs_.memories[0];
  EXPECT_EQ(ours_.names.full_name({own.name.scope, own.id}), "r.mem");
  EXPECT_EQ(theirs_.names.text(their.id), "r.mem");
  EXPECT_EQ(own.depth, 12U);
  EXPECT_EQ(own.start_offset, 2);
  EXPECT_EQ(own.width, 5U);
  EXPECT_EQ(own.reads.size(), their.reads.size());
  const Logic word[5] = {Logic::One, Logic::Zero, Logic::X, Logic::Zero, Logic::One};
  for (std::uint32_t bit = 0; bit < 5; ++bit) EXPECT_EQ(own.init_bit(1, bit), word[bit]);
  EXPECT_EQ(own.init_bit(0, 0), Logic::X);
  EXPECT_EQ(own.init_bit(11, 4), Logic::X);
}

}  // namespace
}  // namespace heddle::gate
