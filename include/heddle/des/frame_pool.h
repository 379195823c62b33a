// Where coroutine frames live: free lists by size, refilled from chunks, one
// pool a kernel. A frame remembers its pool in the 16 bytes before it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace heddle::des {

/// Threads: one at a time, as its kernel. Frames of a pool die before it.
class FramePool {
 public:
  static constexpr std::size_t kClassBytes = 64;
  static constexpr std::size_t kClassCount = 32;  ///< larger frames come from the heap
  static constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  /// Memory for `size` bytes, aligned as `operator new` does. `pool` may be
  /// null: the heap then.
  [[nodiscard]] static void* allocate(FramePool* pool, std::size_t size) {
    const std::size_t whole = size + sizeof(Header);
    const std::size_t size_class = (whole + kClassBytes - 1) / kClassBytes;
    void* memory = nullptr;
    if (pool == nullptr || size_class >= kClassCount) {
      pool = nullptr;
      memory = ::operator new(whole);
    } else {
      memory = pool->take(size_class);
    }
    auto* header = ::new (memory) Header{pool, size_class};
    return header + 1;
  }

  static void release(void* frame) noexcept {
    Header* const header = static_cast<Header*>(frame) - 1;
    if (header->pool == nullptr) {
      ::operator delete(header);
      return;
    }
    FramePool& pool = *header->pool;
    const std::size_t size_class = header->size_class;
    pool.free_[size_class] = ::new (header) Free{pool.free_[size_class]};
  }

 private:
  struct alignas(16) Header {
    FramePool* pool = nullptr;
    std::size_t size_class = 0;
  };
  struct Free {
    Free* next = nullptr;
  };

  void* take(std::size_t size_class) {
    if (Free* const first = free_[size_class]) {
      free_[size_class] = first->next;
      return first;
    }
    const std::size_t bytes = size_class * kClassBytes;
    if (left_ < bytes) {
      chunks_.push_back(std::make_unique<std::byte[]>(kChunkBytes));
      next_ = chunks_.back().get();
      left_ = kChunkBytes;
    }
    void* const memory = next_;
    next_ += bytes;
    left_ -= bytes;
    return memory;
  }

  std::array<Free*, kClassCount> free_{};
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace heddle::des
