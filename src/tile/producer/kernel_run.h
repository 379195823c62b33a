// Runs a kernel in this process: hands it the calls of heddle_tile.h, keeps what
// it dispatches, and calls tile functions one by one when asked.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "heddle/tile/producer.h"
#include "tile/producer/call_sink.h"

namespace heddle::tile {

/// Dispatches in order, about ten bytes each; freed as they are taken.
class DispatchLog {
 public:
  struct Entry {
    heddle_tile_function function = nullptr;
    const std::vector<std::int64_t>* shape = nullptr;
    std::vector<std::int64_t> induction;
    std::int64_t key = -1;
  };

  void add(heddle_tile_function function, std::span<const std::int64_t> shape,
           std::span<const std::int64_t> induction, std::int64_t key);
  /// The oldest; false when there is none.
  bool take(Entry& entry);

 private:
  void put(std::uint64_t value);
  void put_signed(std::int64_t value);
  std::uint64_t get();
  std::int64_t get_signed();

  std::vector<heddle_tile_function> functions_;   ///< each once
  std::deque<std::vector<std::int64_t>> shapes_;  ///< each new one after another
  std::deque<std::uint8_t> bytes_;                ///< LEB128
};

class KernelRun {
 public:
  explicit KernelRun(CallSink& sink);
  KernelRun(const KernelRun&) = delete;
  KernelRun& operator=(const KernelRun&) = delete;

  /// Runs the kernel function, to its `kernel_done`.
  bool start(KernelFunction kernel, const std::vector<std::int64_t>& shape_args);
  /// Runs the next tile function, to its `item_done`; false when there is none.
  bool next();

 private:
  struct Context : heddle_tile_context {
    KernelRun* run = nullptr;
  };
  static const heddle_tile_calls& calls();
  static KernelRun& run_of(heddle_tile_context* context);

  CallSink& sink_;
  DispatchLog log_;
  DispatchLog::Entry entry_;
  Context context_;
};

}  // namespace heddle::tile
