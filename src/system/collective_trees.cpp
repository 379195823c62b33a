// Collectives by exchange between partners, and on trees.
#include <algorithm>

#include "system/collective_kernels.h"

namespace heddle::system::kernels {
namespace {

std::uint32_t size_of(const Group& group) {
  return static_cast<std::uint32_t>(group.ranks.size());
}

Shape row(std::uint64_t count) {
  return {1, static_cast<std::uint32_t>(count)};
}

Shape row(const Tile& tile) {
  return row(tile.shape.count());
}

/// The lower rank's operand comes first, so that both get the same bits.
des::Task<Tile> combine(Tl& tl, MathOp op, bool mine_first, const Tile& mine, const Tile& other) {
  const Tile& first = mine_first ? mine : other;
  const Tile& second = mine_first ? other : mine;
  co_return co_await tl.math(op, first, second);
}

/// One of two trees: node 0 is its root, children of p are 2p + 1 and 2p + 2.
des::Task<Tile> tree(Tl& tl, const Group& group, std::uint32_t index, Arguments call, Tile part,
                     bool is_mirrored, std::uint32_t tag) {
  const std::uint32_t count = size_of(group);
  const auto place_of = [&](std::uint32_t i) { return is_mirrored ? count - 1 - i : i; };
  const std::uint32_t place = place_of(index);
  const auto rank_at = [&](std::uint32_t p) { return group.ranks[place_of(p)]; };
  for (const std::uint32_t child : {2 * place + 1, 2 * place + 2}) {
    if (child >= count) continue;
    const Tile got =
        co_await tl.recv_from(rank_at(child), row(part), call.dtype, Direction::East, tag);
    part = co_await tl.math(call.op, part, got);
  }
  if (place > 0) {
    const PeRank parent = rank_at((place - 1) / 2);
    co_await tl.send_to(parent, part, Direction::East, tag);
    part = co_await tl.recv_from(parent, row(part), call.dtype, Direction::West, tag);
  }
  for (const std::uint32_t child : {2 * place + 1, 2 * place + 2}) {
    if (child < count) co_await tl.send_to(rank_at(child), part, Direction::West, tag);
  }
  co_return part;
}

}  // namespace

des::Task<Tile> doubling_all_reduce(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                    Tile input) {
  Tile sum = std::move(input);
  for (std::uint32_t distance = 1; distance < size_of(group); distance *= 2) {
    const std::uint32_t partner = index ^ distance;
    co_await tl.send_to(group.ranks[partner], sum);
    const Tile got = co_await tl.recv_from(group.ranks[partner], row(sum), call.dtype);
    sum = co_await combine(tl, call.op, index < partner, sum, got);
  }
  co_return sum;
}

/// Halve what a rank is responsible for until it is one chunk, then double it again.
des::Task<Tile> rabenseifner_all_reduce(Tl& tl, const Group& group, std::uint32_t index,
                                        Arguments call, Tile input) {
  const std::uint32_t count = size_of(group);
  const std::uint64_t elements = input.shape.count();
  std::uint32_t first = 0;  // chunks first .. first + width - 1 are mine
  std::uint32_t width = count;
  Tile part = std::move(input);
  const auto start = [&](std::uint32_t chunk) {
    return chunk == count ? elements : chunk_range(elements, count, chunk).begin;
  };
  for (std::uint32_t distance = count / 2; distance > 0; distance /= 2) {
    const PeRank partner = group.ranks[index ^ distance];
    const bool is_low = (index & distance) == 0;
    width /= 2;
    const std::uint64_t middle = start(first + width) - start(first);
    const Tile low = co_await tl.slice(part, 0, middle);
    const Tile high = co_await tl.slice(part, middle, part.shape.count() - middle);
    const Tile& mine = is_low ? low : high;
    const Tile& theirs = is_low ? high : low;
    co_await tl.send_to(partner, theirs);
    const Tile got = co_await tl.recv_from(partner, row(mine), call.dtype);
    part = co_await combine(tl, call.op, is_low, mine, got);
    if (!is_low) first += width;
  }
  for (std::uint32_t distance = 1; distance < count; distance *= 2) {
    const PeRank partner = group.ranks[index ^ distance];
    const bool is_low = (index & distance) == 0;
    const std::uint32_t other = is_low ? first + width : first - width;
    co_await tl.send_to(partner, part);
    Tile got = co_await tl.recv_from(partner, row(start(other + width) - start(other)), call.dtype);
    std::vector<Tile> parts;
    parts.push_back(is_low ? part : got);
    parts.push_back(is_low ? got : part);
    part = co_await tl.concat(parts);
    first = std::min(first, other);
    width *= 2;
  }
  co_return part;
}

/// Half of the data on each of two mirrored trees, one after the other.
des::Task<Tile> tree_all_reduce(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                Tile input) {
  const ChunkRange half = chunk_range(input.shape.count(), 2, 0);
  Tile low = co_await tl.slice(input, 0, half.end);
  Tile high = co_await tl.slice(input, half.end, input.shape.count() - half.end);
  std::vector<Tile> parts;
  parts.push_back(co_await tree(tl, group, index, call, std::move(low), false, 1));
  parts.push_back(co_await tree(tl, group, index, call, std::move(high), true, 2));
  co_return co_await tl.concat(parts);
}

des::Task<Tile> pairwise_all_to_all(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                    Tile input) {
  const std::uint32_t count = size_of(group);
  const std::uint64_t elements = input.shape.count();
  std::vector<Tile> parts(count);
  const auto piece = [&](std::uint32_t i) {
    const ChunkRange range = chunk_range(elements, count, i);
    return tl.slice(input, range.begin, range.end - range.begin);
  };
  const ChunkRange mine = chunk_range(elements, count, index);
  parts[index] = co_await piece(index);
  for (std::uint32_t s = 1; s < count; ++s) {
    const std::uint32_t to = (index + s) % count;
    const std::uint32_t from = (index + count - s) % count;
    const Tile out = co_await piece(to);
    co_await tl.send_to(group.ranks[to], out);
    parts[from] = co_await tl.recv_from(group.ranks[from], row(mine.end - mine.begin), call.dtype);
  }
  co_return co_await tl.concat(parts);
}

des::Task<Tile> binomial_broadcast(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                   Tile input) {
  const std::uint32_t count = size_of(group);
  const std::uint32_t place = (index + count - call.root) % count;
  const auto rank_at = [&](std::uint32_t p) { return group.ranks[(p + call.root) % count]; };
  std::uint32_t top = 1;
  while (top < count) top *= 2;
  Tile value = std::move(input);
  for (std::uint32_t distance = top / 2; distance > 0; distance /= 2) {
    if (place % (2 * distance) == 0 && place + distance < count) {
      co_await tl.deliver_to(rank_at(place + distance), value);  // one at a time
    } else if (place % (2 * distance) == distance) {
      value = co_await tl.recv_from(rank_at(place - distance), row(value), call.dtype);
    }
  }
  co_return value;
}

des::Task<Tile> binomial_reduce(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                Tile input) {
  const std::uint32_t count = size_of(group);
  const std::uint32_t place = (index + count - call.root) % count;
  const auto rank_at = [&](std::uint32_t p) { return group.ranks[(p + call.root) % count]; };
  Tile sum = std::move(input);
  for (std::uint32_t distance = 1; distance < count; distance *= 2) {
    if (place % (2 * distance) == distance) {
      co_await tl.send_to(rank_at(place - distance), sum);
      break;
    }
    if (place + distance >= count) continue;
    const Tile got = co_await tl.recv_from(rank_at(place + distance), row(sum), call.dtype);
    sum = co_await tl.math(call.op, sum, got);
  }
  co_return sum;
}

des::Task<Tile> linear_gather(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                              Tile input) {
  if (index != call.root) {
    co_await tl.send_to(group.ranks[call.root], input);
    co_return input;
  }
  std::vector<Tile> parts(group.ranks.size());
  for (std::uint32_t i = 0; i < parts.size(); ++i) {
    if (i == index) {
      parts[i] = input;
    } else {
      parts[i] = co_await tl.recv_from(group.ranks[i], row(input), call.dtype);
    }
  }
  co_return co_await tl.concat(parts);
}

des::Task<Tile> linear_scatter(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                               Tile input) {
  const std::uint32_t count = size_of(group);
  const ChunkRange mine = chunk_range(input.shape.count(), count, index);
  if (index != call.root) {
    co_return co_await tl.recv_from(group.ranks[call.root], row(mine.end - mine.begin), call.dtype);
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i == index) continue;
    const ChunkRange range = chunk_range(input.shape.count(), count, i);
    const Tile part = co_await tl.slice(input, range.begin, range.end - range.begin);
    co_await tl.send_to(group.ranks[i], part);
  }
  co_return co_await tl.slice(input, mine.begin, mine.end - mine.begin);
}

/// In round k everybody tells the rank 2^k further, with no bytes.
des::Task<Tile> dissemination_barrier(Tl& tl, const Group& group, std::uint32_t index,
                                      Arguments call, Tile input) {
  const std::uint32_t count = size_of(group);
  const Tile signal{.shape = {0, 0}, .dtype = call.dtype};
  for (std::uint32_t distance = 1; distance < count; distance *= 2) {
    co_await tl.send_to(group.ranks[(index + distance) % count], signal);
    (void)co_await tl.recv_from(group.ranks[(index + count - distance) % count], {0, 0},
                                call.dtype);
  }
  co_return input;
}

}  // namespace heddle::system::kernels
