// Conservative windows. In window k a partition first takes what the others
// wrote for it in window k - 1, then executes its events before the window's
// end; what it sends to others goes into boxes of the parity of k, so reading
// and writing never meet. The leader (the calling thread) finds the earliest
// time of all, leaves out who has nothing to do, and shares a window with its
// crew only when it promises to pay.
//
// A window starts at the earliest time T of all events, so whatever was sent
// on a short notice of s is known to everybody for all times before T + s. A
// partition that waits for such an event goes no further than that; one that
// has to know whether there was one stalls until T has come close enough. The
// partition that holds T never stalls, so the whole goes on.
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
  std::array<std::vector<std::uint32_t>, 2> targets;     ///< whose box of `out` is not empty
  std::array<SimTime, 2> first_sent{kNever, kNever};     ///< of `out`, by parity
  std::vector<Partition*> sources;                       ///< who has sent something
  std::uint32_t waits = 0;                               ///< for events of short notice
  SimTime until;                                         ///< of the present window
  SimTime next = kNever;                                 ///< of its own events
  std::uint64_t events = 0;                              ///< of the last window
  Diagnostics failure;
};

/// Threads that help with windows. They spin for a while before they sleep,
/// since a wake costs more than most windows; one that does not come in time is
/// not waited for, only partitions that somebody has taken are.
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

  void run_window(unsigned parity) {
    const auto count = static_cast<std::uint32_t>(federation_.active_.size());
    parity_ = parity;
    done_.store(0, std::memory_order_relaxed);
    tickets_.store(std::uint64_t{count} << kCountShift, std::memory_order_release);
    window_.fetch_add(1, std::memory_order_release);
    window_.notify_all();
    take_partitions();
    for (std::uint32_t spins = 0;; ++spins) {
      const std::uint32_t done = done_.load(std::memory_order_acquire);
      if (done == count) break;
      if (spins > kSpinsMax) done_.wait(done, std::memory_order_acquire);
    }
  }

 private:
  static constexpr std::uint32_t kSpinsMax = 4000;
  static constexpr unsigned kCountShift = 32;

  /// A ticket tells its place and how many there are in one word, so that who
  /// comes late, in whatever window, knows whether it is good. A window does not
  /// end before the partitions of all good tickets are done.
  void take_partitions() {
    while (true) {
      const std::uint64_t ticket = tickets_.fetch_add(1, std::memory_order_acq_rel);
      const auto index = static_cast<std::uint32_t>(ticket);
      if (index >= ticket >> kCountShift) return;
      federation_.run_partition(*federation_.active_[index], parity_);
      done_.fetch_add(1, std::memory_order_release);
      done_.notify_one();
    }
  }

  void work() {
    std::uint32_t seen = 0;
    while (true) {
      for (std::uint32_t spins = 0; window_.load(std::memory_order_acquire) == seen; ++spins) {
        if (spins > kSpinsMax) window_.wait(seen, std::memory_order_acquire);
      }
      seen = window_.load(std::memory_order_acquire);
      if (is_over_.load(std::memory_order_relaxed)) return;
      take_partitions();
    }
  }

  Federation& federation_;
  unsigned parity_ = 0;
  std::atomic<std::uint32_t> window_{0};
  std::atomic<std::uint64_t> tickets_{0};  ///< how many, and the next one
  std::atomic<std::uint32_t> done_{0};
  std::atomic<bool> is_over_{false};
  std::vector<std::thread> threads_;
};

