// A graph as its YAML file describes it, one mission chosen: tasks over
// registered types, the messages between them, what is logged and how it runs.
//
//   name: caterpillar
//   resources: {uart: {type: Uart, params: {baud: 9600}}}
//   tasks:
//     - {id: source, type: Ramp, params: {step: 2}, offset_ns: 0, log: true,
//        on_error: shutdown, missions: [fly], resources: {port: uart}}
//     - {id: filter, type: Filter, background: {lag: 2}}
//   connections:
//     - {from: source.out, to: filter.in, log: true, content: all}
//   missions: [fly, land]
//   logging: {enabled: true, keyframe_interval: 1000, sync: interval}
//   runtime: {workers: 2, slots: 8, strategy: groups}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heddle/base/config.h"
#include "heddle/base/digest.h"
#include "heddle/flow/registry.h"

namespace heddle::flow {

enum class OnError : std::uint8_t {
  Shutdown,  ///< the run ends; this list and those above are not committed
  Abort,     ///< what depends on the step is skipped in this list
  Ignore,    ///< the step's outputs are absent, and that is all
};

/// How much of a pooled payload the log keeps.
enum class ContentPolicy : std::uint8_t { All, Touched, None };

enum class Strategy : std::uint8_t { Groups, Pool, Checkpoint };
enum class SyncPolicy : std::uint8_t { None, Interval, EveryBatch };
enum class OnLogFull : std::uint8_t { Block, Drop, Spill };
enum class SchedulingPolicy : std::uint8_t { Warn, Strict };

/// A task whose `process` runs beside the flow.
struct BackgroundOptions {
  std::uint32_t lag = 1;    ///< its result for list n is in list n + lag
  bool is_sampled = false;  ///< in whichever list it is ready: not deterministic
};

/// No message, or no task.
inline constexpr std::uint32_t kNoIndex = 0xFFFF'FFFF;

struct GraphTask {
  std::string id = {};
  const TaskType* type = nullptr;
  ConfigNode params = {};
  std::vector<std::pair<std::string, std::string>> resources = {};  ///< role, name
  OnError on_error = OnError::Shutdown;
  bool is_logged = true;
  std::int64_t offset_ns = 0;
  std::optional<BackgroundOptions> background = {};
  /// A message a port of the type: written for an output, read for an input;
  /// `kNoIndex` for an input whose writer is not in this mission.
  std::vector<std::uint32_t> messages = {};
  /// Tasks of one component share a resource and run one at a time, in plan order.
  std::uint32_t component = 0;
  SourcePosition where = {};
};

/// An output of a task, read by any number of inputs.
struct GraphMessage {
  std::string name = {};  ///< `task.port`
  std::uint32_t task = 0;
  std::uint32_t port = 0;  ///< of the task's type
  const MessageType* type = nullptr;
  bool is_logged = true;
  ContentPolicy content = ContentPolicy::All;
};

struct GraphConnection {
  std::uint32_t message = 0;
  std::uint32_t task = 0;  ///< that reads it
  std::uint32_t port = 0;  ///< of that task's type
  SourcePosition where = {};
};

struct GraphResource {
  std::string name = {};
  const ResourceType* type = nullptr;
  ConfigNode params = {};
};

/// Key `logging`.
struct LoggingOptions {
  bool is_enabled = true;
  bool has_timing = true;               ///< process times
  std::uint64_t keyframe_interval = 0;  ///< lists; 0: only before the first
  bool is_async = true;                 ///< the file is written by a helper thread
  SyncPolicy sync = SyncPolicy::Interval;
  std::uint32_t sync_interval_ms = 1000;
  std::uint64_t batch_bytes = std::uint64_t{1} << 20;
  std::uint64_t file_bytes = std::uint64_t{1} << 30;
  OnLogFull on_full = OnLogFull::Block;
  std::uint32_t text_bytes = 256;  ///< of text a step may write in a list
};

/// Key `runtime`.
struct RuntimeOptions {
  std::uint32_t workers = 1;
  std::uint32_t slots = 8;
  Strategy strategy = Strategy::Groups;
  std::optional<std::uint64_t> lists = {};  ///< stop after that many
  double rate_hz = 0;                       ///< 0: as fast as it goes
  std::uint32_t watchdog_ms = 5000;         ///< 0: none
  std::vector<std::uint32_t> cpus = {};     ///< worker i is pinned to cpus[i]; empty: not
  std::uint32_t priority = 0;               ///< SCHED_FIFO priority; 0: the normal scheduler
  SchedulingPolicy scheduling = SchedulingPolicy::Warn;
  bool has_stamps = true;  ///< take process times
};

/// Threads: immutable once read; any may read.
struct Graph {
  static constexpr std::size_t kTasksMax = 4096;
  static constexpr std::uint32_t kSlotsMax = 65536;
  static constexpr std::uint32_t kWorkersMax = 1024;

  std::string name = {};
  std::string mission = {};                       ///< empty where the file has none
  std::vector<GraphTask> tasks = {};              ///< in file order
  std::vector<GraphMessage> messages = {};        ///< in order of task, then port
  std::vector<GraphConnection> connections = {};  ///< in file order
  std::vector<GraphResource> resources = {};
  LoggingOptions logging;
  RuntimeOptions runtime;
  /// The resolved configuration, defaults included, as YAML.
  std::string config_text = {};

  /// Of what decides the results: tasks, types, parameters, connections, mission;
  /// neither `logging` nor `runtime`.
  [[nodiscard]] Digest64 digest() const;
  /// `kNoIndex` where there is none.
  [[nodiscard]] std::uint32_t find_task(std::string_view id) const;
  [[nodiscard]] std::uint32_t find_message(std::string_view name) const;
};

/// Reads a graph and one of its missions (empty: the first, or all tasks where the
/// file has no missions). Requires: `registry` outlives the graph.
/// Errors: config.*, flow.unknown-task-type, flow.task-twice, flow.unknown-task,
/// flow.unknown-port, flow.type-mismatch, flow.input-twice, flow.input-unconnected,
/// flow.cycle, flow.unknown-mission, flow.unknown-resource, flow.no-tasks,
/// flow.too-many-tasks, flow.background-port.
[[nodiscard]] Result<Graph> read_graph(const ConfigNode& node, const TaskRegistry& registry,
                                       std::string_view mission = {});

/// `load_config`, then `read_graph`.
[[nodiscard]] Result<Graph> load_graph(const std::string& path, const TaskRegistry& registry,
                                       std::string_view mission = {});

}  // namespace heddle::flow
