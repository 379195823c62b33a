// Makes work-items of calls, and refuses what makes no sense the moment it is
// said: what a source yields has been validated here and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/tile/trace.h"
#include "tile/producer/call_sink.h"

namespace heddle::tile {

inline constexpr std::size_t kTensorsMax = 4096;
inline constexpr std::size_t kBuffersMax = 4096;
/// Of one transfer, and of the loads of one generation of a semaphore.
inline constexpr std::int64_t kTransferElementsMax = std::int64_t{1} << 40;
/// Of one dimension of a compute.
inline constexpr std::int64_t kComputeSizeMax = std::int64_t{1} << 31;
inline constexpr std::size_t kTensorNameBytesMax = 256;

struct RecorderLimits {
  std::uint64_t work_items_max = 0;
  std::uint64_t item_instructions_max = 0;
};

class Recorder final : public CallSink {
 public:
  /// `name` is the kernel's; `where` places diagnostics until `set_where`.
  Recorder(std::string name, SourcePosition where, RecorderLimits limits);

  [[nodiscard]] const KernelInfo& kernel() const { return kernel_; }
  void set_name(std::string name) { kernel_.name = std::move(name); }
  void set_where(SourcePosition where) { where_ = std::move(where); }
  /// What was refused first.
  [[nodiscard]] const std::optional<Diagnostics>& failure() const { return failure_; }
  /// Refuses from outside: the producer died, a line is no line.
  bool refuse(const DiagnosticRule& rule, std::initializer_list<std::string_view> arguments);
  /// Where the kernel is, for messages: `work-item 3 (0, 128), instruction 17`.
  [[nodiscard]] std::string place() const;

  [[nodiscard]] bool is_kernel_done() const { return is_kernel_done_; }
  /// Whether a finished work-item waits to be taken.
  [[nodiscard]] bool is_item_done() const { return is_item_done_; }
  /// Hands the finished work-item over; its storage is reused in turn.
  void take(WorkItem& item);

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
  /// State that belongs to the work-item whose number is `item`; any other is stale.
  struct Generation {
    std::uint64_t item = 0;
    std::int64_t elements = 0;
    std::uint32_t first_load = 0;  ///< instruction
    bool is_awaited = false;
  };
  struct BufferState {
    std::uint64_t item = 0;  ///< in which it was written last
    std::int64_t rows = 0;   ///< of the preload, for weights
    std::int64_t columns = 0;
  };

  bool in_kernel(std::string_view what);
  bool in_item(std::string_view what);
  bool list_of(const char* what, heddle_tile_buffers list, Range32& range);
  bool shape_of(const DmaCall& call, Instruction& made);
  bool is_in_tensor(const DmaCall& call, const Instruction& made);
  bool dma_operands(const DmaCall& call, const Instruction& made);
  bool signal(const Instruction& made);
  bool compute_dims(const ComputeCall& call, Instruction& made);
  bool is_same_node(const ComputeCall& call);
  bool compute_operands(const Instruction& made);
  bool weights_operands(const Instruction& made);
  bool are_written(Range32 reads);
  void mark_written(Range32 writes);
  bool append(const Instruction& made);
  Range32 keep(std::span<const std::int64_t> words);

  [[nodiscard]] bool is_weights(std::uint32_t buffer) const {
    return kernel_.buffers[buffer].kind == BufferKind::Weights;
  }

  KernelInfo kernel_;
  SourcePosition where_;
  RecorderLimits limits_;
  std::optional<Diagnostics> failure_;
  bool is_kernel_done_ = false;
  bool is_in_item_ = false;
  bool is_item_done_ = false;
  bool has_item_ = false;  ///< there was one at all
  std::uint64_t dispatched_count_ = 0;
  std::uint64_t item_number_ = 0;  ///< from 1; 0 is no item
  WorkItem item_;
  std::vector<Generation> semaphores_;
  std::vector<std::uint32_t> signalled_;  ///< semaphores of this item, each once
  std::vector<BufferState> buffers_;
  std::vector<std::uint8_t> node_kinds_;  ///< 0: not seen; else kind + 1
};

}  // namespace heddle::tile
