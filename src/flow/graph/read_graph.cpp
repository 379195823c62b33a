// Reads a graph: options, resources and tasks first, then connections, which are
// checked against the ports of all tasks; last, one mission is cut out of it.
#include <fmt/format.h>

#include <algorithm>

#include "flow/graph/graph_order.h"
#include "flow/graph/read_options.h"
#include "heddle/flow/diagnostics.h"
#include "heddle/flow/graph.h"

namespace heddle::flow {
namespace {

std::string help_nearest(std::string_view name, const std::vector<std::string_view>& names) {
  const std::string_view nearest = nearest_name(name, names);
  if (!nearest.empty()) return fmt::format("did you mean '{}'?", nearest);
  if (names.empty()) return "there are none";
  return fmt::format("known are {}", fmt::join(names, ", "));
}

/// One end of a connection as written, and where it leads.
struct End {
  std::uint32_t task = kNoIndex;
  std::uint32_t port = kNoIndex;
};

class GraphReader {
 public:
  GraphReader(const ConfigNode& node, const TaskRegistry& registry, std::string_view mission)
      : reader_(node, "the graph", diagnostics_), registry_(registry), mission_(mission) {}

  Result<Graph> read() {
    diagnostics_.add(registry_.errors());
    graph_.name = reader_.optional<std::string>("name", "flow");
    missions_ = reader_.list<std::string>("missions");
    read_resources();
    read_tasks();
    add_messages();
    read_connections();
    graph_.logging = read_logging_options(reader_.optional_map("logging"));
    graph_.runtime = read_runtime_options(reader_.optional_map("runtime"));
    reader_.done();
    if (diagnostics_.has_errors()) return fail(std::move(diagnostics_));
    check_inputs();
    check_cycles();
    check_background();
    choose_mission();
    if (diagnostics_.has_errors()) return fail(std::move(diagnostics_));
    set_components();
    graph_.config_text = config_to_yaml(reader_.resolved());
    return std::move(graph_);
  }

 private:
  void read_resources() {
    for (auto& [name, map] : reader_.named_maps("resources")) {
      const auto type = map.required<std::string>("type");
      GraphResource resource{.name = name, .type = registry_.find_resource(type)};
      if (const ConfigNode* params = map.node("params")) resource.params = *params;
      if (resource.type == nullptr && !type.empty()) {
        map.report(diag::kUnknownResourceType, "type",
                   {name, type, help_nearest(type, registry_.resource_names())});
      }
      graph_.resources.push_back(std::move(resource));
    }
  }

  void read_tasks() {
    for (ConfigReader& map : reader_.list_of_maps("tasks")) read_task(map);
    if (graph_.tasks.empty()) {
      diagnostics_.add(Diagnostic(diag::kNoTasks, reader_.where("tasks"), {""}));
    }
    if (graph_.tasks.size() > Graph::kTasksMax) {
      diagnostics_.add(
          Diagnostic(diag::kTooManyTasks, reader_.where("tasks"),
                     {fmt::to_string(graph_.tasks.size()), fmt::to_string(Graph::kTasksMax)}));
    }
  }

  void read_task(ConfigReader& map) {
    GraphTask task;
    task.id = map.required<std::string>("id");
    task.where = map.where("id");
    const auto type = map.required<std::string>("type");
    task.type = registry_.find(type);
    if (task.type == nullptr && !type.empty()) {
      map.report(diag::kUnknownTaskType, "type",
                 {task.id, type, help_nearest(type, registry_.names())});
    }
    if (const ConfigNode* params = map.node("params")) task.params = *params;
    task.on_error = map.optional_choice<OnError>(
        "on_error", OnError::Shutdown,
        {{"shutdown", OnError::Shutdown}, {"abort", OnError::Abort}, {"ignore", OnError::Ignore}});
    task.is_logged = map.optional<bool>("log", true);
    task.offset_ns = map.optional<std::int64_t>("offset_ns", 0);
    if (auto background = map.maybe_map("background")) {
      task.background = BackgroundOptions{
          .lag = background->optional<std::uint32_t>("lag", 1, {.min = 1, .max = 1024}),
          .is_sampled = background->optional<bool>("sampled", false)};
    }
    read_task_resources(map, task);
    task_missions_.push_back(map.list<std::string>("missions"));
    for (const std::string& mission : task_missions_.back()) check_mission(mission, map);
    const std::uint32_t first = graph_.find_task(task.id);
    if (first != kNoIndex) {
      map.report(diag::kTaskTwice, "id", {task.id, graph_.tasks[first].where.to_string()});
    }
    graph_.tasks.push_back(std::move(task));
  }

