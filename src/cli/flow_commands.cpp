#include "cli/flow_commands.h"

#include "heddle/flow/example_tasks.h"

namespace heddle::cli {

Option flow_tasks_option(std::vector<std::string>& libraries) {
  return {"--tasks", "LIB", "a library with further task types; may be given several times",
          &libraries, Need::Optional};
}

std::vector<Option> flow_graph_options(FlowGraphOptions& options) {
  return {{"graph", "FILE", "the graph, a YAML file", &options.graph, Need::Required},
          {"--mission", "NAME", "the mission; default: the file's first", &options.mission,
           Need::Optional},
          flow_tasks_option(options.libraries)};
}

Result<std::unique_ptr<flow::TaskRegistry>> flow_registry(
    const std::vector<std::string>& libraries) {
  auto registry = std::make_unique<flow::TaskRegistry>();
  flow::register_example_tasks(*registry);
  for (const std::string& library : libraries) HEDDLE_TRY_STATUS(registry->load(library));
  return registry;
}

Result<LoadedGraph> load_flow_graph(const FlowGraphOptions& options) {
  LoadedGraph out;
  HEDDLE_TRY(out.registry, flow_registry(options.libraries));
  HEDDLE_TRY(out.graph, flow::load_graph(options.graph, *out.registry, options.mission));
  return out;
}

}  // namespace heddle::cli
