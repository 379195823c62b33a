// Flat storage of a batch's edges.
#include "heddle/base/check.h"
#include "heddle/gate/edge.h"

namespace heddle::gate {

void EdgeWindow::begin(std::uint64_t first_edge) {
  first_edge_ = first_edge;
  infos_.clear();
  extents_.clear();
  ops_.clear();
}

void EdgeWindow::append(const EdgeInfo& info, std::span<const EdgeOp> data_ops,
                        std::span<const EdgeOp> clock_ops) {
  HEDDLE_CHECK(info.edge == first_edge_ + infos_.size());
  HEDDLE_CHECK(infos_.size() < kEdgesMax);
  infos_.push_back(info);
  extents_.push_back({static_cast<std::uint32_t>(ops_.size()),
                      static_cast<std::uint32_t>(data_ops.size()),
                      static_cast<std::uint32_t>(clock_ops.size())});
  // A handful each: pushing beats the general insertion.
  for (const EdgeOp& op : data_ops) ops_.push_back(op);
  for (const EdgeOp& op : clock_ops) ops_.push_back(op);
}

std::span<EdgeOp> EdgeWindow::data_ops(std::uint64_t edge) {
  const Extent& extent = extents_[edge - first_edge_];
  return std::span(ops_).subspan(extent.first, extent.data_count);
}

std::span<EdgeOp> EdgeWindow::clock_ops(std::uint64_t edge) {
  const Extent& extent = extents_[edge - first_edge_];
  return std::span(ops_).subspan(extent.first + extent.data_count, extent.clock_count);
}

std::span<EdgeOp> EdgeWindow::ops(std::uint64_t edge) {
  const Extent& extent = extents_[edge - first_edge_];
  return std::span(ops_).subspan(extent.first, extent.data_count + extent.clock_count);
}

std::span<const EdgeOp> EdgeWindow::data_ops(std::uint64_t edge) const {
  const Extent& extent = extents_[edge - first_edge_];
  return std::span(ops_).subspan(extent.first, extent.data_count);
}

std::span<const EdgeOp> EdgeWindow::clock_ops(std::uint64_t edge) const {
  const Extent& extent = extents_[edge - first_edge_];
  return std::span(ops_).subspan(extent.first + extent.data_count, extent.clock_count);
}

}  // namespace heddle::gate