  void read_task_resources(ConfigReader& map, GraphTask& task) {
    task.resources = map.named<std::string>("resources");
    for (const auto& [role, name] : task.resources) {
      std::vector<std::string_view> names;
      for (const GraphResource& resource : graph_.resources) names.push_back(resource.name);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        map.report(diag::kUnknownResource, "resources", {name, help_nearest(name, names)});
      }
    }
  }

  void check_mission(const std::string& mission, const ConfigReader& map) {
    if (std::find(missions_.begin(), missions_.end(), mission) != missions_.end()) return;
    diagnostics_.add(Diagnostic(diag::kUnknownMission, map.where("missions"),
                                {mission, help_nearest(mission, mission_names())}));
  }
  std::vector<std::string_view> mission_names() const {
    return {missions_.begin(), missions_.end()};
  }

  /// A message an output; inputs are bound by connections.
  void add_messages() {
    for (std::uint32_t index = 0; index < graph_.tasks.size(); ++index) {
      GraphTask& task = graph_.tasks[index];
      if (task.type == nullptr) continue;
      task.messages.assign(task.type->ports.size(), kNoIndex);
      for (std::uint32_t port = 0; port < task.type->ports.size(); ++port) {
        const Port& type_port = task.type->ports[port];
        if (!type_port.is_output) continue;
        task.messages[port] = static_cast<std::uint32_t>(graph_.messages.size());
        graph_.messages.push_back({.name = task.id + "." + type_port.name,
                                   .task = index,
                                   .port = port,
                                   .type = &task.type->messages[type_port.message_type],
                                   .is_logged = task.is_logged});
      }
    }
  }

  /// `task.port`, or `task` where it has one port of that direction.
  End find_end(const ConfigReader& map, std::string_view key, const std::string& text,
               bool is_output) {
    const std::size_t dot = text.find('.');
    const std::string id = text.substr(0, dot);
    End end{.task = graph_.find_task(id)};
    if (end.task == kNoIndex) {
      std::vector<std::string_view> ids;
      for (const GraphTask& task : graph_.tasks) ids.push_back(task.id);
      diagnostics_.add(Diagnostic(diag::kUnknownTask, map.where(key), {id, help_nearest(id, ids)}));
      return end;
    }
    const TaskType* type = graph_.tasks[end.task].type;
    if (type == nullptr) return end;
    std::vector<std::string_view> names;
    for (std::uint32_t port = 0; port < type->ports.size(); ++port) {
      if (type->ports[port].is_output != is_output) continue;
      names.push_back(type->ports[port].name);
      const bool is_it = dot == std::string::npos ? names.size() == 1
                                                  : type->ports[port].name == text.substr(dot + 1);
      if (is_it && end.port == kNoIndex) end.port = port;
    }
    if (end.port == kNoIndex || (dot == std::string::npos && names.size() > 1)) {
      const std::string name = dot == std::string::npos ? "" : text.substr(dot + 1);
      diagnostics_.add(Diagnostic(
          diag::kUnknownPort, map.where(key),
          {id, type->name, is_output ? "output" : "input", name, help_nearest(name, names)}));
      end.port = kNoIndex;
    }
    return end;
  }

  void read_connections() {
    for (ConfigReader& map : reader_.list_of_maps("connections")) {
      const auto from_text = map.required<std::string>("from");
      const auto to_text = map.required<std::string>("to");
      const bool is_logged = map.optional<bool>("log", true);
      const auto content = map.optional_choice<ContentPolicy>("content", ContentPolicy::All,
                                                              {{"all", ContentPolicy::All},
                                                               {"touched", ContentPolicy::Touched},
                                                               {"none", ContentPolicy::None}});
      if (from_text.empty() || to_text.empty()) continue;
      const End from = find_end(map, "from", from_text, true);
      const End to = find_end(map, "to", to_text, false);
      if (from.port == kNoIndex || to.port == kNoIndex) continue;
      connect(map, from, to, is_logged, content);
    }
  }

  void connect(const ConfigReader& map, End from, End to, bool is_logged, ContentPolicy content) {
    const std::uint32_t message_index = graph_.tasks[from.task].messages[from.port];
    GraphMessage& message = graph_.messages[message_index];
    GraphTask& reader = graph_.tasks[to.task];
    const Port& port = reader.type->ports[to.port];
    const MessageType& wanted = reader.type->messages[port.message_type];
    const std::string input = reader.id + "." + port.name;
    if (message.type->schema.digest() != wanted.schema.digest()) {
      diagnostics_.add(
          Diagnostic(diag::kTypeMismatch, map.where("to"),
                     {message.name, message.type->schema.name, input, wanted.schema.name}));
      return;
    }
    if (reader.messages[to.port] != kNoIndex) {
      const auto first = std::find_if(
          graph_.connections.begin(), graph_.connections.end(),
          [&](const GraphConnection& c) { return c.task == to.task && c.port == to.port; });
      diagnostics_.add(
          Diagnostic(diag::kInputTwice, map.where("to"), {input, first->where.to_string()}));
      return;
    }
    reader.messages[to.port] = message_index;
    message.is_logged = message.is_logged && is_logged;
    message.content = std::max(message.content, content);
    graph_.connections.push_back({message_index, to.task, to.port, map.where("from")});
  }

