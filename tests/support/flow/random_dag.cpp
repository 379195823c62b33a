#include "support/flow/random_dag.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "heddle/base/random.h"
#include "heddle/flow/log_recover.h"
#include "heddle/flow/log_sink.h"
#include "support/flow/recording_storage.h"

namespace heddle::flow::test {
namespace {

constexpr std::uint64_t kDagBatchBytes = 16 * 1024;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  a ^= b + 0x9E37'79B9'7F4A'7C15 + (a << 6) + (a >> 2);
  a *= 0xBF58'476D'1CE4'E5B9;
  return a ^ (a >> 29);
}

/// What every task of a random graph has: a salt, and what it may do wrong.
struct Habits {
  explicit Habits(ConfigReader& params)
      : salt(params.optional<std::uint64_t>("salt", 1)),
        fail_every(params.optional<std::uint64_t>("fail_every", 0)),
        spin(params.optional<std::uint32_t>("spin", 0)) {}

  /// Some work that takes a time of its own in every list.
  void work(std::uint64_t clid) const {
    const std::uint64_t turns = spin == 0 ? 0 : mix(salt, clid) % spin;
    volatile std::uint64_t sink = 0;
    for (std::uint64_t i = 0; i < turns; ++i) sink = sink + i;
  }
  [[nodiscard]] bool fails(std::uint64_t clid) const {
    return fail_every > 0 && mix(salt, clid) % fail_every == 0;
  }
  [[nodiscard]] bool is_absent(std::uint64_t value) const { return mix(salt, value) % 5 == 0; }

  std::uint64_t salt = 1;
  std::uint64_t fail_every = 0;
  std::uint32_t spin = 0;
};

class DagSource {
 public:
  explicit DagSource(ConfigReader& params) : habits_(params) {}
  Status process(Context& context, Message<std::uint64_t>& out) {
    habits_.work(context.clid());
    if (habits_.fails(context.clid())) return context.fail("by habit");
    state_ = mix(state_, habits_.salt);
    if (habits_.is_absent(state_)) return {};
    out.set(mix(state_, static_cast<std::uint64_t>(context.now().ns)));
    out.set_validity(context.now());
    return {};
  }
  template <class V>
  void state(V& v) {
    v("state", state_);
  }

 private:
  Habits habits_;
  std::uint64_t state_ = 0;
};

/// What flows beyond the sources: a number, and how far it came.
struct Sample {
  std::uint64_t value = 0;
  std::uint32_t hops = 0;
  BoundedVector<std::uint16_t, 4> trail;
};
template <class V>
void describe(V& v, Sample& sample) {
  v("value", sample.value);
  v("hops", sample.hops);
  v("trail", sample.trail);
}

void write(const Habits& habits, std::uint64_t value, std::uint32_t hops, Message<Sample>& out) {
  if (habits.is_absent(value)) return;
  Sample& sample = out.write();
  sample.value = value;
  sample.hops = hops + 1;
  for (std::uint64_t i = 0; i < value % 5; ++i) {
    if (!sample.trail.try_push(static_cast<std::uint16_t>(value >> i))) break;
  }
  if (value % 7 == 0) out.set_status("seven");
}

/// Widens what a source writes.
class DagEntry {
 public:
  explicit DagEntry(ConfigReader& params) : habits_(params) {}
  Status process(Context& context, const Message<std::uint64_t>& in, Message<Sample>& out) const {
    habits_.work(context.clid());
    if (habits_.fails(context.clid())) return context.fail("by habit");
    if (in) write(habits_, mix(*in, habits_.salt), 0, out);
    return {};
  }

 private:
  Habits habits_;
};

std::uint64_t fold(const Message<Sample>& in) {
  if (!in) return 17;
  std::uint64_t value = mix(in->value, in->hops);
  for (const std::uint16_t item : in->trail.items()) value = mix(value, item);
  return mix(value, in.status().size());
}

class DagStateless {
 public:
  explicit DagStateless(ConfigReader& params) : habits_(params) {}
  Status process(Context& context, const Message<Sample>& a, const Message<Sample>& b,
                 Message<Sample>& out) const {
    habits_.work(context.clid());
    if (habits_.fails(context.clid())) return context.fail("by habit");
    write(habits_, mix(fold(a), mix(fold(b), habits_.salt)), a ? a->hops : 0, out);
    return {};
  }

 private:
  Habits habits_;
};

class DagStateful {
 public:
  explicit DagStateful(ConfigReader& params) : habits_(params) {}
  Status process(Context& context, const Message<Sample>& a, const Message<Sample>& b,
                 Message<Sample>& out, Message<std::uint64_t>& count) {
    habits_.work(context.clid());
    if (habits_.fails(context.clid())) return context.fail("by habit");
    state_ = mix(state_, mix(fold(a), fold(b)));
    history_.push_back(static_cast<std::uint32_t>(state_));
    if (history_.size() > 6) history_.erase(history_.begin());
    write(habits_, mix(state_, history_.front()), b ? b->hops : 0, out);
    if (state_ % 3 != 0) count.set(state_);
    if (state_ % 11 == 0) context.text<"state {} in {}">(state_, context.task());
    return {};
  }
  template <class V>
  void state(V& v) {
    v("state", state_);
    v("history", history_);
  }

