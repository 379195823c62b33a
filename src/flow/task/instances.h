// The tasks of a graph, made: one object a task, and the resources they share.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "heddle/flow/graph.h"

namespace heddle::flow {

class Instances {
 public:
  /// Errors: what constructors reported of their parameters (config.*,
  /// flow.resource-missing, flow.resource-type), flow.task-threw.
  [[nodiscard]] static Result<std::unique_ptr<Instances>> make(const Graph& graph);

  [[nodiscard]] void* operator[](std::size_t task) const { return tasks_[task].get(); }

 private:
  Status make_all(const Graph& graph);
  void make_resources(const Graph& graph, Diagnostics& diagnostics);
  void make_task(const GraphTask& task, Diagnostics& diagnostics);

  // Resources outlive the tasks that took them.
  std::map<std::string, Resources::Entry, std::less<>> resources_;
  std::vector<TaskType::Instance> tasks_;
};

}  // namespace heddle::flow
