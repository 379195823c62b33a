// Conservative windows. In window k a partition first takes what the others
// wrote for it in window k - 1, then executes its events before the window's
// end; what it sends to others goes into boxes of the parity of k, so reading
// and writing never meet. The leader (the calling thread) finds the earliest
// time of all, and shares a window with its crew only when it promises to pay.
#include "heddle/des/federation.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <thread>

#include "heddle/base/check.h"
#include "heddle/des/diagnostics.h"

namespace heddle::des {
namespace {

constexpr SimTime kNever = SimTime(std::numeric_limits<std::int64_t>::max());

/// A message on its way to a receiver of this partition.
struct Delivery final : public Handler {
  Delivery() : Handler(ComponentId()) {}
  void on_event(Kernel& kernel) override;

  void set_component(ComponentId component) { component_ = component; }

  Message message;
  Receiver* receiver = nullptr;
  std::vector<Delivery*>* home = nullptr;
};

void Delivery::on_event(Kernel& kernel) {
  const Message copy = message;
  home->push_back(this);
  receiver->on_message(kernel, copy);
}

}  // namespace

struct alignas(128) Federation::Partition {  // no line is shared between threads
  Partition(const KernelOptions& options, std::uint32_t place, std::uint32_t count)
      : kernel(options), index(place) {
    for (auto& boxes : out) boxes.resize(count);
  }

  void deliver(const Message& message, ComponentId component, Receiver& receiver) {
    if (free.empty()) {
      free.push_back(&deliveries.emplace_back());
      free.back()->home = &free;
    }
    Delivery& delivery = *free.back();
    free.pop_back();
    delivery.message = message;
    delivery.receiver = &receiver;
    delivery.set_component(component);
    kernel.accept(message.time, message.order, delivery);
  }

  std::deque<Delivery> deliveries;
  std::vector<Delivery*> free;
  Kernel kernel;
  std::uint32_t index = 0;
  unsigned parity = 0;                                   ///< of the window that runs
  std::array<std::vector<std::vector<Message>>, 2> out;  ///< by parity, by partition
  std::array<SimTime, 2> first_sent{kNever, kNever};     ///< of `out`, by parity
  SimTime next = kNever;                                 ///< of its own events
  std::uint64_t events = 0;                              ///< of the last window
  Diagnostics failure;
};

/// Threads that wait for windows to share. They spin for a while before they
/// sleep, since a wake costs more than most windows.
class Federation::Crew {
 public:
  Crew(Federation& federation, std::uint32_t helpers) : federation_(federation) {
    for (std::uint32_t i = 0; i < helpers; ++i) threads_.emplace_back([this] { work(); });
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    is_over_.store(true, std::memory_order_relaxed);
    window_.fetch_add(1, std::memory_order_release);
    window_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void run_window(SimTime until, unsigned parity) {
    until_ = until;
    parity_ = parity;
    next_partition_.store(0, std::memory_order_relaxed);
    idle_.store(0, std::memory_order_relaxed);
    window_.fetch_add(1, std::memory_order_release);
    window_.notify_all();
    take_partitions();
    const auto helpers = static_cast<std::uint32_t>(threads_.size());
    for (std::uint32_t spins = 0;; ++spins) {
      const std::uint32_t idle = idle_.load(std::memory_order_acquire);
      if (idle == helpers) break;
      if (spins > kSpinsMax) idle_.wait(idle, std::memory_order_acquire);
    }
  }

 private:
  static constexpr std::uint32_t kSpinsMax = 4000;

  void take_partitions() {
    const auto count = static_cast<std::uint32_t>(federation_.partitions_.size());
    while (true) {
      const std::uint32_t index = next_partition_.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) return;
      federation_.run_partition(*federation_.partitions_[index], until_, parity_);
    }
  }

  void work() {
    std::uint32_t seen = 0;
    while (true) {
      for (std::uint32_t spins = 0; window_.load(std::memory_order_acquire) == seen; ++spins) {
        if (spins > kSpinsMax) window_.wait(seen, std::memory_order_acquire);
      }
      ++seen;
      if (is_over_.load(std::memory_order_relaxed)) return;
      take_partitions();
      idle_.fetch_add(1, std::memory_order_release);
      idle_.notify_one();
    }
  }