 private:
  Habits habits_;
  std::uint64_t state_ = 0;
  std::vector<std::uint32_t> history_;
};

/// A port with a memory, shared by tasks: their order shows in what they read.
class Bus {
 public:
  std::uint64_t exchange(std::uint64_t value) {
    state_ = mix(state_, value);
    return state_;
  }

 private:
  std::uint64_t state_ = 0;
};

class DagBusTask {
 public:
  DagBusTask(ConfigReader& params, Resources& resources)
      : habits_(params), bus_(resources.get<Bus>("bus")) {}
  Status process(Context& context, const Message<Sample>& a, Message<Sample>& out) {
    habits_.work(context.clid());
    write(habits_, bus_->exchange(fold(a)), a ? a->hops : 0, out);
    return {};
  }

 private:
  Habits habits_;
  std::shared_ptr<Bus> bus_;
};

class DagSink {
 public:
  explicit DagSink(ConfigReader& params) : habits_(params) {}
  Status process(Context& context, const Message<Sample>& a) {
    habits_.work(context.clid());
    sum_ = mix(sum_, fold(a));
    return {};
  }
  template <class V>
  void state(V& v) {
    v("sum", sum_);
  }

 private:
  Habits habits_;
  std::uint64_t sum_ = 0;
};

/// Writes a graph from random draws.
class DagWriter {
 public:
  DagWriter(std::uint64_t seed, const DagOptions& options)
      : random_(seed, "random-dag"), options_(options) {}

  std::string write() {
    const std::uint64_t inner_count = below(37);
    yaml_ = "name: dag\n";
    if (options_.has_resources) yaml_ += "resources: {bus: {type: Bus}}\n";
    yaml_ += "tasks:\n";
    const std::uint64_t source_count = 1 + below(3);
    for (std::uint64_t i = 0; i < source_count; ++i) add_source(i);
    for (std::uint64_t i = 0; i < inner_count; ++i) add_inner(i);
    if (!samples_.empty()) add_sink();
    yaml_ += "connections:" + std::string(connections_.empty() ? " []\n" : "\n") + connections_;
    yaml_ += "logging: {keyframe_interval: " + std::to_string(options_.keyframe_interval) + "}\n";
    return yaml_;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound, 0, draws_++); }

