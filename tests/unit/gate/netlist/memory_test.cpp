// `$mem_v2` to `MemoryCell`: ports, masks, values, contents, bounds.
#include <gtest/gtest.h>

#include <map>

#include "netlist_text.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

using Fields = std::map<std::string, std::string>;

std::string join(const Fields& fields) {
  std::string out;
  for (const auto& [key, value] : fields) {
    out += (out.empty() ? "\"" : ", \"") + key + "\": " + value;
  }
  return out;
}

/// Two clocked read ports and two write ports on 6 words of 2 bits from address 3.
Fields parameters() {
  return {{"MEMID", R"("\\regs")"},
          {"SIZE", "\"110\""},
          {"OFFSET", "\"00000000000000000000000000000011\""},
          {"ABITS", "4"},
          {"WIDTH", "\"10\""},
          {"INIT", "\"x1011000\""},
          {"RD_PORTS", "\"10\""},
          {"RD_CLK_ENABLE", "\"01\""},
          {"RD_CLK_POLARITY", "\"10\""},
          {"RD_TRANSPARENCY_MASK", "\"0010\""},
          {"RD_COLLISION_X_MASK", "\"0100\""},
          {"RD_WIDE_CONTINUATION", "\"00\""},
          {"RD_CE_OVER_SRST", "\"01\""},
          {"RD_ARST_VALUE", "\"0110\""},
          {"RD_SRST_VALUE", "\"xx01\""},
          {"RD_INIT_VALUE", "\"001x\""},
          {"WR_PORTS", "\"10\""},
          {"WR_CLK_ENABLE", "\"11\""},
          {"WR_CLK_POLARITY", "\"01\""},
          {"WR_PRIORITY_MASK", "\"0100\""},
          {"WR_WIDE_CONTINUATION", "\"00\""}};
}

Fields connections() {
  return {{"RD_CLK", "[2, \"x\"]"},
          {"RD_EN", "[3, \"1\"]"},
          {"RD_ARST", "[4, \"0\"]"},
          {"RD_SRST", "[5, \"0\"]"},
          {"RD_ADDR", "[6, 7, 8, 9, 10, 11, 12, 13]"},
          {"RD_DATA", "[14, 15, 16, 17]"},
          {"WR_CLK", "[2, 2]"},
          {"WR_EN", "[3, 4, 5, 5]"},
          {"WR_ADDR", "[6, 7, 8, 9, 10, 11, 12, 13]"},
          {"WR_DATA", "[4, 5, 6, 7]"}};
}

Result<FlatNetlist> flatten_memory(const Fields& parameters, const Fields& connections) {
  return flatten_text(
      netlist_of(top_module(port("i", "input", "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13") + "," +
                                port("q", "output", "14, 15, 16, 17"),
                            cell("m$1", "$mem_v2", join(connections), join(parameters)))));
}

std::string first_error(const Fields& parameters, const Fields& connections) {
  const Result<FlatNetlist> flat = flatten_memory(parameters, connections);
  if (flat) return "";
  return std::string(flat.error().list().at(0).code()) + ": " + flat.error().list()[0].text();
}

TEST(MemoryCell, keeps_sizes_names_and_contents) {
  const auto flat = flatten_memory(parameters(), connections());
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  const MemoryCell& memory = flat->memories.at(0);
  EXPECT_EQ(memory.depth, 6U);
  EXPECT_EQ(memory.width, 2U);
  EXPECT_EQ(memory.start_offset, 3);
  EXPECT_EQ(memory.address_bits, 4U);
  EXPECT_EQ(flat->names.full_name(memory.name), "m$1");
  EXPECT_EQ(flat->names.text(memory.id), "regs");
  // INIT x1011000, two bits a word from the right: 00, 10, 01, x1; then nothing.
  const Logic expected[6][2] = {{Logic::Zero, Logic::Zero}, {Logic::Zero, Logic::One},
                                {Logic::One, Logic::Zero},  {Logic::One, Logic::X},
                                {Logic::X, Logic::X},       {Logic::X, Logic::X}};
  for (std::uint32_t word = 0; word < 6; ++word) {
    for (std::uint32_t bit = 0; bit < 2; ++bit) {
      EXPECT_EQ(memory.init_bit(word, bit), expected[word][bit]) << word << " " << bit;
    }
  }
}

