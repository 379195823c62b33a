// How a C++ class becomes a task type. A task is any class with
//
//   explicit Task(ConfigReader& params, Resources& resources);   // or (params), or ()
//   Status process(Context&, const Message<A>& in..., Message<B>& out...);   // or void
//
// and, if it likes, `Status start(Context&)`, `Status stop(Context&)`,
// `void pre(Context&)`, `void post(Context&)`, `template <class V> void state(V&)`.
// No inputs make a source, no outputs a sink, a `const` process a stateless task.
// Port names: `static constexpr std::array kPorts{"left", "right", "sum"}` in order
// of the parameters; else in, in1, in2, ... and out, out1, ...
#pragma once

#include <array>
#include <exception>
#include <memory>
#include <tuple>

#include "heddle/base/config_reader.h"
#include "heddle/flow/context.h"
#include "heddle/flow/message.h"
#include "heddle/flow/resources.h"
#include "heddle/flow/state.h"

namespace heddle::flow {

enum class TaskKind : std::uint8_t { Source, Regular, Sink };

enum class StepOutcome : std::uint8_t { Ok, Failed };

/// One input or output of a task type.
struct Port {
  std::string name;
  bool is_output = false;
  std::uint32_t message_type = 0;  ///< index into the type's `messages`
};

/// A task type without its C++ type.
struct TaskType {
  std::string name;
  TaskKind kind = TaskKind::Regular;
  bool is_stateless = false;
  bool has_state = false;   ///< has a `state` visitor
  std::vector<Port> ports;  ///< in order of `process`'s parameters
  std::vector<MessageType> messages;

  using Instance = std::unique_ptr<void, void (*)(void*)>;
  /// Reports what is wrong with the parameters into the reader's diagnostics.
  Instance (*create)(ConfigReader& params, Resources& resources) = nullptr;
  Status (*start)(void* task, Context& context) = nullptr;
  Status (*stop)(void* task, Context& context) = nullptr;
  /// Clears the outputs and processes one list. `offsets[i]` is where in the slot
  /// the message of port i is. A failure is left in `failure`; nothing is thrown.
  StepOutcome (*run)(void* task, Context& context, std::byte* slot, const std::uint32_t* offsets,
                     Diagnostics& failure) noexcept = nullptr;
  void (*freeze)(void* task, std::vector<std::byte>& to) = nullptr;     ///< appends
  bool (*thaw)(void* task, std::span<const std::byte> from) = nullptr;  ///< false: does not fit
  void (*inspect)(void* task, JsonWriter& json) = nullptr;              ///< members of an object
};

namespace task_detail {

template <class M>
struct PortOf;
template <class T>
struct PortOf<const Message<T>&> {
  using Payload = T;
  static constexpr bool kIsOutput = false;
};
template <class T>
struct PortOf<Message<T>&> {
  using Payload = T;
  static constexpr bool kIsOutput = true;
};

template <class F>
struct ProcessOf;
template <class R, class T, class... Ms>
struct ProcessOf<R (T::*)(Context&, Ms...)> {
  using Ports = std::tuple<PortOf<Ms>...>;
  using Return = R;
  static constexpr bool kIsConst = false;
};
template <class R, class T, class... Ms>
struct ProcessOf<R (T::*)(Context&, Ms...) const> : ProcessOf<R (T::*)(Context&, Ms...)> {
  static constexpr bool kIsConst = true;
};
template <class R, class T, class... Ms>
struct ProcessOf<R (T::*)(Context&, Ms...) noexcept> : ProcessOf<R (T::*)(Context&, Ms...)> {};
template <class R, class T, class... Ms>
struct ProcessOf<R (T::*)(Context&, Ms...) const noexcept>
    : ProcessOf<R (T::*)(Context&, Ms...) const> {};

/// The diagnostics of a task that threw instead of returning; its rule is
/// flow.task-threw.
[[nodiscard]] Diagnostics threw(const Context& context, const char* what);

template <class T>
class Thunk {
  using Process = ProcessOf<decltype(&T::process)>;
  using Ports = typename Process::Ports;
  static constexpr std::size_t kPortCount = std::tuple_size_v<Ports>;
  template <std::size_t I>
  using PortAt = std::tuple_element_t<I, Ports>;

 public:
  static TaskType type(std::string name) {
    TaskType out;
    out.name = std::move(name);
    add_ports(out, std::make_index_sequence<kPortCount>());
    out.is_stateless = Process::kIsConst;
    out.create = create;
    out.start = start;
    out.stop = stop;
    out.run = run;
    if constexpr (requires(T& t, StateWriter& v) { t.state(v); }) {
      static_assert(!Process::kIsConst, "a task with a const process keeps no state");
      out.has_state = true;
      out.freeze = [](void* task, std::vector<std::byte>& to) {
        StateWriter writer(to);
        static_cast<T*>(task)->state(writer);
      };
      out.thaw = [](void* task, std::span<const std::byte> from) {
        StateReader reader(from);
        static_cast<T*>(task)->state(reader);
        return reader.is_ok();
      };
      out.inspect = [](void* task, JsonWriter& json) {
        StateInspector inspector(json);
        static_cast<T*>(task)->state(inspector);
      };
    }
    return out;
  }

