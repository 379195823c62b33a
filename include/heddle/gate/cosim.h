// Co-simulation: a run file in, a run directory out. The host loop is a flow of
// tasks (simulate, look, commit) over batches, with no type of an engine in it;
// docs/guides/gate-run-file.md describes what it writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/interrupt.h"
#include "heddle/base/progress.h"
#include "heddle/base/result.h"
#include "heddle/base/statistics.h"
#include "heddle/gate/live.h"
#include "heddle/gate/model.h"
#include "heddle/gate/peripheral.h"
#include "heddle/gate/run_file.h"
#include "heddle/gate/timing_overlay.h"

namespace heddle::gate {

/// Edges `first` .. `end - 1` of a run.
struct EdgeRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

/// Reads `all` or `A:B`. `where` names the option. Errors: cosim.bad-check-window.
[[nodiscard]] Result<EdgeRange> parse_edge_range(const std::string& text);

/// What is asked of a run beside its run file. None of it changes a result.
struct CosimOptions {
  std::string directory;           ///< where to write; empty: `runs/<name>-<digest>`
  bool force = false;              ///< replace a run directory that exists
  bool strict = false;             ///< an empty check is an error
  std::optional<EdgeRange> check;  ///< run the reference beside the engine here
  std::string digest_file;         ///< `edge digest` lines; empty: none
  std::uint64_t digest_every = 1;  ///< edges a line
  std::string output_hash_file;    ///< `edge hash` lines; empty: none
  std::uint64_t output_hash_every = 1;
  std::uint64_t checkpoint_every = 0;      ///< edges; see checkpoint.h; 0: no checkpoints
  std::vector<std::string> trace_signals;  ///< globs of nets for `signals.txt`
  std::string saif_file;                   ///< switching activity of all nets; empty: none
  TimingRequest timing;  ///< an empty report file: `timing.json` in the run directory
  std::string fault;     ///< `NET` or `seed:N` to invert; empty: none
  std::vector<std::string> vpi_modules = {};    ///< shared libraries; docs/guides/vpi.md
  std::vector<std::string> vpi_arguments = {};  ///< what they see as the command line
  std::string version;                          ///< of the program, for run_params.json
  std::string cache_directory;  ///< of compiled designs, see program_cache.h; empty: none
  /// 1, or 2 to simulate a batch while the one before is written; 0: as many as there
  /// are cores. It is one where the engine has to wait for every batch, and by itself for
  /// small batches.
  std::uint32_t host_threads = 0;
  /// Wall time, for the report's `run` part only.
  std::function<std::chrono::nanoseconds()> clock;
};

/// Who looks on while a run goes. Threads: one at a time, during `run_cosim`; while it
/// simulates, not the caller's.
class CosimObserver {
 public:
  virtual ~CosimObserver() = default;
  /// A warning, before the run.
  virtual void on_warnings(const Diagnostics&) {}
  /// The run is about to start: the names of its UARTs by source (empty for
  /// sources of another kind), and where it writes.
  virtual void on_start(const std::vector<std::string>& /*uarts*/,
                        const std::string& /*directory*/) {}
  /// A byte that a UART decoded, in order.
  virtual void on_uart_byte(std::size_t /*source*/, std::uint8_t /*byte*/) {}
  /// A message of the design, `$display`, with its line end.
  virtual void on_display(const std::string& /*text*/) {}
  /// Where a live peripheral listens, and who comes and goes.
  virtual void on_live(const std::string& /*text*/) {}