TEST(MemoryCell, splits_the_vectors_of_read_ports) {
  const auto flat = flatten_memory(parameters(), connections());
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  const auto& i = flat->ports[0].bits;
  const auto& q = flat->ports[1].bits;
  const MemoryCell::ReadPort& first = flat->memories.at(0).reads.at(0);
  EXPECT_TRUE(first.clocked());
  EXPECT_EQ(first.clock, i[0]);
  EXPECT_FALSE(first.posedge);
  EXPECT_EQ(first.enable, i[1]);
  EXPECT_EQ(first.async_reset, i[2]);
  EXPECT_EQ(first.sync_reset, i[3]);
  EXPECT_TRUE(first.reset_needs_enable);
  EXPECT_EQ(first.address, std::vector<NetId>(i.begin() + 4, i.begin() + 8));
  EXPECT_EQ(first.data, std::vector<NetId>(q.begin(), q.begin() + 2));
  EXPECT_EQ(first.async_reset_value, (std::vector<Logic>{Logic::Zero, Logic::One}));
  EXPECT_EQ(first.sync_reset_value, (std::vector<Logic>{Logic::One, Logic::Zero}));
  EXPECT_EQ(first.init, (std::vector<Logic>{Logic::X, Logic::One}));
  EXPECT_EQ(first.transparent, (std::vector<bool>{false, true}));
  EXPECT_EQ(first.collision_x, (std::vector<bool>{false, false}));
  const MemoryCell::ReadPort& second = flat->memories[0].reads.at(1);
  EXPECT_FALSE(second.clocked());
  EXPECT_FALSE(second.reset_needs_enable);
  EXPECT_EQ(second.enable, kNetOne);
  EXPECT_EQ(second.async_reset, kNetZero);
  EXPECT_EQ(second.address, std::vector<NetId>(i.begin() + 8, i.begin() + 12));
  EXPECT_EQ(second.data, std::vector<NetId>(q.begin() + 2, q.end()));
  EXPECT_EQ(second.transparent, (std::vector<bool>{false, false}));
  EXPECT_EQ(second.collision_x, (std::vector<bool>{true, false}));
  EXPECT_EQ(flat->driver(q[3]).kind, DriverKind::MemoryRead);
  EXPECT_EQ(flat->driver(q[3]).bit, 3U);
}

TEST(MemoryCell, splits_the_vectors_of_write_ports) {
  const auto flat = flatten_memory(parameters(), connections());
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  const auto& i = flat->ports[0].bits;
  const auto& writes = flat->memories.at(0).writes;
  ASSERT_EQ(writes.size(), 2U);
  EXPECT_TRUE(writes[0].posedge);
  EXPECT_FALSE(writes[1].posedge);
  EXPECT_EQ(writes[0].enable, (std::vector<NetId>{i[1], i[2]}));
  EXPECT_EQ(writes[1].enable, (std::vector<NetId>{i[3], i[3]}));
  EXPECT_EQ(writes[1].data, (std::vector<NetId>{i[4], i[5]}));
  EXPECT_EQ(writes[1].address, std::vector<NetId>(i.begin() + 8, i.begin() + 12));
  // Bit 2 of the mask: port 1 wins over port 0.
  EXPECT_EQ(writes[0].priority_over, (std::vector<bool>{false, false}));
  EXPECT_EQ(writes[1].priority_over, (std::vector<bool>{true, false}));
}

TEST(MemoryCell, contents_of_x_alone_are_no_contents) {
  Fields given = parameters();
  given["INIT"] = "\"x\"";
  const auto flat = flatten_memory(given, connections());
  ASSERT_TRUE(flat.has_value());
  EXPECT_TRUE(flat->memories.at(0).init_known.empty());
  EXPECT_EQ(flat->memories[0].init_bit(5, 1), Logic::X);
}

TEST(MemoryCell, a_negative_start_address_is_read_as_one) {
  Fields given = parameters();
  given["OFFSET"] = "\"11111111111111111111111111111110\"";
  ASSERT_TRUE(flatten_memory(given, connections()).has_value());
  EXPECT_EQ(flatten_memory(given, connections())->memories[0].start_offset, -2);
  given["OFFSET"] = "-2";
  ASSERT_TRUE(flatten_memory(given, connections()).has_value());
  EXPECT_EQ(flatten_memory(given, connections())->memories[0].start_offset, -2);
}

/// Twenty parameters that are not what they should be.
TEST(MemoryCell, refuses_bad_parameters) {
  const std::string huge = "\"1" + std::string(60, '0') + "\"";  // 2^60
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"SIZE", huge},
      {"SIZE", "1152921504606846976"},
      {"SIZE", "99999999999999999999999"},
      {"SIZE", "0"},
      {"SIZE", "\"\""},
      {"SIZE", "-1"},
      {"SIZE", "1.5"},
      {"SIZE", "\"1x\""},
      {"SIZE", "\"abc\""},
      {"SIZE", "null"},
      {"SIZE", "2147483649"},
      {"SIZE", "[1]"},
      {"WIDTH", "0"},
      {"WIDTH", "65537"},
      {"WIDTH", huge},
      {"ABITS", "65"},
      {"ABITS", "true"},
      {"OFFSET", "4294967296"},
      {"RD_PORTS", "1025"},
      {"RD_PORTS", huge},
      {"WR_PORTS", "1025"},
      {"WR_PORTS", "{}"},
      {"INIT", "\"1000000000000\""},
      {"INIT", "\"hello\""},
      {"RD_CLK_ENABLE", "\"111\""},
      {"RD_INIT_VALUE", "\"10000\""},
      {"WR_PRIORITY_MASK", "\"10000\""},
  };
  for (const auto& [name, value] : cases) {
    Fields given = parameters();
    given[name] = value;
    const std::string error = first_error(given, connections());
    const std::string start =
        "gate.netlist.bad-parameter: parameter '" + name + "' of cell 'm$1' is ";
    EXPECT_EQ(error.substr(0, start.size()), start) << name << " = " << value << ": " << error;
  }
}

