// A run under the hand of a test bench: no run directory, no stages, callbacks at
// watched changes and deadlines. What the C interface is made of.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gate/cosim/bench/bench.h"
#include "heddle/gate/run_file.h"

namespace heddle::gate {

struct SimulationOptions {
  std::uint32_t batch_edges = 0;  ///< 0: as the run file says
  std::string engine = {};        ///< empty: the same
  std::string cache_directory = {};
  std::vector<std::string> forceable = {};
};

struct SimulationNet {
  std::string name;
  std::vector<Lit> bits;
};

/// Threads: one at a time.
class Simulation {
 public:
  using Callback = std::function<void()>;
  enum class Stop : std::uint8_t { Done, Asked, End };
  struct Telemetry {
    std::uint64_t edges = 0;
    std::uint64_t batches = 0;
    std::uint64_t largest = 0;
    std::uint64_t watch_stops = 0;
    std::uint64_t callbacks = 0;
  };

  /// Errors: those of reading, planning and compiling; bench.live.
  [[nodiscard]] static Result<std::unique_ptr<Simulation>> open(RunFile run,
                                                                const SimulationOptions& options);

  [[nodiscard]] std::uint64_t edge() const { return run_->next_edge(); }
  [[nodiscard]] std::int64_t time_ps() const { return time_ps_; }
  [[nodiscard]] const Model& model() const { return bench_->model(); }
  [[nodiscard]] const Telemetry& telemetry() const { return telemetry_; }

  /// Errors: cosim.unknown-net.
  [[nodiscard]] Result<const SimulationNet*> find_net(const std::string& name);
  [[nodiscard]] bool value(Lit lit) { return bench_->value(lit); }
  [[nodiscard]] bool is_x(Lit lit) const { return bench_->is_x(lit); }
  /// Errors: bench.not-writable, `gate.run.no-fixpoint`.
  [[nodiscard]] Status write(const SimulationNet& net, const std::vector<bool>& value);
  /// Errors: bench.not-forceable, `gate.run.no-fixpoint`.
  [[nodiscard]] Status force(const SimulationNet& net, const std::vector<bool>& value);
  [[nodiscard]] Status release(const SimulationNet& net);

  [[nodiscard]] std::uint64_t watch(const SimulationNet& net, Callback callback);
  [[nodiscard]] std::uint64_t at_edge(std::uint64_t edge, Callback callback);
  [[nodiscard]] std::uint64_t at_time(std::int64_t time_ps, Callback callback);
  void cancel(std::uint64_t id);

  /// Errors: those of the engine and of compiling; bench.busy from a callback.
  [[nodiscard]] Result<Stop> run_to(std::uint64_t end_edge, std::int64_t last_ps);
  void stop_run() { is_asked_ = true; }
  [[nodiscard]] bool is_running() const { return is_running_; }

  [[nodiscard]] std::span<const std::uint64_t> memory(std::uint32_t index) const;
  void write_row(std::uint32_t memory, std::uint64_t row, std::span<const std::uint64_t> words);

  [[nodiscard]] Checkpoint save() const { return run_->save(); }
  /// Errors: bench.busy from a callback, look.bad-checkpoint.
  [[nodiscard]] Status restore(const Checkpoint& checkpoint, std::int64_t time_ps);

 private:
  Simulation() = default;

  /// When a deadline fires: at an edge count, or at an instant.
  struct Deadline {
    std::uint64_t edge = 0;
    std::int64_t time_ps = 0;
    Callback callback;
  };
  [[nodiscard]] Result<Stop> run_batches(std::uint64_t end_edge, std::int64_t last_ps);
  [[nodiscard]] Status fire_deadlines();
  /// Calls back for everything that has changed, until nothing has.
  [[nodiscard]] Status fire_changes();
  [[nodiscard]] Result<StopReason> advance(std::uint64_t end_edge, std::int64_t before_ps);
  void call(const Callback& callback);

  RunFile file_;
  RunPlan plan_;
  Program program_;
  std::unique_ptr<EngineRun> run_;
  std::unique_ptr<Bench> bench_;
  std::deque<SimulationNet> nets_;
  std::map<std::uint64_t, Deadline> deadlines_;  ///< by id
  struct Watcher {
    Bench::WatchId watch = 0;
    Callback callback;
  };
  std::map<std::uint64_t, Watcher> watchers_;  ///< by id
  std::uint64_t next_id_ = 1;
  EngineBatch batch_;
  std::uint32_t batch_limit_ = 0;
  std::uint32_t batch_edges_ = 0;  ///< of the next batch: less where watches end them soon
  std::int64_t time_ps_ = 0;
  bool is_written_ = false;  ///< since changes were looked for
  bool is_asked_ = false;
  bool is_running_ = false;
  bool has_ended_ = false;
  Telemetry telemetry_;
};

}  // namespace heddle::gate
