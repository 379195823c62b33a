// Free buffers are bits of words: taking one clears a bit, giving it back sets it.
#include "heddle/flow/buffer_pool.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "heddle/flow/diagnostics.h"

namespace heddle::flow {
namespace buffer_detail {

constexpr std::uint32_t kBits = 64;

struct PoolState {
  PoolState(std::uint32_t count, std::size_t bytes_each, const BufferMemory& memory_in)
      : bytes(bytes_each),
        memory(memory_in),
        blocks(count),
        free_bits((count + kBits - 1) / kBits) {}
  PoolState(const PoolState&) = delete;
  PoolState& operator=(const PoolState&) = delete;
  ~PoolState() {
    for (Block& block : blocks) {
      if (block.memory != nullptr) memory.free(block.memory, bytes);
    }
  }

  std::size_t bytes = 0;
  BufferMemory memory;
  std::vector<Block> blocks;
  std::vector<std::atomic<std::uint64_t>> free_bits;
};

void drop(Block* block) noexcept {
  if (block->handles.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (block->pool == nullptr) {
    std::free(block->memory);
    delete block;
    return;
  }
  const std::shared_ptr<PoolState> pool = std::move(block->pool);
  pool->free_bits[block->index / kBits].fetch_or(std::uint64_t{1} << (block->index % kBits),
                                                 std::memory_order_release);
}

}  // namespace buffer_detail

using buffer_detail::Block;
using buffer_detail::kBits;
using buffer_detail::PoolState;

std::span<std::byte> Buffer::memory() {
  HEDDLE_CHECK(block_ != nullptr);
  return {block_->memory, block_->capacity_bytes};
}

void Buffer::set_size(std::size_t bytes) {
  HEDDLE_CHECK(block_ != nullptr);
  block_->used_bytes = std::min(bytes, block_->capacity_bytes);
}

bool Buffer::assign_external(std::span<const std::byte> bytes) {
  release();
  auto* block = new (std::nothrow) Block();
  if (block == nullptr) return false;
  block->handles.store(1, std::memory_order_relaxed);
  block->memory = static_cast<std::byte*>(std::malloc(bytes.size() + 1));
  block_ = block;
  if (block->memory == nullptr) return false;
  block->capacity_bytes = block->used_bytes = bytes.size();
  if (!bytes.empty()) std::memcpy(block->memory, bytes.data(), bytes.size());
  return true;
}

BufferMemory BufferMemory::host() {
  return {[](std::size_t bytes) -> void* {
            void* memory = std::malloc(bytes);
            if (memory != nullptr) std::memset(memory, 0, bytes);
            return memory;
          },
          [](void* memory, std::size_t) { std::free(memory); }};
}

BufferMemory BufferMemory::page_locked() {
  return {[](std::size_t bytes) -> void* {
            void* memory =
                mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (memory == MAP_FAILED) return nullptr;
            if (mlock(memory, bytes) == 0) return memory;
            munmap(memory, bytes);
            return nullptr;
          },
          [](void* memory, std::size_t bytes) { munmap(memory, bytes); }};
}

Result<BufferPool> BufferPool::make(std::uint32_t count, std::size_t bytes,
                                    const BufferMemory& memory) {
  HEDDLE_CHECK(count > 0);
  HEDDLE_CHECK(bytes > 0);
  auto state = std::make_shared<PoolState>(count, bytes, memory);
  for (std::uint32_t i = 0; i < count; ++i) {
    Block& block = state->blocks[i];
    block.memory = static_cast<std::byte*>(memory.allocate(bytes));
    if (block.memory == nullptr) {
      return fail(diag::kOutOfMemory, {}, {fmt::to_string(bytes * count), "pooled"});
    }
    block.index = i;
    block.capacity_bytes = bytes;
    state->free_bits[i / kBits].fetch_or(std::uint64_t{1} << (i % kBits));
  }
  return BufferPool(std::move(state));
}

Result<Buffer> BufferPool::acquire() {
  for (std::size_t word = 0; word < state_->free_bits.size(); ++word) {
    std::uint64_t bits = state_->free_bits[word].load(std::memory_order_acquire);
    while (bits != 0) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(bits));
      if (!state_->free_bits[word].compare_exchange_weak(bits, bits & ~(std::uint64_t{1} << bit),
                                                         std::memory_order_acquire)) {
        continue;
      }
      Block& block = state_->blocks[word * kBits + bit];
      block.used_bytes = 0;
      block.pool = state_;
      block.handles.store(1, std::memory_order_relaxed);
      return Buffer(&block);
    }
  }
  return fail(diag::kPoolEmpty, {}, {fmt::to_string(state_->blocks.size())});
}

std::uint32_t BufferPool::free_count() const {
  int count = 0;
  for (const auto& word : state_->free_bits) {
    count += std::popcount(word.load(std::memory_order_acquire));
  }
  return static_cast<std::uint32_t>(count);
}

}  // namespace heddle::flow
