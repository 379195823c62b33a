#include "heddle/flow/measure.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "flow/exec/engine.h"
#include "heddle/flow/example_tasks.h"
#include "heddle/flow/monitor.h"

namespace heddle::flow {
namespace {

double cpu_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Keeps the time from first start to last end of lists, in a bounded sample.
class SpanSink final : public CommitSink {
 public:
  static constexpr std::size_t kSamplesMax = 4096;

  SpanSink(CommitSink* next, bool has_stamps, std::uint64_t lists)
      : next_(next), has_stamps_(has_stamps), last_clid_(lists - 1) {
    samples_.reserve(kSamplesMax);
  }
  Status start(const RunDescription& run) override {
    scale_ = run.clock_scale;
    return next_ == nullptr ? Status() : next_->start(run);
  }
  bool commit(const ListView& list) override {
    if (has_stamps_ && list.clid() % 16 == 0) add(list);
    if (list.clid() == 0) cpu_begin_ns_ = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
    if (list.clid() == last_clid_) cpu_end_ns_ = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
    return next_ == nullptr || next_->commit(list);
  }
  Status status() const override { return next_ == nullptr ? Status() : next_->status(); }
  Status finish(const RunEnding& ending) override {
    return next_ == nullptr ? Status() : next_->finish(ending);
  }
  /// CPU time of the committing thread from the first list to the last.
  [[nodiscard]] double cpu_spent_ns() const { return cpu_end_ns_ - cpu_begin_ns_; }
  [[nodiscard]] std::uint64_t median_ns() {
    if (samples_.empty()) return 0;
    const auto middle = samples_.begin() + static_cast<std::ptrdiff_t>(samples_.size() / 2);
    std::nth_element(samples_.begin(), middle, samples_.end());
    return static_cast<std::uint64_t>(scale_.to_ns(scale_.origin_ticks + *middle));
  }

 private:
  void add(const ListView& list) {
    const std::uint64_t span =
        list.times(list.step_count() - 1).end_ticks - list.times(0).begin_ticks;
    if (samples_.size() < kSamplesMax) {
      samples_.push_back(span);
    } else {
      samples_[next_sample_++ % kSamplesMax] = span;
    }
  }

  CommitSink* next_ = nullptr;
  bool has_stamps_ = false;
  std::uint64_t last_clid_ = 0;
  double cpu_begin_ns_ = 0;
  double cpu_end_ns_ = 0;
  ClockScale scale_;
  std::vector<std::uint64_t> samples_;
  std::size_t next_sample_ = 0;
};

double ns_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

/// What each task costs, from some lists on one worker.
Result<std::vector<double>> costs_of_chain(Graph graph) {
  graph.runtime.lists = 200;
  graph.runtime.has_stamps = true;
  const Plan plan = make_plan(graph, {.workers = 1, .slots = 1});
  const std::unique_ptr<Clock> clock = make_real_clock();
  NullCommitSink null_sink;
  Monitor monitor(null_sink);
  HEDDLE_TRY(const auto flow, Flow::build(std::move(graph), plan, *clock, monitor));
  const RunSummary summary = flow->run();
  if (summary.error.has_errors()) return fail(summary.error);
  return costs_of(monitor.report());
}

}  // namespace

std::string chain_yaml(const ChainOptions& options) {
  std::string tasks = "name: chain\ntasks:\n  - {id: source, type: Counter}\n";
  std::string connections = "connections:\n";
  std::string last = "source";
  for (std::uint32_t i = 0; i < options.stages; ++i) {
    tasks +=
        fmt::format("  - {{id: stage{}, type: Stage, params: {{turns: {}}}}}\n", i, options.turns);
    connections += fmt::format("  - {{from: {}, to: stage{}}}\n", last, i);
    last = fmt::format("stage{}", i);
    if (!options.is_caterpillar) continue;
    tasks += fmt::format("  - {{id: sink{}, type: Discard}}\n", i);
    connections += fmt::format("  - {{from: {}, to: sink{}}}\n", last, i);
  }
  if (!options.is_caterpillar) {
    tasks += "  - {id: sink, type: Discard}\n";
    connections += fmt::format("  - {{from: {}, to: sink}}\n", last);
  }
  return tasks + connections;
}

Result<ChainResult> measure_chain(const ChainOptions& options) {
  TaskRegistry registry;
  register_example_tasks(registry);
  HEDDLE_TRY(const ConfigNode node, parse_config(chain_yaml(options), "chain"));
  HEDDLE_TRY(Graph graph, read_graph(node, registry));
  graph.runtime.lists = options.lists;
  graph.runtime.has_stamps = options.has_stamps;
  graph.runtime.watchdog_ms = 0;
  graph.logging.is_enabled = options.sink != nullptr;
  graph.logging.has_timing = options.has_stamps;
  std::vector<double> costs;
  if (options.is_profiled) {
    HEDDLE_TRY(costs, costs_of_chain(graph));
  }
  const Plan plan = make_plan(graph, {options.workers, options.slots, options.strategy, costs});
  const std::unique_ptr<Clock> clock = make_real_clock();
  SpanSink sink(options.sink, options.has_stamps, options.lists);
  HEDDLE_TRY(const auto flow, Flow::build(std::move(graph), plan, *clock, sink));
  const auto begin = std::chrono::steady_clock::now();
  const RunSummary summary = flow->run();
  const double ns = ns_since(begin);
  if (summary.error.has_errors()) return fail(summary.error);
  const auto lists = static_cast<double>(options.lists);
  return ChainResult{ns / lists, sink.cpu_spent_ns() / lists, sink.median_ns()};
}

double measure_clock_read_ns() {
  constexpr int kReads = 200'000;
  const std::unique_ptr<Clock> clock = make_real_clock();
  std::uint64_t sum = 0;
  const double begin = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < kReads; ++i) {
#if defined(__x86_64__)
    sum += clock->is_tsc() ? __rdtsc() : clock->ticks();
#else
    sum += clock->ticks();
#endif
  }
  const double ns = (cpu_ns(CLOCK_THREAD_CPUTIME_ID) - begin) / kReads;
  return sum == 0 ? 0 : ns;
}

double measure_turn_ns() {
  ChainOptions options{.stages = 1, .lists = 2000, .has_stamps = false};
  constexpr std::uint32_t kTurns = 20'000;
  options.turns = kTurns;
  const Result<ChainResult> result = measure_chain(options);
  return result ? result->cpu_ns_per_list / kTurns : 0;
}

}  // namespace heddle::flow
