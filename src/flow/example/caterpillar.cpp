// A chain of stages that do nothing, or a given time of nothing: what is left is
// the cost of the flow itself.
#include <optional>

#include "heddle/flow/example_tasks.h"

namespace heddle::flow {
namespace {

/// Steps of a recurrence that no compiler shortens; about 1 ns each.
std::uint64_t burn(std::uint64_t value, std::uint32_t turns) {
  for (std::uint32_t i = 0; i < turns; ++i) {
    value = value * 6364136223846793005ULL + 1442695040888963407ULL;
#if defined(__x86_64__)
    __asm__ volatile("" : "+r"(value));
#endif
  }
  return value;
}

class Counter {
 public:
  explicit Counter(ConfigReader& params) : last_(params.maybe<std::uint64_t>("last")) {}
  void process(Context& context, Message<std::uint64_t>& out) {
    if (last_ && next_ >= *last_) context.request_stop();
    out.set(next_++);
  }
  template <class V>
  void state(V& v) {
    v("next", next_);
  }

 private:
  std::optional<std::uint64_t> last_;
  std::uint64_t next_ = 0;
};

class Stage {
 public:
  explicit Stage(ConfigReader& params) : turns_(params.optional<std::uint32_t>("turns", 0)) {}
  void process(Context&, const Message<std::uint64_t>& in, Message<std::uint64_t>& out) {
    if (!in) return;
    if (turns_ > 0) scratch_ = burn(scratch_ + *in, turns_);
    out.set(*in + 1);
  }
  template <class V>
  void state(V& v) {
    v("scratch", scratch_);
  }

 private:
  std::uint32_t turns_ = 0;
  std::uint64_t scratch_ = 0;
};

class Discard {
 public:
  void process(Context&, const Message<std::uint64_t>& in) {
    if (in) sum_ += *in;
  }
  template <class V>
  void state(V& v) {
    v("sum", sum_);
  }

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace

void register_caterpillar_tasks(TaskRegistry& registry) {
  registry.add<Counter>("Counter");
  registry.add<Stage>("Stage");
  registry.add<Discard>("Discard");
}

void register_example_tasks(TaskRegistry& registry) {
  register_caterpillar_tasks(registry);
  register_mandelbrot_tasks(registry);
  register_balancebot_tasks(registry);
}

}  // namespace heddle::flow
