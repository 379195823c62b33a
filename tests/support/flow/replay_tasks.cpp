#include "support/flow/replay_tasks.h"

#include <mutex>

namespace heddle::flow::test {
namespace {

/// Test-only: what replay must not depend on.
struct Outside {
  std::mutex mutex;
  std::vector<SeenValue> seen;
  double value = 0;
};

Outside& outside() {
  static Outside one;
  return one;
}

struct Sample {
  double value = 0;
  std::uint32_t count = 0;
  FixedText<16> label;
};
template <class V>
void describe(V& v, Sample& sample) {
  v("value", sample.value);
  v("count", sample.count);
  v("label", sample.label);
}

/// A source with state; every seventh list it says nothing.
class Counter {
 public:
  explicit Counter(ConfigReader& params) : step_(params.optional<double>("step", 1.5)) {}

  void process(Context& ctx, Message<Sample>& out) {
    ++count_;
    if (ctx.clid() % 7 == 6) return;
    Sample& sample = out.write();
    sample.value = step_ * static_cast<double>(count_) + static_cast<double>(ctx.now().ns) * 1e-9;
    sample.count = count_;
    sample.label.assign("n" + std::to_string(count_ % 100));
    out.set_validity(ctx.now());
    if (count_ % 5 == 0) out.set_status("fifth");
    ctx.text<"count {} at {}">(count_, sample.value);
  }
  template <class V>
  void state(V& v) {
    v("count", count_);
  }

 private:
  double step_ = 0;
  std::uint32_t count_ = 0;
};

class Scale {
 public:
  explicit Scale(ConfigReader& params) : factor_(params.optional<double>("factor", 2.0)) {}
  void process(Context&, const Message<Sample>& in, Message<Sample>& out) const {
    if (!in) return;
    Sample& sample = out.write();
    sample = *in;
    sample.value *= factor_;
  }

 private:
  double factor_ = 0;
};

/// A running sum: every list before matters.
class Sum {
 public:
  void process(Context& ctx, const Message<Sample>& in, Message<double>& out) {
    if (in) sum_ += in->value;
    out.set(sum_);
    out.set_validity(ctx.now(), {ctx.now().ns + 10});
  }
  template <class V>
  void state(V& v) {
    v("sum", sum_);
  }

 private:
  double sum_ = 0;
};

/// Sequences of changing length.
class Blob {
 public:
  void process(Context& ctx, const Message<double>& in,
               Message<BoundedVector<std::uint16_t, 64>>& out) {
    auto& items = out.write();
    const auto size = static_cast<std::uint32_t>(ctx.clid() % 65);
    items.resize(size);
    for (std::uint32_t i = 0; i < size; ++i) {
      items[i] = static_cast<std::uint16_t>(in ? i * 3 + ctx.clid() : 0);
    }
  }
};

class Note {
 public:
  void process(Context& ctx, const Message<double>& in) {
    SeenValue seen{ctx.clid(), in ? *in : -1, std::string(in.status()), in.validity().begin.ns};
    const std::lock_guard lock(outside().mutex);
    outside().seen.push_back(std::move(seen));
  }
};

/// Fails in every list whose number ends in 3.
class Flaky {
 public:
  Status process(Context& ctx, Message<double>& out) {
    ++calls_;
    if (ctx.clid() % 10 == 3) return ctx.fail("a three");
    out.set(static_cast<double>(calls_));
    return {};
  }
  template <class V>
  void state(V& v) {
    v("calls", calls_);
  }

 private:
  std::uint32_t calls_ = 0;
};

/// Adds what is no input of its.
class Outsider {
 public:
  void process(Context&, const Message<double>& in, Message<double>& out) const {
    const std::lock_guard lock(outside().mutex);
    if (in) out.set(*in + outside().value);
    outside().value += 1;
  }
};

/// A slow task for the background: its state is the last input.
class Lazy {
 public:
  void process(Context&, const Message<double>& in, Message<double>& out) {
    if (!in) return;
    total_ += *in;
    out.set(total_);
  }
  template <class V>
  void state(V& v) {
    v("total", total_);
  }

 private:
  double total_ = 0;
};

/// A source of a sequence.
class Lone {
 public:
  void process(Context&, Message<FixedText<8>>& out) const { out.set({"abc"}); }
};
class Eat {
 public:
  void process(Context&, const Message<FixedText<8>>&) {}
};

}  // namespace

void add_replay_tasks(TaskRegistry& registry) {
  registry.add<Counter>("Counter");
  registry.add<Scale>("Scale");
  registry.add<Sum>("Sum");
  registry.add<Blob>("Blob");
  registry.add<Note>("Note");
  registry.add<Flaky>("Flaky");
  registry.add<Outsider>("Outsider");
  registry.add<Lazy>("Lazy");
  registry.add<Lone>("Lone");
  registry.add<Eat>("Eat");
}

std::vector<SeenValue> take_seen() {
  const std::lock_guard lock(outside().mutex);
  return std::exchange(outside().seen, {});
}

void set_outside(double value) {
  const std::lock_guard lock(outside().mutex);
  outside().value = value;
}

std::string chain_graph(const std::string& logging, const std::string& runtime) {
  return "name: chain\n"
         "tasks:\n"
         "  - {id: counter, type: Counter, params: {step: 1.5}}\n"
         "  - {id: scale, type: Scale}\n"
         "  - {id: sum, type: Sum}\n"
         "  - {id: blob, type: Blob}\n"
         "  - {id: note, type: Note}\n"
         "connections:\n"
         "  - {from: counter.out, to: scale.in}\n"
         "  - {from: scale.out, to: sum.in}\n"
         "  - {from: sum.out, to: blob.in}\n"
         "  - {from: sum.out, to: note.in}\n"
         "logging: {" +
         logging +
         "}\n"
         "runtime: {" +
         runtime + "}\n";
}

}  // namespace heddle::flow::test
