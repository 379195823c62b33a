#include "heddle/tile/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace heddle::tile {
namespace {

constexpr std::string_view kComputeNames[] = {"vector", "preload", "matmul", "cross-lane"};
constexpr std::string_view kWaitNames[] = {"waits for data", "waits for stores",
                                           "waits for results"};

struct Span {
  SimTime begin;
  SimTime end;
};

/// The union of intervals, in order.
std::vector<Span> merged(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> out;
  for (const Span& span : spans) {
    if (!out.empty() && span.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, span.end);
    } else {
      out.push_back(span);
    }
  }
  return out;
}

/// What is in `a` and in `b`, and what is in `a` alone. Both are unions.
void divide(const std::vector<Span>& a, const std::vector<Span>& b, std::vector<Span>& both,
            std::vector<Span>& rest) {
  std::size_t next = 0;
  for (Span span : a) {
    while (next > 0 && b[next - 1].end > span.begin) --next;
    while (next < b.size() && b[next].end <= span.begin) ++next;
    for (std::size_t i = next; i < b.size() && b[i].begin < span.end; ++i) {
      if (b[i].begin > span.begin) rest.push_back({span.begin, b[i].begin});
      both.push_back({std::max(span.begin, b[i].begin), std::min(span.end, b[i].end)});
      span.begin = std::min(span.end, b[i].end);
    }
    if (span.begin < span.end) rest.push_back(span);
  }
}

}  // namespace

Timeline::Timeline(const Machine& machine, const KernelInfo& kernel, std::size_t slices_max)
    : bandwidth_(machine.dram.peak_bandwidth()),
      cores_(machine.cores),
      arrays_(machine.array.count),
      pipes_(machine.vector.pipes),
      slices_max_(slices_max) {
  for (std::uint32_t core = 0; core < cores_; ++core) {
    const std::string of = cores_ == 1 ? "" : fmt::format("core {} ", core);
    const auto add = [&](LaneKind kind, std::uint32_t unit, const std::string& name) {
      lanes_.push_back({kind, core, unit, of + name});
    };
    for (std::uint32_t i = 0; i < arrays_; ++i) add(LaneKind::Array, i, fmt::format("array {}", i));
    for (std::uint32_t i = 0; i < arrays_; ++i) {
      add(LaneKind::Weights, i, fmt::format("weights {}", i));
    }
    for (std::uint32_t i = 0; i < pipes_; ++i)
      add(LaneKind::Vector, i, fmt::format("vector {}", i));
    add(LaneKind::CrossLane, 0, "cross-lane");
    add(LaneKind::Wait, 0, "waits");
  }
  lanes_per_core_ = static_cast<std::uint32_t>(lanes_.size()) / cores_;
  lanes_.push_back({.kind = LaneKind::DramRead, .name = "DRAM read"});
  lanes_.push_back({.kind = LaneKind::DramWrite, .name = "DRAM write"});
  for (const Tensor& tensor : kernel.tensors) labels_.push_back(tensor.name);
  first_label_ = {0, static_cast<std::uint32_t>(labels_.size())};
  labels_.insert(labels_.end(), std::begin(kComputeNames), std::end(kComputeNames));
  first_label_.push_back(static_cast<std::uint32_t>(labels_.size()));
  labels_.insert(labels_.end(), std::begin(kWaitNames), std::end(kWaitNames));
}

void Timeline::finished(std::uint32_t core, const WorkItem& item, std::uint32_t instruction,
                        std::uint32_t unit, const InstructionTimes& times) {
  const Instruction& what = item.instructions[instruction];
  if (what.opcode != Opcode::Dma && what.opcode != Opcode::Compute) return;
  if (slices_.size() >= slices_max_) {
    is_cut_ = true;
    return;
  }
  if (what.opcode == Opcode::Dma) {
    add_transfer(core, item, what, times);
    return;
  }
  if (times.started >= times.occupied_until) return;
  const std::uint32_t base = core * lanes_per_core_;
  std::uint32_t lane = base + unit;
  if (what.kind == ComputeKind::Preload) lane = base + arrays_ + unit;
  if (what.kind == ComputeKind::Vector) lane = base + 2 * arrays_ + unit;
  if (what.kind == ComputeKind::CrossLane) lane = base + 2 * arrays_ + pipes_;
  slices_.push_back({.lane = lane,
                     .label = first_label_[1] + static_cast<std::uint32_t>(what.kind),
                     .item = item.index,
                     .begin = times.started,
                     .end = times.occupied_until});
  transfer_bytes_.push_back(0);
}

