// The state of a simulated machine: what the public classes share.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "heddle/des/resource.h"
#include "heddle/system/fabric.h"
#include "heddle/system/memory.h"
#include "heddle/system/mmu.h"
#include "heddle/system/simulator.h"
#include "system/call_ledger.h"
#include "system/cut.h"

namespace heddle::system {

/// A named stretch of time on one unit.
struct Span {
  enum class Unit : std::uint8_t { Gemm, Math, Dma, Kernel, Link };
  Unit unit = Unit::Kernel;
  std::uint32_t index = 0;  ///< of the PE or the link
  SimTime begin;
  SimTime end;
  std::string name;
};

/// One direction of a PE's DMA.
struct DmaPort {
  DmaPort(const std::string& name, const PeSpec& spec)
      : channels(name + ".channels", spec.dma_channels),
        outstanding(name + ".outstanding", spec.dma_outstanding) {}

  des::Credits channels;     ///< transfers at once
  des::Credits outstanding;  ///< fragments under way
};

/// What the PEs of one partition share, and no others touch within a run:
/// memory, what happened to it, and the operations that are not yet in the log.
struct alignas(128) Plane {
  Plane(des::Kernel& its_kernel, std::uint32_t place)
      : kernel(its_kernel), index(place), log((place + 1) * kLogMax) {}

  /// Values of a plane that are not yet in the log are numbered from here on.
  static constexpr std::uint32_t kLogMax = std::uint32_t{1} << 25;

  des::Kernel& kernel;
  std::uint32_t index = 0;  ///< of the partition
  PagedMemory memory;
  VersionMap versions;
  OpLog log;
  std::vector<Span> spans;
};

struct Pe {
  PeRank rank;
  NodeId node;
  Plane* plane = nullptr;
  std::uint32_t unit = 0;
  des::ComponentId component;
  std::string name;
  Tlb tlb;
  std::shared_ptr<std::uint64_t> tcm_used = std::make_shared<std::uint64_t>(0);
  std::uint64_t tcm_next = 0;
  std::uint64_t scratch_used = 0;
  std::unique_ptr<DmaPort> dma_read;
  std::unique_ptr<DmaPort> dma_write;
  std::uint32_t op_count = 0;
  std::vector<std::uint32_t> clock;  ///< by PE, in runs that check for races
  std::array<PeRank, kDirectionCount> neighbours{};
  PeUse use;
  std::array<std::pair<std::uint64_t, Flow*>, 4> recent_flows = {};  ///< looked at first
  std::uint32_t recent_next = 0;
  std::unordered_map<std::uint64_t, Flow*> flows;          ///< that it has used
  std::unordered_map<std::uint64_t, const Route*> routes;  ///< that it has used

  [[nodiscard]] des::Kernel& kernel() const { return plane->kernel; }
};

struct Buffer {
  std::string name;
  std::uint64_t begin = 0;  ///< offset in the virtual space
  std::uint64_t size_bytes = 0;
};

/// Messages from one PE to another in one direction: first in, first out.
/// Where the two are in different units, credits come back as events, so that
/// the sender alone decides; else the sender looks at what has come back.
class Flow final : public des::Handler, public des::WaitObject {
 public:
  Flow(Engine& engine, Pe& from, Pe& to, Direction direction);

  /// Sends if the ring has room.
  bool try_send(Packet& packet);
  void wait_to_send(SendWait& wait, des::Process& process, std::coroutine_handle<> self);
  /// The first message with the tag.
  std::optional<Packet> try_receive(std::uint32_t tag);
  void wait_to_receive(RecvWait& wait, des::Process& process, std::coroutine_handle<> self);

  void on_event(des::Kernel& kernel) override;
  [[nodiscard]] std::string wait_text() const override;
  [[nodiscard]] Pe& from() const { return from_; }
  [[nodiscard]] std::uint32_t slots_for(std::uint64_t size_bytes) const;
  /// Whether the two are in different partitions of the run.
  [[nodiscard]] bool is_crossing() const { return from_.plane != to_.plane; }

 private:
  /// A credit has travelled back to a sender that waits for it.
  class CreditReturn final : public des::Handler {
   public:
    CreditReturn(Flow& flow, des::ComponentId component) : Handler(component), flow_(flow) {}
    void on_event(des::Kernel& kernel) override;

   private:
    Flow& flow_;
  };

  /// Of what both ends touch: held only where they are in different partitions.
  [[nodiscard]] std::unique_lock<std::mutex> lock() {
    return is_crossing() ? std::unique_lock(mutex_) : std::unique_lock<std::mutex>();
  }
  void ship(Packet packet);
  void collect_credits();
  void give_back(std::uint32_t slots);
  void serve_senders();

  Engine& engine_;
  Pe& from_;
  Pe& to_;
  Direction direction_ = Direction::East;
  const Route* route_ = nullptr;
  bool is_remote_ = false;  ///< between units
  bool is_bounded_ = true;
  std::mutex mutex_;  ///< between partitions: what both touch
  std::uint32_t credits_ = 0;
  SimTime last_arrival_;
  std::deque<Packet> in_flight_;
  std::deque<Packet> inbox_;
  std::deque<std::pair<SimTime, std::uint32_t>> returning_;  ///< credits on their way back
  des::WaitList senders_;
  des::WaitList receivers_;
  CreditReturn credit_return_;
};

/// Fragments of one request; resumes its process when the last has arrived.
class DmaRequest final : public des::Handler, public des::WaitObject {
 public:
  explicit DmaRequest(des::ComponentId component) : Handler(component) {}
  void on_event(des::Kernel& kernel) override;
  [[nodiscard]] std::string wait_text() const override { return std::string(what); }

