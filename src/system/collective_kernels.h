// The kernels behind the registry, one function an algorithm. Each takes its
// rank's input as a row of elements and gives its output.
#pragma once

#include "heddle/system/collective.h"

namespace heddle::system::kernels {

using Arguments = const CollectiveCall&;

des::Task<Tile> ring_all_reduce(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> bidirectional_all_reduce(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> doubling_all_reduce(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> rabenseifner_all_reduce(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> tree_all_reduce(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> levels_all_reduce(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> levels_reduce_scatter(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> levels_all_gather(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> chain_all_reduce(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> ring_reduce_scatter(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> ring_all_gather(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> pairwise_all_to_all(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> binomial_broadcast(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> chain_broadcast(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> binomial_reduce(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> linear_gather(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> linear_scatter(Tl&, const Group&, std::uint32_t, Arguments, Tile);
des::Task<Tile> dissemination_barrier(Tl&, const Group&, std::uint32_t, Arguments, Tile);

}  // namespace heddle::system::kernels
