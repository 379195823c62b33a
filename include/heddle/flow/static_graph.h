// A graph fixed when the program is compiled, for the last nanoseconds: no plan, no
// threads, no indirect calls; tasks are the same classes, and the data record of a
// list is the one that the same graph from YAML leaves.
//
//   using Chain = StaticGraph<Node<Source>, Node<Filter, From<0>>, Node<Sink, From<1>>>;
//   Chain chain(Source(), Filter(0.5), Sink());
//   Status status = chain.run(clock, {.lists = 1000}, [](const Chain& list) { ... });
#pragma once

#include <cstdint>
#include <tuple>
#include <utility>

#include "heddle/flow/commit_sink.h"
#include "heddle/flow/task.h"

namespace heddle::flow {

/// Output `kOutput` of node `kNode`.
template <std::size_t kNode, std::size_t kOutput = 0>
struct From {
  static constexpr std::size_t kNodeIndex = kNode;
  static constexpr std::size_t kOutputIndex = kOutput;
};

/// A task, and what each of its inputs reads, in order.
template <class Task, class... Inputs>
struct Node {
  using TaskClass = Task;
  using Process = task_detail::ProcessOf<decltype(&Task::process)>;
  using Ports = typename Process::Ports;
  using InputList = std::tuple<Inputs...>;
  static constexpr std::size_t kPortCount = std::tuple_size_v<Ports>;

  template <std::size_t I>
  static constexpr bool kIsOutput = std::tuple_element_t<I, Ports>::kIsOutput;
  /// How many ports before port I have its direction.
  template <std::size_t I>
  static constexpr std::size_t rank() {
    return []<std::size_t... J>(std::index_sequence<J...>) {
      return (std::size_t{0} + ... + (kIsOutput<J> == kIsOutput<I> ? 1 : 0));
    }(std::make_index_sequence<I>());
  }
  template <std::size_t... I>
  static auto outputs(std::index_sequence<I...>) {
    return std::tuple_cat([] {
      if constexpr (kIsOutput<I>) {
        return std::tuple<Message<typename std::tuple_element_t<I, Ports>::Payload>>();
      } else {
        return std::tuple<>();
      }
    }()...);
  }
  using Outputs = decltype(outputs(std::make_index_sequence<kPortCount>()));
  static_assert(kPortCount == std::tuple_size_v<Outputs> + sizeof...(Inputs),
                "name what each input reads");
};

struct StaticRun {
  std::uint64_t first_clid = 0;
  std::uint64_t lists = 0;
};

/// Threads: one. Determinism: as every flow.
template <class... Nodes>
class StaticGraph {
 public:
  explicit StaticGraph(typename Nodes::TaskClass... tasks) : tasks_(std::move(tasks)...) {}

  [[nodiscard]] std::uint64_t clid() const { return clid_; }
  [[nodiscard]] FlowTime admission() const { return admission_; }
  template <std::size_t kNode, std::size_t kOutput = 0>
  [[nodiscard]] const auto& message() const {
    return std::get<kOutput>(std::get<kNode>(messages_));
  }
  template <std::size_t kNode>
  [[nodiscard]] auto& task() {
    return std::get<kNode>(tasks_);
  }

  /// Runs lists until there are enough, a task asks to stop, or one fails, whose list
  /// is not committed. `commit` is called after each list.
  /// Errors: what tasks return. Exceptions of tasks pass through.
  template <class Commit>
  Status run(Clock& clock, const StaticRun& run, Commit commit) {
    Context context;
    for (clid_ = run.first_clid; clid_ < run.first_clid + run.lists; ++clid_) {
      admission_ = clock.admit(clid_, clock.ticks());
      context.enter(clid_, admission_);
      Status status;
      const bool is_done = [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (step<I>(context, status) && ...);
      }(std::index_sequence_for<Nodes...>());
      if (!is_done) return status;
      commit(std::as_const(*this));
      if (context.wants_stop()) break;
    }
    return {};
  }

  /// Writes the data record of the list (commit_sink.h), all messages being logged, in
  /// order of node and output; returns its bytes. Requires: room for it.
  std::size_t encode_data(std::byte* to) const {
    std::byte* at = to;
    std::memcpy(at, &clid_, sizeof clid_);
    std::memcpy(at + sizeof clid_, &admission_.ns, sizeof admission_.ns);
    at += sizeof clid_ + sizeof admission_.ns;
    *at++ = std::byte{0};
    std::size_t index = 0;
    std::apply(
        [&](const auto&... outputs) {
          (std::apply([&](const auto&... one) { ((at = encode(one, index++, at)), ...); }, outputs),
           ...);
        },
        messages_);
    return static_cast<std::size_t>(at - to);
  }

 private:
  template <std::size_t kNode, std::size_t kPort>
  auto& port() {
    using NodeType = std::tuple_element_t<kNode, std::tuple<Nodes...>>;
    if constexpr (NodeType::template kIsOutput<kPort>) {
      return std::get<NodeType::template rank<kPort>()>(std::get<kNode>(messages_));
    } else {
      using Source =
          std::tuple_element_t<NodeType::template rank<kPort>(), typename NodeType::InputList>;
      static_assert(Source::kNodeIndex < kNode, "a node reads nodes before it");
      return std::get<Source::kOutputIndex>(std::get<Source::kNodeIndex>(messages_));
    }
  }

  template <std::size_t kNode>
  bool step(Context& context, Status& status) {
    using NodeType = std::tuple_element_t<kNode, std::tuple<Nodes...>>;
    auto& task = std::get<kNode>(tasks_);
    std::apply([](auto&... outputs) { (outputs.clear(), ...); }, std::get<kNode>(messages_));
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      if constexpr (std::is_void_v<typename NodeType::Process::Return>) {
        task.process(context, port<kNode, I>()...);
        return true;
      } else {
        status = task.process(context, port<kNode, I>()...);
        return status.has_value();
      }
    }(std::make_index_sequence<NodeType::kPortCount>());
  }

  template <class T>
  std::byte* encode(const Message<T>& message, std::size_t index, std::byte* to) const {
    if (types_.size() <= index) types_.resize(index + 1);
    if (types_[index].encode == nullptr) types_[index] = message_type_of<T>();
    MessageSlot slot{.type = &types_[index]};
    for (const SchemaField& field : types_[index].schema.fields) {
      slot.has_sequence = slot.has_sequence || field.shape == FieldShape::Sequence;
    }
    return encode_message_slowly(slot, reinterpret_cast<const std::byte*>(&message), to);
  }

  std::tuple<typename Nodes::TaskClass...> tasks_;
  std::tuple<typename Nodes::Outputs...> messages_;
  mutable std::vector<MessageType> types_;  ///< made as they are first encoded
  std::uint64_t clid_ = 0;
  FlowTime admission_;
};

}  // namespace heddle::flow
