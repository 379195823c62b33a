// The DMA of a PE: channels, fragments under way, pages anywhere; what tiles
// and partial sums take of the TCM; credits of message rings.
#include <map>

#include "support/system/one_pe.h"

namespace heddle::system {
namespace {

using test::code_of;

/// Links that never contend and a TLB that never walks: every load of one
/// fragment and no drain to speak of takes `kHit + kFlight`.
Machine plain_machine() {
  Machine machine;
  machine.link_mode = LinkMode::Ideal;
  machine.pe.page_walk = machine.pe.tlb_hit;
  machine.page_bytes = 64 << 10;
  return machine;
}
constexpr std::int64_t kHit = 2'000;
/// HBM 100, PE hop 5, TCM 2; 2 bytes at 128 GB/s: 16 ps, rounded up.
constexpr std::int64_t kFlight = 107'000 + 16;

des::Task<> one_load(Tl& tl, Va at, std::int64_t& end) {
  (void)co_await tl.load(at, {1, 1}, Dtype::F16);
  end = tl.now().ps();
}

des::Task<> one_store(Tl& tl, Va at, std::int64_t& end) {
  const Tile x = co_await tl.full({1, 1}, Dtype::F16, 1);
  co_await tl.store(at, x);
  end = tl.now().ps();
}

TEST(Dma, as_many_loads_go_at_once_as_there_are_channels_and_the_rest_in_order) {
  for (const std::uint32_t channels : {1U, 3U, 4U}) {
    Machine machine = plain_machine();
    machine.pe.dma_channels = channels;
    OnePe one(DataMode::None, machine);
    const Va at = one.buffer("a", 64);
    std::vector<std::int64_t> ends(10);
    std::shared_ptr<const LaunchRecord> record;
    for (std::int64_t& end : ends) {
      record = *one.simulator->launch("load", [&](Tl& tl) { return one_load(tl, at, end); }, 0);
    }
    ASSERT_TRUE(one.simulator->run());
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const auto turn = static_cast<std::int64_t>(i / channels + 1);
      EXPECT_EQ(ends[i] - record->first_start().ps(), turn * (kHit + kFlight)) << channels;
    }
  }
}

TEST(Dma, stores_have_channels_of_their_own) {
  OnePe one(DataMode::None, plain_machine());
  const Va at = one.buffer("a", 64);
  std::vector<std::int64_t> ends(8);
  std::shared_ptr<const LaunchRecord> record;
  for (std::size_t i = 0; i < 4; ++i) {
    record = *one.simulator->launch("l", [&, i](Tl& tl) { return one_load(tl, at, ends[i]); }, 0);
    (void)*one.simulator->launch("s", [&, i](Tl& tl) { return one_store(tl, at, ends[i + 4]); }, 0);
  }
  ASSERT_TRUE(one.simulator->run());
  for (const std::int64_t end : ends) {
    EXPECT_EQ(end - record->first_start().ps(), kHit + kFlight);
  }
}

des::Task<> column(Tl& tl, Va at, std::uint32_t rows, bool stores) {
  const Layout layout(64 << 10);  // a row a page
  if (stores) {
    const Tile x = co_await tl.full({rows, 1}, Dtype::F16, 1);
    co_await tl.store(at, x, layout);
  } else {
    (void)co_await tl.load(at, {rows, 1}, Dtype::F16, layout);
  }
}

// n fragments, w at a time, each q-th lot a flight after the one before:
// w hits and n / w flights, as long as w hits are less than a flight.
TEST(Dma, no_more_fragments_are_under_way_than_the_machine_allows) {
  for (const bool stores : {false, true}) {
    for (const std::uint32_t width : {1U, 2U, 3U, 6U, 64U}) {
      Machine machine = plain_machine();
      machine.pe.dma_outstanding = width;
      OnePe one(DataMode::None, machine);
      const Va at = one.buffer("a", 6 * 32 * 1024);
      ASSERT_TRUE(one.run([&](Tl& tl) { return column(tl, at, 6, stores); }));
      const std::int64_t lot = std::min(width, 6U);
      EXPECT_EQ(one.record->duration(), Picoseconds(lot * kHit + 6 / lot * kFlight)) << width;
      EXPECT_EQ(one.simulator->use(PeRank(0)).fragments, 6U);
    }
  }
}

des::Task<> composite(Tl& tl, GemmCommand command) {
  co_await tl.gemm(std::move(command));
}

/// A product whose operands lie on pages of five dies.
struct Spread {
  static constexpr std::uint32_t m = 130, n = 200, k = 520;
  Spread(DataMode mode, std::uint32_t tile_k) {
    Machine machine;
    machine.page_bytes = 64 << 10;
    simulator = simulator_of(machine, {.data = mode});
    a = *simulator->allocate_spread("a", m * k * 2, homes);
    b = *simulator->allocate_spread("b", k * n * 2, homes);
    c = *simulator->allocate_spread("c", m * n * 2, homes);
    EXPECT_TRUE(simulator->write(a, as_f16(numbers(m * k, 3))));
    EXPECT_TRUE(simulator->write(b, as_f16(numbers(k * n, 4))));
    const GemmCommand command{.a = a, .b = b, .c = c, .m = m, .n = n, .k = k, .tile_k = tile_k};
    EXPECT_TRUE(simulator->launch("gemm", [command](Tl& tl) { return composite(tl, command); }, 9));
    const Status ran = simulator->run();
    EXPECT_TRUE(ran) << ran.error().to_string();
  }
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> homes = {
      {1, 3}, {0, 0}, {1, 7}, {0, 5}, {0, 1}};
  std::unique_ptr<Simulator> simulator;
  Va a, b, c;
};

TEST(Pages, a_composite_finds_its_operands_on_pages_of_any_die) {
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    const Spread run(mode, 128);
    const auto bytes = run.simulator->read(run.c, Spread::m * Spread::n * 2);
    ASSERT_TRUE(bytes);
    const std::vector<float> c = from_f16(*bytes);
    const std::vector<float> a = numbers(Spread::m * Spread::k, 3);
    const std::vector<float> b = numbers(Spread::k * Spread::n, 4);
    for (std::size_t row = 0; row < Spread::m; ++row) {
      for (std::size_t column = 0; column < Spread::n; ++column) {
        float sum = 0;
        for (std::size_t i = 0; i < Spread::k; ++i) {
          sum += a[row * Spread::k + i] * b[i * Spread::n + column];
        }
        ASSERT_EQ(c[row * Spread::n + column], f16_to_float(float_to_f16(sum)));
      }
    }
    const PeUse& use = run.simulator->use(PeRank(9));
    // 3 x 4 tiles of c, 5 of the inner index: a and b for each, c once a sum.
    EXPECT_EQ(use.dma_requests, 3U * 4 * (2 * 5 + 1));
    EXPECT_EQ(use.translations, use.dma_requests);
    EXPECT_GT(use.fragments, use.dma_requests);
  }
}

