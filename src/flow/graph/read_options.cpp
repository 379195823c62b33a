#include "flow/graph/read_options.h"

namespace heddle::flow {

LoggingOptions read_logging_options(ConfigReader map) {
  LoggingOptions out;
  out.is_enabled = map.optional<bool>("enabled", out.is_enabled);
  out.has_timing = map.optional<bool>("timing", out.has_timing);
  out.keyframe_interval = map.optional<std::uint64_t>("keyframe_interval", out.keyframe_interval);
  out.is_async = map.optional<bool>("async", out.is_async);
  out.sync = map.optional_choice<SyncPolicy>("sync", out.sync,
                                             {{"none", SyncPolicy::None},
                                              {"interval", SyncPolicy::Interval},
                                              {"every_batch", SyncPolicy::EveryBatch}});
  out.sync_interval_ms = map.optional<std::uint32_t>("sync_interval_ms", out.sync_interval_ms,
                                                     {.min = 1, .max = 3'600'000});
  out.batch_bytes = map.optional<std::uint64_t>("batch_bytes", out.batch_bytes,
                                                {.min = 4096, .max = std::uint64_t{1} << 30});
  out.file_bytes = map.optional<std::uint64_t>(
      "file_bytes", out.file_bytes, {.min = std::uint64_t{1} << 16, .max = std::uint64_t{1} << 40});
  out.on_full = map.optional_choice<OnLogFull>(
      "on_full", out.on_full,
      {{"block", OnLogFull::Block}, {"drop", OnLogFull::Drop}, {"spill", OnLogFull::Spill}});
  out.text_bytes =
      map.optional<std::uint32_t>("text_bytes", out.text_bytes, {.min = 0, .max = 1U << 20});
  return out;
}

RuntimeOptions read_runtime_options(ConfigReader map) {
  RuntimeOptions out;
  out.workers =
      map.optional<std::uint32_t>("workers", out.workers, {.min = 1, .max = Graph::kWorkersMax});
  out.slots = map.optional<std::uint32_t>("slots", out.slots, {.min = 1, .max = Graph::kSlotsMax});
  out.strategy = map.optional_choice<Strategy>("strategy", out.strategy,
                                               {{"groups", Strategy::Groups},
                                                {"pool", Strategy::Pool},
                                                {"checkpoint", Strategy::Checkpoint}});
  out.lists = map.maybe<std::uint64_t>("lists");
  out.rate_hz = map.optional<double>("rate_hz", out.rate_hz, {.min = 0, .max = 1e9});
  out.watchdog_ms = map.optional<std::uint32_t>("watchdog_ms", out.watchdog_ms);
  out.cpus = map.list<std::uint32_t>("cpus", {.min = 0, .max = 1023});
  out.priority = map.optional<std::uint32_t>("priority", out.priority, {.min = 0, .max = 99});
  out.scheduling = map.optional_choice<SchedulingPolicy>(
      "scheduling", out.scheduling,
      {{"warn", SchedulingPolicy::Warn}, {"strict", SchedulingPolicy::Strict}});
  out.has_stamps = map.optional<bool>("stamps", out.has_stamps);
  return out;
}

}  // namespace heddle::flow
