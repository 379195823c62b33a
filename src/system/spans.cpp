// What was recorded, as lanes of a trace: one a unit of each PE, one a link.
#include <algorithm>
#include <map>
#include <tuple>

#include "system/engine.h"

namespace heddle::system {
namespace {

struct Edge {
  SimTime time;
  bool is_begin = false;
  std::size_t span = 0;
};

/// Those of all partitions, in an order that does not depend on them.
std::vector<Span> all_spans(const Engine& engine) {
  std::vector<Span> spans;
  for (const Plane& plane : engine.planes) {
    spans.insert(spans.end(), plane.spans.begin(), plane.spans.end());
  }
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return std::tie(a.begin, a.unit, a.index, a.end) < std::tie(b.begin, b.unit, b.index, b.end);
  });
  return spans;
}

}  // namespace

void Simulator::write_trace(trace::Recorder& recorder) const {
  const Engine& engine = *engine_;
  const std::vector<Span> spans = all_spans(engine);
  std::map<std::pair<Span::Unit, std::uint32_t>, trace::TrackId> tracks;
  std::map<std::uint32_t, trace::TrackId> groups;
  const trace::TrackId links = recorder.add_group("links");
  constexpr const char* kNames[] = {"gemm", "math", "dma", "kernel", "link"};
  for (const Span& span : spans) {
    trace::TrackId& track = tracks[{span.unit, span.index}];
    if (!track.is_none()) continue;
    if (span.unit == Span::Unit::Link) {
      track = recorder.add_slices(engine.topology->link_name(LinkId(span.index)), links);
      continue;
    }
    trace::TrackId& group = groups[span.index];
    if (group.is_none()) group = recorder.add_group(engine.pes[span.index].name);
    track = recorder.add_slices(kNames[static_cast<std::size_t>(span.unit)], group);
  }
  // Ends come before begins at one instant; what overlaps on a lane (reads and
  // writes of one DMA) is cut at the next begin.
  std::map<trace::TrackId, std::vector<std::size_t>> lanes;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    lanes[tracks[{spans[i].unit, spans[i].index}]].push_back(i);
  }
  std::vector<SimTime> ends(spans.size());
  for (auto& [track, list] : lanes) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      ends[list[i]] = spans[list[i]].end;
      if (i + 1 < list.size()) {
        ends[list[i]] = std::min(ends[list[i]], spans[list[i + 1]].begin);
      }
    }
  }
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].begin >= ends[i]) continue;
    edges.push_back({spans[i].begin, true, i});
    edges.push_back({ends[i], false, i});
  }
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
    return a.time != b.time ? a.time < b.time : a.is_begin < b.is_begin;
  });
  for (const Edge& edge : edges) {
    const Span& span = spans[edge.span];
    const trace::TrackId track = tracks[{span.unit, span.index}];
    if (edge.is_begin) {
      recorder.begin(track, edge.time, span.name);
    } else {
      recorder.end(track, edge.time);
    }
  }
}

}  // namespace heddle::system
