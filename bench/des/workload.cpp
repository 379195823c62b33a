#include "des/workload.h"

#include <memory>
#include <vector>

#include "gate/timing.h"
#include "heddle/des/channel.h"
#include "heddle/des/federation.h"
#include "heddle/des/resource.h"

namespace heddle::bench {
namespace {

struct Shared {
  explicit Shared(des::Kernel& kernel) : channel(kernel, "results", 64) {
    for (std::uint32_t i = 0; i < kResourceCount; ++i) {
      resources.push_back(std::make_unique<des::Resource>("r" + std::to_string(i), 1));
    }
  }
  std::vector<std::unique_ptr<des::Resource>> resources;
  des::Channel<std::uint64_t> channel;
  std::uint64_t hash = 0;
  std::uint64_t sum = 0;
};

des::Task<> worker(des::Kernel& kernel, Shared& shared, std::uint32_t index, std::uint64_t loops) {
  Stream stream(index);
  std::uint64_t hash = index;
  for (std::uint64_t i = 0; i < loops; ++i) {
    const std::uint64_t draw = stream.next();
    co_await des::delay(Picoseconds(static_cast<std::int64_t>(draw & 0xffff) + 1));
    {
      const des::Lease lease = co_await shared.resources[draw >> 20 & 63]->acquire();
    }
    co_await shared.channel.put(draw);
    hash = hash * 31 + static_cast<std::uint64_t>(kernel.now().ps());
  }
  shared.hash += hash;
}

des::Task<> consumer(des::Kernel&, Shared& shared) {
  while (true) shared.sum += co_await shared.channel.get();
}

class Bare final : public des::Handler {
 public:
  Bare(des::ComponentId component, std::uint32_t index) : des::Handler(component), stream_(index) {}
  void on_event(des::Kernel& kernel) override {
    kernel.schedule(*this, Picoseconds(static_cast<std::int64_t>(stream_.next() & 0xffff) + 1));
  }

 private:
  Stream stream_;
};

/// A package: local work at every step, and a word to its neighbour now and then.
class alignas(128) Package final : public des::Handler, public des::Receiver {
 public:
  static constexpr std::int64_t kLinkPs = 250'000;

  Package(des::Federation& federation, std::uint32_t index, std::uint32_t partition,
          std::uint64_t steps)
      : des::Handler(federation.add_component("package" + std::to_string(index), partition)),
        federation_(federation),
        stream_(index),
        steps_(steps) {
    self = federation.add_receiver(component(), *this);
  }
  void on_event(des::Kernel& kernel) override {
    const std::uint64_t draw = stream_.next();
    for (std::uint64_t& word : memory_) word = (word ^ draw) * 0x9E3779B97F4A7C15U;
    if (++done_ >= steps_) return;
    kernel.schedule(*this, Picoseconds(static_cast<std::int64_t>(draw & 0x7f) + 1));
    if ((done_ & 0x3ff) == 0) {
      federation_.send(component(), next, Picoseconds(kLinkPs), {memory_[0], 0, 0, 0});
    }
  }
  void on_message(des::Kernel&, const des::Message& message) override {
    memory_[0] ^= message.words[0];
  }
  [[nodiscard]] std::uint64_t word() const { return memory_[0]; }
  des::ReceiverId self;
  des::ReceiverId next;

 private:
  des::Federation& federation_;
  Stream stream_;
  std::uint64_t steps_ = 0;
  std::uint64_t done_ = 0;
  std::array<std::uint64_t, 16> memory_{};
};

}  // namespace

EventRun run_heddle(std::uint64_t loops, des::QueueKind queue) {
  des::Kernel kernel({.queue = queue});
  Shared shared(kernel);
  const des::ComponentId sink = kernel.add_component("consumer");
  kernel.spawn(sink, "consumer", consumer(kernel, shared), {.is_daemon = true});
  for (std::uint32_t i = 0; i < kProcessCount; ++i) {
    const std::string name = "p" + std::to_string(i);
    const des::ComponentId id = kernel.add_component(name);
    kernel.spawn(id, name, worker(kernel, shared, i, loops));
  }
  const double start = cpu_now();
  if (!kernel.run()) return {};
  return {kernel.executed_count(), cpu_now() - start,
          std::to_string(shared.hash) + "-" + std::to_string(shared.sum)};
}

EventRun run_bare(std::uint64_t events, std::uint32_t pending, des::QueueKind queue) {
  des::Kernel kernel({.queue = queue});
  std::vector<Bare> all;
  all.reserve(pending);
  for (std::uint32_t i = 0; i < pending; ++i) {
    all.emplace_back(kernel.add_component("p" + std::to_string(i)), i);
    kernel.schedule(all.back(), Picoseconds(1));
  }
  const double start = cpu_now();
  if (!kernel.run({.events_max = events})) return {};
  return {kernel.executed_count(), cpu_now() - start, kernel.digest().to_hex()};
}

ParallelRun run_packages(std::uint32_t partitions, std::uint32_t threads, std::uint64_t steps) {
  constexpr std::uint32_t kPackages = 64;
  des::Federation federation({.partition_count = partitions,
                              .thread_count = threads,
                              .lookahead = Picoseconds(Package::kLinkPs)});
  std::vector<std::unique_ptr<Package>> all;
  for (std::uint32_t i = 0; i < kPackages; ++i) {
    all.push_back(std::make_unique<Package>(federation, i, i * partitions / kPackages, steps));
  }
  for (std::uint32_t i = 0; i < kPackages; ++i) {
    all[i]->next = all[(i + 1) % kPackages]->self;
    federation.kernel_of(all[i]->component()).schedule(*all[i], Picoseconds(1));
  }
  const double start = wall_now();
  if (!federation.run()) return {};
  const double seconds = wall_now() - start;
  std::uint64_t words = 0;
  for (const auto& one : all) words += one->word();
  return {federation.executed_count(), seconds,
          federation.digest().to_hex() + "-" + std::to_string(words)};
}

}  // namespace heddle::bench
