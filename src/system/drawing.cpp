// The topology as a picture: Graphviz text, and an SVG of our own layout.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heddle/base/text.h"
#include "heddle/system/topology.h"

namespace heddle::system {
namespace {

std::string_view fill_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::Host: return "#e8e8e8";
    case NodeKind::IoCpu: return "#d9c8f0";
    case NodeKind::Switch: return "#f6d5a8";
    case NodeKind::Noc: return "#c9dff5";
    case NodeKind::MCpu: return "#d8ecd0";
    case NodeKind::Hbm: return "#f3c6c6";
    case NodeKind::Pe: return "#ffffff";
  }
  return "#ffffff";
}

std::string short_name(const Node& node) {
  const std::size_t dot = node.name.rfind('.');
  return dot == std::string::npos ? node.name : node.name.substr(dot + 1);
}

struct Point {
  double x = 0;
  double y = 0;
};

constexpr double kCubeWidth = 210;
constexpr double kCubeHeight = 130;
constexpr double kTop = 130;

/// Where a node of a hierarchical machine goes.
Point place(const Machine& machine, const Node& node) {
  const double sip_width = kCubeWidth * machine.cube_columns + 40;
  const double left = 20 + node.sip * sip_width;
  const double middle = 20 + machine.sip_count * sip_width / 2;
  if (node.kind == NodeKind::Host) return {middle - 60, 20};
  if (node.kind == NodeKind::Switch) return {middle + 60, 20};
  if (node.kind == NodeKind::IoCpu) return {left + 30, 75};
  const double x = left + node.cube % machine.cube_columns * kCubeWidth;
  const double y = kTop + node.cube / machine.cube_columns * kCubeHeight;
  if (node.kind == NodeKind::Noc) return {x + 30, y + 20};
  if (node.kind == NodeKind::MCpu) return {x + 85, y + 20};
  if (node.kind == NodeKind::Hbm) return {x + 140, y + 20};
  return {x + 25 + node.pe % 4 * 45.0, y + 55 + node.pe / 4 * 26.0};
}

/// Devices of a fabric on a circle, or on a grid for a torus; switches within.
Point place_fabric(const Machine& machine, const std::vector<Node>& nodes, std::size_t index) {
  const FabricSpec& fabric = *machine.fabric;
  const Node& node = nodes[index];
  if (node.kind == NodeKind::Pe && fabric.shape == FabricShape::Torus) {
    return {40 + node.pe % fabric.columns * 70.0, 40 + node.pe / fabric.columns * 50.0};
  }
  const double count = node.kind == NodeKind::Pe
                           ? fabric.device_count
                           : static_cast<double>(nodes.size()) - fabric.device_count;
  const double at =
      node.kind == NodeKind::Pe ? node.pe : static_cast<double>(index) - fabric.device_count;
  const double outer = std::max(80.0, fabric.device_count * 9.0);
  const double radius = node.kind == NodeKind::Pe ? outer : outer * 0.4;
  const double angle = 2 * 3.14159265358979 * at / std::max(count, 1.0);
  return {outer + 50 + radius * std::sin(angle), outer + 40 - radius * std::cos(angle)};
}

/// Grey, yellow, orange, red.
std::string_view colour_of(double share) {
  constexpr std::string_view kColours[] = {"#9aa7b4", "#d9b93b", "#e58a2b", "#d43d2a"};
  return kColours[share < 0.25 ? 0 : share < 0.5 ? 1 : share < 0.75 ? 2 : 3];
}

std::string line_of(const Point& a, const Point& b, double share, const std::string& title) {
  std::string text =
      fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"",
                  a.x, a.y, b.x, b.y, colour_of(share));
  if (title.empty()) return text + "/>\n";
  return text + fmt::format(" stroke-width=\"{:.1f}\"><title>{}</title></line>\n", 1 + 4 * share,
                            escape_xml(title));
}

/// What the colours of busy links mean.
std::string legend(double y) {
  std::string text;
  constexpr std::string_view kTexts[] = {"below 25 %", "25 to 50 %", "50 to 75 %",
                                         "above 75 % busy"};
  for (int i = 0; i < 4; ++i) {
    const double x = 30 + i * 105.0;
    text += line_of({x, y}, {x + 25, y}, 0.125 + 0.25 * i, "link use");
    text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + 30, y + 3, kTexts[i]);
  }
  return text;
}

}  // namespace

std::string Topology::to_dot() const {
  std::string text = fmt::format("graph \"{}\" {{\n  node [shape=box, style=filled];\n",
                                 escape_dot(machine_.name));
  for (const Node& one : nodes_) {
    text += fmt::format("  \"{}\" [fillcolor=\"{}\"];\n", escape_dot(one.name), fill_of(one.kind));
  }
  for (const Link& one : links_) {
    if (one.from > one.to) continue;  // a pair is one edge
    text += fmt::format("  \"{}\" -- \"{}\" [label=\"{} ns, {} GB/s\"];\n",
                        escape_dot(node(one.from).name), escape_dot(node(one.to).name),
                        static_cast<double>(one.spec.latency.count()) / 1000,
                        static_cast<double>(one.spec.bandwidth.count()) / 1e9);
  }
  return text + "}\n";
}

std::string Topology::to_svg(const std::vector<double>& shares) const {
  std::vector<Point> points;
  double width = 0;
  double height = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    points.push_back(machine_.fabric ? place_fabric(machine_, nodes_, i)
                                     : place(machine_, nodes_[i]));
    width = std::max(width, points.back().x + 60);
    height = std::max(height, points.back().y + 40);
  }
  if (!shares.empty()) height += 20;
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"9\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fafafa\"/>\n",
      width, height);
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const Link& one = links_[i];
    if (one.from > one.to) continue;
    double share = 0;
    std::string title;
    if (!shares.empty()) {
      const double back = shares[link_between(one.to, one.from).value()];
      share = std::clamp(std::max(shares[i], back), 0.0, 1.0);
      title = fmt::format("{} {:.1f} %, back {:.1f} %",
                          link_name(LinkId(static_cast<std::uint32_t>(i))), 100 * shares[i],
                          100 * back);
    }
    text += line_of(points[one.from.value()], points[one.to.value()], share, title);
  }
  if (!shares.empty()) text += legend(height - 12);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    text += fmt::format(
        "<g><title>{}</title><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"40\" height=\"18\" rx=\"3\" "
        "fill=\"{}\" stroke=\"#45525f\"/><text x=\"{:.1f}\" y=\"{:.1f}\" "
        "text-anchor=\"middle\">{}</text></g>\n",
        escape_xml(nodes_[i].name), points[i].x - 20, points[i].y - 9, fill_of(nodes_[i].kind),
        points[i].x, points[i].y + 3, escape_xml(short_name(nodes_[i])));
  }
  return text + "</svg>\n";
}

}  // namespace heddle::system
