// What `heddle tile run` and `heddle tile timeline` have in common: a kernel
// found by name or file, a machine, and a run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"
#include "heddle/base/interrupt.h"
#include "heddle/base/json.h"
#include "heddle/tile/cycle_table.h"
#include "heddle/tile/producer.h"
#include "heddle/tile/simulator.h"
#include "heddle/tile/timeline.h"

namespace heddle::cli {

/// The options of both commands.
struct TilePlayOptions {
  std::string kernel;
  std::string machine = "tpuv3";
  std::string shape;
  std::string cycle_table;
  bool in_process = false;
};

/// The options of `heddle tile run`.
struct TileRunOptions {
  TilePlayOptions play;
  std::string out;
  bool check = false;
  bool trace = false;
  bool force = false;
};

[[nodiscard]] std::vector<Option> tile_play_options(TilePlayOptions& options);

/// Everything read; nothing has run.
struct TilePlay {
  tile::Machine machine;
  ConfigNode machine_resolved;
  std::optional<tile::CycleTable> table;
  std::string table_path;                ///< empty: the closed forms alone
  std::string name;                      ///< of the kernel, for people and directories
  std::string path;                      ///< of the shared object or trace
  std::string shape_help;                ///< of a shipped kernel: `M,N,K[,BATCH]`
  std::vector<std::int64_t> shape_args;  ///< with what the machine asks of shipped kernels

  /// The kernel's work-items, from the start.
  [[nodiscard]] Result<std::unique_ptr<tile::WorkItemSource>> open(const TilePlayOptions& options,
                                                                   Interrupt interrupt) const;
  [[nodiscard]] tile::RunOptions run_options(Interrupt interrupt) const;
};

/// Errors: cli.bad-usage (a shape that is no list of numbers), cli.kernel-unknown, those of the
/// machine and table.
[[nodiscard]] Result<TilePlay> prepare_tile_play(const TilePlayOptions& options);

/// Says why it failed, and what a shipped kernel's `--shape` is where the kernel refused it.
ExitCode report_failed(const TilePlay& play, const Diagnostics& errors, Session& session);

/// `--out`, or `runs/<kernel>-<machine>-<digest of params>`: made, or taken over by `--force`.
/// Errors: cli.run-exists, those of `make_directories`.
[[nodiscard]] Result<std::string> claim_run_directory(const TileRunOptions& options,
                                                      const TilePlay& play,
                                                      const std::string& params);

/// What run_params.json says of cycle table and machine.
void write_setting(JsonWriter& json, const TilePlay& play);

/// The timeline of `name` as `<stem>.perfetto-trace` and `<stem>.svg`.
[[nodiscard]] Status write_pictures(const std::string& stem, const std::string& name,
                                    const tile::Machine& machine, const tile::Timeline& timeline,
                                    std::int64_t cycles);

/// Whether two engines came to the same for `name`. Errors: cli.engines-differ.
[[nodiscard]] Status check_engines_agree(const std::string& name, const tile::RunResult& event,
                                         const tile::RunResult& stepped);

/// Units: seconds, from some beginning; for what a run took.
[[nodiscard]] double wall_now();

}  // namespace heddle::cli