Federation::Federation(const FederationOptions& options) : options_(options) {
  HEDDLE_CHECK(options.partition_count > 0);
  HEDDLE_CHECK(options.thread_count > 0);
  HEDDLE_CHECK(options.lookahead > Picoseconds(0));
  HEDDLE_CHECK(options.short_notice > Picoseconds(0));
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

Kernel& Federation::kernel(std::uint32_t partition) {
  return partitions_[partition]->kernel;
}

void Federation::put(Partition& sender, std::uint32_t target, const Message& message) {
  std::vector<Message>& box = sender.out[sender.parity][target];
  if (box.empty()) sender.targets[sender.parity].push_back(target);
  box.push_back(message);
  SimTime& first = sender.first_sent[sender.parity];
  first = std::min(first, message.time);
}

void Federation::send(ComponentId from, ReceiverId to, Picoseconds delay,
                      const std::array<std::uint64_t, 7>& words, Priority priority) {
  Partition& sender = *partitions_[partition_of(from)];
  Kernel& kernel = sender.kernel;
  if (delay < options_.lookahead || delay > Kernel::kTimeMax - kernel.now()) {
    kernel.fail(Diagnostic(
        diag::kShortDelay, {},
        {kernel.component_name(from), std::to_string(delay.count()),
         std::to_string(kernel.now().ps()), std::to_string(options_.lookahead.count())}));
    return;
  }
  const Place& place = receivers_[to.value()];
  const std::uint32_t target = partition_of(place.component);
  const Message message{
      kernel.now() + delay, kernel.next_order(from, priority), to, Notice::Long, nullptr, words};
  if (target == sender.index) {
    sender.deliver(message, place.component, *place.receiver);
  } else {
    put(sender, target, message);
  }
}

void Federation::post(ComponentId from, ComponentId to, SimTime time, Handler& handler,
                      Notice notice) {
  Partition& sender = *partitions_[partition_of(from)];
  Kernel& kernel = sender.kernel;
  const std::uint64_t order = kernel.next_order(from, Priority::Default);
  const std::uint32_t target = partition_of(to);
  if (target == sender.index || time > Kernel::kTimeMax) {
    kernel.schedule(handler, time - kernel.now(), order);
    return;
  }
  const bool is_long = notice == Notice::Long;
  const Picoseconds least = is_long ? options_.lookahead : options_.short_notice;
  HEDDLE_CHECK(time - kernel.now() >= least);
  put(sender, target, {time, order, ReceiverId(), notice, &handler, {}});
}

void Federation::wait(std::uint32_t index) {
  Partition& partition = *partitions_[index];
  ++partition.waits;
  if (partitions_.size() == 1) return;
  const SimTime end = window_start_ + options_.short_notice - Picoseconds(1);
  // Later in the window: what is waited for leaves later too, by a whole lookahead.
  if (partition.kernel.now() <= end) partition.kernel.limit_window(end);
}

void Federation::end_wait(std::uint32_t index) {
  --partitions_[index]->waits;
}

bool Federation::is_informed(std::uint32_t index) const {
  if (partitions_.size() == 1) return true;
  return partitions_[index]->kernel.now() < window_start_ + options_.short_notice;
}

/// Takes what the others sent in the window before.
void Federation::collect(Partition& partition, unsigned parity) {
  for (Partition* const sender : partition.sources) {
    std::vector<Message>& box = sender->out[parity ^ 1][partition.index];
    for (const Message& message : box) {
      Kernel& kernel = partition.kernel;
      if (message.handler == nullptr) {
        const Place& place = receivers_[message.receiver.value()];
        partition.deliver(message, place.component, *place.receiver);
      } else if (kernel.is_ahead(message.time, message.order)) {
        kernel.accept(message.time, message.order, *message.handler);
      } else {
        HEDDLE_CHECK(message.notice == Notice::Late);
        kernel.execute_late(message.time, message.order, *message.handler);
      }
    }
    box.clear();
  }
}

void Federation::run_partition(Partition& partition, unsigned parity) {
  collect(partition, parity);
  if (const auto ran = partition.kernel.run_window({.until = partition.until})) {
    partition.events = ran->events;
  } else {
    partition.failure = ran.error();
    partition.next = kNever;
    return;
  }
  const Kernel& kernel = partition.kernel;
  const bool has_next = kernel.is_stalled() || kernel.pending_count() > 0;
  partition.next = has_next ? partition.kernel.next_time() : kNever;
}

/// The earliest event or message, after a window of `parity`.
SimTime Federation::first_time(unsigned parity) const {
  SimTime first = kNever;
  for (const auto& one : partitions_) {
    first = std::min({first, one->next, one->first_sent[parity]});
  }
  return first;
}

/// Who takes part in the window of `parity` that starts at `first`, and how far
/// each goes.
void Federation::plan_window(SimTime first, SimTime until, unsigned parity) {
  window_start_ = first;
  const SimTime end = std::min(until, first + options_.lookahead - Picoseconds(1));
  const SimTime short_end = std::min(end, first + options_.short_notice - Picoseconds(1));
  for (const auto& one : partitions_) one->sources.clear();
  for (const auto& one : partitions_) {
    for (const std::uint32_t target : one->targets[parity ^ 1]) {
      partitions_[target]->sources.push_back(one.get());
    }
    one->targets[parity ^ 1].clear();
    one->parity = parity;
    one->first_sent[parity] = kNever;
    one->events = 0;
  }
  active_.clear();
  for (const auto& one : partitions_) {
    one->until = one->waits > 0 ? short_end : end;
    if (one->failure.has_errors()) continue;
    if (one->next <= one->until || !one->sources.empty()) active_.push_back(one.get());
  }
}

/// Gives the number of events.
std::uint64_t Federation::run_planned(Crew& crew, unsigned parity, std::uint64_t events) {
  ++window_count_;
  if (options_.thread_count > 1 && active_.size() > 1 && events >= options_.shared_events_min) {
    ++shared_window_count_;
    crew.run_window(parity);
  } else {
    for (Partition* const one : active_) run_partition(*one, parity);
  }
  std::uint64_t sum = 0;
  for (const Partition* const one : active_) sum += one->events;
  return sum;
}

/// The partition that failed at the earliest event; null where none did.
const Federation::Partition* Federation::first_failed() const {
  const Partition* earliest = nullptr;
  for (const auto& one : partitions_) {
    if (!one->failure.has_errors()) continue;
    if (earliest == nullptr ||
        one->kernel.is_ahead(earliest->kernel.now(), earliest->kernel.position_order())) {
      earliest = one.get();
    }
  }
  return earliest;
}

Status Federation::check_waiting(SimTime now) {
  std::vector<const Process*> waiting;
  for (const auto& one : partitions_) one->kernel.add_waiting(waiting);
  if (waiting.empty()) return {};
  const std::string count = std::to_string(waiting.size());
  return fail(diag::kDeadlock, {},
              {std::to_string(now.ps()), count, Kernel::wait_graph_of(std::move(waiting))});
}

Result<RunSummary> Federation::run(SimTime until) {
  if (partitions_.size() == 1) return partitions_.front()->kernel.run({.until = until});
  const auto count = static_cast<std::uint32_t>(partitions_.size());
  Crew crew(*this, std::min(options_.thread_count, count) - 1);
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
    plan_window(first, until, parity);
    events = run_planned(crew, parity, events);
    // The others go on up to there: one of them may fail before.
    if (const Partition* const failed = first_failed()) until = failed->kernel.now();
  }
  if (const Partition* const failed = first_failed()) return fail(Diagnostics(failed->failure));
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
