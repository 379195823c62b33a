// What kernels do wrong: each error names PE, operation, address and time.
#include "support/system/one_pe.h"

namespace heddle::system {
namespace {

using test::code_of;

/// Expects `code`, and in the text the PE, an operation, and each of `parts`.
void expect_error(const Status& ran, const std::string& code,
                  const std::vector<std::string>& parts) {
  ASSERT_EQ(code_of(ran), code) << (ran ? "" : ran.error().to_string());
  const std::string text = ran.error().to_string();
  for (const std::string& part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << "no " << part << " in " << text;
  }
}

des::Task<> load_only(Tl& tl, Va at, Shape shape) {
  (void)co_await tl.load(at, shape, Dtype::F16);
}

TEST(Errors, a_read_of_what_was_never_written_names_tensor_pe_and_operation) {
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    OnePe one(mode);
    const Va at = one.buffer("weights", 128, numbers(64));
    const Status ran = one.run([&](Tl& tl) { return load_only(tl, at, {1, 128}); });
    expect_error(ran, "system.uninitialised-read",
                 {"'weights'", "sip0.cube0.pe0", "load #1", at.to_string(), "128 bytes"});
  }
}

TEST(Errors, unmapped_and_forbidden_memory_names_address_pe_operation_and_time) {
  OnePe one;
  const Va at = one.buffer("a", 64, numbers(64));
  expect_error(one.run([&](Tl& tl) { return load_only(tl, at.plus(64 << 20), {1, 8}); }),
               "system.page-fault",
               {"sip0.cube0.pe0", "load #1", at.plus(64 << 20).to_string(), " ps"});
  OnePe two;
  const auto sealed = two.simulator->allocate("sealed", 128, 0, 0, {.can_write = false});
  const Va from = two.buffer("a", 64, numbers(64));
  expect_error(two.run([&](Tl& tl) { return unary(tl, MathOp::Cast, from, *sealed, {1, 64}); }),
               "system.page-fault", {"store", "may not be written"});
}

TEST(Errors, a_tile_that_does_not_fit_the_tcm) {
  OnePe one(DataMode::None);
  const Va at = one.buffer("a", 4 << 20);
  expect_error(one.run([&](Tl& tl) { return load_only(tl, at, {1024, 2048}); }), "system.tcm-full",
               {"sip0.cube0.pe0", "load #1", "4194304", "2097152"});
}

des::Task<> bad_dot(Tl& tl) {
  const Tile a = co_await tl.full({4, 5}, Dtype::F16, 1);
  const Tile b = co_await tl.full({4, 5}, Dtype::F16, 1);
  (void)co_await tl.dot(a, b);
}

TEST(Errors, shapes_that_do_not_match) {
  OnePe one;
  expect_error(one.run(bad_dot), "system.bad-shape", {"dot #3", "4x5 times 4x5"});
}

des::Task<> bad_operation(Tl& tl, Va at, int which) {
  const Tile a = co_await tl.full({4, 5}, Dtype::F16, 1);
  const Tile b = co_await tl.full({5, 4}, Dtype::F16, 1);
  const Tile other = co_await tl.full({4, 5}, Dtype::F32, 1);
  const Tile none = co_await tl.full({4, 0}, Dtype::F16, 1);
  const std::vector<Tile> mixed = {a, other};
  const Layout short_mask(0, std::vector<bool>(3, true));
  switch (which) {
    case 0: (void)co_await tl.add(a, b); break;
    case 1: (void)co_await tl.math(MathOp::Add, a); break;
    case 2: (void)co_await tl.math(MathOp::Where, a, a); break;
    case 3: (void)co_await tl.math(MathOp::Exp, a, a); break;
    case 4: (void)co_await tl.math(MathOp::RowMax, none); break;
    case 5: (void)co_await tl.concat(mixed); break;
    case 6: (void)co_await tl.slice(a, ~std::uint64_t{0}, 2); break;
    case 7: (void)co_await tl.load(at, {4, 5}, Dtype::F16, short_mask); break;
    default: co_await tl.store(at, a, short_mask); break;
  }
}

TEST(Errors, operations_on_what_they_do_not_take) {
  const std::vector<std::vector<std::string>> told = {
      {"add #5", "4x5 and 5x4"},        {"add #5", "1 operands, it takes 2"},
      {"where #5", "2 operands"},       {"exp #5", "2 operands, it takes 1"},
      {"row_max #5", "no columns"},     {"concat #5", "fp16 and fp32"},
      {"slice #5", "2 elements from"},  {"load #5", "a mask of 3 lanes for 4x5"},
      {"store #5", "a mask of 3 lanes"}};
  for (int which = 0; which < 9; ++which) {
    for (const DataMode mode : {DataMode::None, DataMode::Eager}) {
      OnePe one(mode);
      const Va at = one.buffer("a", 64, numbers(64));
      expect_error(one.run([&](Tl& tl) { return bad_operation(tl, at, which); }),
                   "system.bad-shape", told[static_cast<std::size_t>(which)]);
    }
  }
}

TEST(Errors, a_shape_whose_bytes_overflow_does_not_fit) {
  for (const Shape shape : {Shape{1U << 31, 1U << 31}, Shape{0xffff'ffff, 0xffff'ffff}}) {
    OnePe one(DataMode::None);
    const Va at = one.buffer("a", 64);
    expect_error(one.run([&](Tl& tl) { return load_only(tl, at, shape); }), "system.tcm-full",
                 {"sip0.cube0.pe0", "load #1"});
  }
}

des::Task<> decide(Tl& tl, Va at) {
  const Tile x = co_await tl.load(at, {1, 8}, Dtype::F16);
  const float first = co_await tl.item(x, 0);
  if (first > 0) co_await tl.wait(Picoseconds(1000));
}

TEST(Errors, control_that_depends_on_data_needs_data) {
  for (const DataMode mode : {DataMode::Eager, DataMode::None, DataMode::Replay}) {
    OnePe one(mode);
    const Va at = one.buffer("a", 8, {1, 2, 3, 4, 5, 6, 7, 8});
    const Status ran = one.run([&](Tl& tl) { return decide(tl, at); });
    if (mode == DataMode::Eager) {
      EXPECT_TRUE(ran);
    } else {
      expect_error(ran, "system.data-dependent-control", {"sip0.cube0.pe0", "item #2"});
    }
  }
}

des::Task<> writer_and_reader(Tl& tl, Va at, bool has_message, bool reads) {
  const Tile signal{.shape = {0, 0}};
  if (tl.rank() == PeRank(0)) {
    const Tile x = co_await tl.full({1, 64}, Dtype::F16, 2);
    co_await tl.store(at, x);
    if (has_message) co_await tl.send(Direction::East, signal);
  } else {
    if (has_message) {
      (void)co_await tl.recv(Direction::West, {0, 0}, Dtype::F16);
    } else {
      co_await tl.wait(Picoseconds(10'000'000));
    }
    if (reads) {
      (void)co_await tl.load(at, {1, 64}, Dtype::F16);
    } else {
      const Tile y = co_await tl.full({1, 64}, Dtype::F16, 3);
      co_await tl.store(at, y);
    }
  }
}

TEST(Errors, unordered_accesses_are_a_race_and_a_message_orders_them) {
  for (const bool has_message : {true, false}) {
    for (const bool reads : {true, false}) {
      OnePe one;
      const Va at = one.buffer("a", 64, numbers(64));
      const Status ran =
          one.run([&](Tl& tl) { return writer_and_reader(tl, at, has_message, reads); },
                  std::vector<std::int64_t>{0, 1});
      if (has_message) {
        EXPECT_TRUE(ran) << ran.error().to_string();
      } else {
        expect_error(ran, "system.data-race",
                     {"sip0.cube0.pe1", "sip0.cube0.pe0", reads ? "reads" : "writes", "#2",
                      " ps: ", reads ? at.to_string() : "bytes at 0x"});
      }
    }
  }
}

des::Task<> wrong_size(Tl& tl) {
  if (tl.rank() == PeRank(0)) {
    co_await tl.send(Direction::East, co_await tl.full({1, 8}, Dtype::F16, 1));
  } else {
    (void)co_await tl.recv(Direction::West, {1, 4}, Dtype::F16);
  }
}

TEST(Errors, a_message_that_overruns_what_was_received_into) {
  OnePe one;
  expect_error(one.run(wrong_size, std::vector<std::int64_t>{0, 1}), "system.message-mismatch",
               {"sip0.cube0.pe1", "recv #1", "16 bytes", "sip0.cube0.pe0", "expected 8"});
}

des::Task<> send_parent(Tl& tl) {
  co_await tl.send(Direction::Parent, co_await tl.full({1, 8}, Dtype::F16, 1));
}

TEST(Errors, a_direction_without_a_neighbour) {
  Machine machine;
  machine.sip_count = 1;
  OnePe one(DataMode::None, machine);
  expect_error(one.run(send_parent), "system.no-neighbour", {"sip0.cube0.pe0", "send", "parent"});
}

des::Task<> recv_only(Tl& tl) {
  (void)co_await tl.recv(tl.rank().value() % 2 == 0 ? Direction::East : Direction::West, {1, 4},
                         Dtype::F16);
}

TEST(Errors, a_deadlock_is_told_with_pe_operation_and_peer_and_never_hangs) {
  OnePe one;
  expect_error(one.run(recv_only, std::vector<std::int64_t>{0, 1}), "des.deadlock",
               {"'kernel' (sip0.cube0.pe0) waits for a message from sip0.cube0.pe1", "recv #1"});
}

des::Task<> ping_pong(Tl& tl, int rounds) {
  const Tile signal{.shape = {0, 0}};
  for (int i = 0; i < rounds; ++i) {
    if (tl.rank() == PeRank(0)) co_await tl.send(Direction::East, signal);
    const Direction from = tl.rank() == PeRank(0) ? Direction::East : Direction::West;
    (void)co_await tl.recv(from, {0, 0}, Dtype::F16);
    if (tl.rank() == PeRank(1)) co_await tl.send(Direction::West, signal);
  }
}

des::Task<> spin(Tl& tl) {
  for (int i = 0; i < 10'000; ++i) co_await tl.wait(Picoseconds(1));
}

// It once looked at queues, which are as full after a send and a receive as before.
TEST(Watchdog, sees_progress_in_balanced_sends_and_ends_a_spin) {
  const auto run = [](const KernelFunction& kernel) {
    const auto simulator = simulator_of({}, {.kernel = {.idle_events_max = 200}});
    EXPECT_TRUE(simulator->launch("kernel", kernel, std::vector<std::int64_t>{0, 1}));
    return simulator->run();
  };
  const Status balanced = run([](Tl& tl) { return ping_pong(tl, 5000); });
  EXPECT_TRUE(balanced) << balanced.error().to_string();
  EXPECT_EQ(code_of(run(spin)), "des.no-progress");
}

des::Task<> flood(Tl& tl) {
  if (tl.rank() != PeRank(0)) co_return;
  const Tile x = co_await tl.full({64, 128}, Dtype::F16, 1);  // one slot of 16 KiB
  for (int i = 0; i < 9; ++i) co_await tl.send(Direction::East, x);
}

TEST(Errors, a_full_inbox_holds_its_sender_back) {
  OnePe one;
  expect_error(one.run(flood, std::vector<std::int64_t>{0, 1}), "des.deadlock",
               {"room in the inbox of sip0.cube0.pe1", "8 in the inbox"});
}

}  // namespace
}  // namespace heddle::system