  std::string habits() {
    std::string out = "salt: " + std::to_string(1 + below(1'000'000));
    if (options_.has_delays && below(3) == 0) {
      out += ", spin: " + std::to_string(1 + below(below(4) == 0 ? 20'000 : 500));
    }
    return out;
  }
  std::string failing(std::string& params) {
    if (!options_.has_errors || below(4) != 0) return "";
    static constexpr std::string_view kKinds[] = {"abort", "ignore", "abort", "ignore", "shutdown"};
    const std::string_view kind = kKinds[below(5)];
    params += ", fail_every: " + std::to_string(kind == "shutdown" ? 60 : 2 + below(20));
    return ", on_error: " + std::string(kind);
  }
  void add_task(const std::string& id, std::string_view type, const std::string& more = "") {
    std::string params = habits();
    const std::string on_error =
        type == "Sink" || type == "Bus" || !more.empty() ? "" : failing(params);
    yaml_ += "  - {id: " + id + ", type: " + std::string(type) + ", params: {" + params + "}" +
             on_error + more + "}\n";
  }
  void connect(const std::string& from, const std::string& to) {
    connections_ += "  - {from: " + from + ", to: " + to + "}\n";
  }
  std::string any_sample() { return samples_[below(samples_.size())]; }

  void add_source(std::uint64_t i) {
    const std::string id = "s" + std::to_string(i);
    add_task(id, "Source");
    if (i > 0 && below(2) == 0) return;  // a source that nobody reads
    const std::string entry = "e" + std::to_string(i);
    add_task(entry, "Entry");
    connect(id, entry);
    samples_.push_back(entry);
  }

  void add_inner(std::uint64_t i) {
    if (samples_.empty()) return;
    const std::string id = "t" + std::to_string(i);
    const std::uint64_t kind = below(10);
    if (kind < 2 && options_.has_resources) {
      add_task(id, "Bus", ", resources: {bus: bus}");
      connect(any_sample(), id + ".in");
      samples_.push_back(id);
      return;
    }
    const bool is_stateless = kind < 5;
    const bool is_background = options_.has_background && kind == 9;
    add_task(id, is_stateless ? "Stateless" : "Stateful",
             is_background ? ", background: {lag: " + std::to_string(1 + below(4)) + "}" : "");
    connect(any_sample(), id + ".in");
    connect(any_sample(), id + ".in1");
    samples_.push_back(is_stateless ? id : id + ".out");
  }

  void add_sink() {
    add_task("sink", "Sink");
    connect(any_sample(), "sink");
  }

  RandomStream random_;
  DagOptions options_;
  std::uint64_t draws_ = 0;
  std::string yaml_;
  std::string connections_;
  std::vector<std::string> samples_;
};

/// Digests everything that must not depend on the executor.
class RecordingSink final : public CommitSink {
 public:
  Status start(const RunDescription& run) override {
    description_ = run;
    return {};
  }
  bool commit(const ListView& list) override {
    if (!data_.commit(list)) return false;
    admissions_ns_.push_back(list.admission().ns);
    list.for_each_text([&](const TextLine& line) {
      other_.add_u64(list.clid());
      other_.add_u32(line.task);
      other_.add_text(
          render_text(line.format->text,
                      std::span(line.format->argument_kinds).first(line.format->argument_count),
                      line.arguments));
    });
    for (std::size_t task = 0; list.is_keyframe() && task < description_.graph->tasks.size();
         ++task) {
      other_.add_u64(list.state(task).size());
      other_.add(list.state(task));
    }
    return true;
  }
  Status status() const override { return {}; }
  Status finish(const RunEnding&) override { return {}; }

  [[nodiscard]] const DigestCommitSink& data() const { return data_; }
  [[nodiscard]] std::uint64_t other() const { return other_.digest().value(); }
  [[nodiscard]] const std::vector<std::int64_t>& admissions_ns() const { return admissions_ns_; }

 private:
  RunDescription description_;
  DigestCommitSink data_;
  DigestStream other_;
  std::vector<std::int64_t> admissions_ns_;
};

/// To the digest and, where there is a storage, into a log.
class LoggingSink final : public CommitSink {
 public:
  LoggingSink(RecordingSink& seen, log::LogStorage* storage) : seen_(seen) {
    if (storage == nullptr) return;
    log_.emplace(*storage, log::LogSinkOptions{.base = "dag",
                                               .id = {1, 6},
                                               .build = "test",
                                               .buffer_count = 2,
                                               .extent_bytes = 4 * kDagBatchBytes});
  }
  Status start(const RunDescription& run) override {
    HEDDLE_TRY_STATUS(seen_.start(run));
    return log_ ? log_->start(run) : Status();
  }
  bool commit(const ListView& list) override {
    return (!log_ || log_->commit(list)) && seen_.commit(list);
  }
  Status status() const override { return log_ ? log_->status() : Status(); }
  Status finish(const RunEnding& ending) override { return log_ ? log_->finish(ending) : Status(); }

 private:
  RecordingSink& seen_;
  std::optional<log::LogSink> log_;
};

std::unique_ptr<Clock> clock_of(const RunConfig& config) {
  if (config.has_real_clock) return make_real_clock();
  if (config.admissions_ns.empty()) return std::make_unique<MockClock>(1000, 10);
  return std::make_unique<ReplayClock>(
      [&config](std::uint64_t clid) { return config.admissions_ns[clid]; });
}

DagResult broken(const Diagnostics& diagnostics) {
  return {.error = diagnostics.to_string(), .kind = RunEnding::Kind::Failed};
}

}  // namespace

std::string random_dag_yaml(std::uint64_t seed, const DagOptions& options) {
  return DagWriter(seed, options).write();
}

void register_dag_tasks(TaskRegistry& registry) {
  registry.add<DagSource>("Source");
  registry.add<DagEntry>("Entry");
  registry.add<DagStateless>("Stateless");
  registry.add<DagStateful>("Stateful");
  registry.add<DagBusTask>("Bus");
  registry.add<DagSink>("Sink");
  registry.add_resource<Bus>("Bus");
}

DagResult run_dag(const std::string& yaml, const RunConfig& config) {
  TaskRegistry registry;
  register_dag_tasks(registry);
  const Result<ConfigNode> node = parse_config(yaml, "dag.yaml");
  if (!node) return broken(node.error());
  Result<Graph> graph = read_graph(*node, registry);
  if (!graph) return broken(graph.error());
  graph->runtime.lists = config.lists;
  graph->runtime.has_stamps = config.has_real_clock;
  graph->logging.is_async = config.log == DagLog::Async;
  graph->logging.batch_bytes = kDagBatchBytes;
  const Plan plan = make_plan(*graph, {config.workers, config.slots, config.strategy, {}});
  RecordingSink seen;
  log::test::RecordingStorage storage;
  LoggingSink sink(seen, config.log == DagLog::None ? nullptr : &storage);
  const std::unique_ptr<Clock> clock = clock_of(config);
  auto flow = Flow::build(std::move(*graph), plan, *clock, sink);
  if (!flow) return broken(flow.error());
  const RunSummary summary = (*flow)->run();
  std::uint64_t digest = seen.data().digest().value();
  if (config.log != DagLog::None) {
    Result<log::LogReader> reader = log::LogReader::open(log::make_memory_source(storage.files()));
    if (!reader) return broken(reader.error());
    const Result<log::LogCheck> check = log::check_log(*reader);
    if (!check) return broken(check.error());
    if (check->faults.has_errors()) return broken(check->faults);
    digest = check->data_digest.value();
  }
  return {digest,
          seen.other(),
          summary.lists,
          summary.error.to_string(),
          summary.ending.kind,
          seen.admissions_ns()};
}

}  // namespace heddle::flow::test
