// Kernels as sources of work-items: a shared object that speaks heddle_tile.h,
// in a child process or in this one, or a kernel that is linked in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heddle/base/interrupt.h"
#include "heddle/base/result.h"
#include "heddle/tile/trace.h"
#include "heddle_tile.h"

namespace heddle::tile {

/// Where a producer's code runs. The trace is the same.
enum class Isolation : std::uint8_t {
  Child,      ///< a process of its own: its crash is a diagnostic
  InProcess,  ///< no process and no copying; its crash is ours
};

/// More work-items than this, or instructions in one of them, are refused.
inline constexpr std::uint64_t kWorkItemsMax = std::uint64_t{1} << 24;
inline constexpr std::uint64_t kItemInstructionsMax = std::uint64_t{1} << 20;

struct ProducerOptions {
  std::vector<std::int64_t> shape_args = {};
  Isolation isolation = Isolation::Child;
  std::uint32_t stall_ms_max = 10'000;  ///< a child silent for longer is ended
  std::uint64_t work_items_max = kWorkItemsMax;
  std::uint64_t item_instructions_max = kItemInstructionsMax;
  Interrupt interrupt = {};  ///< asked while a child is waited for
};

/// Loads the shared object `path` and runs its kernel function. Tile functions run as
/// work-items are asked for (a child runs ahead, as far as a bounded ring lets it), so
/// memory is O(one work-item), plus about ten bytes for each that was dispatched.
/// A child writes its standard output to standard error.
/// Errors: file.not-found, tile.not-loadable, tile.not-a-producer, tile.abi-mismatch,
/// tile.producer-start, and here or in `next` whatever the kernel does wrong:
/// tile.bad-tensor, tile.bad-buffer, tile.unknown-id, tile.bad-shape, tile.out-of-tensor,
/// tile.out-of-buffer, tile.bad-operands, tile.unwritten-buffer, tile.node-kind,
/// tile.early-wait, tile.count-mismatch, tile.unawaited-load, tile.wrong-moment,
/// tile.too-many, tile.kernel-refused, tile.no-work-items, tile.producer-died,
/// tile.producer-stalled, tile.producer-garbled, tile.interrupted.
/// Determinism: the trace is a function of the shared object and `shape_args`.
[[nodiscard]] Result<std::unique_ptr<WorkItemSource>> load_producer(
    const std::string& path, const ProducerOptions& options = {});

using KernelFunction = int (*)(heddle_tile_context* context, const std::int64_t* shape_args,
                               std::uint32_t count);

/// The same for a kernel that is linked into this program; `isolation` is not looked at.
[[nodiscard]] Result<std::unique_ptr<WorkItemSource>> run_kernel(
    const std::string& name, KernelFunction kernel, const ProducerOptions& options = {});

}  // namespace heddle::tile
