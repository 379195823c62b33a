// Two ways for one worker to hand lists to the next, with the same wait policy and
// the same work: a word that says how far the writer is, and a bounded ring of list
// numbers with a head and a tail.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <thread>

#include "flow/exec/progress_word.h"
#include "flow/flow_rows.h"

namespace heddle::bench {
namespace {

using flow::ProgressWord;
using flow::WaitPolicy;

constexpr std::uint32_t kSlots = 32;

/// What travels: a line a list that the first worker writes and the second reads.
struct alignas(128) Cargo {
  std::uint64_t value = 0;
};

struct Words {
  ProgressWord done;
  ProgressWord freed;

  std::uint64_t begin_write(std::uint64_t n, const WaitPolicy& policy) {
    if (n >= kSlots) freed.wait(n - kSlots + 1, policy);
    return n % kSlots;
  }
  void end_write(std::uint64_t n, const WaitPolicy& policy) { done.publish(n + 1, policy); }
  std::uint64_t begin_read(std::uint64_t n, const WaitPolicy& policy) {
    done.wait(n + 1, policy);
    return n % kSlots;
  }
  void end_read(std::uint64_t n, const WaitPolicy& policy) { freed.publish(n + 1, policy); }
};

/// A ring of slot numbers each way: full slots there, empty slots back.
struct Ring {
  ProgressWord tail;
  ProgressWord head;
  alignas(128) std::uint32_t items[kSlots] = {};

  void push(std::uint64_t n, std::uint32_t item, const WaitPolicy& policy) {
    if (n >= kSlots) head.wait(n - kSlots + 1, policy);
    items[n % kSlots] = item;
    tail.publish(n + 1, policy);
  }
  std::uint32_t pop(std::uint64_t n, const WaitPolicy& policy) {
    tail.wait(n + 1, policy);
    const std::uint32_t item = items[n % kSlots];
    head.publish(n + 1, policy);
    return item;
  }
};

struct Rings {
  Ring full;
  Ring empty;
  std::uint32_t reading = 0;
  std::uint32_t writing = 0;

  std::uint64_t begin_write(std::uint64_t n, const WaitPolicy& policy) {
    writing = n < kSlots ? static_cast<std::uint32_t>(n) : empty.pop(n - kSlots, policy);
    return writing;
  }
  void end_write(std::uint64_t n, const WaitPolicy& policy) { full.push(n, writing, policy); }
  std::uint64_t begin_read(std::uint64_t n, const WaitPolicy& policy) {
    reading = full.pop(n, policy);
    return reading;
  }
  void end_read(std::uint64_t n, const WaitPolicy& policy) { empty.push(n, reading, policy); }
};

std::uint64_t work(std::uint64_t value, std::uint32_t turns) {
  for (std::uint32_t i = 0; i < turns; ++i) {
    value = value * 6364136223846793005ULL + 1;
    __asm__ volatile("" : "+r"(value));
  }
  return value;
}

template <class Handoff>
double measure(std::uint64_t lists, std::uint32_t turns) {
  const WaitPolicy policy = WaitPolicy::for_workers(2);
  const auto handoff = std::make_unique<Handoff>();
  const auto cargo = std::make_unique<Cargo[]>(kSlots);
  std::uint64_t sum = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::thread reader([&] {
    for (std::uint64_t n = 0; n < lists; ++n) {
      sum += work(cargo[handoff->begin_read(n, policy)].value, turns);
      handoff->end_read(n, policy);
    }
  });
  for (std::uint64_t n = 0; n < lists; ++n) {
    cargo[handoff->begin_write(n, policy)].value = work(n, turns);
    handoff->end_write(n, policy);
  }
  reader.join();
  const double ns =
      std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
  return sum == 0 ? 0 : ns / static_cast<double>(lists);
}

}  // namespace

Result<std::vector<Row>> handoff_rows(const FlowBench& bench) {
  std::vector<Row> rows;
  for (const std::uint32_t turns : {0U, 100U, 1000U}) {
    Row row;
    row.name = fmt::format("hand-off by progress word, {} turns of work", turns);
    row.unit = "ns/list";
    row.lower_is_better = true;
    row.peer = "hand-off by SPSC rings";
    row.command = "./run bench-flow";
    for (std::size_t run = 0; run < bench.runs; ++run) {
      row.runs.push_back(measure<Words>(bench.lists, turns));
      row.peer_runs.push_back(measure<Rings>(bench.lists, turns));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace heddle::bench
