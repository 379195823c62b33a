// Looks at everything a kernel describes: which elements each work-item loads
// and stores, and how much it computes.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "heddle/tile/producer.h"

namespace heddle::tile::test {

struct ItemAudit {
  /// Elements by tensor, in order of transfer, as often as they were moved.
  std::map<std::uint32_t, std::vector<std::int64_t>> loaded;
  std::map<std::uint32_t, std::vector<std::int64_t>> stored;
  std::vector<std::int64_t> induction;
  std::int64_t macs = 0;
  std::int64_t preload_area = 0;
  std::vector<std::int64_t> streamed;  ///< rows past each preload
  std::int64_t loads = 0;
  std::int64_t stores = 0;
  std::int64_t waits = 0;
  std::map<ComputeKind, std::int64_t> computes;
  std::map<ComputeKind, std::int64_t> elements;  ///< of vector and cross-lane work
};

/// Visits the elements of a transfer in order.
inline void each_element(const WorkItem& item, const Instruction& dma,
                         const std::function<void(std::int64_t)>& visit) {
  const auto dims = item.at(dma.dims);
  const auto strides = item.at(dma.strides);
  for (std::int64_t i = 0; i < dma.elements; ++i) {
    std::int64_t rest = i;
    std::int64_t at = dma.offset;
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      at += rest % dims[axis] * strides[axis];
      rest /= dims[axis];
    }
    visit(at);
  }
}

inline void audit_compute(const WorkItem& item, const Instruction& one, ItemAudit& audit) {
  const auto dims = item.at(one.dims);
  ++audit.computes[one.kind];
  if (one.kind == ComputeKind::Vector) audit.elements[one.kind] += dims[0];
  if (one.kind == ComputeKind::CrossLane) audit.elements[one.kind] += dims[0] * dims[1];
  if (one.kind == ComputeKind::Preload) {
    audit.preload_area += dims[0] * dims[1];
    audit.streamed.push_back(0);
  }
  if (one.kind == ComputeKind::Matmul) {
    audit.macs += dims[0] * dims[1] * dims[2];
    audit.streamed.back() += dims[0];
  }
}

inline ItemAudit audit_of(const WorkItem& item) {
  ItemAudit audit;
  audit.induction = item.induction;
  for (const Instruction& one : item.instructions) {
    if (one.opcode == Opcode::MemoryBarrier) ++audit.waits;
    if (one.opcode == Opcode::Compute) audit_compute(item, one, audit);
    if (one.opcode != Opcode::Dma) continue;
    const bool is_load = one.direction == Direction::Load;
    ++(is_load ? audit.loads : audit.stores);
    auto& moved = (is_load ? audit.loaded : audit.stored)[one.tensor];
    each_element(item, one, [&](std::int64_t at) { moved.push_back(at); });
  }
  return audit;
}

struct KernelAudit {
  KernelInfo kernel;
  std::vector<ItemAudit> items;
  std::string problem;  ///< empty: none

  [[nodiscard]] std::int64_t macs() const {
    std::int64_t sum = 0;
    for (const ItemAudit& item : items) sum += item.macs;
    return sum;
  }
  /// Whether every element of `tensor` is stored exactly once.
  [[nodiscard]] bool stores_once(std::uint32_t tensor) const {
    std::vector<int> times(static_cast<std::size_t>(kernel.tensors[tensor].elements));
    for (const ItemAudit& item : items) {
      for (const auto& [id, elements] : item.stored) {
        if (id != tensor) return false;
        for (const std::int64_t at : elements) ++times[static_cast<std::size_t>(at)];
      }
    }
    for (const int one : times) {
      if (one != 1) return false;
    }
    return true;
  }
  /// Whether every element of `tensor` is loaded at least once.
  [[nodiscard]] bool loads_all(std::uint32_t tensor) const {
    std::vector<bool> seen(static_cast<std::size_t>(kernel.tensors[tensor].elements));
    for (const ItemAudit& item : items) {
      const auto found = item.loaded.find(tensor);
      if (found == item.loaded.end()) continue;
      for (const std::int64_t at : found->second) seen[static_cast<std::size_t>(at)] = true;
    }
    for (const bool one : seen) {
      if (!one) return false;
    }
    return true;
  }
};

inline KernelAudit audit_kernel(KernelFunction kernel, std::vector<std::int64_t> shape) {
  KernelAudit audit;
  auto source = run_kernel("audited", kernel, {.shape_args = std::move(shape)});
  if (!source) {
    audit.problem = source.error().to_string();
    return audit;
  }
  audit.kernel = (*source)->kernel();
  WorkItem item;
  for (;;) {
    const Result<bool> more = (*source)->next(item);
    if (!more) audit.problem = more.error().to_string();
    if (!more || !*more) return audit;
    audit.items.push_back(audit_of(item));
  }
}

}  // namespace heddle::tile::test
