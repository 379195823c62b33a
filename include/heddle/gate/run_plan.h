// A run file attached to a design: what the engine, the schedule and the bank
// are made from. Whatever can be wrong with a run file has been found here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/backend.h"
#include "heddle/gate/event_list.h"
#include "heddle/gate/live.h"
#include "heddle/gate/model.h"
#include "heddle/gate/peripheral_bank.h"
#include "heddle/gate/run_file.h"
#include "heddle/gate/schedule.h"

namespace heddle::gate {

/// Contents of one memory before edge 0.
struct MemoryPreload {
  std::uint32_t memory = 0;                ///< index into `Model::memories`
  std::vector<std::uint64_t> rows;         ///< as `Backend::set_memory` takes them
  std::vector<std::uint64_t> x_rows = {};  ///< as `set_x_memory`; with X propagation
};

struct MemoryDump {
  std::uint32_t memory = 0;
  std::string file;  ///< in the run directory
};

struct StateDeposit {
  std::uint32_t state = 0;  ///< index into `Model::states`
  bool value = false;
};

struct ExpectedTranscript {
  std::uint32_t source = 0;  ///< index of the UART in the run
  std::string path;
  std::string bytes;
};

struct ExpectedEvents {
  std::string path;
  std::vector<RunEvent> events;
};

/// What a peripheral stores, to be written out at the end.
struct StoreDump {
  std::uint32_t source = 0;  ///< index of the peripheral in the run
  std::string file;          ///< in the run directory
};

/// A net that must not be x.
struct NeverXNet {
  std::string name;
  std::vector<Lit> bits;
  std::vector<std::string> bit_names;  ///< of `bits`
};

/// What a run with X propagation needs beside.
struct XPlan {
  XOptions options;
  std::vector<NeverXNet> never_x;
  std::uint64_t after_edges = 0;
  std::int64_t after_time_ps = 0;
  SourcePosition where;  ///< of `never_x`
};

struct RunPlan {
  ScheduleSpec schedule;
  std::vector<std::string> clock_names;
  BankSpec bank;
  std::vector<MemoryPreload> preloads;
  std::vector<MemoryDump> dumps;
  std::vector<StoreDump> store_dumps;
  std::vector<std::uint32_t> fail_outputs;  ///< none, or the one of `stop: {fail: NET}`
  /// Nets inside the design that peripherals look at: see `add_probes`.
  std::vector<PortBit> probes;
  std::vector<StateDeposit> deposits;
  std::vector<LivePeripheral> live;
  XPlan x;
  std::vector<std::uint32_t> wave_names;  ///< into `Model::names`, ascending
  std::vector<ExpectedTranscript> expected_uart;
  std::vector<ExpectedEvents> expected_events;  ///< none or one
  std::uint64_t image_digest = 0;               ///< over every file that was loaded into a memory

  /// Whether a net is forced in this run, for as much as the run file says.
  [[nodiscard]] bool uses_force() const;
};

/// Attaches a run file to a model.
/// Errors: `cosim.*` of the design and of images, all there are, located in the
/// run file. Warns: cosim.input-floats, cosim.image-empty.
[[nodiscard]] Result<RunPlan> plan_run(const RunFile& run, const Model& model,
                                       Diagnostics& warnings);

/// Makes the nets that the plan's peripherals look at visible: to be called once
/// on the model that is compiled and run.
void add_probes(Model& model, const RunPlan& plan);

}  // namespace heddle::gate
