// Forcing and releasing nets of every sort, in every engine and in Icarus: the
// same outputs at every edge. A force on a net is seen by all who read it; what
// drives it goes on beneath, and shows again when the net is released.
#include <gtest/gtest.h>

#include <array>
#include <sstream>

#include "heddle/gate/netlist.h"
#include "heddle/gate/yosys_json.h"
#include "support/external_tool.h"
#include "support/gate/random_model.h"
#include "support/gate/stepper.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

using heddle::test::run_process;
using heddle::test::TempDirectory;
using testing::Draw;
using testing::program_of;
using testing::Stepper;

constexpr std::uint32_t kRows = 600;

/// A gate, a gated clock, a reset, a latch, a flop, a flop that is a clock, an
/// input, an output: as a netlist has them, wires between cells.
constexpr const char* kTop = R"(
module dff(input c, d, r, output reg q);
  initial q = 0;
  always @(posedge c or posedge r) if (r) q <= 0; else q <= d;
endmodule
module lat(input g, d, output reg q);
  initial q = 0;
  always @* if (g) q = d;
endmodule
module top(input c0, c1, input [7:0] d, input scan, output [7:0] y, output last);
  wire q0, q1, q2, q3, n, gated, l, rst;
  assign n = d[0] ^ q1 ^ scan;
  assign rst = d[7] & d[6] & q3;
  assign gated = c0 & l;
  lat ul(.g(~c0), .d(d[1]), .q(l));
  dff u0(.c(c0), .d(n), .r(1'b0), .q(q0));
  dff u1(.c(gated), .d(d[2] ^ q0), .r(rst), .q(q1));
  dff u2(.c(q1), .d(d[3]), .r(1'b0), .q(q2));
  dff u3(.c(c1), .d(q2 ^ d[4]), .r(1'b0), .q(q3));
  assign y = {gated, l, rst, n, q3, q2, q1, q0};
  assign last = q3 | d[5];
endmodule
)";

const std::vector<std::string> kNets{"n", "gated", "rst", "l", "q0", "q1", "scan", "last"};

constexpr const char* kBench = R"(
module bench;
  reg c0 = 0, c1 = 0;
  reg [7:0] d = 0;
  wire [7:0] y;
  wire last;
  reg [15:0] rows [0:599];
  integer i;
  top dut(.c0(c0), .c1(c1), .d(d), .scan(1'b0), .y(y), .last(last));
  initial begin
    $readmemb("rows.txt", rows);
    #1;
    for (i = 0; i < 600; i = i + 1) begin
      d = rows[i][9:2];
      #1 if (rows[i][15]) begin
        if (rows[i][14])
          case (rows[i][12:10])
            0: if (rows[i][13]) force dut.n = 1; else force dut.n = 0;
            1: if (rows[i][13]) force dut.gated = 1; else force dut.gated = 0;
            2: if (rows[i][13]) force dut.rst = 1; else force dut.rst = 0;
            3: if (rows[i][13]) force dut.l = 1; else force dut.l = 0;
            4: if (rows[i][13]) force dut.q0 = 1; else force dut.q0 = 0;
            5: if (rows[i][13]) force dut.q1 = 1; else force dut.q1 = 0;
            6: if (rows[i][13]) force dut.scan = 1; else force dut.scan = 0;
            7: if (rows[i][13]) force dut.last = 1; else force dut.last = 0;
          endcase
        else
          case (rows[i][12:10])
            0: release dut.n;
            1: release dut.gated;
            2: release dut.rst;
            3: release dut.l;
            4: release dut.q0;
            5: release dut.q1;
            6: release dut.scan;
            7: release dut.last;
          endcase
      end
      #1 {c1, c0} = rows[i][1:0];
      #1 $display("%b%b", last, y);
    end
  end
endmodule
)";

/// Bits 15: acts, 14: forces, 13: to what, 12 to 10: which net, then as the bench reads it.
std::vector<std::uint32_t> stimulus() {
  Draw draw(20);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < kRows; ++i) {
    const std::uint32_t last = rows.empty() ? 0 : rows.back();
    const std::uint32_t d = draw.one_in(3) ? last >> 2 & 0xFF : draw.below(256);
    const std::uint32_t act = draw.one_in(3) ? 4U | draw.below(4) : 0;
    rows.push_back(act << 13 | draw.below(8) << 10 | d << 2 | ((last & 3) ^ (1 + draw.below(3))));
  }
  return rows;
}

std::string digits(std::uint32_t value, std::uint32_t width) {
  std::string out;
  while (width-- > 0) out += (value >> width & 1) != 0 ? '1' : '0';
  return out;
}

void run_or_fail(const TempDirectory& directory, const std::vector<std::string>& words,
                 std::string* out = nullptr) {
  const auto result = run_process(words, {.directory = directory.path()});
  ASSERT_EQ(result.code, 0) << words[0] << ": " << result.out << result.err;
  if (out != nullptr) *out = result.out;
}

Model model_of(const TempDirectory& directory, const std::vector<std::string>& forceable) {
  const Result<Design> design = load_yosys_json(directory.file("n.json"));
  EXPECT_TRUE(design.has_value()) << design.error().to_string();
  const Result<FlatNetlist> flat = flatten(*design, "top");
  EXPECT_TRUE(flat.has_value()) << flat.error().to_string();
  Diagnostics warnings;
  Result<Model> model = build_model(*flat, warnings, forceable);
  EXPECT_TRUE(model.has_value()) << model.error().to_string();
  return model ? std::move(*model) : Model();
}

class Force : public ::testing::Test {
 protected:
  void SetUp() override {
    HEDDLE_NEED_TOOL("yosys");
    HEDDLE_NEED_TOOL("iverilog");
    directory_.write("top.v", kTop);
    directory_.write("bench.v", kBench);
    std::string text;
    for (const std::uint32_t row : rows_) text += digits(row, 16) + "\n";
    directory_.write("rows.txt", text);
    run_or_fail(directory_, {"iverilog", "-g2005", "-o", "bench", "bench.v", "top.v"});
    run_or_fail(directory_, {"vvp", "-n", "bench"}, &printed_);
    run_or_fail(directory_, {"yosys", "-q", "-p",
                             "read_verilog top.v; hierarchy -top top; proc; flatten; opt_clean; "
                             "techmap; simplemap; opt_clean; write_json n.json"});
  }

  /// What row `row` does, as an edge of data and, for its forces, one of clocks.
  static std::vector<EdgeOp> force_ops(const Model& model, std::uint32_t row) {
    if ((row >> 15 & 1) == 0) return {};
    const std::vector<Lit> bits = model.find_bits(kNets[row >> 10 & 7]);
    const ForcePoint* point = bits.size() == 1 ? model.find_force(bits[0]) : nullptr;
    if (point == nullptr) {
      ADD_FAILURE() << "no force point for " << kNets[row >> 10 & 7];
      return {};
    }
    return {{point->value, row >> 13 & 1}, {point->enable, row >> 14 & 1}};
  }

  /// Plays the rows; returns what the bench prints, and the digest at the end.
  static std::pair<std::string, std::uint64_t> play(const Program& program, std::string_view engine,
                                                    const std::vector<std::uint32_t>& rows) {
    Stepper stepper(program, engine, {.digests = true});
    std::string seen;
    for (const std::uint32_t row : rows) {
      std::vector<EdgeOp> data;
      for (std::uint32_t bit = 0; bit < 8; ++bit) {
        data.push_back({stepper.input("d[" + std::to_string(bit) + "]"), row >> (bit + 2) & 1});
      }
      const std::array clocks{EdgeOp{stepper.input("c0"), row & 1},
                              EdgeOp{stepper.input("c1"), row >> 1 & 1}};
      EXPECT_TRUE(stepper.edge(data, {})) << stepper.error();
      EXPECT_TRUE(stepper.edge(force_ops(program.model, row), clocks)) << stepper.error();
      seen += stepper.output("last") ? '1' : '0';
      for (std::uint32_t bit = 8; bit-- > 0;) {
        seen += stepper.output("y[" + std::to_string(bit) + "]") ? '1' : '0';
      }
      seen += '\n';
    }
    return {seen, stepper.digest()};
  }

  TempDirectory directory_;
  std::vector<std::uint32_t> rows_ = stimulus();
  std::string printed_;
};

TEST_F(Force, holds_and_lets_go_of_nets_of_every_sort_as_icarus_does) {
  const Program program = program_of(model_of(directory_, kNets));
  ASSERT_EQ(program.model.forces.size(), kNets.size());
  std::vector<std::uint64_t> digests;
  for (const std::string_view engine : backend_names()) {
    const auto [seen, digest] = play(program, engine, rows_);
    std::istringstream mine(seen);
    std::istringstream theirs(printed_);
    std::string a;
    std::string b;
    for (std::uint32_t row = 0; row < kRows; ++row) {
      ASSERT_TRUE(std::getline(mine, a) && std::getline(theirs, b));
      ASSERT_EQ(a, b) << engine << " at row " << row;
    }
    digests.push_back(digest);
  }
  for (const std::uint64_t digest : digests) EXPECT_EQ(digest, digests.front());
}

TEST_F(Force, changes_no_digest_where_no_net_is_forced) {
  std::vector<std::uint32_t> quiet;
  for (const std::uint32_t row : rows_) quiet.push_back(row & 0x3FF);
  const Program plain = program_of(model_of(directory_, {}));
  const Program ready = program_of(model_of(directory_, kNets));
  EXPECT_TRUE(plain.model.forces.empty());
  const auto expected = play(plain, "reference", quiet);
  for (const std::string_view engine : backend_names()) {
    EXPECT_EQ(play(ready, engine, quiet), expected) << engine;
  }
  EXPECT_NE(play(ready, "reference", rows_).second, expected.second);
}

TEST_F(Force, finds_nets_by_bit_range_and_glob_and_leaves_constants_out) {
  const auto count = [this](const std::vector<std::string>& patterns) {
    return model_of(directory_, patterns).forces.size();
  };
  EXPECT_EQ(count({"d[3]"}), 1U);
  EXPECT_EQ(count({"d[5:2]"}), 4U);
  EXPECT_EQ(count({"d"}), 8U);
  EXPECT_EQ(count({"q?"}), 4U);
  EXPECT_EQ(count({"q1", "y[1]"}), 1U) << "two names of one net are one net";
  EXPECT_EQ(count({"nothing", "d[9]"}), 0U);
  EXPECT_EQ(count({"u0.r"}), 0U) << "a constant is no net of its own";
}

}  // namespace
}  // namespace heddle::gate
