// The C interface: its contract in C, on every engine; and that a bench which only
// looks changes no digest.
#include <gtest/gtest.h>

#include <array>

#include "capi_contract.h"
#include "heddle/gate/backend.h"
#include "heddle_gate.h"
#include "support/gate_cosim/loop_design.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

using Contract = const char* (*)(const char*);

struct Clause {
  const char* name;
  Contract holds;
};

constexpr Clause kClauses[] = {
    {"refuses_what_is_wrong", capi_refuses_what_is_wrong},
    {"calls_back_at_every_change_and_at_no_other_edge",
     capi_calls_back_at_every_change_and_at_no_other_edge},
    {"writes_inputs_flops_and_memories_at_once", capi_writes_inputs_flops_and_memories_at_once},
    {"forces_and_releases", capi_forces_and_releases},
    {"fires_deadlines_exactly", capi_fires_deadlines_exactly},
    {"goes_back_to_a_checkpoint", capi_goes_back_to_a_checkpoint},
    {"keeps_batches_long", capi_keeps_batches_long},
    {"stops_where_it_is_asked_to", capi_stops_where_it_is_asked_to},
};

class CInterface : public testing::TestWithParam<Clause> {};

TEST_P(CInterface, holds_on_every_engine) {
  const heddle::test::TempDirectory directory;
  directory.write("loop.json", test::loop_design());
  for (const std::string_view engine : backend_names()) {
    const std::string run =
        directory.write("run.yaml",
                        "design: {netlist: loop.json}\n"
                        "clocks:\n"
                        "  clk: {port: clk, period_ps: 20000}\n"
                        "  clk2: {port: clk2, period_ps: 61034, phase_ps: 7000}\n"
                        "reset: {port: rst_n, active: low, edges: 20, clock: clk}\n"
                        "engine: " +
                            std::string(engine) + "\n");
    const char* const broken = GetParam().holds(run.c_str());
    EXPECT_EQ(broken, nullptr) << engine << ": " << broken;
  }
}

INSTANTIATE_TEST_SUITE_P(Clauses, CInterface, testing::ValuesIn(kClauses),
                         [](const auto& clause) { return std::string(clause.param.name); });

/// A simulation of the loop design; `more` is appended to its run file.
class CFaults : public testing::Test {
 protected:
  heddle_gate* open(const std::string& more = "") {
    directory_.write("loop.json", test::loop_design());
    const std::string run = directory_.write("run.yaml",
                                             "design: {netlist: loop.json}\n"
                                             "clocks:\n"
                                             "  clk: {port: clk, period_ps: 20000}\n" +
                                                 more);
    return heddle_gate_open(run.c_str(), nullptr, error_.data(), error_.size());
  }
  heddle::test::TempDirectory directory_;
  std::array<char, 512> error_{};
};

TEST_F(CFaults, a_callback_cannot_run) {
  heddle_gate* const sim = open();
  ASSERT_NE(sim, nullptr) << error_.data();
  std::string said;
  const auto run_again = [](void* user, heddle_gate* inner) {
    EXPECT_EQ(heddle_gate_run(inner, 1, nullptr), HEDDLE_GATE_ERROR);
    *static_cast<std::string*>(user) = heddle_gate_error(inner);
  };
  ASSERT_NE(heddle_gate_at_edge(sim, 3, run_again, &said), 0U);
  EXPECT_EQ(heddle_gate_run(sim, 10, nullptr), HEDDLE_GATE_OK);
  EXPECT_NE(said.find("bench.busy"), std::string::npos) << said;
  EXPECT_EQ(heddle_gate_edge(sim), 10U);
  heddle_gate_close(sim);
}

TEST_F(CFaults, callbacks_that_never_rest_are_an_error) {
  heddle_gate* const sim = open();
  ASSERT_NE(sim, nullptr) << error_.data();
  heddle_gate_net* net = heddle_gate_find_net(sim, "gi");
  const auto turn = [](void* user, heddle_gate* inner) {
    const auto* gi = static_cast<heddle_gate_net*>(user);
    std::uint64_t value = 0;
    (void)heddle_gate_read(inner, gi, &value, nullptr);
    value = ~value;
    (void)heddle_gate_write(inner, gi, &value);
  };
  ASSERT_NE(heddle_gate_watch(sim, net, turn, net), 0U);
  const std::uint64_t one = 1;
  ASSERT_EQ(heddle_gate_write(sim, net, &one), HEDDLE_GATE_OK);
  EXPECT_EQ(heddle_gate_run(sim, 10, nullptr), HEDDLE_GATE_ERROR);
  EXPECT_NE(std::string(heddle_gate_error(sim)).find("bench.unsettled"), std::string::npos);
  heddle_gate_close(sim);
}

TEST_F(CFaults, sockets_are_not_served) {
  EXPECT_EQ(open("peripherals:\n"
                 "  u: {kind: uart_socket, pins: {tx: tx, rx: rx}, cycles_per_bit: 16}\n"),
            nullptr);
  EXPECT_NE(std::string(error_.data()).find("bench.live"), std::string::npos) << error_.data();
}

TEST(CExample, prints_the_changes_of_a_net) {
  const heddle::test::TempDirectory directory;
  directory.write("loop.json", test::loop_design());
  const std::string run =
      directory.write("run.yaml",
                      "design: {netlist: loop.json}\n"
                      "clocks:\n"
                      "  clk: {port: clk, period_ps: 20000}\n"
                      "  clk2: {port: clk2, period_ps: 61034, phase_ps: 7000}\n");
  const auto result = heddle::test::run_process(
      {HEDDLE_BINARY_DIR "/bin/c_bench", run, "slow", "20"}, {.directory = directory.path()});
  EXPECT_EQ(result.code, 0) << result.err;
  // Twenty edges end at 140000 ps, where clk falls or rises every 10000 ps.
  EXPECT_EQ(result.out,
            "        7000 ps  slow = 0x1\n       68034 ps  slow = 0x0\n"
            "      129068 ps  slow = 0x1\n20 edges in 4 batches, 3 callbacks\n");
}

}  // namespace
}  // namespace heddle::gate
