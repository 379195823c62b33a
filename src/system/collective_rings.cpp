// Collectives on rings, one or nested: each step sends one chunk to the next
// rank and takes one from the rank before.
#include "heddle/base/check.h"
#include "system/collective_kernels.h"

namespace heddle::system::kernels {
namespace {

constexpr std::uint32_t kForward = 1;  // tags of the two ways round
constexpr std::uint32_t kBackward = 2;

/// A ring through some ranks of a group, and this rank's place on it.
struct Ring {
  std::vector<PeRank> ranks;
  std::uint32_t index = 0;

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ranks.size()); }
  /// The rank `steps` further, modulo the ring.
  [[nodiscard]] PeRank at(std::uint32_t steps) const { return ranks[(index + steps) % size()]; }
  [[nodiscard]] Ring reversed() const {
    return {{ranks.rbegin(), ranks.rend()}, size() - 1 - index};
  }
};

Ring whole_ring(const Group& group, std::uint32_t index) {
  return {group.ranks, index};
}

/// The ring of a level: the ranks that differ from `index` in that coordinate.
Ring level_ring(const Group& group, std::uint32_t index, std::size_t level) {
  std::uint32_t stride = 1;
  for (std::size_t i = 0; i < level; ++i) stride *= group.levels[i];
  const std::uint32_t count = group.levels[level];
  const std::uint32_t mine = index / stride % count;
  Ring ring{{}, mine};
  for (std::uint32_t i = 0; i < count; ++i) {
    ring.ranks.push_back(group.ranks[index + i * stride - mine * stride]);
  }
  return ring;
}

des::Task<std::vector<Tile>> cut(Tl& tl, const Tile& whole, std::uint32_t count) {
  std::vector<Tile> chunks;
  chunks.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const ChunkRange range = chunk_range(whole.shape.count(), count, i);
    chunks.push_back(co_await tl.slice(whole, range.begin, range.end - range.begin));
  }
  co_return chunks;
}

Shape row(const Tile& tile) {
  return {1, static_cast<std::uint32_t>(tile.shape.count())};
}

/// One step: chunk `out` goes to the next rank, the chunk of `in`'s size comes.
des::Task<Tile> step(Tl& tl, const Ring& ring, const Tile& out, const Tile& in, std::uint32_t tag) {
  co_await tl.send_to(ring.at(1), out, Direction::East, tag);
  co_return co_await tl.recv_from(ring.at(ring.size() - 1), row(in), in.dtype, Direction::East,
                                  tag);
}

/// Afterwards chunk `index` is complete here.
des::Task<> reduce_scatter(Tl& tl, const Ring& ring, std::vector<Tile>& chunks, MathOp op,
                           std::uint32_t tag) {
  const std::uint32_t count = ring.size();
  for (std::uint32_t s = 0; s + 1 < count; ++s) {
    const std::uint32_t out = (ring.index + 2 * count - 1 - s) % count;
    const std::uint32_t in = (ring.index + 2 * count - 2 - s) % count;
    const Tile received = co_await step(tl, ring, chunks[out], chunks[in], tag);
    chunks[in] = co_await tl.math(op, received, chunks[in]);
  }
}

/// Chunk `index` of every rank goes round.
des::Task<> all_gather(Tl& tl, const Ring& ring, std::vector<Tile>& chunks, std::uint32_t tag) {
  const std::uint32_t count = ring.size();
  for (std::uint32_t s = 0; s + 1 < count; ++s) {
    const std::uint32_t out = (ring.index + count - s) % count;
    const std::uint32_t in = (ring.index + 2 * count - 1 - s) % count;
    chunks[in] = co_await step(tl, ring, chunks[out], chunks[in], tag);
  }
}

}  // namespace

des::Task<Tile> ring_all_reduce(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                Tile input) {
  const Ring ring = whole_ring(group, index);
  std::vector<Tile> chunks = co_await cut(tl, input, ring.size());
  input = {};
  co_await reduce_scatter(tl, ring, chunks, call.op, kForward);
  co_await all_gather(tl, ring, chunks, kForward);
  co_return co_await tl.concat(chunks);
}