  std::uint32_t left = 0;
  des::Process* process = nullptr;
  std::string_view what = "a DMA transfer";
  DmaPort* port = nullptr;  ///< gets a fragment's place back when it has arrived
};

/// Waits for all fragments of a request.
struct DmaWait {
  DmaRequest& request;
  [[nodiscard]] bool await_ready() const noexcept { return request.left == 0; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) const {
    des::Process& process = *self.promise().process;
    process.leaf = self;
    process.waiting_on = &request;
    request.process = &process;
  }
  void await_resume() const noexcept {}
};

/// Never resumes: for what follows an error, which the run has been told.
struct Halt {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) const {
    self.promise().process->leaf = self;
  }
  void await_resume() const noexcept {}
};

class Engine {
 public:
  Engine(const SimulatorOptions& options, std::unique_ptr<Topology> topology);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] bool moves_data() const { return options.data != DataMode::None; }
  [[nodiscard]] bool is_eager() const { return options.data == DataMode::Eager; }
  [[nodiscard]] bool is_partitioned() const { return planes.size() > 1; }
  /// Of what has been executed, in whatever partition.
  [[nodiscard]] SimTime now() const;
  /// The messages between two PEs, one of which is `user`.
  Flow& flow(Pe& user, PeRank from, PeRank to, Direction direction);
  const Route& route(Pe& user, NodeId from, NodeId to);
  /// Ends the run: `pe` could not do something.
  void fail(const Pe& pe, const DiagnosticRule& rule,
            std::initializer_list<std::string_view> arguments);
  /// Whether the memory of a fragment is in the partition of the PE. False after
  /// an error.
  bool is_near(const Pe& pe, std::string_view operation, const Fragment& fragment);
  [[nodiscard]] Plane& plane_of(Pa address);
  /// Moves what the planes have logged to the log, in an order that does not
  /// depend on the partitions.
  void merge_logs();
  /// The number in the log of a value of the last run.
  [[nodiscard]] ValueId number_in_log(ValueId id) const;
  [[nodiscard]] AccessOrigin origin(const Pe& pe, std::string_view operation) const;
  /// "load #12"
  [[nodiscard]] std::string operation_name(const Pe& pe, std::string_view name) const;
  void span(Span::Unit unit, const Pe& pe, SimTime begin, SimTime end, std::string_view name);

  /// A tile in the TCM. Empty after an error.
  std::optional<Tile> make_tile(Pe& pe, std::string_view operation, Shape shape, Dtype dtype);
  /// Takes bytes of the TCM, or of its scratch. False after an error.
  bool take_tcm(Pe& pe, std::string_view operation, std::uint64_t size_bytes);
  bool take_scratch(Pe& pe, std::string_view operation, std::uint64_t size_bytes);
  /// The tile of a message, in the TCM of its receiver.
  Tile receive(Pe& pe, Packet& packet, Shape shape, Dtype dtype);
  /// Gives `tile` its value: logs the operation, computes it in eager runs.
  void define(Pe& pe, Tile& tile, Op op, const std::vector<const Tile*>& operands);
  /// The same for a tile made of pieces of others.
  void define_gather(Pe& pe, Tile& tile, Op op, const std::vector<const Tile*>& parts);

  // Memory, in phase 1. Addresses are physical.
  bool read_memory(Pe& pe, Va from, const std::vector<Fragment>& fragments, Op& op);
  bool write_memory(Pe& pe, const std::vector<Fragment>& fragments, const Tile& tile,
                    const std::vector<std::uint64_t>& offsets);
  /// False after an error.
  bool gemm_data(Pe& pe, const GemmCommand& command, std::uint64_t b_stride,
                 std::uint64_t c_stride);
  [[nodiscard]] std::string buffer_name(Va at) const;
  [[nodiscard]] NodeId home(Pa address) const;
  /// What a transfer over `route` takes beside it: the TCM's latency, what its
  /// bandwidth adds, and a device's own memory where there is no route.
  [[nodiscard]] Picoseconds memory_tail(const Route& route, std::uint64_t size_bytes) const;

  /// Collectives that not all ranks of a communicator have called alike.
  Status check_ledgers() const;
  /// Lanes that a store of the log must not hold, once replay has computed them.
  Status check_poison() const;

  [[nodiscard]] Access access_of(Pe& pe);
  [[nodiscard]] bool is_ordered(const Access& access, const Pe& before) const;

  SimulatorOptions options;
  std::unique_ptr<Topology> topology;
  Cut cut;
  des::Federation federation;
  std::deque<Plane> planes;  ///< by partition
  Fabric fabric;
  std::unique_ptr<DeviceModel> device;
  std::deque<Pe> pes;
  PageTable pages;
  std::vector<Buffer> buffers;
  std::uint64_t next_va = 0;
  std::unordered_map<std::uint32_t, std::uint64_t> hbm_used;  ///< by node
  OpLog log;
  std::vector<TileData> replayed;
  std::vector<std::shared_ptr<LaunchRecord>> launches;
  std::deque<KernelFunction> functions;
  std::deque<Tl> views;
  std::deque<CallLedger> ledgers;  ///< of communicators

 private:
  /// False after an error.
  bool has_room(const Pe& pe, std::string_view operation, std::uint64_t size_bytes);
  bool check_read(Pe& pe, Va at, Segment& segment, std::uint64_t size);

  std::vector<std::vector<std::uint32_t>> numbers_;  ///< in the log, of the last run, by plane
  std::mutex mutex_;  ///< of flows and routes that are asked for the first time
  std::unordered_map<std::uint64_t, std::unique_ptr<Flow>> flows_;
};

}  // namespace heddle::system
