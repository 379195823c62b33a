// What a log says about itself, so that a reader needs no other source: tasks,
// messages, types, formats of text, configuration, plan, clock.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/flow/commit_sink.h"
#include "heddle/flow/log_writer.h"

namespace heddle::flow::log {

struct LogTask {
  std::string id;
  std::string type;
  TaskKind kind = TaskKind::Regular;
  bool has_state = false;
  bool is_logged = true;
  bool is_background = false;
  friend bool operator==(const LogTask&, const LogTask&) = default;
};

struct LogMessage {
  std::string name;  ///< `task.port`
  std::uint32_t task = 0;
  std::uint32_t type = 0;  ///< index into `LogCatalog::types`
  bool is_logged = true;
  ContentPolicy content = ContentPolicy::All;
  friend bool operator==(const LogMessage&, const LogMessage&) = default;
};

/// A format of text lines.
struct LogFormat {
  std::string text;
  std::vector<FieldKind> argument_kinds;
};

/// Threads: immutable once read; any may read.
struct LogCatalog {
  std::string build;  ///< the program that wrote it
  std::string graph_name;
  std::string mission;
  Digest64 graph_digest;
  std::string config_text;  ///< the graph, resolved
  std::string plan_text;
  std::string clock_name;
  ClockScale clock_scale;
  std::vector<Schema> types;
  std::vector<LogTask> tasks;
  std::vector<LogMessage> messages;  ///< all of them, recorded or not
  std::vector<std::uint32_t> steps;  ///< tasks in plan order, as timing records count
  std::map<std::uint32_t, LogFormat> formats;

  /// Index of the task or message of that name, or `kNoIndex`.
  [[nodiscard]] std::uint32_t find_task(std::string_view id) const;
  [[nodiscard]] std::uint32_t find_message(std::string_view name) const;

  /// Takes one record of Stream::Meta. False when it makes no sense.
  [[nodiscard]] bool add(MetaKind kind, std::span<const std::byte> payload);
};

/// What a run writes at the start of its log.
[[nodiscard]] std::vector<MetaRecord> meta_of(const RunDescription& run, std::string_view build);

/// A format as a meta record's payload.
[[nodiscard]] std::vector<std::byte> meta_of(std::uint32_t id, const TextFormat& format);

}  // namespace heddle::flow::log