void Timeline::add_transfer(std::uint32_t core, const WorkItem& item,
                            const Instruction& instruction, const InstructionTimes& times) {
  const bool is_store = instruction.direction == Direction::Store;
  flights_.push_back({core, is_store, times.issued, std::max(times.issued, times.finished)});
  const SimTime begin = is_store ? times.issued : times.first_response;
  if (begin < SimTime(0)) return;
  slices_.push_back({.lane = cores_ * lanes_per_core_ + (is_store ? 1U : 0U),
                     .label = instruction.tensor,
                     .item = item.index,
                     .begin = begin,
                     .end = begin});
  transfer_bytes_.push_back(static_cast<std::uint64_t>(instruction.elements) *
                            instruction.element_bits / 8);
}

/// Bars of a DRAM lane, one after the other.
void Timeline::serialise(LaneKind kind) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    if (lanes_[slices_[i].lane].kind == kind) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return slices_[a].begin < slices_[b].begin;
  });
  SimTime free;
  for (const std::size_t i : order) {
    Slice& slice = slices_[i];
    const auto bytes = Bytes(static_cast<std::int64_t>(transfer_bytes_[i]));
    slice.begin = std::min(std::max(slice.begin, free), end_);
    slice.end = std::min(slice.begin + transfer_time_ceil(bytes, bandwidth_), end_);
    free = slice.end;
  }
}

/// Where no unit of a core is occupied: waiting for loads, else for stores, else for results.
void Timeline::add_waits(std::uint32_t core) {
  std::vector<Span> busy;
  for (const Slice& slice : slices_) {
    const Lane& lane = lanes_[slice.lane];
    if (lane.kind < LaneKind::Wait && lane.core == core) busy.push_back({slice.begin, slice.end});
  }
  std::vector<Span> flying[2];
  for (const Flight& flight : flights_) {
    if (flight.core == core) flying[flight.is_store].push_back({flight.begin, flight.end});
  }
  std::vector<Span> nothing;
  std::vector<Span> idle;
  divide({{SimTime(0), end_}}, merged(std::move(busy)), nothing, idle);
  std::vector<Span> kinds[3];
  std::vector<Span> not_loading;
  divide(idle, merged(std::move(flying[0])), kinds[0], not_loading);
  divide(not_loading, merged(std::move(flying[1])), kinds[1], kinds[2]);
  const std::uint32_t lane = (core + 1) * lanes_per_core_ - 1;
  for (std::uint32_t kind = 0; kind < 3; ++kind) {
    for (const Span& span : kinds[kind]) {
      slices_.push_back(
          {.lane = lane, .label = first_label_[2] + kind, .begin = span.begin, .end = span.end});
    }
  }
}

void Timeline::close(SimTime end) {
  end_ = end;
  serialise(LaneKind::DramRead);
  serialise(LaneKind::DramWrite);
  for (std::uint32_t core = 0; core < cores_ && !is_cut_; ++core) add_waits(core);
  std::erase_if(slices_, [](const Slice& slice) { return slice.begin >= slice.end; });
  std::stable_sort(slices_.begin(), slices_.end(), [](const Slice& a, const Slice& b) {
    return std::tie(a.lane, a.begin) < std::tie(b.lane, b.begin);
  });
  transfer_bytes_.clear();
  flights_.clear();
}

void write_timeline(const Timeline& timeline, trace::Recorder& recorder) {
  struct Edge {
    SimTime time;
    bool is_begin = false;
    std::size_t slice = 0;
  };
  std::vector<trace::TrackId> tracks;
  trace::TrackId group = trace::TrackId::none();
  std::uint32_t core = UINT32_MAX;
  for (const Lane& lane : timeline.lanes()) {
    const bool is_dram = lane.kind == LaneKind::DramRead || lane.kind == LaneKind::DramWrite;
    if (is_dram) {
      tracks.push_back(recorder.add_slices(lane.name));
      continue;
    }
    if (lane.core != core) {
      core = lane.core;
      group = recorder.add_group(fmt::format("core {}", core));
    }
    tracks.push_back(recorder.add_slices(lane.name, group));
  }
  std::vector<Edge> edges;
  const std::vector<Slice>& slices = timeline.slices();
  for (std::size_t i = 0; i < slices.size(); ++i) {
    edges.push_back({slices[i].begin, true, i});
    edges.push_back({slices[i].end, false, i});
  }
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
    return a.time != b.time ? a.time < b.time : a.is_begin < b.is_begin;
  });
  for (const Edge& edge : edges) {
    const Slice& slice = slices[edge.slice];
    if (!edge.is_begin) {
      recorder.end(tracks[slice.lane], edge.time);
      continue;
    }
    const bool is_wait = timeline.lanes()[slice.lane].kind == LaneKind::Wait;
    const std::string& label = timeline.labels()[slice.label];
    recorder.begin(tracks[slice.lane], edge.time,
                   is_wait ? label : fmt::format("{}, item {}", label, slice.item));
  }
}

}  // namespace heddle::tile
