// Traces as text, to look at, to keep and to play again: one instruction a line.
//
//   heddle-tile-trace 1
//   kernel "gemm"
//   tensor 0 "A" 65536 x 32                 # elements x bits
//   buffer 0 scratchpad 262144              # or accumulator, weights; bytes
//   item 0 key -1 iv 0 0 0
//     vector 0 65536 add -> 2               # node, sizes, operation; what it writes
//     load 0 @0 256:512 256:1 sem 0 -> 0    # tensor, offset, size:stride; without `sem` in order
//     wait 0 65536                          # semaphore, elements
//     preload 1 128 128 <- 1 -> 3           # reads 1, writes 3
//     matmul 2 128 128 128 <- 0 3 2 -> 2
//     store 2 @0 65536:1 <- 2               # or `async` before `<-`
//   end
#pragma once

#include <memory>
#include <string>

#include "heddle/base/byte_sink.h"
#include "heddle/base/result.h"
#include "heddle/tile/trace.h"

namespace heddle::tile {

inline constexpr int kTraceTextVersion = 1;
/// A line of a trace is shorter than this.
inline constexpr std::size_t kTraceLineBytesMax = std::size_t{16} << 10;

/// Plays `source` to its end and writes it. Errors: those of `source` and of `out`.
/// Ensures: what `load_trace` then yields is equal, instruction by instruction.
Status write_trace(WorkItemSource& source, ByteSink& out);

/// Opens a trace; work-items are read as they are asked for, so memory is O(one of them).
/// Errors, here and in `next`, at their line: file.not-found, file.read-failed,
/// tile.trace-syntax, tile.trace-version, and all that a producer is refused for.
[[nodiscard]] Result<std::unique_ptr<WorkItemSource>> load_trace(const std::string& path);

/// The same for a text at hand; `file` names it in positions.
[[nodiscard]] Result<std::unique_ptr<WorkItemSource>> parse_trace(const std::string& text,
                                                                  const std::string& file);

}  // namespace heddle::tile