TEST(Pages, a_composite_moves_each_byte_over_the_memory_link_of_the_die_that_holds_it) {
  const Spread run(DataMode::None, 1024);
  // With the whole inner index in one tile, a is read once a column of tiles,
  // b once a row of tiles, and c is written once.
  std::map<std::string, std::uint64_t> expected;
  const auto add = [&](std::uint64_t size, std::uint64_t times, bool is_read) {
    for (std::uint64_t at = 0; at < size; at += 64 << 10) {
      const auto& [sip, cube] = run.homes[at / (64 << 10) % run.homes.size()];
      const std::string cube_name = "sip" + std::to_string(sip) + ".cube" + std::to_string(cube);
      const std::string hbm = cube_name + ".hbm";
      const std::string noc = cube_name + ".noc";
      const std::uint64_t bytes = std::min<std::uint64_t>(64 << 10, size - at);
      expected[is_read ? hbm + "->" + noc : noc + "->" + hbm] += times * bytes;
    }
  };
  add(Spread::m * Spread::k * 2, 4, true);
  add(Spread::k * Spread::n * 2, 3, true);
  add(Spread::m * Spread::n * 2, 1, false);
  const Topology& topology = run.simulator->topology();
  for (std::uint32_t i = 0; i < topology.links().size(); ++i) {
    const std::string name = topology.link_name(LinkId(i));
    if (name.find(".hbm") == std::string::npos) continue;
    EXPECT_EQ(run.simulator->fabric().uses()[i].bytes, expected[name]) << name;
  }
}

TEST(Pages, every_dma_path_faults_on_the_page_that_is_missing_with_pe_operation_and_time) {
  for (const char* what : {"load", "store", "gemm"}) {
    OnePe one(DataMode::Eager);
    const Va at = one.buffer("a", 64 * 64, numbers(64 * 64));
    const Va hole = at.plus(2 << 20);
    const std::string path = what;
    const Status ran = one.run([&](Tl& tl) -> des::Task<> {
      if (path == "load") return column(tl, at.plus((2 << 20) - 4), 4, false);
      if (path == "store") return column(tl, at.plus((2 << 20) - 4), 4, true);
      return composite(tl, {.a = at, .b = hole, .c = at, .m = 64, .n = 64, .k = 64});
    });
    ASSERT_EQ(code_of(ran), "system.page-fault") << what;
    for (const std::string& part : {std::string("sip0.cube0.pe0"), path + " #", std::string(" ps"),
                                    std::string("is not mapped")}) {
      EXPECT_NE(ran.error().to_string().find(part), std::string::npos) << ran.error().to_string();
    }
  }
}

