// `heddle flow`: the group of the commands of task graphs.
#include "cli/commands.h"
#include "cli/flow_commands.h"

namespace heddle::cli {

Command flow_command() {
  Command flow{.name = "flow", .summary = "Run a graph of tasks that can be replayed exactly"};
  flow.examples = {
      {"heddle flow run examples/flow_caterpillar/graph.yaml", "run it and record it"},
      {"heddle flow plan examples/flow_mandelbrot/graph.yaml --workers 2", "see who does what"}};
  flow.children.push_back(flow_check_command());
  flow.children.push_back(flow_plan_command());
  flow.children.push_back(flow_graph_command());
  flow.children.push_back(flow_run_command());
  flow.children.push_back(flow_replay_command());
  flow.children.push_back(flow_verify_command());
  flow.children.push_back(flow_bench_command());
  return flow;
}

}  // namespace heddle::cli
