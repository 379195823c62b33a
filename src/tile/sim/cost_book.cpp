#include "tile/sim/cost_book.h"

#include <fmt/format.h>

#include <algorithm>

#include "heddle/tile/diagnostics.h"

namespace heddle::tile {

CostSource CostBook::source_of(ComputeKind kind) const {
  if (table_ != nullptr) return CostSource::Table;
  const bool is_fixed = (kind == ComputeKind::Preload && machine_->array.preload_cost) ||
                        (kind == ComputeKind::Matmul && machine_->array.matmul_cost);
  return is_fixed ? CostSource::Machine : CostSource::Model;
}

Status CostBook::price(LiveItem& live) {
  const auto& instructions = live.item.instructions;
  live.costs.assign(instructions.size(), OperationCost{});
  for (std::size_t i = 0; i < instructions.size(); ++i) {
    const Instruction& instruction = instructions[i];
    if (instruction.opcode != Opcode::Compute) continue;
    OperationCost cost;
    if (table_ != nullptr) {
      const auto node = table_->find(instruction.node);
      if (!node) {
        return fail(
            diag::kCycleTable, {},
            {fmt::format("the table has no line for node {} (work-item {}, instruction {}); "
                         "it has {}",
                         instruction.node, live.item.index, i, table_->size()),
             "a table has a line for each node of its kernel"});
      }
      cost = table_cost(node->cycles, node->overlap);
    } else {
      cost = cost_of(*machine_, instruction.kind, live.item.at(instruction.dims));
    }
    live.costs[i] = cost;
    NodeUse& use = uses_[{live.partition, instruction.node}];
    use.partition = live.partition;
    use.node = instruction.node;
    use.kind = instruction.kind;
    use.source = source_of(instruction.kind);
    use.least_cycles = use.count == 0 ? cost.latency : std::min(use.least_cycles, cost.latency);
    use.most_cycles = std::max(use.most_cycles, cost.latency);
    ++use.count;
  }
  return {};
}

Status CostBook::check_all_used() const {
  if (table_ == nullptr) return {};
  for (std::uint32_t node = 0; node < table_->size(); ++node) {
    const bool is_used = std::any_of(uses_.begin(), uses_.end(),
                                     [&](const auto& use) { return use.first.second == node; });
    if (!is_used) {
      return fail(
          diag::kCycleTable, {},
          {fmt::format("the table has a line for node {}, which the kernel never runs", node),
           "is it the table of another kernel?"});
    }
  }
  return {};
}

std::vector<NodeUse> CostBook::uses() const {
  std::vector<NodeUse> list;
  for (const auto& [key, use] : uses_) list.push_back(use);
  return list;
}

}  // namespace heddle::tile
