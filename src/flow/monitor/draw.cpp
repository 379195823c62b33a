// Columns are the length of the longest path from a source; within a column tasks
// stand by the mean row of what they read, so that lines cross little.
#include "heddle/flow/draw.h"

#include <fmt/format.h>

#include <algorithm>

#include "flow/graph/graph_order.h"
#include "heddle/base/text.h"

namespace heddle::flow {
namespace {

constexpr std::string_view kColours[] = {"#dbe9f6", "#e3f1dc", "#fdebd0", "#f6dbe6",
                                         "#e6e0f3", "#d9f0ee", "#f3efcf", "#e8e8e8"};
constexpr int kBoxWidth = 170;
constexpr int kBoxHeight = 48;
constexpr int kColumnWidth = 250;
constexpr int kRowHeight = 76;
constexpr int kMargin = 20;

std::string duration_text(double ns) {
  if (ns < 1e3) return fmt::format("{:.0f} ns", ns);
  if (ns < 1e6) return fmt::format("{:.1f} us", ns / 1e3);
  return fmt::format("{:.1f} ms", ns / 1e6);
}

/// The second line of a box: type, or times.
std::string detail(const Graph& graph, std::uint32_t task, const DrawOptions& options) {
  if (options.report == nullptr || task >= options.report->tasks.size()) {
    return graph.tasks[task].type->name;
  }
  const LatencyReport& latency = options.report->tasks[task];
  return fmt::format("p50 {}, p99 {}", duration_text(static_cast<double>(latency.p50_ns)),
                     duration_text(static_cast<double>(latency.p99_ns)));
}

std::string_view colour(std::uint32_t task, const DrawOptions& options) {
  if (options.plan == nullptr || options.plan->strategy != Strategy::Groups) return kColours[0];
  for (const PlanStep& step : options.plan->steps) {
    if (step.task == task) return kColours[step.workers.front() % std::size(kColours)];
  }
  return kColours[0];
}

struct Place {
  int column = 0;
  int row = 0;
};

std::vector<Place> place_tasks(const Graph& graph) {
  std::vector<Place> places(graph.tasks.size());
  std::vector<std::vector<std::uint32_t>> columns;
  for (const std::uint32_t task : kahn_order(graph)) {
    for (const std::uint32_t input : inputs_of(graph, task)) {
      places[task].column = std::max(places[task].column, places[input].column + 1);
    }
    const auto column = static_cast<std::size_t>(places[task].column);
    if (columns.size() <= column) columns.resize(column + 1);
    columns[column].push_back(task);
  }
  for (std::vector<std::uint32_t>& column : columns) {
    std::vector<std::pair<double, std::uint32_t>> order;
    for (const std::uint32_t task : column) {
      double sum = 0;
      const std::vector<std::uint32_t> inputs = inputs_of(graph, task);
      for (const std::uint32_t input : inputs) sum += places[input].row;
      const double mean = inputs.empty() ? 0 : sum / static_cast<double>(inputs.size());
      order.emplace_back(mean, task);
    }
    std::stable_sort(order.begin(), order.end());
    int row = 0;
    for (const auto& [mean, task] : order) places[task].row = row++;
  }
  return places;
}

int box_x(const Place& place) {
  return kMargin + place.column * kColumnWidth;
}
int box_y(const Place& place) {
  return kMargin + place.row * kRowHeight;
}

std::string svg_line(const Place& from, const Place& to, std::string_view title) {
  const int x1 = box_x(from) + kBoxWidth;
  const int y1 = box_y(from) + kBoxHeight / 2;
  const int x2 = box_x(to);
  const int y2 = box_y(to) + kBoxHeight / 2;
  const int bend = std::max(40, (x2 - x1) / 2);
  return fmt::format(
      "<path d=\"M{} {} C{} {} {} {} {} {}\" fill=\"none\" stroke=\"#777\" "
      "marker-end=\"url(#arrow)\"><title>{}</title></path>\n",
      x1, y1, x1 + bend, y1, x2 - bend, y2, x2, y2, escape_xml(title));
}

std::string svg_box(const Place& place, std::string_view id, std::string_view text,
                    std::string_view fill) {
  const int x = box_x(place);
  const int y = box_y(place);
  return fmt::format(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{}\" stroke=\"#555\"/>\n"
      "<text x=\"{}\" y=\"{}\" font-weight=\"bold\">{}</text>\n"
      "<text x=\"{}\" y=\"{}\" fill=\"#444\">{}</text>\n",
      x, y, kBoxWidth, kBoxHeight, fill, x + 10, y + 20, escape_xml(id), x + 10, y + 37,
      escape_xml(text));
}

}  // namespace

std::string draw_dot(const Graph& graph, const DrawOptions& options) {
  std::string out = fmt::format(
      "digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box, "
      "style=\"rounded,filled\", fontname=\"sans-serif\"];\n",
      escape_dot(graph.name));
  for (std::uint32_t task = 0; task < graph.tasks.size(); ++task) {
    out += fmt::format("  t{} [label=\"{}\\n{}\", fillcolor=\"{}\"];\n", task,
                       escape_dot(graph.tasks[task].id), escape_dot(detail(graph, task, options)),
                       colour(task, options));
  }
  for (const GraphConnection& connection : graph.connections) {
    const GraphMessage& message = graph.messages[connection.message];
    out += fmt::format("  t{} -> t{} [label=\"{}\"];\n", message.task, connection.task,
                       escape_dot(message.type->schema.name));
  }
  return out + "}\n";
}

std::string draw_svg(const Graph& graph, const DrawOptions& options) {
  const std::vector<Place> places = place_tasks(graph);
  int width = 0;
  int height = 0;
  for (const Place& place : places) {
    width = std::max(width, box_x(place) + kBoxWidth + kMargin);
    height = std::max(height, box_y(place) + kBoxHeight + kMargin);
  }
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
      "markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#777\"/></marker>"
      "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      width, height);
  for (const GraphConnection& connection : graph.connections) {
    const GraphMessage& message = graph.messages[connection.message];
    out += svg_line(places[message.task], places[connection.task],
                    message.name + ": " + message.type->schema.name);
  }
  for (std::uint32_t task = 0; task < graph.tasks.size(); ++task) {
    out += svg_box(places[task], graph.tasks[task].id, detail(graph, task, options),
                   colour(task, options));
  }
  return out + "</svg>\n";
}

}  // namespace heddle::flow