 protected:
  CosimObserver() = default;
  CosimObserver(const CosimObserver&) = default;
  CosimObserver& operator=(const CosimObserver&) = default;
};

enum class RunStatus : std::uint8_t { Complete, Interrupted, Failed };

/// How well a run batched.
struct BatchTelemetry {
  std::uint64_t edges = 0;
  std::uint64_t submits = 0;
  std::uint32_t batch_limit = 0;
  std::uint32_t largest = 0;
  std::uint64_t batched_edges = 0;  ///< edges of batches larger than one
  std::uint64_t batched_submits = 0;
  // Single-edge commits by what forced each.
  std::uint64_t single_by_limit = 0;  ///< the batch size is 1
  std::uint64_t single_by_end = 0;    ///< one edge was left
  std::uint64_t single_by_stop = 0;   ///< a stop condition held at the first edge
  std::uint64_t single_by_bench = 0;  ///< a test bench wanted to look
};

/// What `--check` found.
struct CheckOutcome {
  bool asked = false;
  bool checked = false;  ///< false when the engine is the reference itself
  EdgeRange window;
  std::uint64_t compared_edges = 0;
  bool equal = true;
  std::uint64_t edge = 0;             ///< the first that differs
  std::string net;                    ///< the first that differs there
  bool expected = false;              ///< what the reference has
  std::size_t differing_count = 0;    ///< bits that differ at that edge
  std::uint64_t cone_gates = 0;       ///< ANDs in the cone of `net`
  std::vector<std::string> suspects;  ///< nets that every differing bit depends on, nearest first
};

/// A comparison with a file that was expected.
struct ExpectationOutcome {
  std::string what;  ///< `uart0`, `events`
  std::string file;
  bool equal = true;
  std::string difference;  ///< where and how, for people
};

/// What one assertion, cover or message of the design did.
struct DesignCheckOutcome {
  std::string name;
  CheckKind kind = CheckKind::Assert;
  std::uint64_t count = 0;       ///< violations of an assertion, else how often it happened
  std::uint64_t first_edge = 0;  ///< where it did
};

/// What one UART sent, for reports.
struct UartOutcome {
  std::string name;
  std::string file;
  std::uint64_t byte_count = 0;
  std::uint64_t framing_errors = 0;
  std::uint64_t parity_errors = 0;
  std::uint64_t digest = 0;
};

/// What a run did. The run directory tells the same.
struct CosimOutcome {
  RunStatus status = RunStatus::Complete;
  std::string name;
  std::string directory;
  std::string engine;
  std::uint64_t edges = 0;
  std::int64_t time_ps = 0;  ///< of the last edge
  StopReason stop = StopReason::None;
  std::vector<std::pair<std::string, std::uint64_t>> cycles;  ///< by clock
  std::uint64_t seed = 0;
  std::vector<std::pair<std::string, std::int64_t>> jitter_ps;  ///< clocks that have some
  std::vector<UartOutcome> uarts;
  std::uint64_t event_count = 0;
  std::uint64_t event_digest = 0;
  std::optional<std::uint64_t> digest;       ///< of the last edge, when asked for
  std::optional<std::uint64_t> output_hash;  ///< the same
  std::string fault;                         ///< the gate that was inverted
  CheckOutcome check;
  std::vector<ExpectationOutcome> expectations;
  BatchTelemetry telemetry;
  std::vector<LivePortOutcome> live;
  Statistics statistics;  ///< those of cosim_statistics.h
  std::optional<TimingReport> timing;
  std::vector<DesignCheckOutcome> checks;
  std::vector<std::string> files;  ///< in the run directory
  double seconds = 0;              ///< of the loop
  /// Why it failed, what differs; warnings about what was seen.
  Diagnostics problems;

  /// Every check held and the run got to its end.
  [[nodiscard]] bool passed() const;
};

/// "edges", "uart_text"...: as reports say it.
[[nodiscard]] std::string_view stop_reason_name(StopReason reason);
[[nodiscard]] std::string_view run_status_name(RunStatus status);

/// Runs. Errors mean that nothing has run and no run directory was made; what
/// goes wrong later is in `CosimOutcome::problems`, with a report.
/// Errors: those of reading the netlist, `plan_run`, `compile`, `make_backend`;
/// cosim.run-exists, cosim.not-a-run, cosim.nothing-checked, file.write-failed.
[[nodiscard]] Result<CosimOutcome> run_cosim(const RunFile& run, const CosimOptions& options,
                                             CosimObserver& observer, Progress& progress,
                                             Interrupt interrupt);

}  // namespace heddle::gate
