// Parallel runs: several kernels, one a partition, that advance together in
// windows. Nothing reaches another component in less than the lookahead, so
// within a window of that length no partition can disturb another, and each is
// run by whatever thread is free. Keys are made by the sender, so the digest is
// the same for one partition or sixteen, one thread or eight.
//
// What comes from another partition on shorter notice is possible where the
// receiver knows that it may: see `Notice`.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heddle/des/kernel.h"

namespace heddle::des {

/// A receiver of a federation, dense from 0 in order of declaration.
using ReceiverId = StrongId<struct ReceiverTag>;

/// How long before its time an event is sent to another partition.
enum class Notice : std::uint8_t {
  Long,   ///< at least the lookahead
  Short,  ///< at least the short notice, to a partition that was told to `wait`
  Late,   ///< at least the short notice; if the receiver is past it, it makes no
          ///< difference there: the receiver `stall`s where it would
};

/// What one component tells another: words, whatever they mean; or, with a
/// handler, an event.
struct Message {
  SimTime time;
  std::uint64_t order = 0;
  ReceiverId receiver;
  Notice notice = Notice::Long;
  Handler* handler = nullptr;
  std::array<std::uint64_t, 7> words{};
};

/// Takes messages, in its component's partition.
class Receiver {
 public:
  virtual void on_message(Kernel& kernel, const Message& message) = 0;

 protected:
  Receiver() = default;
  Receiver(const Receiver&) = default;
  Receiver& operator=(const Receiver&) = default;
  ~Receiver() = default;
};

struct FederationOptions {
  std::uint32_t partition_count = 1;
  std::uint32_t thread_count = 1;
  /// The least delay of a message; the length of a window.
  Picoseconds lookahead = Picoseconds(1);
  /// The least delay of an event of `Notice::Short` or `Late`.
  Picoseconds short_notice = Picoseconds(1);
  /// A window is shared among threads when the one before held as many events.
  std::uint64_t shared_events_min = 512;
  KernelOptions kernel = {};
};

/// Threads: built and asked by one; `run` starts its own. Determinism: results
/// and digests depend on neither partitions nor threads.
class Federation {
 public:
  /// Requires: counts and lookahead above 0 (checked).
  explicit Federation(const FederationOptions& options);
  ~Federation();
  Federation(const Federation&) = delete;
  Federation& operator=(const Federation&) = delete;

  /// Declares a component of a partition. Ids follow the order of declaration.
  ComponentId add_component(const std::string& name, std::uint32_t partition);
  /// Requires: `receiver` outlives the run.
  ReceiverId add_receiver(ComponentId component, Receiver& receiver);

  [[nodiscard]] Kernel& kernel_of(ComponentId component);
  [[nodiscard]] Kernel& kernel(std::uint32_t partition);
  [[nodiscard]] std::uint32_t partition_of(ComponentId component) const {
    return partition_of_[component.value()];
  }
  [[nodiscard]] std::uint32_t partition_count() const {
    return static_cast<std::uint32_t>(partitions_.size());
  }

  /// Sends from a component that acts now. Errors: des.short-delay, told by
  /// `run`, whatever partitions the two are in.
  void send(ComponentId from, ReceiverId to, Picoseconds delay,
            const std::array<std::uint64_t, 7>& words, Priority priority = Priority::Default);
  /// Runs `handler` at `time`, an event caused by `from`, which acts now, in the
  /// partition of `to`. Requires: the notice that is claimed (checked).
  void post(ComponentId from, ComponentId to, SimTime time, Handler& handler, Notice notice);

  /// Partition `index` holds a process that an event of `Notice::Short`, or of
  /// `Late` with a difference, may resume: until it is taken back, the windows
  /// of the partition are as long as the short notice.
  void wait(std::uint32_t index);
  void end_wait(std::uint32_t index);
  /// Whether partition `index` knows at its present instant of everything that
  /// others sent it on short notice.
  [[nodiscard]] bool is_informed(std::uint32_t index) const;

  /// Runs until nothing is left to do, or past `until`.
  /// Errors: those of `Kernel::run`, of the partition that failed first.
  Result<RunSummary> run(SimTime until = Kernel::kTimeMax);

  [[nodiscard]] Digest64 digest() const;
  [[nodiscard]] std::uint64_t executed_count() const;
  [[nodiscard]] std::uint64_t window_count() const { return window_count_; }
  [[nodiscard]] std::uint64_t shared_window_count() const { return shared_window_count_; }

 private:
  struct Partition;
  class Crew;

  struct Place {
    ComponentId component;
    Receiver* receiver = nullptr;
  };

  void run_partition(Partition& partition, unsigned parity);
  void collect(Partition& partition, unsigned parity);
  void put(Partition& sender, std::uint32_t target, const Message& message);
  [[nodiscard]] SimTime first_time(unsigned parity) const;
  void plan_window(SimTime first, SimTime until, unsigned parity);
  std::uint64_t run_planned(Crew& crew, unsigned parity, std::uint64_t events);
  [[nodiscard]] const Partition* first_failed() const;
  Status check_waiting(SimTime now);

  FederationOptions options_;
  std::vector<std::unique_ptr<Partition>> partitions_;
  std::vector<std::uint32_t> partition_of_;  ///< by component
  std::vector<Place> receivers_;
  std::vector<Partition*> active_;  ///< with something to do in the present window
  SimTime window_start_;
  std::uint64_t window_count_ = 0;
  std::uint64_t shared_window_count_ = 0;
};

}  // namespace heddle::des
