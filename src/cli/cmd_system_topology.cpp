// `heddle system topology`: a machine file checked, described, drawn, asked.
#include <fmt/format.h>

#include "cli/session.h"
#include "cli/system_commands.h"
#include "heddle/base/file.h"
#include "heddle/system/topology.h"

namespace heddle::cli {
namespace {

struct TopologyOptions {
  std::string machine;
  std::string dot;
  std::string svg;
  std::string from;
  std::string to;
  std::uint64_t bytes = 0;
};

double ns(Picoseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

std::string summary(const system::Topology& topology) {
  const system::Machine& machine = topology.machine();
  std::string text =
      fmt::format("{}: {} PEs, {} nodes, {} links\n", machine.name, topology.pe_count(),
                  topology.nodes().size(), topology.links().size());
  if (machine.fabric) return text;
  text += fmt::format("  {} SIPs of {} x {} cubes of {} PEs\n", machine.sip_count,
                      machine.cube_rows, machine.cube_columns, machine.pes_per_cube);
  text += "  ring of cubes:";
  std::uint32_t hops = 0;
  for (std::uint32_t i = 0; i < topology.cube_ring().size(); ++i) {
    text += fmt::format(" {}", topology.cube_ring()[i]);
    hops = std::max(hops, topology.cube_ring_hops(i));
  }
  Picoseconds longest;
  for (std::uint32_t i = 0; i < topology.pe_count(); ++i) {
    longest = std::max(longest, topology.launch_path_latency(system::PeRank(i)));
  }
  return text + fmt::format(" ({} hop{} at most)\n  a launch reaches every PE within {} ns\n", hops,
                            hops == 1 ? "" : "s", ns(longest));
}

Result<std::string> route_text(const system::Topology& topology, const TopologyOptions& options) {
  HEDDLE_TRY(const system::NodeId from, topology.find(options.from));
  HEDDLE_TRY(const system::NodeId to, topology.find(options.to));
  const system::Route& route = topology.route(from, to);
  std::string text = fmt::format("{} to {}: {} links, latency {} ns", options.from, options.to,
                                 route.links.size(), ns(route.latency));
  if (!route.links.empty()) {
    text += fmt::format(", {} GB/s", static_cast<double>(route.bandwidth_min.count()) / 1e9);
  }
  text += "\n";
  for (const system::LinkId id : route.links) {
    const system::LinkSpec& spec = topology.link(id).spec;
    text += fmt::format("  {}  {} ns, {} GB/s\n", topology.link_name(id), ns(spec.latency),
                        static_cast<double>(spec.bandwidth.count()) / 1e9);
  }
  if (options.bytes > 0) {
    const auto size = Bytes(static_cast<std::int64_t>(options.bytes));
    text += fmt::format("{} bytes: {} ns when nothing else is on the way\n", options.bytes,
                        ns(route.transfer_time(size)));
  }
  return text;
}

void write_topology_json(const system::Topology& topology, ByteSink& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("name", topology.machine().name);
  json.member("pes", topology.pe_count());
  json.key("nodes");
  json.begin_array();
  for (const system::Node& node : topology.nodes()) json.value(node.name);
  json.end_array();
  json.key("links");
  json.begin_array();
  for (const system::Link& link : topology.links()) {
    json.begin_inline_object();
    json.member("from", topology.node(link.from).name);
    json.member("to", topology.node(link.to).name);
    json.member("latency_ps", link.spec.latency.count());
    json.member("bandwidth_bytes_per_second", link.spec.bandwidth.count());
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

Status run_topology(const TopologyOptions& options, Session& session) {
  system::Machine machine;
  if (!options.machine.empty()) {
    HEDDLE_TRY(machine, system::load_machine(options.machine));
  }
  HEDDLE_TRY(const auto topology, system::Topology::build(machine));
  if (!options.dot.empty()) HEDDLE_TRY_STATUS(write_file_atomic(options.dot, topology->to_dot()));
  if (!options.svg.empty()) HEDDLE_TRY_STATUS(write_file_atomic(options.svg, topology->to_svg()));
  if (session.options().is_json) {
    write_topology_json(*topology, session.out());
    return {};
  }
  std::string text = summary(*topology);
  if (!options.from.empty() || !options.to.empty()) {
    HEDDLE_TRY(const std::string route, route_text(*topology, options));
    text += route;
  }
  session.out().write(text);
  return {};
}

}  // namespace

Command system_topology_command() {
  auto options = std::make_shared<TopologyOptions>();
  Command command{.name = "topology", .summary = "Check a machine file, describe and draw it"};
  command.description = "Without a file: the default machine.";
  command.options = {
      {"machine", "FILE", "the machine file (YAML)", &options->machine},
      {"--dot", "FILE", "write it as Graphviz text", &options->dot},
      {"--svg", "FILE", "write it as a picture", &options->svg},
      {"--from", "NODE", "tell the route from this node", &options->from},
      {"--to", "NODE", "and to this one", &options->to},
      {"--bytes", "N", "and what a message of N bytes takes on it", &options->bytes}};
  command.examples = {
      {"heddle system topology machine.yaml --svg machine.svg", "check and draw a machine"},
      {"heddle system topology --from sip0.cube0.pe0 --to sip1.cube7.pe3 --bytes 4096",
       "a route of the default machine"}};
  command.run = [options](Session& session) {
    const Status ran = run_topology(*options, session);
    return ran ? ExitCode::Ok : session.report(ran.error());
  };
  return command;
}

}  // namespace heddle::cli