/// The error of a composite, with its text.
std::string error_of(const std::function<void(OnePe&, GemmCommand&)>& change,
                     Machine machine = {}) {
  OnePe one(DataMode::None, machine);
  const Va at = one.buffer("a", 1 << 20);
  GemmCommand command{.a = at, .b = at, .c = at, .m = 256, .n = 256, .k = 256};
  change(one, command);
  const Status ran = one.run([&](Tl& tl) { return composite(tl, command); });
  return ran ? "" : code_of(ran) + " " + ran.error().to_string();
}

TEST(Scratch, partial_sums_that_do_not_fit_are_told_with_pe_operation_and_time) {
  const auto tiles = [](std::uint32_t size) {
    return [size](OnePe&, GemmCommand& command) { command.tile_m = command.tile_n = size; };
  };
  EXPECT_EQ(error_of(tiles(64)), "");
  Machine small;
  small.pe.tcm_scratch_bytes = 128 * 128 * 4;
  const std::string text = error_of(tiles(128), small);  // one fits, the next one does not
  for (const char* part : {"system.scratch-full", "sip0.cube0.pe0", "gemm #1", " ps",
                           "65536 bytes do not fit, 65536 of 65536"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  // 256 x 256 sums of fp32 are all of the default scratch: one tile, one sum.
  EXPECT_EQ(error_of(tiles(256)), "");
  EXPECT_NE(error_of([&](OnePe&, GemmCommand& command) {
              command.tile_m = command.m = 257;
              command.tile_n = 256;
            }).find("system.scratch-full"),
            std::string::npos);
}

TEST(Scratch, is_given_back_so_that_one_composite_may_follow_another) {
  OnePe one(DataMode::None);
  const Va at = one.buffer("a", 1 << 20);
  struct Kernels {
    static des::Task<> run(Tl& tl, Va at) {
      const GemmCommand command{.a = at, .b = at, .c = at, .m = 256, .n = 256, .k = 256};
      for (int i = 0; i < 20; ++i) co_await tl.gemm(command);
      (void)co_await tl.full({1024, 1024}, Dtype::F16, 1);  // the whole TCM is free again
    }
  };
  EXPECT_TRUE(one.run([&](Tl& tl) { return Kernels::run(tl, at); }));
}

TEST(Tcm, operand_tiles_of_a_composite_must_fit_beside_what_is_there) {
  Machine machine;
  machine.pe.tcm_bytes = 100'000;
  const std::string text = error_of([](OnePe&, GemmCommand&) {}, machine);
  EXPECT_NE(text.find("system.tcm-full"), std::string::npos) << text;
  EXPECT_NE(text.find("gemm #1"), std::string::npos) << text;
}

TEST(Composite, a_command_that_makes_no_sense_is_refused) {
  using Change = std::function<void(OnePe&, GemmCommand&)>;
  const Tile wrong{.shape = {3, 3}, .dtype = Dtype::F16};
  const Tile other{.shape = {256, 256}, .dtype = Dtype::F32};
  const std::pair<Change, const char*> cases[] = {
      {[](OnePe&, GemmCommand& c) { c.tile_m = 0; }, "tiles of 0x64x1024"},
      {[](OnePe&, GemmCommand& c) { c.tile_n = 0; }, "tiles of 64x0x1024"},
      {[](OnePe&, GemmCommand& c) { c.tile_k = 0; }, "tiles of 64x64x0"},
      {[](OnePe&, GemmCommand& c) { c.b_stride_bytes = 100; }, "rows of 512 bytes every 100"},
      {[](OnePe&, GemmCommand& c) { c.c_stride_bytes = 511; }, "rows of 512 bytes every 511"},
      {[](OnePe&, GemmCommand& c) { c.epilogue = MathOp::Add; }, "add is no epilogue"},
      {[](OnePe&, GemmCommand& c) { c.epilogue = MathOp::Sum; }, "sum is no epilogue"},
      {[&](OnePe&, GemmCommand& c) { c.a = wrong; }, "a tile of 3x3 fp16 for an operand of"},
      {[&](OnePe&, GemmCommand& c) { c.b = other; }, "a tile of 256x256 fp32 for an operand of"}};
  for (const auto& [change, part] : cases) {
    const std::string text = error_of(change);
    EXPECT_NE(text.find("system.bad-shape"), std::string::npos) << part << ": " << text;
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_NE(text.find("gemm #1"), std::string::npos) << text;
  }
  // Sizes near the end of 32 bits neither hang nor wrap.
  EXPECT_NE(error_of([](OnePe&, GemmCommand& c) {
              c.m = c.n = c.k = 0xffff'ffff;
            }).find("system.page-fault"),
            std::string::npos);
}

/// Sends `count` messages of `bytes` east; says when each send was over.
des::Task<> send_many(Tl& tl, std::uint32_t count, std::uint32_t bytes,
                      std::vector<std::int64_t>& sent) {
  const Tile x = co_await tl.full({1, bytes / 2}, Dtype::F16, 1);
  for (std::uint32_t i = 0; i < count; ++i) {
    co_await tl.send(Direction::East, x);
    sent.push_back(tl.now().ps());
  }
}

des::Task<> take_many(Tl& tl, std::uint32_t count, std::uint32_t bytes, Picoseconds wait,
                      std::vector<std::int64_t>& got) {
  co_await tl.wait(wait);
  for (std::uint32_t i = 0; i < count; ++i) {
    (void)co_await tl.recv(Direction::West, {1, bytes / 2}, Dtype::F16);
    got.push_back(tl.now().ps());
  }
}

struct Traffic {
  std::vector<std::int64_t> sent;  ///< after the common start
  std::vector<std::int64_t> got;
};

Traffic traffic(std::uint32_t count, std::uint32_t bytes, std::int64_t wait_ps) {
  OnePe one(DataMode::None);
  Traffic out;
  const auto kernel = [&](Tl& tl) {
    return tl.rank() == PeRank(0) ? send_many(tl, count, bytes, out.sent)
                                  : take_many(tl, count, bytes, Picoseconds(wait_ps), out.got);
  };
  EXPECT_TRUE(one.run(kernel, std::vector<std::int64_t>{0, 1}));
  for (auto* list : {&out.sent, &out.got}) {
    for (std::int64_t& at : *list) at -= one.record->first_start().ps();
  }
  return out;
}

// A slot is 16 KiB, a ring has 8, writing one takes 5 ns, a credit 10 ns; the
// hop takes 5 ns and 128 GB/s, 128 ns a slot.
TEST(Ipcq, a_ring_takes_eight_slots_and_the_ninth_waits_for_a_credit) {
  const Traffic run = traffic(10, 16 << 10, 10'000'000);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(run.sent[i], 0) << i;
    EXPECT_EQ(run.got[i], 10'000'000) << i;
  }
  EXPECT_EQ(run.sent[8], 10'010'000);  // taken at 10 us, 10 ns for the credit
  EXPECT_EQ(run.sent[9], 10'010'000);
  EXPECT_EQ(run.got[8], 10'010'000 + 5'000 + 128'000 + 5'000);
  EXPECT_EQ(run.got[9], 10'010'000 + 5'000 + 2 * 128'000 + 5'000);
}

TEST(Ipcq, a_message_takes_as_many_slots_as_it_needs_and_is_charged_once) {
  const Traffic run = traffic(3, 40 << 10, 10'000'000);  // three slots: two of them fit
  EXPECT_EQ(run.sent, (std::vector<std::int64_t>{0, 0, 10'010'000}));
  const std::int64_t drain = 3 * 128'000 * 40 / 48;
  EXPECT_EQ(run.got[2], 10'010'000 + 5'000 + drain + 5'000);
  // Longer than the whole ring: all of it, one slot write, one after another.
  const Traffic large = traffic(2, 256 << 10, 0);
  const std::int64_t whole = 5'000 + 16 * 128'000 + 5'000;
  EXPECT_EQ(large.got[0], whole);
  EXPECT_EQ(large.sent[1], whole + 10'000);
  EXPECT_EQ(large.got[1], 2 * whole + 10'000);
}

des::Task<> tagged(Tl& tl, std::uint32_t tag, std::vector<std::uint32_t>& order) {
  if (tl.rank() == PeRank(0)) {
    if (tag != 1) co_return;  // one kernel sends, both receive
    const Tile x = co_await tl.full({1, 8}, Dtype::F16, 1);
    for (const std::uint32_t one : {2U, 1U}) {
      co_await tl.wait(Picoseconds(1'000'000));
      co_await tl.send(Direction::East, x, one);
    }
  } else {
    (void)co_await tl.recv(Direction::West, {1, 8}, Dtype::F16, tag);
    order.push_back(tag);
  }
}

TEST(Ipcq, a_message_reaches_the_kernel_that_waits_for_its_tag_whoever_waited_first) {
  OnePe one(DataMode::None);
  std::vector<std::uint32_t> order;
  const std::vector<std::int64_t> both = {0, 1};
  for (const std::uint32_t tag : {1U, 2U}) {
    ASSERT_TRUE(one.simulator->launch(
        "tag", [&order, tag](Tl& tl) { return tagged(tl, tag, order); }, both));
  }
  const Status ran = one.simulator->run();
  ASSERT_TRUE(ran) << ran.error().to_string();
  EXPECT_EQ(order, (std::vector<std::uint32_t>{2, 1}));
}

}  // namespace
}  // namespace heddle::system
