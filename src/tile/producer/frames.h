// Calls as frames of bytes, for the ring: what a child writes and its parent
// reads. Both are the same program, so values lie as they lie in memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tile/producer/call_sink.h"
#include "tile/producer/shared_object.h"
#include "tile/producer/shared_ring.h"

namespace heddle::tile {

/// The child's side: writes each call as a frame. Everything is accepted; the
/// parent refuses, and ends the child. False only once the parent is gone.
class FrameWriter final : public CallSink {
 public:
  explicit FrameWriter(SharedRing& ring) : ring_(ring) {}

  bool loaded(const LoadProblem& problem);
  /// After the last work-item.
  bool finished();

  bool tensor(const TensorCall& call) override;
  bool buffer(const BufferCall& call) override;
  bool dispatch(const DispatchCall& call) override;
  bool kernel_done(int code) override;
  bool item_begin(std::int64_t key, std::span<const std::int64_t> induction) override;
  bool dma(const DmaCall& call) override;
  bool compute(const ComputeCall& call) override;
  bool memory_barrier(std::uint32_t semaphore, std::int64_t elements) override;
  bool compute_barrier() override;
  bool item_done(int code) override;

 private:
  bool send();

  SharedRing& ring_;
  std::string frame_;
  std::uint64_t dispatch_count_ = 0;  ///< a child may run far ahead of its parent
};

/// What a frame was.
enum class FrameKind : std::uint8_t { Garbled, Loaded, Call, Finished };

/// The parent's side: hands a call to `sink`, or says what else it was.
[[nodiscard]] FrameKind play_frame(std::string_view frame, CallSink& sink, LoadProblem& problem);

}  // namespace heddle::tile
