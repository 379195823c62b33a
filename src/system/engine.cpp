// Tiles, memory and the order of accesses in phase 1.
#include "system/engine.h"

#include <algorithm>

#include "heddle/system/diagnostics.h"

namespace heddle::system {

Engine::Engine(const SimulatorOptions& simulator_options, std::unique_ptr<Topology> graph)
    : options(simulator_options),
      topology(std::move(graph)),
      cut(cut_machine(*topology, simulator_options.partitions)),
      federation({.partition_count = cut.partition_count,
                  .thread_count = std::max(simulator_options.threads, 1U),
                  .lookahead = cut.lookahead,
                  .short_notice = cut.short_notice,
                  .shared_events_min = simulator_options.shared_events_min,
                  .kernel = simulator_options.kernel}),
      fabric(federation, *topology, cut),
      device(std::make_unique<AnalyticDevice>(topology->machine().pe)),
      pages(static_cast<PageSize>(topology->machine().page_bytes)) {
  const std::uint32_t count = topology->pe_count();
  for (std::uint32_t i = 0; i < cut.partition_count; ++i) {
    planes.emplace_back(federation.kernel(i), i);
  }
  const bool has_clocks = moves_data() && options.has_race_check;
  for (std::uint32_t i = 0; i < count; ++i) {
    Pe& pe = pes.emplace_back();
    pe.rank = PeRank(i);
    pe.node = topology->pe_node(pe.rank);
    pe.name = topology->node(pe.node).name;
    pe.unit = cut.unit_of_node[pe.node.value()];
    pe.plane = &planes[cut.partition_of(pe.node)];
    pe.component = federation.add_component(pe.name, pe.plane->index);
    pe.dma_read = std::make_unique<DmaPort>(pe.name + ".dma_read", topology->machine().pe);
    pe.dma_write = std::make_unique<DmaPort>(pe.name + ".dma_write", topology->machine().pe);
    if (has_clocks) pe.clock.resize(count);
    views.emplace_back(*this, pe);
  }
  if (options.records_spans) {
    fabric.watch([this](LinkId link, SimTime begin, SimTime end) {
      if (begin == end) return;
      Plane& plane = planes[cut.partition_of(topology->link(link).from)];
      plane.spans.push_back({Span::Unit::Link, link.value(), begin, end, "message"});
    });
  }
}

SimTime Engine::now() const {
  SimTime now;
  for (const Plane& plane : planes) now = std::max(now, plane.kernel.now());
  return now;
}

Flow& Engine::flow(Pe& user, PeRank from, PeRank to, Direction direction) {
  const std::uint64_t key = (std::uint64_t{from.value()} << 32 | std::uint64_t{to.value()} << 4) +
                            static_cast<std::uint64_t>(direction);
  for (const auto& [recent_key, flow] : user.recent_flows) {
    if (recent_key == key && flow != nullptr) return *flow;
  }
  Flow*& mine = user.flows[key];
  if (mine == nullptr) {
    const std::lock_guard guard(mutex_);
    std::unique_ptr<Flow>& known = flows_[key];
    if (!known) {
      known = std::make_unique<Flow>(*this, pes[from.value()], pes[to.value()], direction);
    }
    mine = known.get();
  }
  user.recent_flows[user.recent_next++ % user.recent_flows.size()] = {key, mine};
  return *mine;
}

const Route& Engine::route(Pe& user, NodeId from, NodeId to) {
  const Route*& mine = user.routes[std::uint64_t{from.value()} << 32 | to.value()];
  if (mine == nullptr) {
    const std::lock_guard guard(mutex_);
    mine = &topology->route(from, to);
  }
  return *mine;
}

void Engine::fail(const Pe& pe, const DiagnosticRule& rule,
                  std::initializer_list<std::string_view> arguments) {
  pe.kernel().fail(Diagnostic(rule, {}, arguments));
}

bool Engine::is_near(const Pe& pe, std::string_view operation, const Fragment& fragment) {
  if (!is_partitioned() || &plane_of(fragment.address) == pe.plane) return true;
  fail(pe, diag::kFarAccess,
       {pe.name, operation_name(pe, operation), std::to_string(pe.kernel().now().ps()),
        fragment.address.to_string()});
  return false;
}

Plane& Engine::plane_of(Pa address) {
  const NodeId node = is_partitioned() ? home(address) : NodeId::none();
  return planes[node.is_none() ? 0 : cut.partition_of(node)];
}

std::string Engine::operation_name(const Pe& pe, std::string_view name) const {
  return std::string(name) + " #" + std::to_string(pe.op_count);
}

AccessOrigin Engine::origin(const Pe& pe, std::string_view operation) const {
  return {pe.name, operation_name(pe, operation), pe.kernel().now()};
}

void Engine::span(Span::Unit unit, const Pe& pe, SimTime begin, SimTime end,
                  std::string_view name) {
  if (!options.records_spans || begin == end) return;
  pe.plane->spans.push_back({unit, pe.rank.value(), begin, end, std::string(name)});
}

bool Engine::has_room(const Pe& pe, std::string_view operation, std::uint64_t size_bytes) {
  const std::uint64_t capacity = topology->machine().pe.tcm_bytes;
  if (size_bytes <= capacity - *pe.tcm_used) return true;
  fail(pe, diag::kTcmFull,
       {pe.name, operation_name(pe, operation), std::to_string(pe.kernel().now().ps()),
        std::to_string(size_bytes), std::to_string(*pe.tcm_used), std::to_string(capacity)});
  return false;
}

bool Engine::take_tcm(Pe& pe, std::string_view operation, std::uint64_t size_bytes) {
  if (!has_room(pe, operation, size_bytes)) return false;
  *pe.tcm_used += size_bytes;
  return true;
}

bool Engine::take_scratch(Pe& pe, std::string_view operation, std::uint64_t size_bytes) {
  const std::uint64_t capacity = topology->machine().pe.tcm_scratch_bytes;
  if (size_bytes > capacity - pe.scratch_used) {
    fail(pe, diag::kScratchFull,
         {pe.name, operation_name(pe, operation), std::to_string(pe.kernel().now().ps()),
          std::to_string(size_bytes), std::to_string(pe.scratch_used), std::to_string(capacity)});
    return false;
  }
  pe.scratch_used += size_bytes;
  return true;
}

std::optional<Tile> Engine::make_tile(Pe& pe, std::string_view operation, Shape shape,
                                      Dtype dtype) {
  Tile tile{.shape = shape, .dtype = dtype};
  const std::uint64_t capacity = topology->machine().pe.tcm_bytes;
  // The bytes of a shape may not fit 64 bits.
  const bool is_countable = shape.count() <= capacity;
  const std::uint64_t size = is_countable ? tile.size_bytes() : shape.count();
  if (!has_room(pe, operation, size)) return std::nullopt;
  if (pe.tcm_next + size > capacity) pe.tcm_next = 0;
  tile.address = pe.tcm_next;
  pe.tcm_next += size;
  tile.block = std::make_shared<TcmBlock>(pe.tcm_used, size);
  return tile;
}

void Engine::define(Pe& pe, Tile& tile, Op op, const std::vector<const Tile*>& operands) {
  if (!moves_data()) return;
  op.pe = pe.rank.value();
  op.index = pe.op_count;
  op.time = pe.kernel().now();
  op.shape = tile.shape;
  op.dtype = tile.dtype;
  op.space = tile.space;
  op.address = tile.address;
  std::vector<const TileData*> data;
  for (const Tile* operand : operands) {
    op.operands.push_back(operand->version);
    data.push_back(operand->data.get());
  }
  if (is_eager() && op.kind != OpKind::Load) {
    tile.data = std::make_shared<const TileData>(compute(op, data));
  }
  tile.version = pe.plane->log.add(std::move(op));
}

void Engine::define_gather(Pe& pe, Tile& tile, Op op, const std::vector<const Tile*>& parts) {
  define(pe, tile, std::move(op), {});
  if (!is_eager()) return;
  std::vector<const TileData*> data;
  for (const Tile* part : parts) data.push_back(part->data.get());
  tile.data = std::make_shared<const TileData>(compute(pe.plane->log.op(tile.version), data));
}

Tile Engine::receive(Pe& pe, Packet& packet, Shape shape, Dtype dtype) {
  std::optional<Tile> tile = make_tile(pe, "recv", shape, dtype);
  if (!tile) return {};
  if (moves_data() && !packet.tile.version.is_none()) {  // a bare signal has no value
    define(pe, *tile, {.kind = OpKind::Receive}, {&packet.tile});
  }
  return std::move(*tile);
}

std::string Engine::buffer_name(Va at) const {
  for (const Buffer& buffer : buffers) {
    if (at.offset() >= buffer.begin && at.offset() < buffer.begin + buffer.size_bytes) {
      return "'" + buffer.name + "'";
    }
  }
  return "memory";
}

/// The node that holds a physical address. Requires: it decodes.
NodeId Engine::home(Pa address) const {
  if (topology->machine().fabric) {
    const auto location = decode(address);
    if (!location) return NodeId::none();
    return topology->pe_node(PeRank(location->sip * 32 + location->die));
  }
  const auto location = decode(address, topology->machine().address_limits());
  if (!location) return NodeId::none();
  if (location->die_kind == DieKind::IoChiplet || location->region != Region::Hbm) {
    return NodeId::none();
  }
  return topology->hbm_node(location->sip, location->die);
}

Picoseconds Engine::memory_tail(const Route& route, std::uint64_t size_bytes) const {
  const Machine& machine = topology->machine();
  const auto size = Bytes(static_cast<std::int64_t>(size_bytes));
  const Picoseconds tcm = transfer_time_ceil(size, machine.pe.tcm.bandwidth);
  Picoseconds drain;
  Picoseconds tail = machine.pe.tcm.latency;
  if (route.links.empty()) {
    tail += machine.hbm.latency + transfer_time_ceil(size, machine.hbm.bandwidth);
    drain = transfer_time_ceil(size, machine.hbm.bandwidth);
  } else {
    drain = transfer_time_ceil(size, route.bandwidth_min);
  }
  return tcm > drain ? tail + (tcm - drain) : tail;
}

Access Engine::access_of(Pe& pe) {
  if (pe.clock.empty()) return {pe.rank.value(), 0, pe.op_count};
  return {pe.rank.value(), ++pe.clock[pe.rank.value()], pe.op_count};
}

bool Engine::is_ordered(const Access& access, const Pe& before) const {
  if (access.tick == 0 || access.pe == before.rank.value() || before.clock.empty()) return true;
  return before.clock[access.pe] >= access.tick;
}

Status Engine::check_ledgers() const {
  for (const CallLedger& ledger : ledgers) HEDDLE_TRY_STATUS(ledger.check());
  return {};
}

Status Engine::check_poison() const {
  for (std::uint32_t i = 0; i < replayed.size(); ++i) {
    const Op& op = log.ops()[i];
    if (op.kind != OpKind::Store) continue;
    for (std::size_t lane = 0; lane < replayed[i].poison.size(); ++lane) {
      if (!replayed[i].poison[lane] || (!op.mask.empty() && !op.mask[lane])) continue;
      return heddle::fail(diag::kPoison, {},
                          {pes[op.pe].name, "store #" + std::to_string(op.index),
                           std::to_string(op.time.ps()), std::to_string(lane)});
    }
  }
  return {};
}

bool Engine::check_read(Pe& pe, Va at, Segment& segment, std::uint64_t size) {
  if (is_ordered(segment.writer, pe)) return true;
  const Pe& writer = pes[segment.writer.pe];
  fail(pe, diag::kDataRace,
       {pe.name, operation_name(pe, "load"), std::to_string(pe.kernel().now().ps()), "reads",
        std::to_string(size), at.to_string(), writer.name,
        "writes in operation #" + std::to_string(segment.writer.op_index)});
  return false;
}

bool Engine::read_memory(Pe& pe, Va from, const std::vector<Fragment>& fragments, Op& op) {
  const Access access = access_of(pe);
  std::uint64_t target =
      op.pieces.empty() ? 0 : op.pieces.back().target_offset + op.pieces.back().size_bytes;
  for (const Fragment& fragment : fragments) {
    const std::uint64_t begin = fragment.address.bits();
    const std::uint64_t end = begin + fragment.size_bytes;
    std::uint64_t covered = 0;
    for (auto& [start, segment] : pe.plane->versions.overlapping(begin, fragment.size_bytes)) {
      const std::uint64_t low = std::max(begin, start);
      const std::uint64_t high = std::min(end, segment->end);
      if (!check_read(pe, from, *segment, high - low)) return false;
      op.pieces.push_back({segment->value, segment->value_offset + (low - start),
                           target + (low - begin), high - low});
      covered += high - low;
      const auto known = std::find_if(segment->readers.begin(), segment->readers.end(),
                                      [&](const Access& one) { return one.pe == access.pe; });
      if (known == segment->readers.end()) {
        segment->readers.push_back(access);
      } else {
        *known = access;
      }
    }
    if (covered < fragment.size_bytes) {
      fail(pe, diag::kUninitialised,
           {pe.name, operation_name(pe, "load"), std::to_string(pe.kernel().now().ps()),
            buffer_name(from), from.to_string(), std::to_string(fragment.size_bytes - covered)});
      return false;
    }
    target += fragment.size_bytes;
    from = from.plus(fragment.size_bytes);
  }
  return true;
}

bool Engine::write_memory(Pe& pe, const std::vector<Fragment>& fragments, const Tile& tile,
                          const std::vector<std::uint64_t>& offsets) {
  const Access access = access_of(pe);
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    const Fragment& fragment = fragments[i];
    const std::uint64_t begin = fragment.address.bits();
    for (auto& [start, segment] : pe.plane->versions.overlapping(begin, fragment.size_bytes)) {
      const Access* other = is_ordered(segment->writer, pe) ? nullptr : &segment->writer;
      const char* what = "writes in operation #";
      for (const Access& reader : segment->readers) {
        if (other != nullptr || is_ordered(reader, pe)) continue;
        other = &reader;
        what = "reads in operation #";
      }
      if (other == nullptr) continue;
      fail(pe, diag::kDataRace,
           {pe.name, operation_name(pe, "store"), std::to_string(pe.kernel().now().ps()), "writes",
            std::to_string(fragment.size_bytes), fragment.address.to_string(), pes[other->pe].name,
            what + std::to_string(other->op_index)});
      return false;
    }
    pe.plane->versions.write(begin, fragment.size_bytes, tile.version, offsets[i], access);
    if (is_eager()) {
      pe.plane->memory.write(begin,
                             std::span(tile.data->bytes).subspan(offsets[i], fragment.size_bytes));
    }
  }
  return true;
}

}  // namespace heddle::system