  void check_inputs() {
    for (const GraphTask& task : graph_.tasks) {
      for (std::uint32_t port = 0; port < task.messages.size(); ++port) {
        if (task.messages[port] != kNoIndex) continue;
        diagnostics_.add(Diagnostic(diag::kInputUnconnected, task.where,
                                    {task.id + "." + task.type->ports[port].name}));
      }
    }
  }

  void check_cycles() {
    const std::vector<std::uint32_t> cycle = find_cycle(graph_);
    if (cycle.empty()) return;
    std::string path;
    for (const std::uint32_t task : cycle) path += graph_.tasks[task].id + " -> ";
    path += graph_.tasks[cycle.front()].id;
    diagnostics_.add(Diagnostic(diag::kCycle, graph_.tasks[cycle.front()].where, {path}));
  }

  void check_background() {
    for (const GraphTask& task : graph_.tasks) {
      if (!task.background) continue;
      const char* why = nullptr;
      if (task.type->kind != TaskKind::Regular) why = "it is a source or a sink";
      if (!task.resources.empty()) why = "it takes a resource";
      if (task.on_error != OnError::Shutdown) why = "its `on_error` is not `shutdown`";
      if (why != nullptr) {
        diagnostics_.add(Diagnostic(diag::kBackgroundPort, task.where, {task.id, why}));
      }
    }
  }

  /// Keeps the tasks of the mission, those without any being in all.
  void choose_mission() {
    if (mission_.empty() && !missions_.empty()) mission_ = missions_.front();
    if (mission_.empty()) return;
    if (std::find(missions_.begin(), missions_.end(), mission_) == missions_.end()) {
      diagnostics_.add(Diagnostic(diag::kUnknownMission, reader_.where("missions"),
                                  {mission_, help_nearest(mission_, mission_names())}));
      return;
    }
    graph_.mission = mission_;
    std::vector<bool> keeps;
    for (const std::vector<std::string>& of_task : task_missions_) {
      keeps.push_back(of_task.empty() ||
                      std::find(of_task.begin(), of_task.end(), mission_) != of_task.end());
    }
    keep_tasks(graph_, keeps);
    if (graph_.tasks.empty()) {
      diagnostics_.add(Diagnostic(diag::kNoTasks, reader_.where("missions"),
                                  {fmt::format(" in mission '{}'", mission_)}));
    }
  }

  /// Tasks that take a common resource get one component.
  void set_components() {
    for (std::uint32_t i = 0; i < graph_.tasks.size(); ++i) graph_.tasks[i].component = i;
    for (std::uint32_t i = 0; i < graph_.tasks.size(); ++i) {
      for (std::uint32_t j = 0; j < i; ++j) {
        if (shares_resource(graph_.tasks[i], graph_.tasks[j])) {
          join(graph_.tasks[j].component, graph_.tasks[i].component);
        }
      }
    }
  }
  static bool shares_resource(const GraphTask& a, const GraphTask& b) {
    return std::any_of(a.resources.begin(), a.resources.end(), [&](const auto& one) {
      return std::any_of(b.resources.begin(), b.resources.end(),
                         [&](const auto& other) { return one.second == other.second; });
    });
  }
  void join(std::uint32_t into, std::uint32_t from) {
    const std::uint32_t least = std::min(into, from);
    const std::uint32_t most = std::max(into, from);
    for (GraphTask& task : graph_.tasks) {
      if (task.component == most) task.component = least;
    }
  }

  Diagnostics diagnostics_;
  ConfigReader reader_;
  const TaskRegistry& registry_;
  std::string mission_;
  std::vector<std::string> missions_;
  std::vector<std::vector<std::string>> task_missions_;
  Graph graph_;
};

}  // namespace

Result<Graph> read_graph(const ConfigNode& node, const TaskRegistry& registry,
                         std::string_view mission) {
  return GraphReader(node, registry, mission).read();
}

Result<Graph> load_graph(const std::string& path, const TaskRegistry& registry,
                         std::string_view mission) {
  HEDDLE_TRY(const ConfigNode node, load_config(path));
  return read_graph(node, registry, mission);
}

}  // namespace heddle::flow
