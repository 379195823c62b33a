#include "support/flow/small_tasks.h"

#include <stdexcept>

namespace heddle::flow::test {
namespace {

class Ramp {
 public:
  explicit Ramp(ConfigReader& params)
      : step_(params.optional<std::int64_t>("step", 1)),
        absent_every_(params.optional<std::int64_t>("absent_every", 0)) {}
  void process(Context&, Message<std::int64_t>& out) {
    const std::int64_t index = next_++;
    if (absent_every_ > 0 && index % absent_every_ == 0) return;
    out.set(index * step_);
  }
  template <class V>
  void state(V& v) {
    v("next", next_);
  }

 private:
  std::int64_t step_ = 1;
  std::int64_t absent_every_ = 0;
  std::int64_t next_ = 0;
};

class Sum {
 public:
  void process(Context&, const Message<std::int64_t>& in, Message<std::int64_t>& out) {
    if (!in) return;
    sum_ += *in;
    out.set(sum_);
  }
  template <class V>
  void state(V& v) {
    v("sum", sum_);
  }

 private:
  std::int64_t sum_ = 0;
};

class Add {
 public:
  void process(Context&, const Message<std::int64_t>& a, const Message<std::int64_t>& b,
               Message<std::int64_t>& out) const {
    out.set((a ? *a : 0) + (b ? *b : 0));
  }
};

template <class T>
class Keep {
 public:
  void process(Context&, const Message<T>& in) {
    if (in) last_ = *in;
  }
  template <class V>
  void state(V& v) {
    v("last", last_);
  }

 private:
  T last_{};
};

class FailAt {
 public:
  explicit FailAt(ConfigReader& params)
      : at_(params.required<std::uint64_t>("at")),
        throws_(params.optional<bool>("throws", false)) {}
  Status process(Context& context, const Message<std::int64_t>& in, Message<std::int64_t>& out) {
    if (in) out.set(*in);
    if (context.clid() != at_) return {};
    if (throws_) throw std::runtime_error("thrown on purpose");
    return context.fail("on purpose");
  }

 private:
  std::uint64_t at_ = 0;
  bool throws_ = false;
};

class StopAt {
 public:
  explicit StopAt(ConfigReader& params) : at_(params.required<std::uint64_t>("at")) {}
  void process(Context& context, const Message<std::int64_t>& in, Message<std::int64_t>& out) {
    if (in) out.set(*in);
    if (context.clid() == at_) context.request_stop();
  }

 private:
  std::uint64_t at_ = 0;
};

/// Counts who rang it, in what order.
class Bell {
 public:
  std::int64_t ring() { return ++rings_; }

 private:
  std::int64_t rings_ = 0;
};
class Other {};

class Ring {
 public:
  Ring(ConfigReader&, Resources& resources) : bell_(resources.get<Bell>("bell")) {}
  void process(Context&, const Message<std::int64_t>&, Message<std::int64_t>& out) {
    out.set(bell_->ring());
  }

 private:
  std::shared_ptr<Bell> bell_;
};

class Slow {
 public:
  explicit Slow(ConfigReader& params) : spins_(params.required<std::uint64_t>("spins")) {}
  void process(Context&, const Message<std::int64_t>& in, Message<std::int64_t>& out) {
    volatile std::uint64_t sink = 0;
    for (std::uint64_t i = 0; i < spins_; ++i) sink = sink + i;
    if (in) out.set(*in);
  }

 private:
  std::uint64_t spins_ = 0;
};

/// Keeps everything; the digest beside it is that of the data records.
class KeepingSink final : public CommitSink {
 public:
  explicit KeepingSink(Outcome& out) : out_(out) {}
  Status start(const RunDescription& run) override {
    graph_ = run.graph;
    return {};
  }
  bool commit(const ListView& list) override {
    out_.clids.push_back(list.clid());
    out_.admissions.push_back(list.admission().ns);
    for (std::size_t i = 0; i < graph_->messages.size(); ++i) keep(list, i);
    list.for_each_text([&](const TextLine& line) {
      out_.texts.push_back(
          render_text(line.format->text,
                      std::span(line.format->argument_kinds).first(line.format->argument_count),
                      line.arguments));
    });
    for (std::size_t task = 0; list.is_keyframe() && task < graph_->tasks.size(); ++task) {
      const auto state = list.state(task);
      out_.keyframes[list.clid()].emplace_back(state.begin(), state.end());
    }
    return digest_.commit(list);
  }
  Status status() const override { return {}; }
  Status finish(const RunEnding&) override {
    out_.digest = digest_.digest();
    return {};
  }

 private:
  void keep(const ListView& list, std::size_t index) {
    const GraphMessage& message = graph_->messages[index];
    if (message.type->schema.name != "i64") return;
    const auto& typed = *static_cast<const Message<std::int64_t>*>(list.message(index));
    std::optional<std::int64_t> value;
    if (typed) value = *typed;
    out_.messages[message.name].push_back(value);
    if (typed.header().has_origin != 0) {
      out_.origins[message.name].push_back(typed.header().origin_clid);
    }
  }

  Outcome& out_;
  const Graph* graph_ = nullptr;
  DigestCommitSink digest_;
};

}  // namespace

void register_small_tasks(TaskRegistry& registry) {
  registry.add<Ramp>("Ramp");
  registry.add<Sum>("Sum");
  registry.add<Add>("Add");
  registry.add<Keep<std::int64_t>>("Keep");
  registry.add<Keep<double>>("KeepReal");
  registry.add<FailAt>("FailAt");
  registry.add<StopAt>("StopAt");
  registry.add<Ring>("Ring");
  registry.add<Slow>("Slow");
  registry.add_resource<Bell>("Bell");
  registry.add_resource<Other>("Other");
}

Result<Graph> read_text(const std::string& yaml, const TaskRegistry& registry,
                        const std::string& mission) {
  HEDDLE_TRY(const ConfigNode node, parse_config(yaml, "graph.yaml"));
  return read_graph(node, registry, mission);
}

std::vector<std::int64_t> Outcome::values(const std::string& message) const {
  std::vector<std::int64_t> out;
  for (const auto& value : messages.at(message)) {
    if (value) out.push_back(*value);
  }
  return out;
}

std::string Outcome::error_code() const {
  const Diagnostics& found = build_error.has_errors() ? build_error : summary.error;
  return found.empty() ? "" : std::string(found.list().front().code());
}

Outcome run_text(const std::string& yaml, const RunText& how) {
  Outcome out;
  TaskRegistry registry;
  register_small_tasks(registry);
  if (how.also) how.also(registry);
  Result<Graph> graph = read_text(yaml, registry, how.mission);
  if (!graph) {
    out.build_error = graph.error();
    return out;
  }
  graph->runtime.lists = how.lists;
  const Plan plan = make_plan(*graph, {how.workers, how.slots, how.strategy, {}});
  MockClock mock;
  KeepingSink sink(out);
  auto flow = Flow::build(std::move(*graph), plan, how.clock ? *how.clock : mock, sink);
  if (!flow) {
    out.build_error = flow.error();
    return out;
  }
  if (how.before) how.before(**flow);
  RunOptions options{.first_clid = how.first_clid};
  if (how.options) how.options(options);
  out.summary = (*flow)->run(options);
  return out;
}

}  // namespace heddle::flow::test
