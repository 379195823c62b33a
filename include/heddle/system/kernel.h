// What a kernel sees of its PE: a Triton-like interface of coroutines.
//
//   des::Task<> scale(Tl& tl, Va in, Va out) {
//     Tile x = co_await tl.load(in, {64, 64}, Dtype::F16);
//     Tile y = co_await tl.mul(x, co_await tl.full({64, 64}, Dtype::F16, 2.0F));
//     co_await tl.store(out, y);
//   }
//
// An operation that cannot be done ends the run with a diagnostic that names
// PE, operation, address and time; the kernel does not go on after it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "heddle/des/resource.h"
#include "heddle/system/address.h"
#include "heddle/system/device.h"
#include "heddle/system/tile.h"
#include "heddle/system/topology.h"

namespace heddle::system {

class Engine;
class Flow;
struct Pe;

/// A message between PEs.
struct Packet {
  std::uint64_t size_bytes = 0;
  std::uint32_t tag = 0;
  std::uint32_t slots = 0;  ///< of the receiver's ring
  Tile tile = {};
  std::shared_ptr<const std::vector<std::uint32_t>> clock = nullptr;  ///< of the sender
  des::Handler* receipt = nullptr;  ///< runs at the sender when the bytes are in the inbox
};

/// `co_await` on something that takes a known time and gives a value.
template <class T>
class Timed {
 public:
  Timed(Picoseconds time, T value, bool has_failed = false)
      : time_(time), value_(std::move(value)), has_failed_(has_failed) {}

  [[nodiscard]] bool await_ready() const noexcept {
    return time_ == Picoseconds(0) && !has_failed_;
  }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) const {
    des::Process& process = *self.promise().process;
    process.leaf = self;
    if (!has_failed_) process.kernel->resume_after(process, time_);
  }
  [[nodiscard]] T await_resume() { return std::move(value_); }

 private:
  Picoseconds time_;
  T value_;
  bool has_failed_ = false;
};

/// `co_await` on a send: over at once, unless the receiver's ring is full.
class SendWait final : public des::Retry {
 public:
  SendWait(Flow* flow, Packet packet) : flow_(flow), packet_(std::move(packet)) {}
  SendWait(const SendWait&) = delete;
  SendWait& operator=(const SendWait&) = delete;
  ~SendWait() { node_.unlink(); }

  [[nodiscard]] bool await_ready();
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    suspend(*self.promise().process, self);
  }
  void await_resume() const noexcept {}
  /// In a partitioned run, the credits of this instant are known now.
  void retry(des::Kernel& kernel) override;

 private:
  friend class Flow;
  struct Node : des::WaitNode {
    SendWait* wait = nullptr;
  };
  void suspend(des::Process& process, std::coroutine_handle<> self);

  Flow* flow_ = nullptr;  ///< null after an error
  Packet packet_;
  Node node_;
};

/// `Tile tile = co_await` on a receive: when the bytes are in the inbox.
class RecvWait {
 public:
  RecvWait(Engine& engine, Pe& pe, Flow* flow, Shape shape, Dtype dtype, std::uint32_t tag)
      : engine_(engine), pe_(pe), flow_(flow), shape_(shape), dtype_(dtype), tag_(tag) {}
  RecvWait(const RecvWait&) = delete;
  RecvWait& operator=(const RecvWait&) = delete;
  ~RecvWait() { node_.unlink(); }

  [[nodiscard]] bool await_ready();
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    suspend(*self.promise().process, self);
  }
  [[nodiscard]] Tile await_resume();

 private:
  friend class Flow;
  struct Node : des::WaitNode {
    RecvWait* wait = nullptr;
  };
  void suspend(des::Process& process, std::coroutine_handle<> self);
  void accept();

  Engine& engine_;
  Pe& pe_;
  Flow* flow_ = nullptr;  ///< null after an error
  Shape shape_;
  Dtype dtype_;
  std::uint32_t tag_ = 0;
  bool has_failed_ = false;
  Packet packet_;
  Node node_;
};

/// Rows of a matrix in memory; 0: rows follow each other.
/// No aggregate: g++ 12 destroys one twice that is written within a co_await.
struct Layout {
  Layout() = default;
  explicit Layout(std::uint64_t stride_bytes, std::vector<bool> lanes = {})
      : row_stride_bytes(stride_bytes), mask(std::move(lanes)) {}

  std::uint64_t row_stride_bytes = 0;
  std::vector<bool> mask;  ///< lanes to move; empty: all
};

/// An operand of a composite: in memory, or a tile in the TCM. There is no
/// default, so that a composite always knows where its operands are.
using Operand = std::variant<Va, Tile>;

/// c = epilogue(a b): m x k times k x n, row by row, cut into tiles.
struct GemmCommand {
  Operand a;
  Operand b;
  Va c;
  std::uint32_t m = 0;
  std::uint32_t n = 0;
  std::uint32_t k = 0;
  Dtype dtype = Dtype::F16;             ///< of a, b and c; sums are fp32
  std::optional<MathOp> epilogue = {};  ///< on the MATH unit, before c is written
  std::uint64_t b_stride_bytes = 0;     ///< 0: rows follow each other
  std::uint64_t c_stride_bytes = 0;
  std::uint32_t tile_m = 64;
  std::uint32_t tile_n = 64;
  std::uint32_t tile_k = 1024;
};

/// One PE, as its kernel sees it. Threads: those of the run.
class Tl {
 public:
  Tl(Engine& engine, Pe& pe) : engine_(engine), pe_(pe) {}

