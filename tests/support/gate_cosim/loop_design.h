// A design small enough to know by heart: whatever a test sends to it comes
// back in a way that a formula gives.
//
//   tx    takes rx at every rising clk (a UART hears what it says), 1 in reset
//   slow  inverts at every rising clk2
//   go    takes gi at every rising clk, 0 in reset
//   done  is go[0] & go[3]
//   data  is word gi[1:0] of the memory `rom`, which nothing writes
#pragma once

#include <string>

namespace heddle::gate::test {

inline std::string loop_cell(const std::string& name, const std::string& type,
                             const std::string& connections) {
  return "\"" + name + "\": {\"type\": \"" + type + "\", \"connections\": {" + connections + "}}";
}

inline std::string loop_port(const std::string& name, bool is_output, const std::string& bits) {
  return "\"" + name + "\": {\"direction\": \"" + (is_output ? "output" : "input") +
         "\", \"bits\": [" + bits + "]}";
}

inline std::string loop_net(const std::string& name, const std::string& bits) {
  return "\"" + name + "\": {\"hide_name\": 0, \"bits\": [" + bits + "]}";
}

/// A flop on clk (net 2) with the asynchronous low reset of net 3.
inline std::string loop_flop(const std::string& name, bool reset_value, int d, int q) {
  return loop_cell(name, reset_value ? "$_DFF_PN1_" : "$_DFF_PN0_",
                   "\"C\": [2], \"R\": [3], \"D\": [" + std::to_string(d) + "], \"Q\": [" +
                       std::to_string(q) + "]");
}

inline std::string loop_memory() {
  return "\"rom\": {\"type\": \"$mem_v2\", \"parameters\": {\"MEMID\": \"\\\\rom\", \"SIZE\": 4, "
         "\"OFFSET\": 0, \"ABITS\": 2, \"WIDTH\": 8, \"INIT\": \"x\", \"RD_PORTS\": 1, "
         "\"RD_CLK_ENABLE\": \"0\", \"RD_CLK_POLARITY\": \"0\", \"RD_TRANSPARENCY_MASK\": \"0\", "
         "\"RD_COLLISION_X_MASK\": \"0\", \"RD_WIDE_CONTINUATION\": \"0\", "
         "\"RD_CE_OVER_SRST\": \"0\", \"RD_ARST_VALUE\": \"xxxxxxxx\", "
         "\"RD_SRST_VALUE\": \"xxxxxxxx\", \"RD_INIT_VALUE\": \"xxxxxxxx\", \"WR_PORTS\": 0, "
         "\"WR_CLK_ENABLE\": \"0\", \"WR_CLK_POLARITY\": \"0\", \"WR_PRIORITY_MASK\": \"0\", "
         "\"WR_WIDE_CONTINUATION\": \"0\"}, \"connections\": {\"RD_CLK\": [\"x\"], "
         "\"RD_EN\": [\"1\"], \"RD_ARST\": [\"0\"], \"RD_SRST\": [\"0\"], \"RD_ADDR\": [6, 7], "
         "\"RD_DATA\": [20, 21, 22, 23, 24, 25, 26, 27], \"WR_CLK\": [], \"WR_EN\": [], "
         "\"WR_ADDR\": [], \"WR_DATA\": []}}";
}

/// The netlist as Yosys would write it.
inline std::string loop_design() {
  std::string ports = loop_port("clk", false, "2") + ",\n" + loop_port("rst_n", false, "3") +
                      ",\n" + loop_port("rx", false, "4") + ",\n" + loop_port("tx", true, "5") +
                      ",\n" + loop_port("gi", false, "6, 7, 8, 9") + ",\n" +
                      loop_port("go", true, "10, 11, 12, 13") + ",\n" +
                      loop_port("done", true, "14") + ",\n" + loop_port("clk2", false, "15") +
                      ",\n" + loop_port("slow", true, "16") + ",\n" +
                      loop_port("data", true, "20, 21, 22, 23, 24, 25, 26, 27");
  std::string cells = loop_flop("tx_flop", true, 4, 5);
  for (int i = 0; i < 4; ++i) {
    cells += ",\n" + loop_flop("go_flop" + std::to_string(i), false, 6 + i, 10 + i);
  }
  cells += ",\n" + loop_cell("all", "$_AND_", "\"A\": [10], \"B\": [13], \"Y\": [14]");
  cells += ",\n" + loop_cell("turn", "$_NOT_", "\"A\": [16], \"Y\": [17]");
  cells += ",\n" + loop_cell("slow_flop", "$_DFF_P_", "\"C\": [15], \"D\": [17], \"Q\": [16]");
  cells += ",\n" + loop_memory();
  const std::string nets =
      loop_net("clk", "2") + ", " + loop_net("rst_n", "3") + ", " + loop_net("rx", "4") + ", " +
      loop_net("tx", "5") + ", " + loop_net("gi", "6, 7, 8, 9") + ", " +
      loop_net("go", "10, 11, 12, 13") + ", " + loop_net("done", "14") + ", " +
      loop_net("clk2", "15") + ", " + loop_net("slow", "16") + ", " +
      loop_net("data", "20, 21, 22, 23, 24, 25, 26, 27") + ", " + loop_net("inner.slow_next", "17");
  return "{\"modules\": {\"loop\": {\"attributes\": {\"top\": \"1\"},\n\"ports\": {" + ports +
         "},\n\"cells\": {" + cells + "},\n\"netnames\": {" + nets + "}}}}\n";
}

/// A run file for it, `loop.json` beside it. `more` is appended.
inline std::string loop_run(const std::string& more) {
  return "design: {netlist: loop.json}\n"
         "clocks:\n"
         "  clk: {port: clk, period_ps: 20000}\n"
         "  clk2: {port: clk2, period_ps: 61034, phase_ps: 7000}\n"
         "reset: {port: rst_n, active: low, edges: 20, clock: clk}\n"
         "peripherals:\n"
         "  uart: {kind: uart, clock: clk, pins: {tx: tx, rx: rx}, cycles_per_bit: 16}\n"
         "  gpio: {kind: gpio, pins: {out: go, in: gi}}\n" +
         more;
}

}  // namespace heddle::gate::test
