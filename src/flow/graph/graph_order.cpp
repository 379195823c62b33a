#include "flow/graph/graph_order.h"

#include <algorithm>
#include <queue>

#include "heddle/flow/plan.h"

namespace heddle::flow {

std::vector<std::uint32_t> inputs_of(const Graph& graph, std::uint32_t task) {
  std::vector<std::uint32_t> out;
  const GraphTask& reader = graph.tasks[task];
  for (std::size_t port = 0; port < reader.messages.size(); ++port) {
    if (reader.type->ports[port].is_output || reader.messages[port] == kNoIndex) continue;
    const std::uint32_t writer = graph.messages[reader.messages[port]].task;
    if (std::find(out.begin(), out.end(), writer) == out.end()) out.push_back(writer);
  }
  return out;
}

std::vector<std::uint32_t> kahn_order(const Graph& graph) {
  const auto count = static_cast<std::uint32_t>(graph.tasks.size());
  std::vector<std::uint32_t> missing(count, 0);
  std::vector<std::vector<std::uint32_t>> readers(count);
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ready;
  for (std::uint32_t task = 0; task < count; ++task) {
    const std::vector<std::uint32_t> inputs = inputs_of(graph, task);
    missing[task] = static_cast<std::uint32_t>(inputs.size());
    for (const std::uint32_t input : inputs) readers[input].push_back(task);
    if (inputs.empty()) ready.push(task);
  }
  std::vector<std::uint32_t> order;
  while (!ready.empty()) {
    const std::uint32_t task = ready.top();
    ready.pop();
    order.push_back(task);
    for (const std::uint32_t reader : readers[task]) {
      if (--missing[reader] == 0) ready.push(reader);
    }
  }
  return order;
}

std::vector<std::uint32_t> find_cycle(const Graph& graph) {
  std::vector<bool> is_sorted(graph.tasks.size(), false);
  for (const std::uint32_t task : kahn_order(graph)) is_sorted[task] = true;
  const auto first = std::find(is_sorted.begin(), is_sorted.end(), false);
  if (first == is_sorted.end()) return {};
  // What is left has an unsorted input each: walking them back must come round.
  std::vector<std::uint32_t> path;
  auto at = static_cast<std::uint32_t>(first - is_sorted.begin());
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    for (const std::uint32_t input : inputs_of(graph, at)) {
      if (!is_sorted[input]) {
        at = input;
        break;
      }
    }
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  std::reverse(path.begin(), path.end());
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
  return path;
}

void keep_tasks(Graph& graph, const std::vector<bool>& keeps) {
  std::vector<std::uint32_t> new_task(graph.tasks.size(), kNoIndex);
  std::vector<std::uint32_t> new_message(graph.messages.size(), kNoIndex);
  std::vector<GraphTask> tasks;
  std::vector<GraphMessage> messages;
  for (std::uint32_t task = 0; task < graph.tasks.size(); ++task) {
    if (!keeps[task]) continue;
    new_task[task] = static_cast<std::uint32_t>(tasks.size());
    tasks.push_back(std::move(graph.tasks[task]));
  }
  for (std::uint32_t message = 0; message < graph.messages.size(); ++message) {
    GraphMessage& one = graph.messages[message];
    if (new_task[one.task] == kNoIndex) continue;
    new_message[message] = static_cast<std::uint32_t>(messages.size());
    one.task = new_task[one.task];
    messages.push_back(std::move(one));
  }
  for (GraphTask& task : tasks) {
    for (std::uint32_t& message : task.messages) {
      if (message != kNoIndex) message = new_message[message];
    }
  }
  std::vector<GraphConnection> connections;
  for (GraphConnection connection : graph.connections) {
    connection.message = new_message[connection.message];
    connection.task = new_task[connection.task];
    if (connection.message == kNoIndex || connection.task == kNoIndex) continue;
    connections.push_back(std::move(connection));
  }
  graph.tasks = std::move(tasks);
  graph.messages = std::move(messages);
  graph.connections = std::move(connections);
}

}  // namespace heddle::flow
