#include "flow/task/instances.h"

#include <fmt/format.h>

#include "heddle/flow/diagnostics.h"

namespace heddle::flow {
namespace {

/// Absent parameters are an empty map.
ConfigNode params_of(const ConfigNode& node) {
  return node.kind() == ConfigKind::Null ? ConfigNode::make_map({}) : node;
}

}  // namespace

Result<std::unique_ptr<Instances>> Instances::make(const Graph& graph) {
  auto instances = std::make_unique<Instances>();
  HEDDLE_TRY_STATUS(instances->make_all(graph));
  return instances;
}

Status Instances::make_all(const Graph& graph) {
  Diagnostics diagnostics;
  make_resources(graph, diagnostics);
  for (const GraphTask& task : graph.tasks) make_task(task, diagnostics);
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  return {};
}

void Instances::make_resources(const Graph& graph, Diagnostics& diagnostics) {
  for (const GraphResource& resource : graph.resources) {
    ConfigReader params(params_of(resource.params),
                        fmt::format("the parameters of resource '{}'", resource.name), diagnostics);
    try {
      resources_[resource.name] = {resource.type->type_name, resource.type->create(params)};
    } catch (const std::exception& error) {
      diagnostics.add(
          Diagnostic(diag::kTaskThrew, {}, {resource.name, "(as it was made)", error.what()}));
    }
    params.done();
  }
}

void Instances::make_task(const GraphTask& task, Diagnostics& diagnostics) {
  ConfigReader params(params_of(task.params), fmt::format("the parameters of task '{}'", task.id),
                      diagnostics);
  Resources resources(params);
  for (const auto& [role, name] : task.resources) {
    const auto found = resources_.find(name);
    if (found != resources_.end()) resources.add(role, found->second);
  }
  TaskType::Instance instance(nullptr, [](void*) {});
  try {
    instance = task.type->create(params, resources);
  } catch (const std::exception& error) {
    diagnostics.add(
        Diagnostic(diag::kTaskThrew, task.where, {task.id, "(as it was made)", error.what()}));
  }
  params.done();
  tasks_.push_back(std::move(instance));
}

}  // namespace heddle::flow