  [[nodiscard]] PeRank rank() const;
  [[nodiscard]] SimTime now() const;
  [[nodiscard]] des::FramePool& frame_pool() const;
  /// Axis 0: PE in cube, 1: cube, 2: SIP; where there is one cube or a fabric,
  /// or no time, axis 0 spans the world. Requires: `axis` < 3 (checked).
  [[nodiscard]] std::uint32_t program_id(std::uint32_t axis) const;
  [[nodiscard]] std::uint32_t num_programs(std::uint32_t axis) const;

  /// Who is there in a direction; algorithms set their own map.
  void set_neighbour(Direction direction, PeRank rank);
  [[nodiscard]] std::optional<PeRank> neighbour(Direction direction) const;

  /// Memory to TCM. Errors: system.page-fault, system.address-fault,
  /// system.uninitialised-read, system.data-race, system.tcm-full.
  [[nodiscard]] des::Task<Tile> load(Va from, Shape shape, Dtype dtype, Layout layout = {});
  /// TCM to memory. Errors: those of `load`, and system.poison-read.
  [[nodiscard]] des::Task<> store(Va to, Tile tile, Layout layout = {});

  /// Elements [begin, begin + count) of a tile, as one row; takes no time.
  [[nodiscard]] Timed<Tile> slice(const Tile& a, std::uint64_t begin, std::uint64_t count);
  /// The elements of all, as one row; takes no time. Requires: at least one (checked).
  [[nodiscard]] Timed<Tile> concat(const std::vector<Tile>& parts);
  [[nodiscard]] Timed<Tile> full(Shape shape, Dtype dtype, float value);
  /// A tile of elements that the program gives; takes no time, as `full`.
  /// Errors: system.bad-shape where the bytes are not those of the shape.
  [[nodiscard]] Timed<Tile> constant(Shape shape, Dtype dtype, std::vector<std::byte> bytes);
  /// a b, or a b + c; in fp32 or, for integers, int32.
  [[nodiscard]] Timed<Tile> dot(const Tile& a, const Tile& b);
  [[nodiscard]] Timed<Tile> dot(const Tile& a, const Tile& b, const Tile& c);
  [[nodiscard]] Timed<Tile> add(const Tile& a, const Tile& b) { return math(MathOp::Add, a, b); }
  [[nodiscard]] Timed<Tile> sub(const Tile& a, const Tile& b) { return math(MathOp::Sub, a, b); }
  [[nodiscard]] Timed<Tile> mul(const Tile& a, const Tile& b) { return math(MathOp::Mul, a, b); }
  [[nodiscard]] Timed<Tile> div(const Tile& a, const Tile& b) { return math(MathOp::Div, a, b); }
  [[nodiscard]] Timed<Tile> max(const Tile& a, const Tile& b) { return math(MathOp::Max, a, b); }
  [[nodiscard]] Timed<Tile> min(const Tile& a, const Tile& b) { return math(MathOp::Min, a, b); }
  /// exp, log, rsqrt, tanh, gelu, silu; sum, row_max, softmax by rows; transpose.
  [[nodiscard]] Timed<Tile> math(MathOp op, const Tile& a);
  [[nodiscard]] Timed<Tile> math(MathOp op, const Tile& a, const Tile& b);
  /// Lanes of `a` where `condition` is not zero, else of `b`.
  [[nodiscard]] Timed<Tile> where(const Tile& condition, const Tile& a, const Tile& b);
  [[nodiscard]] Timed<Tile> cast(const Tile& a, Dtype dtype);

  /// Fire and forget: the bytes are those of now. A tile of no elements is a signal.
  [[nodiscard]] SendWait send(Direction direction, const Tile& tile, std::uint32_t tag = 0);
  [[nodiscard]] SendWait send_to(PeRank to, const Tile& tile, Direction direction = Direction::East,
                                 std::uint32_t tag = 0);
  /// The same, and waits until the bytes are in the receiver's inbox.
  [[nodiscard]] des::Task<> deliver_to(PeRank to, const Tile& tile,
                                       Direction direction = Direction::East,
                                       std::uint32_t tag = 0);
  /// Waits for what the neighbour in a direction sent this way.
  [[nodiscard]] RecvWait recv(Direction direction, Shape shape, Dtype dtype, std::uint32_t tag = 0);
  [[nodiscard]] RecvWait recv_from(PeRank from, Shape shape, Dtype dtype,
                                   Direction direction = Direction::East, std::uint32_t tag = 0);

  /// A value, to decide by. Errors: system.data-dependent-control where no data moves.
  [[nodiscard]] Timed<float> item(const Tile& tile, std::uint64_t lane);
  /// A whole product through the tile scheduler: DMA_IN, GEMM, MATH and DMA_WB
  /// work on different tiles at once, joined by bounded queues. T equal tiles
  /// take the sum of their stages and T - 1 times the slowest. Tiles under way
  /// take TCM, their sums scratch. Errors: those of `load` and `store`,
  /// system.scratch-full, system.bad-shape.
  [[nodiscard]] des::Task<> gemm(GemmCommand command);
  /// Keeps the PE's CPU busy.
  [[nodiscard]] des::Delay wait(Picoseconds time) const { return des::delay(time); }

 private:
  [[nodiscard]] Timed<Tile> run_math(MathOp op, std::vector<const Tile*> operands, Shape shape,
                                     Dtype dtype);
  [[nodiscard]] Timed<Tile> gather(std::string_view name, const std::vector<const Tile*>& parts,
                                   std::uint64_t begin, std::uint64_t count);
  [[nodiscard]] std::optional<Packet> packet_for(PeRank to, const Tile& tile, std::uint32_t tag);
  [[nodiscard]] Timed<Tile> run_dot(const Tile& a, const Tile& b, const Tile* c);

  Engine& engine_;
  Pe& pe_;
};

}  // namespace heddle::system
