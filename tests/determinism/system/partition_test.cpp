// A machine in partitions on threads does what it does in one piece: the same
// events, times, uses, bytes, operation log and errors.
#include "heddle/system/bench.h"
#include "heddle/system/collective_registry.h"
#include "support/system/one_pe.h"

namespace heddle::system {
namespace {

using test::all_of;
using test::code_of;
using test::fabric_machine;

/// Four packages of two cubes of two PEs.
Machine small_machine(LinkMode mode = LinkMode::CutThrough) {
  Machine machine;
  machine.link_mode = mode;
  machine.sip_count = 4;
  machine.cube_rows = 1;
  machine.cube_columns = 2;
  machine.pes_per_cube = 2;
  machine.pe.tcm_bytes = std::uint64_t{1} << 40;
  return machine;
}

SimulatorOptions cut_into(std::uint32_t partitions, std::uint32_t threads,
                          DataMode data = DataMode::None) {
  SimulatorOptions options{.data = data, .partitions = partitions, .threads = threads};
  options.shared_events_min = 1;  // every window, however small
  return options;
}

/// Everything that a run leaves behind, as text.
std::string trace_of(const Simulator& simulator) {
  std::string text = simulator.timing_digest().to_hex() + " " +
                     std::to_string(simulator.now().ps()) + " " +
                     std::to_string(simulator.executed_count());
  for (const LinkUse& use : simulator.fabric().uses()) {
    text += " " + std::to_string(use.messages) + ":" + std::to_string(use.busy.count());
  }
  const FabricTotals totals = simulator.totals();
  text += " " + std::to_string(totals.messages) + ":" + std::to_string(totals.drained_bytes);
  for (std::uint32_t i = 0; i < simulator.topology().pe_count(); ++i) {
    const PeUse& use = simulator.use(PeRank(i));
    text += " " + std::to_string(use.messages_received) + ":" +
            std::to_string(use.dma_busy.count() + use.gemm_busy.count() + use.math_busy.count());
  }
  for (const Op& op : simulator.op_log().ops()) {
    text += "\n" + std::string(op_kind_name(op.kind)) + std::to_string(op.pe) + "#" +
            std::to_string(op.index) + "@" + std::to_string(op.time.ps());
    for (const ValueId id : op.operands) text += " " + std::to_string(id.value());
    for (const Piece& piece : op.pieces) text += " p" + std::to_string(piece.value.value());
  }
  return text;
}

struct Cuts {
  std::uint32_t partitions = 1;
  std::uint32_t threads = 1;
};
constexpr Cuts kCuts[] = {{2, 1}, {3, 2}, {4, 4}, {5, 1}, {8, 3}, {16, 8}};

std::string run_call(const Machine& machine, const CollectiveCall& call,
                     const SimulatorOptions& options, bool is_cut) {
  const auto simulator = simulator_of(machine, options);
  const auto group = world_group(simulator->topology(), simulator->topology().pe_count());
  EXPECT_TRUE(group);
  if (options.data == DataMode::None) {
    const auto report = run_collective(*simulator, *group, call);
    EXPECT_TRUE(report) << call.algorithm << ": " << report.error().to_string();
    if (!report) return "";
  } else {
    std::vector<std::vector<std::byte>> inputs;
    for (std::size_t rank = 0; rank < group->ranks.size(); ++rank) {
      std::vector<std::int32_t> values;
      for (std::uint64_t i = 0; i < call.elements; ++i) {
        values.push_back(static_cast<std::int32_t>(rank * 1000 + i));
      }
      inputs.push_back(bytes_of(values));
    }
    const auto outputs = run_collective_on(*simulator, *group, call, inputs);
    EXPECT_TRUE(outputs) << call.algorithm << ": " << outputs.error().to_string();
    if (!outputs) return "";
  }
  EXPECT_EQ(simulator->partitions().count > 1, is_cut);
  std::string text = trace_of(*simulator);
  if (options.data != DataMode::None) text += "\n" + simulator->memory_digest().to_hex();
  return text;
}

CollectiveCall call_of(const RegistryEntry& entry, std::uint64_t elements) {
  CollectiveCall call;
  call.kind = entry.algorithm.kind;
  call.algorithm = entry.name;
  call.elements = elements;
  call.dtype = Dtype::I32;
  call.root = 1;
  return call;
}

TEST(Partitions, every_collective_over_packages_has_one_trace_for_every_cut_and_queue) {
  for (const LinkMode mode : {LinkMode::CutThrough, LinkMode::StoreAndForward, LinkMode::Ideal}) {
    const Machine machine = small_machine(mode);
    for (const RegistryEntry& entry : standard_registry().entries()) {
      // Small ones, and ones that fill the rings so that credits count.
      for (const std::uint64_t elements : {96U, 90'000U}) {
        const CollectiveCall call = call_of(entry, elements);
        const std::string whole = run_call(machine, call, cut_into(1, 1), false);
        for (const Cuts& cut : kCuts) {
          SimulatorOptions options = cut_into(cut.partitions, cut.threads);
          options.kernel.queue =
              cut.threads % 2 == 0 ? des::QueueKind::Wheel : des::QueueKind::Heap;
          EXPECT_EQ(run_call(machine, call, options, true), whole)
              << entry.name << " of " << elements << ", " << cut.partitions << " partitions, "
              << cut.threads << " threads";
        }
      }
    }
  }
}

TEST(Partitions, data_and_the_log_are_the_same_in_eager_and_replay_runs) {
  const Machine machine = small_machine();
  for (const RegistryEntry& entry : standard_registry().entries()) {
    for (const DataMode data : {DataMode::Eager, DataMode::Replay}) {
      const CollectiveCall call = call_of(entry, 96);
      const std::string whole = run_call(machine, call, cut_into(1, 1, data), false);
      for (const Cuts& cut : {Cuts{4, 2}, Cuts{8, 4}}) {
        const SimulatorOptions options = cut_into(cut.partitions, cut.threads, data);
        EXPECT_EQ(run_call(machine, call, options, true), whole) << entry.name;
      }
    }
  }
}

TEST(Partitions, a_fabric_is_cut_between_its_devices) {
  for (const FabricShape shape : {FabricShape::Ring, FabricShape::Switch, FabricShape::Full}) {
    Machine machine = fabric_machine(shape, 16);
    machine.link_mode = LinkMode::CutThrough;
    machine.ipcq.credit = Picoseconds(10'000);
    machine.ipcq.slot_write = Picoseconds(5'000);
    const CollectiveCall call{.algorithm = "ring", .elements = 160'000};
    const std::string whole = run_call(machine, call, cut_into(1, 1), false);
    for (std::uint32_t partitions = 2; partitions <= 16; ++partitions) {
      EXPECT_EQ(run_call(machine, call, cut_into(partitions, 1 + partitions % 8), true), whole);
    }
  }
}

BenchFile bench(BenchCase one, std::uint32_t partitions, std::uint32_t threads) {
  BenchFile file;
  file.machine = small_machine();
  file.machine.pe.tcm_bytes = Machine().pe.tcm_bytes;
  file.partitions = partitions;
  file.threads = threads;
  file.cases = {std::move(one)};
  return file;
}

/// The report of a case, as `heddle system run` writes it.
std::string report_of(const BenchFile& file) {
  const auto result = run_bench(file, file.cases.front(), {});
  EXPECT_TRUE(result) << result.error().to_string();
  if (!result) return "";
  StringSink text;
  JsonWriter json(text);
  write_json(json, *result);
  return text.take();
}

TEST(Partitions, every_bench_has_one_report_for_1_to_16_partitions_and_1_to_8_threads) {
  std::vector<BenchCase> cases(5);
  cases[0].kind = BenchKind::Noop;
  cases[1].kind = BenchKind::Noop;
  cases[1].has_background = true;
  cases[2].kind = BenchKind::Gemm;
  cases[2].m = cases[2].n = cases[2].k = 96;
  cases[3].kind = BenchKind::Qkv;
  cases[3].m = 64;
  cases[3].k = 96;
  cases[3].n = 160;
  cases[3].tile_k = 32;
  cases[4].kind = BenchKind::Halo;
  cases[4].elements = 512;
  cases[4].steps = 4;
  for (const BenchCase& one : cases) {
    for (const DataMode data : {DataMode::None, DataMode::Eager, DataMode::Replay}) {
      BenchFile file = bench(one, 1, 1);
      file.data = data;
      const std::string whole = report_of(file);
      for (std::uint32_t i = 1; i <= 16; i += data == DataMode::None ? 1 : 5) {
        file.partitions = i;
        file.threads = 1 + i % 8;
        EXPECT_EQ(report_of(file), whole) << i;
      }
    }
  }
}

/// PE 0 sends more than fits the ring to the other side of the machine, which
/// takes its time; the sender is held back by credits that come from far.
des::Task<> slow_receiver(Tl& tl, std::uint32_t messages, PeRank last) {
  const Shape shape{1, 8192};  // a slot each
  if (tl.rank() == PeRank(0)) {
    const Tile tile = co_await tl.full(shape, Dtype::F16, 1);
    for (std::uint32_t i = 0; i < messages; ++i) co_await tl.send_to(last, tile);
  } else if (tl.rank() == last) {
    for (std::uint32_t i = 0; i < messages; ++i) {
      co_await tl.wait(Picoseconds(300'000 + 77'000 * (i % 3)));
      (void)co_await tl.recv_from(PeRank(0), shape, Dtype::F16);
    }
  } else {  // others are busy all the while, in steps that are no multiple of anything
    for (std::uint32_t i = 0; i < 200; ++i)
      co_await tl.wait(Picoseconds(9'973 + tl.rank().value()));
  }
}

TEST(Partitions, a_sender_that_waits_for_credits_from_another_partition_goes_on_in_time) {
  const auto run = [](const SimulatorOptions& options) {
    const auto simulator = simulator_of(small_machine(), options);
    const PeRank last(15);
    const auto record =
        simulator->launch("slow", [&](Tl& tl) { return slow_receiver(tl, 40, last); });
    const Status ran = simulator->run();
    EXPECT_TRUE(ran) << ran.error().to_string();
    return trace_of(*simulator) + " " + std::to_string((*record)->executions[0].end.ps());
  };
  const std::string whole = run(cut_into(1, 1));
  for (std::uint32_t partitions = 2; partitions <= 8; ++partitions) {
    EXPECT_EQ(run(cut_into(partitions, 1)), whole) << partitions;
    EXPECT_EQ(run(cut_into(partitions, 4)), whole) << partitions;
  }
}

/// What goes wrong in the last package while all others are busy.
des::Task<> wrong(Tl& tl, int which, Va near) {
  for (std::uint32_t i = 0; i < 20; ++i) co_await tl.wait(Picoseconds(10'007));
  const Shape shape{1, 64};
  if (which == 0) (void)co_await tl.recv(Direction::East, shape, Dtype::F16);  // all wait
  if (tl.rank().value() < 14) co_return;
  if (which == 1) (void)co_await tl.load(Va(std::uint64_t{1} << 40), shape, Dtype::F16);
  const Tile tile = co_await tl.full(shape, Dtype::F16, 1);
  if (which == 2) co_await tl.store(near, tile);  // two PEs, nothing orders them
  if (which == 3) co_await tl.send_to(PeRank(99), tile);
  if (which == 4) {
    co_await tl.send_to(PeRank(29 - tl.rank().value()), tile);
    (void)co_await tl.recv_from(PeRank(29 - tl.rank().value()), {1, 8}, Dtype::F16);
  }
}

TEST(Partitions, errors_are_told_in_the_same_words) {
  const std::string codes[] = {"des.deadlock", "system.page-fault", "system.data-race",
                               "system.bad-target", "system.message-mismatch"};
  for (int which = 0; which < 5; ++which) {
    const auto run = [&](const SimulatorOptions& options) {
      const auto simulator = simulator_of(small_machine(), options);
      const auto near = simulator->allocate("near", 4096, 3, 1);
      EXPECT_TRUE(near);
      EXPECT_TRUE(simulator->launch("wrong", [&](Tl& tl) { return wrong(tl, which, *near); }));
      const Status ran = simulator->run();
      EXPECT_EQ(code_of(ran), codes[which]);
      return ran ? std::string() : ran.error().to_string();
    };
    const std::string whole = run(cut_into(1, 1, DataMode::Eager));
    for (const Cuts& cut : kCuts) {
      EXPECT_EQ(run(cut_into(cut.partitions, cut.threads, DataMode::Eager)), whole);
    }
  }
}

/// PE 0 fails late, PE 15 a little before it: the earlier one is told, though
/// the partition of PE 0 comes first in the window of both.
des::Task<> two_failures(Tl& tl) {
  const std::int64_t last = tl.rank() == PeRank(15) ? 500'000 : 500'100;
  co_await tl.wait(Picoseconds(last));
  if (tl.rank() == PeRank(0) || tl.rank() == PeRank(15)) {
    (void)co_await tl.load(Va(std::uint64_t{1} << 40), {1, 8}, Dtype::F16);
  }
}

TEST(Partitions, of_two_failures_the_earlier_one_is_told) {
  for (const Cuts& cut : kCuts) {
    const auto simulator = simulator_of(small_machine(), cut_into(cut.partitions, cut.threads));
    EXPECT_TRUE(simulator->launch("two", two_failures));
    const Status ran = simulator->run();
    ASSERT_EQ(code_of(ran), "system.page-fault");
    EXPECT_NE(ran.error().to_string().find("sip3.cube1.pe1"), std::string::npos)
        << ran.error().to_string();
  }
}

des::Task<> load_it(Tl& tl, Va at) {
  (void)co_await tl.load(at, {1, 64}, Dtype::F16);
}

TEST(Partitions, a_dma_to_another_partition_is_an_error_that_names_it) {
  for (const std::uint32_t partitions : {1U, 4U}) {
    const auto simulator = simulator_of(small_machine(), cut_into(partitions, 1));
    const auto far = simulator->allocate("far", 4096, 3, 1);
    ASSERT_TRUE(far);
    EXPECT_TRUE(simulator->launch("load", [&](Tl& tl) { return load_it(tl, *far); }, 0));
    const Status ran = simulator->run();
    EXPECT_EQ(code_of(ran), partitions == 1 ? "" : "system.far-access");
    if (ran) continue;
    for (const char* part : {"sip0.cube0.pe0", "load #1", " ps", "0x"}) {
      EXPECT_NE(ran.error().to_string().find(part), std::string::npos) << part;
    }
  }
}

TEST(Partitions, machines_that_cannot_be_cut_run_in_one_piece) {
  Machine fair = small_machine(LinkMode::Fair);
  Machine shared = small_machine();
  shared.launch.shares_links = true;
  Machine free = small_machine();
  free.sip_link.latency = free.die_link.latency = Picoseconds(0);
  for (const Machine& machine : {fair, shared, free}) {
    EXPECT_EQ(simulator_of(machine, cut_into(8, 2))->partitions().count, 1U);
  }
  EXPECT_EQ(simulator_of(small_machine(), cut_into(4, 2))->partitions().lookahead,
            Picoseconds(250'000));
  EXPECT_EQ(simulator_of(small_machine(), cut_into(8, 2))->partitions().lookahead,
            Picoseconds(20'000));
}

}  // namespace
}  // namespace heddle::system
