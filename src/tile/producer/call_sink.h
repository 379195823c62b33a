// What a kernel calls, as C++: the one stream that producers in this process,
// producers in a child, and trace files all speak, and that `Recorder` checks.
// Lists are as the caller gave them, nothing has been looked at.
#pragma once

#include <cstdint>
#include <span>

#include "heddle_tile.h"

namespace heddle::tile {

/// A list of a caller: `count` may be too large and `data` null.
struct WordList {
  const std::int64_t* data = nullptr;
  std::uint32_t count = 0;
};

struct TensorCall {
  std::uint32_t id = 0;
  const char* name = nullptr;
  std::int64_t elements = 0;
  std::uint32_t element_bits = 0;
};

struct BufferCall {
  std::uint32_t id = 0;
  int kind = 0;
  std::int64_t bytes = 0;
};

struct DmaCall {
  int direction = 0;
  std::uint32_t tensor = 0;
  std::int64_t offset = 0;
  WordList dims;
  WordList strides;  ///< of the same count
  std::uint32_t element_bits = 0;
  int is_async = 0;
  std::uint32_t semaphore = 0;
  heddle_tile_buffers reads = {};
  heddle_tile_buffers writes = {};
};

struct ComputeCall {
  std::uint32_t node = 0;
  int kind = 0;
  WordList dims;
  heddle_tile_buffers reads = {};
  heddle_tile_buffers writes = {};
};

struct DispatchCall {
  bool has_function = false;
  std::uint32_t shape_count = 0;
  bool has_shape = true;
  std::uint32_t induction_count = 0;
  bool has_induction = true;
};

/// Takes calls in order. Each returns whether it was accepted; after a refusal
/// everything is refused.
class CallSink {
 public:
  CallSink() = default;
  CallSink(const CallSink&) = delete;
  CallSink& operator=(const CallSink&) = delete;
  virtual ~CallSink() = default;

  virtual bool tensor(const TensorCall& call) = 0;
  virtual bool buffer(const BufferCall& call) = 0;
  virtual bool dispatch(const DispatchCall& call) = 0;
  virtual bool kernel_done(int code) = 0;

  virtual bool item_begin(std::int64_t key, std::span<const std::int64_t> induction) = 0;
  virtual bool dma(const DmaCall& call) = 0;
  virtual bool compute(const ComputeCall& call) = 0;
  virtual bool memory_barrier(std::uint32_t semaphore, std::int64_t elements) = 0;
  virtual bool compute_barrier() = 0;
  virtual bool item_done(int code) = 0;
};

}  // namespace heddle::tile
