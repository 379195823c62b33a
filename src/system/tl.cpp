// The kernel interface: checks, times, and what is logged of each operation.
#include <algorithm>

#include "heddle/base/check.h"
#include "heddle/system/diagnostics.h"
#include "system/engine.h"

namespace heddle::system {
namespace {

/// Bytes of a tile that are contiguous in memory.
struct Run {
  std::uint64_t memory_offset = 0;
  std::uint64_t tile_offset = 0;
  std::uint64_t size_bytes = 0;
};

/// The runs of a layout, joined where rows follow each other.
std::vector<Run> runs_of(Shape shape, Dtype dtype, const Layout& layout) {
  const std::uint64_t size = dtype_bytes(dtype);
  const std::uint64_t row_bytes = shape.columns * size;
  const std::uint64_t stride = layout.row_stride_bytes == 0 ? row_bytes : layout.row_stride_bytes;
  std::vector<Run> runs;
  const auto add = [&](const Run& run) {
    if (!runs.empty()) {
      Run& last = runs.back();
      if (last.memory_offset + last.size_bytes == run.memory_offset &&
          last.tile_offset + last.size_bytes == run.tile_offset) {
        last.size_bytes += run.size_bytes;
        return;
      }
    }
    runs.push_back(run);
  };
  for (std::uint64_t row = 0; row < shape.rows; ++row) {
    if (layout.mask.empty()) {
      if (row_bytes > 0) add({row * stride, row * row_bytes, row_bytes});
      continue;
    }
    for (std::uint64_t column = 0; column < shape.columns; ++column) {
      if (!layout.mask[row * shape.columns + column]) continue;
      add({row * stride + column * size, row * row_bytes + column * size, size});
    }
  }
  return runs;
}

/// A translated transfer: fragments, where each lies in the tile, and when
/// the MMU is done with each page.
struct Transfer {
  std::vector<Fragment> fragments;
  std::vector<std::uint64_t> tile_offsets;
};

/// False after an error, which the kernel has been told.
bool translate(Engine& engine, Pe& pe, Va at, std::string_view operation,
               const std::vector<Run>& runs, Transfer& transfer) {
  const bool is_write = operation == "store";
  ++pe.use.dma_requests;
  for (const Run& run : runs) {
    auto fragments = engine.pages.translate(at.plus(run.memory_offset), run.size_bytes, is_write,
                                            engine.origin(pe, operation));
    if (!fragments) {
      pe.kernel().fail(std::move(fragments.error()));
      return false;
    }
    std::uint64_t offset = run.tile_offset;
    for (const Fragment& fragment : *fragments) {
      if (!engine.is_near(pe, operation, fragment)) return false;
      transfer.fragments.push_back(fragment);
      transfer.tile_offsets.push_back(offset);
      offset += fragment.size_bytes;
    }
  }
  ++pe.use.translations;
  return true;
}

/// Sends the fragments, page by page, as the MMU lets them go.
des::Task<> move(Tl& tl, Engine& engine, Pe& pe, const Transfer& transfer, bool is_write) {
  const Machine& machine = engine.topology->machine();
  DmaPort& port = is_write ? *pe.dma_write : *pe.dma_read;
  co_await port.channels.take(1);
  DmaRequest request(pe.component);
  request.port = &port;
  request.left = 1;  // held until all are sent
  const SimTime begin = tl.now();
  std::size_t i = 0;
  while (i < transfer.fragments.size()) {
    const Fragment& first = transfer.fragments[i];
    std::uint64_t size = 0;
    for (; i < transfer.fragments.size() && transfer.fragments[i].page == first.page; ++i) {
      size += transfer.fragments[i].size_bytes;
    }
    ++pe.use.fragments;
    // g++ 12 miscompiles conditional expressions within co_await.
    const bool is_hit = pe.tlb.look_up(first.page);
    const Picoseconds translation = is_hit ? machine.pe.tlb_hit : machine.pe.page_walk;
    co_await des::delay(translation);
    co_await port.outstanding.take(1);
    const NodeId home = engine.home(first.address);
    const Route& route =
        is_write ? engine.route(pe, pe.node, home) : engine.route(pe, home, pe.node);
    ++request.left;
    engine.fabric.send({&route, size, engine.memory_tail(route, size), &request, nullptr});
  }
  --request.left;
  co_await DmaWait{request};
  port.channels.give(1);
  pe.use.dma_busy += tl.now() - begin;
  engine.span(Span::Unit::Dma, pe, begin, tl.now(), is_write ? "store" : "load");
}

Timed<Tile> failed() {
  return {Picoseconds(0), Tile{}, true};
}

void tell_bad_shape(Engine& engine, const Pe& pe, std::string_view operation,
                    const std::string& what) {
  engine.fail(pe, diag::kBadShape,
              {pe.name, engine.operation_name(pe, operation),
               std::to_string(pe.kernel().now().ps()), what});
}

/// False, and told, where a mask has other lanes than the shape.
bool is_mask_fine(Engine& engine, const Pe& pe, std::string_view operation, Shape shape,
                  const Layout& layout) {
  if (layout.mask.empty() || layout.mask.size() == shape.count()) return true;
  tell_bad_shape(
      engine, pe, operation,
      "a mask of " + std::to_string(layout.mask.size()) + " lanes for " + shape.to_string());
  return false;
}

/// Axis 0 of the program ids goes over all PEs.
bool spans_world(const Machine& machine) {
  return machine.fabric || !machine.is_timed || machine.sip_count * machine.cubes_per_sip() == 1;
}

/// How many tiles an operation takes; `cast` and `where` have calls of their own.
std::size_t operand_count(MathOp op) {
  if (op == MathOp::Where) return 3;
  return op <= MathOp::Min ? 2 : 1;
}

}  // namespace

PeRank Tl::rank() const {
  return pe_.rank;
}
SimTime Tl::now() const {
  return pe_.kernel().now();
}
des::FramePool& Tl::frame_pool() const {
  return pe_.kernel().frame_pool();
}

std::uint32_t Tl::program_id(std::uint32_t axis) const {
  HEDDLE_CHECK(axis < 3);
  const Machine& machine = engine_.topology->machine();
  const Node& node = engine_.topology->node(pe_.node);
  if (spans_world(machine)) {
    return axis == 0 ? pe_.rank.value() : 0;
  }
  return axis == 0 ? node.pe : axis == 1 ? node.cube : node.sip;
}

std::uint32_t Tl::num_programs(std::uint32_t axis) const {
  HEDDLE_CHECK(axis < 3);
  const Machine& machine = engine_.topology->machine();
  if (spans_world(machine)) {
    return axis == 0 ? engine_.topology->pe_count() : 1;
  }
  return axis == 0 ? machine.pes_per_cube : axis == 1 ? machine.cubes_per_sip() : machine.sip_count;
}

void Tl::set_neighbour(Direction direction, PeRank rank) {
  pe_.neighbours[static_cast<std::size_t>(direction)] = rank;
}

std::optional<PeRank> Tl::neighbour(Direction direction) const {
  const PeRank rank = pe_.neighbours[static_cast<std::size_t>(direction)];
  if (rank.is_none()) return std::nullopt;
  return rank;
}

des::Task<Tile> Tl::load(Va from, Shape shape, Dtype dtype, Layout layout) {
  ++pe_.op_count;
  ++pe_.use.ops;
  std::optional<Tile> tile = engine_.make_tile(pe_, "load", shape, dtype);
  if (!tile || !is_mask_fine(engine_, pe_, "load", shape, layout)) co_await Halt{};
  Transfer transfer;
  const std::vector<Run> runs = runs_of(shape, dtype, layout);
  if (!translate(engine_, pe_, from, "load", runs, transfer)) co_await Halt{};
  if (engine_.moves_data()) {
    Op op{.kind = OpKind::Load, .mask = layout.mask};
    for (std::size_t i = 0; i < transfer.fragments.size(); ++i) {
      Op part;
      if (!engine_.read_memory(pe_, from, {transfer.fragments[i]}, part)) co_await Halt{};
      for (Piece& piece : part.pieces) {
        piece.target_offset += transfer.tile_offsets[i];
        op.pieces.push_back(piece);
      }
    }
    engine_.define(pe_, *tile, std::move(op), {});
    if (engine_.is_eager()) {
      auto data = std::make_shared<TileData>(TileData{shape, dtype, {}, {}});
      data->bytes.resize(tile->size_bytes());
      for (std::size_t i = 0; i < transfer.fragments.size(); ++i) {
        const Fragment& fragment = transfer.fragments[i];
        pe_.plane->memory.read(
            fragment.address.bits(),
            std::span(data->bytes).subspan(transfer.tile_offsets[i], fragment.size_bytes));
      }
      for (const bool lane : layout.mask) data->poison.push_back(!lane);
      tile->data = std::move(data);
    }
  }
  co_await move(*this, engine_, pe_, transfer, false);
  co_return std::move(*tile);
}

des::Task<> Tl::store(Va to, Tile tile, Layout layout) {
  ++pe_.op_count;
  ++pe_.use.ops;
  if (!is_mask_fine(engine_, pe_, "store", tile.shape, layout)) co_await Halt{};
  Transfer transfer;
  const std::vector<Run> runs = runs_of(tile.shape, tile.dtype, layout);
  if (!translate(engine_, pe_, to, "store", runs, transfer)) co_await Halt{};
  if (tile.data != nullptr) {
    for (std::size_t lane = 0; lane < tile.data->poison.size(); ++lane) {
      if (!tile.data->poison[lane] || (!layout.mask.empty() && !layout.mask[lane])) continue;
      engine_.fail(pe_, diag::kPoison,
                   {pe_.name, engine_.operation_name(pe_, "store"), std::to_string(now().ps()),
                    std::to_string(lane)});
      co_await Halt{};
    }
  }
  co_await move(*this, engine_, pe_, transfer, true);
  if (engine_.moves_data()) {
    Tile stored{.shape = tile.shape, .dtype = tile.dtype, .space = Space::Hbm};
    stored.address = transfer.fragments.empty() ? 0 : transfer.fragments.front().address.bits();
    engine_.define(pe_, stored, {.kind = OpKind::Store, .mask = layout.mask}, {&tile});
    if (!engine_.write_memory(pe_, transfer.fragments, stored, transfer.tile_offsets)) {
      co_await Halt{};
    }
  }
}

/// `count` elements of the parts one after another, from `begin` on.
Timed<Tile> Tl::gather(std::string_view name, const std::vector<const Tile*>& parts,
                       std::uint64_t begin, std::uint64_t count) {
  ++pe_.op_count;
  const Dtype dtype = parts.front()->dtype;
  std::uint64_t total = 0;
  for (const Tile* part : parts) total += part->shape.count();
  if (count > total || begin > total - count) {
    tell_bad_shape(engine_, pe_, name,
                   std::to_string(count) + " elements from " + std::to_string(begin) + " on of " +
                       std::to_string(total));
    return failed();
  }
  for (const Tile* part : parts) {
    if (part->dtype == dtype) continue;
    tell_bad_shape(engine_, pe_, name,
                   std::string(dtype_name(dtype)) + " and " + std::string(dtype_name(part->dtype)));
    return failed();
  }
  std::optional<Tile> tile =
      engine_.make_tile(pe_, name, {1, static_cast<std::uint32_t>(count)}, dtype);
  if (!tile) return failed();
  if (!engine_.moves_data()) return {Picoseconds(0), std::move(*tile)};
  const std::uint64_t size = dtype_bytes(dtype);
  Op op{.kind = OpKind::Load};
  std::vector<const Tile*> used;
  std::uint64_t at = 0;
  for (const Tile* part : parts) {
    const std::uint64_t low = std::max(begin, at);
    const std::uint64_t high = std::min(begin + count, at + part->shape.count());
    if (low < high) {
      op.pieces.push_back(
          {part->version, (low - at) * size, (low - begin) * size, (high - low) * size});
      used.push_back(part);
    }
    at += part->shape.count();
  }
  engine_.define_gather(pe_, *tile, std::move(op), used);
  return {Picoseconds(0), std::move(*tile)};
}

Timed<Tile> Tl::slice(const Tile& a, std::uint64_t begin, std::uint64_t count) {
  return gather("slice", {&a}, begin, count);
}

Timed<Tile> Tl::concat(const std::vector<Tile>& parts) {
  HEDDLE_CHECK(!parts.empty());
  std::vector<const Tile*> pointers;
  std::uint64_t total = 0;
  for (const Tile& part : parts) {
    pointers.push_back(&part);
    total += part.shape.count();
  }
  return gather("concat", pointers, 0, total);
}

Timed<Tile> Tl::full(Shape shape, Dtype dtype, float value) {
  ++pe_.op_count;
  std::optional<Tile> tile = engine_.make_tile(pe_, "full", shape, dtype);
  if (!tile) return failed();
  engine_.define(pe_, *tile, {.kind = OpKind::Fill, .scalar = value}, {});
  return {Picoseconds(0), std::move(*tile)};
}

Timed<Tile> Tl::run_math(MathOp op, std::vector<const Tile*> operands, Shape shape, Dtype dtype) {
  ++pe_.op_count;
  ++pe_.use.ops;
  const std::string_view name = math_name(op);
  const Shape& in = operands.front()->shape;
  if (operands.size() != operand_count(op)) {
    tell_bad_shape(engine_, pe_, name,
                   std::to_string(operands.size()) + " operands, it takes " +
                       std::to_string(operand_count(op)));
    return failed();
  }
  const bool is_by_row = op == MathOp::Sum || op == MathOp::RowMax || op == MathOp::Softmax;
  if (is_by_row && in.columns == 0 && in.rows > 0) {
    tell_bad_shape(engine_, pe_, name, "rows of no columns");
    return failed();
  }
  for (const Tile* operand : operands) {
    if (operand->shape == in) continue;
    tell_bad_shape(engine_, pe_, name,
                   "operands of " + in.to_string() + " and " + operand->shape.to_string());
    return failed();
  }
  std::optional<Tile> tile = engine_.make_tile(pe_, name, shape, dtype);
  if (!tile) return failed();
  engine_.define(pe_, *tile, {.kind = OpKind::Math, .math = op}, operands);
  const Picoseconds time = engine_.device->math_time(op, in.count(), dtype);
  pe_.use.math_busy += time;
  engine_.span(Span::Unit::Math, pe_, now(), now() + time, name);
  return {time, std::move(*tile)};
}

Timed<Tile> Tl::math(MathOp op, const Tile& a) {
  Shape shape = a.shape;
  if (op == MathOp::Sum || op == MathOp::RowMax) shape.columns = 1;
  if (op == MathOp::Transpose) std::swap(shape.rows, shape.columns);
  return run_math(op, {&a}, shape, a.dtype);
}

Timed<Tile> Tl::math(MathOp op, const Tile& a, const Tile& b) {
  return run_math(op, {&a, &b}, a.shape, a.dtype);
}

Timed<Tile> Tl::where(const Tile& condition, const Tile& a, const Tile& b) {
  return run_math(MathOp::Where, {&condition, &a, &b}, a.shape, a.dtype);
}

Timed<Tile> Tl::cast(const Tile& a, Dtype dtype) {
  return run_math(MathOp::Cast, {&a}, a.shape, dtype);
}

Timed<Tile> Tl::run_dot(const Tile& a, const Tile& b, const Tile* c) {
  ++pe_.op_count;
  ++pe_.use.ops;
  const Shape shape{a.shape.rows, b.shape.columns};
  if (a.shape.columns != b.shape.rows || (c != nullptr && c->shape != shape)) {
    tell_bad_shape(engine_, pe_, "dot",
                   a.shape.to_string() + " times " + b.shape.to_string() +
                       (c == nullptr ? "" : " plus " + c->shape.to_string()));
    return failed();
  }
  const bool is_integer =
      !is_float(a.dtype) && !is_float(b.dtype) && (c == nullptr || !is_float(c->dtype));
  const Dtype dtype = is_integer ? Dtype::I32 : Dtype::F32;
  std::optional<Tile> tile = engine_.make_tile(pe_, "dot", shape, dtype);
  if (!tile) return failed();
  std::vector<const Tile*> operands = {&a, &b};
  if (c != nullptr) operands.push_back(c);
  engine_.define(pe_, *tile, {.kind = OpKind::Dot}, operands);
  const Picoseconds time =
      engine_.device->gemm_time(shape.rows, shape.columns, a.shape.columns, a.dtype);
  pe_.use.gemm_busy += time;
  engine_.span(Span::Unit::Gemm, pe_, now(), now() + time, "dot");
  return {time, std::move(*tile)};
}

Timed<Tile> Tl::dot(const Tile& a, const Tile& b) {
  return run_dot(a, b, nullptr);
}
Timed<Tile> Tl::dot(const Tile& a, const Tile& b, const Tile& c) {
  return run_dot(a, b, &c);
}

Timed<Tile> Tl::constant(Shape shape, Dtype dtype, std::vector<std::byte> bytes) {
  ++pe_.op_count;
  std::optional<Tile> tile = engine_.make_tile(pe_, "constant", shape, dtype);
  if (!tile) return failed();
  if (bytes.size() != tile->size_bytes()) {
    tell_bad_shape(engine_, pe_, "constant",
                   std::to_string(bytes.size()) + " bytes for " + shape.to_string() + " " +
                       std::string(dtype_name(dtype)));
    return failed();
  }
  engine_.define(pe_, *tile, {.kind = OpKind::External, .external = std::move(bytes)}, {});
  return {Picoseconds(0), std::move(*tile)};
}

/// What a send hands over; nothing after an error.
std::optional<Packet> Tl::packet_for(PeRank to, const Tile& tile, std::uint32_t tag) {
  ++pe_.op_count;
  if (to.value() >= engine_.pes.size()) {
    engine_.fail(pe_, diag::kBadTarget,
                 {std::to_string(to.value()), std::to_string(engine_.pes.size() - 1),
                  pe_.name + ", " + engine_.operation_name(pe_, "send")});
    return std::nullopt;
  }
  Packet packet{.size_bytes = tile.size_bytes(), .tag = tag};
  if (engine_.moves_data()) {
    packet.tile = tile;
    packet.tile.block = nullptr;  // the bytes have left the sender's TCM
  }
  if (!pe_.clock.empty()) {
    ++pe_.clock[pe_.rank.value()];
    packet.clock = std::make_shared<const std::vector<std::uint32_t>>(pe_.clock);
  }
  return packet;
}

SendWait Tl::send_to(PeRank to, const Tile& tile, Direction direction, std::uint32_t tag) {
  std::optional<Packet> packet = packet_for(to, tile, tag);
  if (!packet) return {nullptr, {}};
  Flow& flow = engine_.flow(pe_, pe_.rank, to, direction);
  packet->slots = flow.slots_for(packet->size_bytes);
  return {&flow, std::move(*packet)};
}

des::Task<> Tl::deliver_to(PeRank to, const Tile& tile, Direction direction, std::uint32_t tag) {
  std::optional<Packet> packet = packet_for(to, tile, tag);
  if (!packet) co_await Halt{};
  Flow& flow = engine_.flow(pe_, pe_.rank, to, direction);
  DmaRequest receipt(pe_.component);
  receipt.what = "its bytes to be in the inbox";
  receipt.left = 1;
  packet->slots = flow.slots_for(packet->size_bytes);
  packet->receipt = &receipt;
  // A receipt comes on short notice.
  if (flow.is_crossing()) engine_.federation.wait(pe_.plane->index);
  co_await SendWait(&flow, std::move(*packet));
  co_await DmaWait{receipt};
  if (flow.is_crossing()) engine_.federation.end_wait(pe_.plane->index);
}

SendWait Tl::send(Direction direction, const Tile& tile, std::uint32_t tag) {
  if (const std::optional<PeRank> to = neighbour(direction)) {
    return send_to(*to, tile, direction, tag);
  }
  engine_.fail(pe_, diag::kNoNeighbour,
               {pe_.name, engine_.operation_name(pe_, "send"), std::to_string(now().ps()),
                direction_name(direction)});
  return {nullptr, {}};
}

RecvWait Tl::recv_from(PeRank from, Shape shape, Dtype dtype, Direction direction,
                       std::uint32_t tag) {
  ++pe_.op_count;
  if (from.value() >= engine_.pes.size()) {
    engine_.fail(pe_, diag::kBadTarget,
                 {std::to_string(from.value()), std::to_string(engine_.pes.size() - 1),
                  pe_.name + ", " + engine_.operation_name(pe_, "recv")});
    return {engine_, pe_, nullptr, shape, dtype, tag};
  }
  return {engine_, pe_, &engine_.flow(pe_, from, pe_.rank, direction), shape, dtype, tag};
}

RecvWait Tl::recv(Direction direction, Shape shape, Dtype dtype, std::uint32_t tag) {
  if (const std::optional<PeRank> from = neighbour(direction)) {
    return recv_from(*from, shape, dtype, opposite(direction), tag);
  }
  engine_.fail(pe_, diag::kNoNeighbour,
               {pe_.name, engine_.operation_name(pe_, "recv"), std::to_string(now().ps()),
                direction_name(direction)});
  return {engine_, pe_, nullptr, shape, dtype, tag};
}

Timed<float> Tl::item(const Tile& tile, std::uint64_t lane) {
  ++pe_.op_count;
  if (tile.data == nullptr) {
    engine_.fail(pe_, diag::kDataControl,
                 {pe_.name, engine_.operation_name(pe_, "item"), std::to_string(now().ps())});
    return {Picoseconds(0), 0.0F, true};
  }
  if (lane >= tile.shape.count() || tile.data->is_poison(lane)) {
    engine_.fail(pe_, diag::kPoison,
                 {pe_.name, engine_.operation_name(pe_, "item"), std::to_string(now().ps()),
                  std::to_string(lane)});
    return {Picoseconds(0), 0.0F, true};
  }
  return {Picoseconds(0), tile.data->at(lane)};
}

}  // namespace heddle::system