  static StepOutcome run(void* task, Context& context, std::byte* slot,
                         const std::uint32_t* offsets, Diagnostics& failure) noexcept {
    try {
      return call(*static_cast<T*>(task), context, slot, offsets, failure,
                  std::make_index_sequence<kPortCount>());
    } catch (const std::exception& error) {
      failure = threw(context, error.what());
    } catch (...) {
      failure = threw(context, "something that is no std::exception");
    }
    return StepOutcome::Failed;
  }

 private:
  template <std::size_t I>
  static Message<typename PortAt<I>::Payload>& message(std::byte* slot,
                                                       const std::uint32_t* offsets) {
    return *reinterpret_cast<Message<typename PortAt<I>::Payload>*>(slot + offsets[I]);
  }
  template <std::size_t I>
  static void clear(std::byte* slot, const std::uint32_t* offsets) {
    if constexpr (PortAt<I>::kIsOutput) message<I>(slot, offsets).clear();
  }

  template <std::size_t... I>
  static StepOutcome call(T& task, Context& context, std::byte* slot, const std::uint32_t* offsets,
                          Diagnostics& failure, std::index_sequence<I...>) {
    (clear<I>(slot, offsets), ...);
    if constexpr (requires { task.pre(context); }) task.pre(context);
    if constexpr (std::is_void_v<typename Process::Return>) {
      task.process(context, message<I>(slot, offsets)...);
    } else {
      Status status = task.process(context, message<I>(slot, offsets)...);
      if (!status) [[unlikely]] {
        failure = std::move(status.error());
        return StepOutcome::Failed;
      }
    }
    if constexpr (requires { task.post(context); }) task.post(context);
    return StepOutcome::Ok;
  }

  static TaskType::Instance create(ConfigReader& params, Resources& resources) {
    const auto destroy = [](void* task) { delete static_cast<T*>(task); };
    if constexpr (std::constructible_from<T, ConfigReader&, Resources&>) {
      return {new T(params, resources), destroy};
    } else if constexpr (std::constructible_from<T, ConfigReader&>) {
      return {new T(params), destroy};
    } else {
      return {new T(), destroy};
    }
  }
  template <class Call>
  static Status guarded(Context& context, const Call& call) {
    try {
      return call();
    } catch (const std::exception& error) {
      return fail(threw(context, error.what()));
    } catch (...) {
      return fail(threw(context, "something that is no std::exception"));
    }
  }
  static Status start(void* task, Context& context) {
    return guarded(context, [&]() -> Status {
      if constexpr (requires(T& t) { t.start(context); }) {
        return static_cast<T*>(task)->start(context);
      }
      return {};
    });
  }
  static Status stop(void* task, Context& context) {
    return guarded(context, [&]() -> Status {
      if constexpr (requires(T& t) { t.stop(context); }) {
        return static_cast<T*>(task)->stop(context);
      }
      return {};
    });
  }

  template <std::size_t... I>
  static void add_ports(TaskType& out, std::index_sequence<I...>) {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    (add_port<I>(out, inputs, outputs), ...);
    static_assert(kPortCount > 0, "a task has an input or an output");
    out.kind = inputs == 0 ? TaskKind::Source : outputs == 0 ? TaskKind::Sink : TaskKind::Regular;
  }
  template <std::size_t I>
  static void add_port(TaskType& out, std::size_t& inputs, std::size_t& outputs) {
    constexpr bool kIsOutput = PortAt<I>::kIsOutput;
    std::size_t& before = kIsOutput ? outputs : inputs;
    std::string name = kIsOutput ? "out" : "in";
    if (before > 0) name += std::to_string(before);
    if constexpr (requires { T::kPorts[I]; }) {
      static_assert(std::size(T::kPorts) == kPortCount, "a name a port");
      name = T::kPorts[I];
    }
    ++before;
    out.ports.push_back({std::move(name), kIsOutput, static_cast<std::uint32_t>(I)});
    out.messages.push_back(message_type_of<typename PortAt<I>::Payload>());
  }
};

}  // namespace task_detail

/// The task type of the class `T`.
template <class T>
[[nodiscard]] TaskType task_type_of(std::string name) {
  return task_detail::Thunk<T>::type(std::move(name));
}

}  // namespace heddle::flow