/// The first half of the chunks goes one way, the second the other, at once.
des::Task<Tile> bidirectional_all_reduce(Tl& tl, const Group& group, std::uint32_t index,
                                         Arguments call, Tile input) {
  const Ring ring = whole_ring(group, index);
  const std::uint32_t count = ring.size();
  const std::vector<Tile> halves = co_await cut(tl, input, 2);
  std::vector<Tile> right = co_await cut(tl, halves[0], count);
  std::vector<Tile> left = co_await cut(tl, halves[1], count);
  const PeRank next = ring.at(1);
  const PeRank previous = ring.at(count - 1);
  for (std::uint32_t s = 0; s < 2 * (count - 1); ++s) {
    const bool reduces = s + 1 < count;
    // Step s of a ring reduce-scatter followed by an all-gather; to the left, mirrored.
    const std::uint32_t shift = reduces ? 1 + s : s - (count - 1);
    const std::uint32_t out = (index + 2 * count - shift) % count;
    const std::uint32_t in = (out + count - 1) % count;
    const std::uint32_t left_out = (index + shift) % count;
    const std::uint32_t left_in = (left_out + 1) % count;
    co_await tl.send_to(next, right[out], Direction::East, kForward);
    co_await tl.send_to(previous, left[left_out], Direction::West, kBackward);
    Tile from_left =
        co_await tl.recv_from(previous, row(right[in]), call.dtype, Direction::East, kForward);
    Tile from_right =
        co_await tl.recv_from(next, row(left[left_in]), call.dtype, Direction::West, kBackward);
    if (reduces) {
      right[in] = co_await tl.math(call.op, from_left, right[in]);
      left[left_in] = co_await tl.math(call.op, from_right, left[left_in]);
    } else {
      right[in] = std::move(from_left);
      left[left_in] = std::move(from_right);
    }
  }
  right.insert(right.end(), left.begin(), left.end());
  co_return co_await tl.concat(right);
}

/// Reduce-scatter level by level, each on what the one before left; then
/// all-gather back. A torus is this with two levels.
des::Task<Tile> levels_all_reduce(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                  Tile input) {
  std::vector<std::vector<Tile>> chunks;
  Tile part = std::move(input);
  for (std::size_t level = 0; level < group.levels.size(); ++level) {
    const Ring ring = level_ring(group, index, level);
    chunks.push_back(co_await cut(tl, part, ring.size()));
    co_await reduce_scatter(tl, ring, chunks.back(), call.op, kForward);
    part = chunks.back()[ring.index];
  }
  for (std::size_t level = group.levels.size(); level-- > 0;) {
    const Ring ring = level_ring(group, index, level);
    chunks[level][ring.index] = std::move(part);
    co_await all_gather(tl, ring, chunks[level], kForward);
    part = co_await tl.concat(chunks[level]);
  }
  co_return part;
}

/// A reduce-scatter on each level, innermost first, of what the one before
/// left; the chunk of every rank stays whole, so that rank i ends with chunk i.
des::Task<Tile> levels_reduce_scatter(Tl& tl, const Group& group, std::uint32_t index,
                                      Arguments call, Tile input) {
  const auto ranks = static_cast<std::uint32_t>(group.ranks.size());
  std::vector<Tile> pieces = co_await cut(tl, input, ranks);  // by the rank they are for
  input = {};
  std::vector<std::uint32_t> owners;  // of the pieces that this rank still adds to
  for (std::uint32_t i = 0; i < ranks; ++i) owners.push_back(i);
  std::uint32_t stride = 1;
  for (std::size_t level = 0; level < group.levels.size(); ++level) {
    const Ring ring = level_ring(group, index, level);
    std::vector<std::vector<Tile>> parts(ring.size());
    std::vector<std::uint32_t> kept;
    for (const std::uint32_t owner : owners) {
      const std::uint32_t place = owner / stride % ring.size();
      parts[place].push_back(std::move(pieces[owner]));
      if (place == ring.index) kept.push_back(owner);
    }
    std::vector<Tile> chunks;
    for (const std::vector<Tile>& part : parts) chunks.push_back(co_await tl.concat(part));
    parts.clear();
    co_await reduce_scatter(tl, ring, chunks, call.op, kForward);
    owners = std::move(kept);
    std::uint64_t begin = 0;
    for (const std::uint32_t owner : owners) {
      const ChunkRange range = chunk_range(call.elements, ranks, owner);
      const std::uint64_t size = range.end - range.begin;
      pieces[owner] = co_await tl.slice(chunks[ring.index], begin, size);
      begin += size;
    }
    stride *= ring.size();
  }
  co_return pieces[index];
}

