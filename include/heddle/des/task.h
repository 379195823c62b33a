// `Task<T>`: a lazy coroutine. A kernel runs a `Task<>` as a process; a task
// awaits another as a function calls one.
//
//   des::Task<> producer(des::Kernel& kernel, des::Channel<int>& out) {
//     for (int i = 0; i < 3; ++i) {
//       co_await des::delay(Picoseconds(100));
//       co_await out.put(i);
//     }
//   }
//
// Parameters are copied into the frame: pass values, or references to what
// outlives the run; never write a lambda with captures as a coroutine. A task
// whose first or second parameter has a `frame_pool()` (a kernel, a context
// of one) keeps its frame in that pool; the others use the heap.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "heddle/base/check.h"
#include "heddle/des/frame_pool.h"
#include "heddle/des/process.h"

namespace heddle::des {

template <class T = void>
class Task;

namespace detail {

template <class Context>
concept HasFramePool = requires(Context& context) {
  { context.frame_pool() } -> std::same_as<FramePool&>;
};

inline FramePool* pool_of() {
  return nullptr;
}
template <class First, class... Rest>
FramePool* pool_of(First& first, Rest&... rest) {
  if constexpr (HasFramePool<First>) {
    return &first.frame_pool();
  } else if constexpr (sizeof...(Rest) > 0) {
    return pool_of(rest...);
  } else {
    return nullptr;
  }
}

/// Ends the process whose root coroutine has come to its end.
void end_process(Process& process, std::exception_ptr exception);

struct PromiseBase {
  Process* process = nullptr;
  std::coroutine_handle<> continuation = nullptr;
  std::exception_ptr exception = nullptr;

  bool is_starting = false;  ///< its awaiter is still starting it

  struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    /// Nothing of the frame may be touched after it may be gone.
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      PromiseBase& promise = self.promise();
      if (promise.is_starting) return;
      if (promise.continuation) {
        promise.continuation.resume();
        return;
      }
      Process& process = *promise.process;
      std::exception_ptr exception = std::move(promise.exception);
      self.destroy();
      end_process(process, std::move(exception));
    }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }

  template <class... Arguments>
  static void* operator new(std::size_t size, Arguments&... arguments) {
    return FramePool::allocate(pool_of(arguments...), size);
  }
  static void operator delete(void* frame, std::size_t) noexcept { FramePool::release(frame); }
};

template <class T>
struct Promise final : public PromiseBase {
  std::optional<T> value;

  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
};

template <>
struct Promise<void> final : public PromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace detail

/// Owns a coroutine that has not ended. Moves only. Awaiting runs it.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] bool is_empty() const { return !handle_; }
  /// Hands the coroutine over.
  [[nodiscard]] Handle release() { return std::exchange(handle_, nullptr); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  /// Runs the task up to its first wait. One that ends before that does not
  /// suspend its awaiter, so that a loop of such calls takes no stack: compilers
  /// do not turn the resumption of another coroutine into a jump at every level
  /// of optimisation.
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> parent) noexcept {
    promise_type& promise = handle_.promise();
    promise.process = parent.promise().process;
    promise.continuation = parent;
    promise.is_starting = true;
    handle_.resume();
    promise.is_starting = false;
    return !handle_.done();
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  Handle handle_ = nullptr;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace heddle::des
