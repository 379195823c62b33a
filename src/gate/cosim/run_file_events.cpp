// The event script: `input_commands`, in the run file itself or in a file that
// it names.
#include <array>

#include "gate/cosim/run_file_reader.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

using Wait = EventStepEntry::Wait;
using Action = EventStepEntry::Action;

/// Reports unless exactly one of the keys is there.
template <std::size_t Count>
bool exactly_one(ConfigReader& map, const std::array<std::string_view, Count>& keys) {
  std::size_t count = 0;
  std::string names;
  for (const std::string_view key : keys) {
    if (map.has(key)) ++count;
    names += names.empty() ? std::string(key) : ", " + std::string(key);
  }
  if (count == 1) return true;
  map.report(diag::kBadEventStep, "",
             {count == 0 ? "says neither of " + names : "says more than one of " + names,
              "each wait and each action has exactly one of them"});
  return false;
}

void read_wait(ConfigReader& map, EventStepEntry& step) {
  constexpr std::uint64_t kTimeMax = std::uint64_t{1} << 62;
  exactly_one(map, std::array<std::string_view, 5>{"edge", "edges", "time_ps", "uart", "gpio"});
  if (const auto edge = map.maybe<std::uint64_t>("edge")) {
    step.wait = Wait::Edge;
    step.operand = *edge;
  }
  if (const auto edges = map.maybe<std::uint64_t>("edges", {.max = kTimeMax})) {
    step.wait = Wait::Edges;
    step.operand = *edges;
  }
  if (const auto time = map.maybe<std::uint64_t>("time_ps", {.max = kTimeMax})) {
    step.wait = Wait::TimePs;
    step.operand = *time;
  }
  if (const auto uart = map.maybe<std::string>("uart")) {
    step.wait = Wait::UartText;
    step.source = {*uart, map.where("uart")};
    step.text = map.required<std::string>("text");
  }
  if (const auto gpio = map.maybe<std::string>("gpio")) {
    step.wait = Wait::GpioOut;
    step.source = {*gpio, map.where("gpio")};
    step.mask = map.optional<std::uint32_t>("mask", 0xFFFFFFFF);
    step.operand = map.required<std::uint32_t>("value");
  }
}

void read_action(ConfigReader& map, EventStepEntry& step) {
  exactly_one(map, std::array<std::string_view, 5>{"uart", "gpio", "force", "release", "stop"});
  if (const auto uart = map.maybe<std::string>("uart")) {
    step.action = Action::Send;
    step.target = {*uart, map.where("uart")};
    if (map.has("send_bytes")) {
      for (const std::uint32_t byte : map.list<std::uint32_t>("send_bytes", {.max = 0xFF})) {
        step.send += static_cast<char>(byte);
      }
    } else {
      step.send = map.required<std::string>("send");
    }
  }
  if (const auto gpio = map.maybe<std::string>("gpio")) {
    step.action = Action::Drive;
    step.target = {*gpio, map.where("gpio")};
    step.drive_mask = map.optional<std::uint32_t>("mask", 0xFFFFFFFF);
    step.drive_value = map.required<std::uint32_t>("drive");
  }
  if (const auto net = map.maybe<std::string>("force")) {
    step.action = Action::Force;
    step.net = {*net, map.where("force")};
    step.force_value = map.required<std::uint64_t>("value");
  }
  if (const auto net = map.maybe<std::string>("release")) {
    step.action = Action::Release;
    step.net = {*net, map.where("release")};
  }
  if (const auto stop = map.maybe<bool>("stop")) {
    if (*stop) step.action = Action::Stop;
  }
}

void read_steps(ConfigReader& map, RunFileReading& reading) {
  for (ConfigReader& item : map.list_of_maps("input_commands")) {
    EventStepEntry step;
    step.where = item.where();
    if (!item.has("wait") && !item.has("action")) {
      item.report(diag::kBadEventStep, "",
                  {"has neither `wait` nor `action`", "write `- {wait: {...}, action: {...}}`"});
    }
    if (std::optional<ConfigReader> wait = item.maybe_map("wait")) read_wait(*wait, step);
    if (std::optional<ConfigReader> action = item.maybe_map("action")) read_action(*action, step);
    reading.run.events.push_back(std::move(step));
  }
}

}  // namespace

void read_events(ConfigReader& map, RunFileReading& reading) {
  if (!map.has("events")) {
    (void)map.maybe<std::string>("events");
    return;
  }
  const ConfigNode* node = map.node("events");
  if (node->kind() == ConfigKind::Map) {
    ConfigReader events = *map.maybe_map("events");
    read_steps(events, reading);
    return;
  }
  const std::optional<std::string> path = map.maybe_path("events");
  if (!path) return;
  Result<ConfigNode> file = load_config(*path);
  if (!file) {
    reading.diagnostics.add(file.error());
    return;
  }
  ConfigReader events(*file, "the event file", reading.diagnostics);
  read_steps(events, reading);
  events.done();
}

}  // namespace heddle::gate