/// An all-gather on each level, outermost first, of what has come together.
des::Task<Tile> levels_all_gather(Tl& tl, const Group& group, std::uint32_t index, Arguments,
                                  Tile input) {
  const std::uint64_t size = input.shape.count();
  auto stride = static_cast<std::uint32_t>(group.ranks.size());
  std::vector<std::uint32_t> owners = {index};  // in the order of what is held
  Tile held = std::move(input);
  for (std::size_t level = group.levels.size(); level-- > 0;) {
    const Ring ring = level_ring(group, index, level);
    stride /= ring.size();
    std::vector<Tile> chunks(ring.size(), held);
    co_await all_gather(tl, ring, chunks, kForward);
    std::vector<std::uint32_t> all;
    for (std::uint32_t place = 0; place < ring.size(); ++place) {
      for (const std::uint32_t owner : owners) {
        all.push_back(owner + place * stride - ring.index * stride);
      }
    }
    owners = std::move(all);
    held = co_await tl.concat(chunks);
  }
  std::vector<Tile> parts(owners.size());
  for (std::size_t i = 0; i < owners.size(); ++i) {
    parts[owners[i]] = co_await tl.slice(held, i * size, size);
  }
  co_return co_await tl.concat(parts);
}

/// R8's algorithm: on each level the right half of a ring sends towards the
/// representative one way, the left half the other way; then the sum goes back
/// along chains, outermost level first.
des::Task<Tile> chain_all_reduce(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                 Tile input) {
  Tile sum = std::move(input);
  const Shape shape = row(sum);
  std::size_t reached = 0;  // levels on which this rank is the representative
  for (; reached < group.levels.size(); ++reached) {
    const Ring ring = level_ring(group, index, reached);
    const std::uint32_t count = ring.size();
    const std::uint32_t half = count / 2;  // the right half is 1 .. half
    const std::uint32_t at = ring.index;
    const bool is_right = at >= 1 && at <= half;
    if (at > half + 1) {
      const Tile got = co_await tl.recv_from(ring.at(count - 1), shape, call.dtype);
      sum = co_await tl.math(call.op, got, sum);
    }
    if (is_right && at < half) {
      const Tile got = co_await tl.recv_from(ring.at(1), shape, call.dtype, Direction::West);
      sum = co_await tl.math(call.op, got, sum);
    }
    if (at != 0) {
      const PeRank to = is_right ? ring.at(count - 1) : ring.at(1);
      const Direction way = is_right ? Direction::West : Direction::East;
      co_await tl.send_to(to, sum, way);
      break;
    }
    if (half + 1 < count) {
      const Tile left = co_await tl.recv_from(ring.at(count - 1), shape, call.dtype);
      sum = co_await tl.math(call.op, left, sum);
    }
    if (count > 1) {
      const Tile right = co_await tl.recv_from(ring.at(1), shape, call.dtype, Direction::West);
      sum = co_await tl.math(call.op, right, sum);
    }
  }
  for (std::size_t level = std::min(reached + 1, group.levels.size()); level-- > 0;) {
    const Ring ring = level_ring(group, index, level);
    if (ring.index > 0) {
      sum = co_await tl.recv_from(ring.at(ring.size() - 1), shape, call.dtype, Direction::North);
    }
    if (ring.index + 1 < ring.size()) co_await tl.send_to(ring.at(1), sum, Direction::North);
  }
  co_return sum;
}

des::Task<Tile> ring_reduce_scatter(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                    Tile input) {
  const Ring ring = whole_ring(group, index);
  std::vector<Tile> chunks = co_await cut(tl, input, ring.size());
  co_await reduce_scatter(tl, ring, chunks, call.op, kForward);
  co_return chunks[index];
}

des::Task<Tile> ring_all_gather(Tl& tl, const Group& group, std::uint32_t index, Arguments,
                                Tile input) {
  const Ring ring = whole_ring(group, index);
  std::vector<Tile> chunks(ring.size(), input);
  co_await all_gather(tl, ring, chunks, kForward);
  co_return co_await tl.concat(chunks);
}

des::Task<Tile> chain_broadcast(Tl& tl, const Group& group, std::uint32_t index, Arguments call,
                                Tile input) {
  const auto count = static_cast<std::uint32_t>(group.ranks.size());
  const std::uint32_t place = (index + count - call.root) % count;
  std::vector<Tile> chunks = co_await cut(tl, input, call.pipeline_chunks);
  const PeRank next = group.ranks[(index + 1) % count];
  const PeRank previous = group.ranks[(index + count - 1) % count];
  for (Tile& chunk : chunks) {
    if (place > 0) chunk = co_await tl.recv_from(previous, row(chunk), call.dtype);
    if (place + 1 < count) co_await tl.deliver_to(next, chunk);
  }
  co_return co_await tl.concat(chunks);
}

}  // namespace heddle::system::kernels