  Federation& federation_;
  SimTime until_;
  unsigned parity_ = 0;
  std::atomic<std::uint32_t> window_{0};
  std::atomic<std::uint32_t> next_partition_{0};
  std::atomic<std::uint32_t> idle_{0};
  std::atomic<bool> is_over_{false};
  std::vector<std::thread> threads_;
};

Federation::Federation(const FederationOptions& options) : options_(options) {
  HEDDLE_CHECK(options.partition_count > 0);
  HEDDLE_CHECK(options.thread_count > 0);
  HEDDLE_CHECK(options.lookahead > Picoseconds(0));
  for (std::uint32_t i = 0; i < options.partition_count; ++i) {
    partitions_.push_back(std::make_unique<Partition>(options.kernel, i, options.partition_count));
  }
}

Federation::~Federation() = default;

ComponentId Federation::add_component(const std::string& name, std::uint32_t partition) {
  HEDDLE_CHECK(partition < partitions_.size());
  ComponentId id;
  for (const auto& one : partitions_) id = one->kernel.add_component(name);
  partition_of_.push_back(partition);
  return id;
}

ReceiverId Federation::add_receiver(ComponentId component, Receiver& receiver) {
  receivers_.push_back({component, &receiver});
  return ReceiverId(static_cast<std::uint32_t>(receivers_.size() - 1));
}

Kernel& Federation::kernel_of(ComponentId component) {
  return partitions_[partition_of_[component.value()]]->kernel;
}

void Federation::send(ComponentId from, ReceiverId to, Picoseconds delay,
                      const std::array<std::uint64_t, 4>& words, Priority priority) {
  Partition& sender = *partitions_[partition_of_[from.value()]];
  Kernel& kernel = sender.kernel;
  if (delay < options_.lookahead || delay > Kernel::kTimeMax - kernel.now()) {
    kernel.fail(Diagnostic(
        diag::kShortDelay, {},
        {kernel.component_name(from), std::to_string(delay.count()),
         std::to_string(kernel.now().ps()), std::to_string(options_.lookahead.count())}));
    return;
  }
  const Message message{kernel.now() + delay, kernel.next_order(from, priority), to, words};
  const Place& place = receivers_[to.value()];
  const std::uint32_t target = partition_of_[place.component.value()];
  if (target == sender.index) {
    sender.deliver(message, place.component, *place.receiver);
    return;
  }
  sender.out[sender.parity][target].push_back(message);
  SimTime& first = sender.first_sent[sender.parity];
  first = std::min(first, message.time);
}

/// Takes what the others sent in the window before.
void Federation::collect(Partition& partition, unsigned parity) {
  for (const auto& sender : partitions_) {
    std::vector<Message>& box = sender->out[parity ^ 1][partition.index];
    for (const Message& message : box) {
      const Place& place = receivers_[message.receiver.value()];
      partition.deliver(message, place.component, *place.receiver);
    }
    box.clear();
  }
}

void Federation::run_partition(Partition& partition, SimTime until, unsigned parity) {
  collect(partition, parity);
  partition.parity = parity;
  partition.first_sent[parity] = kNever;
  partition.events = 0;
  if (const auto ran = partition.kernel.run_window({.until = until})) {
    partition.events = ran->events;
  } else {
    partition.failure = ran.error();
  }
  partition.next = partition.kernel.pending_count() > 0 ? partition.kernel.next_time() : kNever;
}

/// The earliest event or message, after a window of `parity`.
SimTime Federation::first_time(unsigned parity) const {
  SimTime first = kNever;
  for (const auto& one : partitions_) {
    first = std::min({first, one->next, one->first_sent[parity]});
  }
  return first;
}

/// Of the partition that failed earliest.
Status Federation::failure() {
  const Partition* earliest = nullptr;
  for (const auto& one : partitions_) {
    if (!one->failure.has_errors()) continue;
    if (earliest == nullptr || one->kernel.now() < earliest->kernel.now()) earliest = one.get();
  }
  if (earliest == nullptr) return {};
  return fail(Diagnostics(earliest->failure));
}

Status Federation::check_waiting(SimTime now) {
  std::size_t waiting = 0;
  std::string graph;
  for (const auto& one : partitions_) {
    const std::size_t count = one->kernel.waiting_count();
    if (count == 0) continue;
    waiting += count;
    graph += (graph.empty() ? "" : "\n") + one->kernel.wait_graph();
  }
  if (waiting == 0) return {};
  return fail(diag::kDeadlock, {}, {std::to_string(now.ps()), std::to_string(waiting), graph});
}

Result<RunSummary> Federation::run(SimTime until) {
  const auto count = static_cast<std::uint32_t>(partitions_.size());
  const std::uint32_t helpers = std::min(options_.thread_count, count) - 1;
  Crew crew(*this, helpers);
  const std::uint64_t before = executed_count();
  unsigned parity = 0;
  std::uint64_t events = 0;
  for (const auto& one : partitions_) {
    one->next = one->kernel.pending_count() > 0 ? one->kernel.next_time() : kNever;
    // Messages of before the run, or of the last window of a run before.
    parity = one->parity;
  }
  RunSummary summary;
  while (true) {
    const SimTime first = first_time(parity);
    if (first == kNever || first > until) {
      summary.reason = first == kNever ? StopReason::Finished : StopReason::TimeLimit;
      break;
    }
    if (options_.kernel.interrupt.is_requested()) {
      summary.reason = StopReason::Interrupted;
      break;
    }
    parity ^= 1;
    const SimTime end = std::min(until, first + options_.lookahead - Picoseconds(1));
    ++window_count_;
    if (helpers > 0 && events >= options_.shared_events_min) {
      ++shared_window_count_;
      crew.run_window(end, parity);
    } else {
      for (const auto& one : partitions_) run_partition(*one, end, parity);
    }
    events = 0;
    for (const auto& one : partitions_) events += one->events;
    HEDDLE_TRY_STATUS(failure());
  }
  for (const auto& one : partitions_) summary.now = std::max(summary.now, one->kernel.now());
  summary.events = executed_count() - before;
  if (summary.reason == StopReason::Finished) HEDDLE_TRY_STATUS(check_waiting(summary.now));
  return summary;
}

std::uint64_t Federation::executed_count() const {
  std::uint64_t count = 0;
  for (const auto& one : partitions_) count += one->kernel.executed_count();
  return count;
}

Digest64 Federation::digest() const {
  std::uint64_t sum = 0;
  for (const auto& one : partitions_) sum += one->kernel.digest_sum();
  const std::uint64_t words[] = {sum, executed_count()};
  return digest_of(words);
}

}  // namespace heddle::des
