// One run file on an engine of heddle, window by window: schedule, engine,
// peripherals, decoded records and, where asked for, waves, as `heddle gate
// cosim` runs them; without the files of a run directory.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gate/child.h"
#include "gate/timing.h"
#include "gate/workload.h"
#include "heddle/gate/backend.h"
#include "heddle/gate/program.h"
#include "heddle/gate/run_plan.h"

namespace heddle::bench {

class HeddleRun {
 public:
  /// What is looked at besides the pins of peripherals; compiled in.
  enum class Looks : std::uint8_t { Nothing, Waves, Outputs };

  /// Reads and compiles; none of it is timed.
  [[nodiscard]] static Outcome<std::unique_ptr<HeddleRun>> prepare(const RunFileParams& params,
                                                                   std::string_view engine,
                                                                   Looks looks = Looks::Nothing);

  /// Runs from power-up and times the edges from `skip` on: `count` of them, or
  /// to what stops the run sooner. Waves (compiled in) go to `wave_file`; closing it counts.
  [[nodiscard]] Outcome<Timing> run(std::uint64_t skip, std::uint64_t count,
                                    const std::string& wave_file = {});

  /// The hash of all outputs at every edge (designs/sim/pins.h) of the first
  /// `edges`, `edge hash` lines every `every`, into `file`. Requires: compiled in.
  [[nodiscard]] Outcome<void> write_output_hash(std::uint64_t edges, std::uint64_t every,
                                                const std::string& file);

  [[nodiscard]] std::size_t wave_net_count() const { return plan_.wave_names.size(); }
  /// Size of the last wave file.
  [[nodiscard]] std::uint64_t wave_bytes() const { return wave_bytes_; }
  /// Of the last `run`, from power-up on.
  [[nodiscard]] const gate::BackendProfile& profile() const { return profile_; }

 private:
  gate::RunPlan plan_;
  gate::Program program_;
  std::string engine_;
  gate::BackendProfile profile_;
  std::uint64_t wave_bytes_ = 0;
};

}  // namespace heddle::bench