TEST(MemoryCell, refuses_more_bits_than_the_bound_of_2_to_the_32) {
  Fields given = parameters();
  Fields wires = connections();
  given["SIZE"] = "2147483648";
  ASSERT_TRUE(flatten_memory(given, wires).has_value()) << "2^31 words of 2 bits are the most";
  given["WIDTH"] = "3";
  EXPECT_EQ(first_error(given, wires),
            "gate.netlist.bad-parameter: parameter 'SIZE' of cell 'm$1' is 2147483648, expected at "
            "most 4294967296 bits in all");
}

TEST(MemoryCell, refuses_what_is_missing_or_has_the_wrong_width) {
  for (const char* name : {"SIZE", "WIDTH", "ABITS", "RD_PORTS", "WR_PORTS"}) {
    Fields given = parameters();
    given.erase(name);
    EXPECT_EQ(first_error(given, connections())
                  .find("gate.netlist.bad-parameter: parameter '" + std::string(name) +
                        "' of cell 'm$1' is missing"),
              0U);
  }
  for (const auto& [name, bits] : connections()) {
    Fields given = connections();
    given.erase(name);
    EXPECT_EQ(first_error(parameters(), given),
              "gate.netlist.missing-port: cell 'm$1' of type '$mem_v2' leaves its port '" + name +
                  "' open");
    given[name] = "[2]";
    EXPECT_EQ(first_error(parameters(), given).find("gate.netlist.width-mismatch: port '" + name),
              0U);
  }
  Fields extra = connections();
  extra["RD_ADR"] = "[2]";
  EXPECT_EQ(first_error(parameters(), extra),
            "gate.netlist.unknown-port: cell 'm$1' of type '$mem_v2' has no port 'RD_ADR'");
}

TEST(MemoryCell, refuses_a_write_port_without_a_clock) {
  Fields given = parameters();
  given["WR_CLK_ENABLE"] = "\"01\"";
  EXPECT_EQ(first_error(given, connections()),
            "gate.netlist.unsupported-cell: cell 'm$1' of type '$mem_v2' is not supported: its "
            "write port 1 has no clock");
}

/// A memory written four bytes at a time and read one at a time.
constexpr const char* kWideSource = R"(
module top(input clk, we, input [5:0] ra, input [3:0] wa, input [31:0] d, output reg [7:0] q);
  reg [7:0] m [0:63];
  always @(posedge clk) begin
    if (we) begin
      m[{wa, 2'd0}] <= d[7:0];
      m[{wa, 2'd1}] <= d[15:8];
      m[{wa, 2'd2}] <= d[23:16];
      m[{wa, 2'd3}] <= d[31:24];
    end
    q <= m[ra];
  end
endmodule
)";

TEST(MemoryCell, a_wide_port_of_yosys_is_a_row_of_narrow_ones) {
  HEDDLE_NEED_TOOL("yosys");
  const test::TempDirectory directory;
  const std::string source = directory.write("w.v", kWideSource);
  const std::string path = directory.file("w.json");
  const auto run = test::run_process(
      {"yosys", "-q", "-p",
       "read_verilog " + source +
           "; proc; opt; memory -nomap; opt; techmap; simplemap; opt; write_json " + path});
  ASSERT_EQ(run.code, 0) << run.err;
  ASSERT_NE(test::text_of_file(path).find(R"("WR_WIDE_CONTINUATION": "1110")"), std::string::npos)
      << "yosys no longer widens this port: the test needs another memory";
  const auto design = load_yosys_json(path);
  ASSERT_TRUE(design.has_value()) << design.error().to_string();
  const auto flat = flatten(*design, "top");
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  const auto& wa = flat->ports.at(3).bits;
  const auto& writes = flat->memories.at(0).writes;
  ASSERT_EQ(writes.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const NetId low = (i & 1U) != 0 ? kNetOne : kNetZero;
    const NetId high = (i & 2U) != 0 ? kNetOne : kNetZero;
    EXPECT_EQ(writes[i].address, (std::vector<NetId>{low, high, wa[0], wa[1], wa[2], wa[3]}));
    EXPECT_EQ(writes[i].data.size(), 8U);
  }
}

}  // namespace
}  // namespace heddle::gate
