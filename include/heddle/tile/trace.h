// What a producer describes, as the simulator plays it: tensors, buffers, and
// work-items of instructions, one at a time. No times and no data here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heddle/base/result.h"

namespace heddle::tile {

enum class Opcode : std::uint8_t {
  TileBegin,
  TileEnd,
  Dma,
  Compute,
  MemoryBarrier,
  ComputeBarrier,
};

enum class Direction : std::uint8_t { Load, Store };
enum class BufferKind : std::uint8_t { Scratchpad, Accumulator, Weights };
enum class ComputeKind : std::uint8_t { Vector, Preload, Matmul, CrossLane };
enum class Operation : std::uint8_t { Add, Mul, Div, Sqrt, Exp, Log, Tanh, Erf, Transpose };

/// A part of a work-item's `words` or `buffers`.
struct Range32 {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// One instruction; lists lie in its work-item.
struct Instruction {
  Opcode opcode = Opcode::TileBegin;
  Direction direction = Direction::Load;
  ComputeKind kind = ComputeKind::Vector;
  bool is_async = false;
  std::uint32_t tensor = 0;        ///< Dma
  std::uint32_t semaphore = 0;     ///< Dma, MemoryBarrier
  std::uint32_t element_bits = 0;  ///< Dma
  std::uint32_t node = 0;          ///< Compute
  std::int64_t offset = 0;         ///< Dma. Units: elements
  std::int64_t elements = 0;       ///< Dma: all of its dims; MemoryBarrier: those expected
  Range32 dims;                    ///< Dma and Compute, in `WorkItem::words`
  Range32 strides;                 ///< Dma, in `WorkItem::words`. Units: elements
  Range32 reads;                   ///< in `WorkItem::buffers`
  Range32 writes;                  ///< in `WorkItem::buffers`
};

/// A tensor in DRAM. Tensors are packed in order at page-aligned addresses.
struct Tensor {
  std::string name;
  std::int64_t elements = 0;
  std::uint32_t element_bits = 0;
  std::uint64_t address = 0;  ///< of its first byte
  [[nodiscard]] std::uint64_t size_bytes() const {
    return (static_cast<std::uint64_t>(elements) * element_bits + 7) / 8;
  }
};

/// Tensors begin at multiples of this.
inline constexpr std::uint64_t kPageBytes = 4096;
/// All tensors of a kernel together.
inline constexpr std::uint64_t kTensorBytesMax = std::uint64_t{1} << 46;

/// Gives tensors their addresses: in order from 0, each at its real size, page-aligned.
/// Errors: tile.bad-tensor (no elements, elements of a width that is none of 8, 16, 32 and 64
/// bits, or too many bytes).
Status place_tensors(std::vector<Tensor>& tensors);

/// Where the element `index` of `tensor` begins: the index is scaled, then the base is added.
/// Requires: 0 <= `index` < `tensor.elements`.
[[nodiscard]] std::uint64_t element_address(const Tensor& tensor, std::int64_t index);

struct Buffer {
  BufferKind kind = BufferKind::Scratchpad;
  std::uint64_t size_bytes = 0;  ///< of each of its versions
};

/// What a kernel declares before its first work-item.
struct KernelInfo {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Buffer> buffers;
};

/// One tile function's run: instructions from TileBegin to TileEnd in program order.
struct WorkItem {
  std::uint64_t index = 0;  ///< in order of dispatch
  std::int64_t key = -1;    ///< items of one key stay on one core, in order; -1 for none
  std::vector<std::int64_t> induction;
  std::vector<Instruction> instructions;
  std::vector<std::int64_t> words;     ///< dims and strides
  std::vector<std::uint32_t> buffers;  ///< of reads and writes

  [[nodiscard]] std::span<const std::int64_t> at(Range32 range) const {
    return std::span(words).subspan(range.first, range.count);
  }
  [[nodiscard]] std::span<const std::uint32_t> buffers_of(Range32 range) const {
    return std::span(buffers).subspan(range.first, range.count);
  }
};

/// Work-items, made when they are asked for: a loaded producer, a recorded trace
/// or a test. What it yields has been validated: counts of barriers add up, ids exist.
/// Threads: one at a time.
class WorkItemSource {
 public:
  WorkItemSource() = default;
  WorkItemSource(const WorkItemSource&) = delete;
  WorkItemSource& operator=(const WorkItemSource&) = delete;
  virtual ~WorkItemSource() = default;

  /// Complete from the start. Lives as long as the source.
  [[nodiscard]] virtual const KernelInfo& kernel() const = 0;
  /// The next one in order of dispatch, none after the last. `item` is reused.
  /// Errors: tile.* rules of the producer.
  [[nodiscard]] virtual Result<bool> next(WorkItem& item) = 0;
};

}  // namespace heddle::tile
