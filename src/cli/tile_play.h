// What `heddle tile run` and `heddle tile timeline` have in common: a kernel
// found by name or file, a machine, and a run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "heddle/base/interrupt.h"
#include "heddle/tile/cycle_table.h"
#include "heddle/tile/producer.h"
#include "heddle/tile/simulator.h"

namespace heddle::cli {

/// The options of both commands.
struct TilePlayOptions {
  std::string kernel;
  std::string machine = "tpuv3";
  std::string shape;
  std::string cycle_table;
  bool in_process = false;
};

[[nodiscard]] std::vector<Option> tile_play_options(TilePlayOptions& options);

/// Everything read; nothing has run.
struct TilePlay {
  tile::Machine machine;
  ConfigNode machine_resolved;
  std::optional<tile::CycleTable> table;
  std::string name;                      ///< of the kernel, for people and directories
  std::string path;                      ///< of the shared object or trace
  std::vector<std::int64_t> shape_args;  ///< with what the machine asks of shipped kernels

  /// The kernel's work-items, from the start.
  [[nodiscard]] Result<std::unique_ptr<tile::WorkItemSource>> open(const TilePlayOptions& options,
                                                                   Interrupt interrupt) const;
  [[nodiscard]] tile::RunOptions run_options(Interrupt interrupt) const;
};

/// Errors: cli.bad-usage (a shape that is no list of numbers), those of the machine and table.
[[nodiscard]] Result<TilePlay> prepare_tile_play(const TilePlayOptions& options);

/// Whether two engines came to the same. Errors: cli.engines-differ.
[[nodiscard]] Status check_engines_agree(const tile::RunResult& event,
                                         const tile::RunResult& stepped);

}  // namespace heddle::cli
