// The commands below `heddle flow`, each in its cmd_flow_*.cpp, and what they
// share: which graph, which tasks, which mission.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "heddle/base/result.h"
#include "heddle/flow/graph.h"

namespace heddle::cli {

[[nodiscard]] Command flow_check_command();
[[nodiscard]] Command flow_plan_command();
[[nodiscard]] Command flow_graph_command();
[[nodiscard]] Command flow_run_command();
[[nodiscard]] Command flow_replay_command();
[[nodiscard]] Command flow_verify_command();
[[nodiscard]] Command flow_bench_command();

/// Which graph a command is about.
struct FlowGraphOptions {
  std::string graph;
  std::string mission;
  std::vector<std::string> libraries;
};

/// `GRAPH --mission M --tasks LIB`, onto `options`.
[[nodiscard]] std::vector<Option> flow_graph_options(FlowGraphOptions& options);
/// `--tasks LIB` alone.
[[nodiscard]] Option flow_tasks_option(std::vector<std::string>& libraries);

/// The example tasks, and those of the libraries. Errors: flow.library.
[[nodiscard]] Result<std::unique_ptr<flow::TaskRegistry>> flow_registry(
    const std::vector<std::string>& libraries);

/// A graph with the registry that it points into.
struct LoadedGraph {
  std::unique_ptr<flow::TaskRegistry> registry;
  flow::Graph graph;
};
/// Errors: those of `flow_registry` and `load_graph`.
[[nodiscard]] Result<LoadedGraph> load_flow_graph(const FlowGraphOptions& options);

}  // namespace heddle::cli
