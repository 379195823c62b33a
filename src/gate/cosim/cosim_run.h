// One run, from its files to its report, as the ordered steps of `run_cosim`.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "gate/cosim/checker.h"
#include "gate/cosim/digest_file.h"
#include "gate/cosim/engine_run.h"
#include "gate/cosim/event_stage.h"
#include "gate/cosim/host_loop.h"
#include "gate/cosim/live_stage.h"
#include "gate/cosim/look_stages.h"
#include "gate/cosim/output_hash.h"
#include "gate/cosim/vpi/session.h"
#include "gate/cosim/wave_stage.h"
#include "heddle/gate/cosim.h"
#include "heddle/gate/program_cache.h"

namespace heddle::gate {

class CosimRun final : private HostSteps {
 public:
  CosimRun(const RunFile& file, const CosimOptions& options, CosimObserver& observer,
           Progress& progress, Interrupt interrupt)
      : file_(file),
        options_(options),
        observer_(observer),
        progress_(progress),
        interrupt_(interrupt),
        look_(options, observer) {}

  // Before the run; a failure leaves nothing behind.
  [[nodiscard]] Status prepare();
  /// Makes the run directory and opens every output.
  [[nodiscard]] Status open();
  /// Simulates to the end, or to what stops it; never fails, see the outcome.
  void loop();
  /// Closes the outputs, compares, writes the reports.
  [[nodiscard]] CosimOutcome finish();

 private:
  /// A batch, and how the engine stood after it: the engine itself may be ahead.
  struct HostBatch {
    EngineBatch engine;
    Status status;  ///< why there is no batch
    std::uint32_t asked = 0;
    bool client_ended = false;  ///< instead of a batch
    bool bench_ended = false;   ///< the same, by a VPI module
    bool is_for_bench = false;  ///< cut short for one
    StopReason exhausted = StopReason::None;
    BackendProfile profile;
    std::vector<PeripheralDescription> peripherals;
  };

  [[nodiscard]] bool simulate(std::uint32_t batch) override;
  void look(std::uint32_t batch) override;
  [[nodiscard]] bool commit(std::uint32_t batch) override;

  [[nodiscard]] Status open_live();
  [[nodiscard]] Status load_vpi_modules();
  /// Text that modules print, on in whole lines.
  void print_line_by_line(const std::string& text);
  [[nodiscard]] Status advance(HostBatch& batch);
  [[nodiscard]] Status compile_design(Model model, ProgramCache& cache);
  [[nodiscard]] std::string default_directory() const;
  [[nodiscard]] std::string in_directory(const std::string& name) const;
  [[nodiscard]] std::uint32_t next_batch() const;
  void run_batches();
  [[nodiscard]] std::uint32_t host_threads() const;
  void run_batch(HostBatch& batch);
  void note_engine(HostBatch& batch) const;
  /// Ends the run, or lets it go on.
  void judge(const HostBatch& batch);
  void count(const HostBatch& batch);
  void report_progress();
  void fail_with(const Diagnostics& problems);
  void close_stages();
  void dump_memories();
  void dump_stores();
  void explain_uarts();
  void compare();
  void fill_outcome();
  void fill_statistics();
  [[nodiscard]] std::string picture() const;

  const RunFile& file_;
  const CosimOptions& options_;
  CosimObserver& observer_;
  Progress& progress_;
  Interrupt interrupt_;

  RunPlan plan_;
  Program program_;
  std::unique_ptr<EngineRun> engine_;
  std::unique_ptr<EventStage> events_;
  std::unique_ptr<WaveStage> waves_;
  std::unique_ptr<OutputHashStage> output_hash_;
  std::unique_ptr<DigestStage> digest_;
  std::unique_ptr<Checker> checker_;
  std::unique_ptr<LiveStage> live_;    ///< when a peripheral has a socket
  std::unique_ptr<vpi::Session> vpi_;  ///< when there are VPI modules
  std::string vpi_text_;               ///< what they printed of a line; all, before it runs
  bool is_open_ = false;
  LookStages look_;
  std::vector<BatchStage*> stages_;  ///< the order in which a batch is committed
  std::string wave_file_;
  std::array<HostBatch, kHostBatches> batches_;  ///< gone before the engine is
  HostBatch* last_ = nullptr;                    ///< the one committed last
  bool has_ended_ = false;                       ///< what was simulated ahead is dropped
  CosimOutcome outcome_;
};

}  // namespace heddle::gate
