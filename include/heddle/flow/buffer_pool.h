// Large payloads in preallocated buffers behind counted handles: a message then
// carries a handle, copies share the bytes, and the last one gives the buffer back.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "heddle/base/result.h"

namespace heddle::flow {

namespace buffer_detail {
struct PoolState;
struct Block {
  std::atomic<std::uint32_t> handles = 0;
  std::byte* memory = nullptr;
  std::size_t capacity_bytes = 0;
  std::size_t used_bytes = 0;
  std::uint32_t index = 0;
  std::shared_ptr<PoolState> pool;  ///< while handed out; null: of the heap
};
void drop(Block* block) noexcept;
}  // namespace buffer_detail

/// A counted handle, and a payload: the log keeps its bytes as a sequence.
/// Threads: handles of one buffer may be copied and dropped by any; bytes are written
/// by the task that acquired it, before it is sent.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(buffer_detail::Block* block) : block_(block) {}
  Buffer(const Buffer& other) : block_(other.block_) {
    if (block_ != nullptr) block_->handles.fetch_add(1, std::memory_order_relaxed);
  }
  Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Buffer& operator=(Buffer other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Buffer() { release(); }

  [[nodiscard]] bool is_empty() const { return block_ == nullptr; }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return block_ == nullptr ? std::span<const std::byte>()
                             : std::span<const std::byte>(block_->memory, block_->used_bytes);
  }
  /// All of the buffer, to be filled. Requires: not empty (checked).
  [[nodiscard]] std::span<std::byte> memory();
  /// How much of it is used; more than the capacity is cut.
  void set_size(std::size_t bytes);
  /// Gives the buffer back if this was its last handle.
  void release() noexcept {
    if (block_ != nullptr) buffer_detail::drop(std::exchange(block_, nullptr));
  }

  /// The payload's encoded form.
  template <class V>
  void describe(V& v) {
    v("bytes", *this);
  }
  [[nodiscard]] std::span<const std::byte> external_bytes() const { return bytes(); }
  /// Takes a copy into memory of its own, for replay.
  bool assign_external(std::span<const std::byte> bytes);

 private:
  buffer_detail::Block* block_ = nullptr;
};

/// Where a pool's memory comes from: two functions, so that a program brings its own.
struct BufferMemory {
  void* (*allocate)(std::size_t bytes) = nullptr;  ///< null on failure
  void (*free)(void* memory, std::size_t bytes) = nullptr;

  [[nodiscard]] static BufferMemory host();
  /// Host memory that is never paged out; the system may refuse it.
  [[nodiscard]] static BufferMemory page_locked();
  /// Host memory that is page-locked and known to CUDA, for copies beside the run.
  /// Errors: flow.no-cuda where libcudart.so is not found when asked for.
  [[nodiscard]] static Result<BufferMemory> cuda_host();
  /// The current CUDA device's memory. The host cannot read it: its messages have
  /// `content: none`, or are not logged. Errors: flow.no-cuda.
  [[nodiscard]] static Result<BufferMemory> cuda_device();
};

/// Threads: `acquire` and dropping handles from any.
class BufferPool {
 public:
  /// Allocates all of it before the run; host memory is touched too.
  /// Errors: flow.out-of-memory. Requires: count, bytes > 0 (checked).
  [[nodiscard]] static Result<BufferPool> make(std::uint32_t count, std::size_t bytes,
                                               const BufferMemory& memory = BufferMemory::host());

  /// A buffer that nobody else has. Errors: flow.pool-empty.
  [[nodiscard]] Result<Buffer> acquire();
  [[nodiscard]] std::uint32_t free_count() const;

 private:
  explicit BufferPool(std::shared_ptr<buffer_detail::PoolState> state) : state_(std::move(state)) {}
  std::shared_ptr<buffer_detail::PoolState> state_;
};

}  // namespace heddle::flow
