// From the logs of the partitions to the one log: operations in order of time,
// then PE, then as each PE issued them, which no partition changes. Values get
// the numbers of their places there.
#include <algorithm>

#include "system/engine.h"

namespace heddle::system {
namespace {

/// An operation of a plane, and what it is ordered by.
struct Entry {
  SimTime time;
  std::uint32_t pe = 0;
  std::uint32_t plane = 0;
  std::uint32_t place = 0;  ///< in the plane's log

  friend bool operator<(const Entry& a, const Entry& b) {
    if (a.time != b.time) return a.time < b.time;
    return a.pe != b.pe ? a.pe < b.pe : a.place < b.place;
  }
};

}  // namespace

ValueId Engine::number_in_log(ValueId id) const {
  if (id.is_none() || id.value() < Plane::kLogMax) return id;
  return ValueId(numbers_[id.value() / Plane::kLogMax - 1][id.value() % Plane::kLogMax]);
}

void Engine::merge_logs() {
  if (!moves_data()) return;
  std::vector<std::vector<Op>> ops;
  std::vector<Entry> order;
  for (Plane& plane : planes) {
    ops.push_back(plane.log.take());
    for (std::uint32_t i = 0; i < ops.back().size(); ++i) {
      const Op& op = ops.back()[i];
      order.push_back({op.time, op.pe, plane.index, i});
    }
  }
  std::sort(order.begin(), order.end());
  numbers_.clear();
  for (const auto& list : ops) numbers_.emplace_back(list.size());
  const auto first = static_cast<std::uint32_t>(log.ops().size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    numbers_[order[i].plane][order[i].place] = first + i;
  }
  const auto renumber = [this](ValueId id) { return number_in_log(id); };
  for (const Entry& entry : order) {
    Op& op = ops[entry.plane][entry.place];
    for (ValueId& id : op.operands) id = renumber(id);
    for (Piece& piece : op.pieces) piece.value = renumber(piece.value);
    log.add(std::move(op));
  }
  for (Plane& plane : planes) plane.versions.renumber(renumber);
}

}  // namespace heddle::system
