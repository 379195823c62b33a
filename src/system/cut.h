// How a machine is cut for a run on several threads: units, which are never
// divided (a cube with its PEs, a device of a fabric), and a partition for each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/system/topology.h"

namespace heddle::system {

/// Whether anything that one partition does reaches another at once, so that
/// the machine cannot be cut, depends on the machine alone; that a DMA does is
/// told as it happens.
struct Cut {
  std::uint32_t partition_count = 1;
  std::vector<std::uint32_t> unit_of_node;
  std::vector<std::string> unit_names;           ///< unit 0: what belongs to no cube or device
  std::vector<std::uint32_t> partition_of_unit;  ///< ascending from unit 1 on
  Picoseconds lookahead{1};                      ///< the least latency of a link between partitions
  Picoseconds short_notice{1};  ///< the least time that a credit or a receipt takes

  [[nodiscard]] std::uint32_t partition_of(NodeId node) const {
    return partition_of_unit[unit_of_node[node.value()]];
  }
};

/// Cuts a machine into at most `wanted` partitions of about as many units each,
/// one after another in the order of the machine file; into one where no link
/// between them has a latency, where links share their bandwidth, or where
/// launches use the links.
[[nodiscard]] Cut cut_machine(const Topology& topology, std::uint32_t wanted);

}  // namespace heddle::system
