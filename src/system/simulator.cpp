// Launches, host memory, and the two phases.
#include "heddle/system/simulator.h"

#include <algorithm>
#include <set>

#include "heddle/base/check.h"
#include "heddle/system/diagnostics.h"
#include "heddle/system/tile_device.h"
#include "system/engine.h"

namespace heddle::system {
namespace {

/// A stop of a launch message; resumes the launch when it has passed.
struct Hop {
  Engine& engine;
  const Route& route;
  DmaRequest& passage;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) const {
    des::Process& process = *self.promise().process;
    process.leaf = self;
    passage.process = &process;
    passage.left = 1;
    engine.fabric.send({&route, 0, Picoseconds(0), &passage, nullptr});
  }
  void await_resume() const noexcept {}
};

/// One PE of a launch: the message's way, the barrier, the kernel.
des::Task<> run_pe(Engine& engine, Tl& tl, Pe& pe, const KernelFunction& kernel,
                   std::shared_ptr<LaunchRecord> record, std::size_t index) {
  const Topology& topology = *engine.topology;
  const LaunchSpec& spec = topology.machine().launch;
  const std::vector<NodeId> stops = topology.launch_stops(pe.rank);
  DmaRequest passage(pe.component);
  for (std::size_t i = 0; i < stops.size(); ++i) {
    if (i > 0) {
      const Route& route = engine.route(pe, stops[i - 1], stops[i]);
      if (spec.shares_links) {
        co_await Hop{engine, route, passage};
      } else {
        co_await des::delay(route.latency);
      }
    }
    co_await des::delay(topology.cpu_overhead(topology.node(stops[i]).kind));
  }
  PeExecution& execution = record->executions[index];
  execution.message_at = pe.kernel().now();
  if (spec.has_barrier) {
    const Picoseconds early = record->target_start - pe.kernel().now();
    if (early < Picoseconds(0)) {
      engine.fail(
          pe, diag::kLatePe,
          {pe.name, std::to_string(pe.kernel().now().ps()), std::to_string(-early.count())});
      co_return;
    }
    co_await des::delay(early);
  }
  execution.start = pe.kernel().now();
  co_await kernel(tl);
  execution.end = pe.kernel().now();
  engine.span(Span::Unit::Kernel, pe, execution.start, execution.end, "kernel");
}

/// Neighbours by the machine's shape: E/W round the cube's PEs, N/S round the
/// ring of cubes, parent to the next SIP; in a fabric E/W round all devices.
void set_default_neighbours(const Topology& topology, Pe& pe) {
  const Machine& machine = topology.machine();
  const auto set = [&](Direction direction, std::uint32_t count, PeRank rank) {
    if (count > 1) pe.neighbours[static_cast<std::size_t>(direction)] = rank;
  };
  if (machine.fabric) {
    const std::uint32_t count = topology.pe_count();
    set(Direction::East, count, PeRank((pe.rank.value() + 1) % count));
    set(Direction::West, count, PeRank((pe.rank.value() + count - 1) % count));
    return;
  }
  const Node& node = topology.node(pe.node);
  const std::uint32_t pes = machine.pes_per_cube;
  set(Direction::East, pes, topology.rank_of(node.sip, node.cube, (node.pe + 1) % pes));
  set(Direction::West, pes, topology.rank_of(node.sip, node.cube, (node.pe + pes - 1) % pes));
  const std::vector<std::uint32_t>& ring = topology.cube_ring();
  const auto cubes = static_cast<std::uint32_t>(ring.size());
  const auto at =
      static_cast<std::uint32_t>(std::find(ring.begin(), ring.end(), node.cube) - ring.begin());
  set(Direction::North, cubes, topology.rank_of(node.sip, ring[(at + 1) % cubes], node.pe));
  set(Direction::South, cubes, topology.rank_of(node.sip, ring[(at + cubes - 1) % cubes], node.pe));
  set(Direction::Parent, machine.sip_count,
      topology.rank_of((node.sip + 1) % machine.sip_count, node.cube, node.pe));
}

}  // namespace

Result<std::vector<PeRank>> Target::resolve(std::uint32_t pe_count) const {
  std::vector<PeRank> ranks;
  const std::string most = std::to_string(pe_count - 1);
  if (is_all_) {
    for (std::uint32_t i = 0; i < pe_count; ++i) ranks.emplace_back(i);
    return ranks;
  }
  if (ranks_.empty()) return fail(diag::kBadTarget, {}, {"is empty", most, "name at least one"});
  std::set<std::int64_t> seen;
  for (const std::int64_t rank : ranks_) {
    if (rank < 0 || rank >= std::int64_t{pe_count}) {
      return fail(diag::kBadTarget, {}, {"holds " + std::to_string(rank), most, ""});
    }
    if (!seen.insert(rank).second) {
      return fail(diag::kBadTarget, {}, {"holds " + std::to_string(rank) + " twice", most, ""});
    }
  }
  for (const std::int64_t rank : seen) ranks.emplace_back(static_cast<std::uint32_t>(rank));
  return ranks;
}

SimTime LaunchRecord::first_start() const {
  return std::min_element(executions.begin(), executions.end(),
                          [](const auto& a, const auto& b) { return a.start < b.start; })
      ->start;
}

SimTime LaunchRecord::last_start() const {
  return std::max_element(executions.begin(), executions.end(),
                          [](const auto& a, const auto& b) { return a.start < b.start; })
      ->start;
}

SimTime LaunchRecord::last_end() const {
  return std::max_element(executions.begin(), executions.end(),
                          [](const auto& a, const auto& b) { return a.end < b.end; })
      ->end;
}

Simulator::Simulator(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Simulator::~Simulator() = default;

Result<std::unique_ptr<Simulator>> Simulator::create(const Machine& machine,
                                                     SimulatorOptions options) {
  HEDDLE_TRY(std::unique_ptr<Topology> topology, Topology::build(machine));
  auto engine = std::make_unique<Engine>(options, std::move(topology));
  for (Pe& pe : engine->pes) set_default_neighbours(*engine->topology, pe);
  if (machine.pe.tile != nullptr) {
    HEDDLE_TRY(auto device, TileDevice::create(*machine.pe.tile));
    engine->device = std::move(device);
  }
  return std::unique_ptr<Simulator>(new Simulator(std::move(engine)));
}

const Topology& Simulator::topology() const {
  return *engine_->topology;
}
des::Kernel& Simulator::kernel() {
  return engine_->federation.kernel(0);
}
const Fabric& Simulator::fabric() const {
  return engine_->fabric;
}
Fabric& Simulator::fabric() {
  return engine_->fabric;
}
SimTime Simulator::now() const {
  return engine_->now();
}
std::uint64_t Simulator::executed_count() const {
  return engine_->federation.executed_count();
}
PartitionReport Simulator::partitions() const {
  const des::Federation& federation = engine_->federation;
  return {federation.partition_count(), engine_->cut.lookahead, federation.window_count(),
          federation.shared_window_count()};
}
Digest64 Simulator::timing_digest() const {
  return engine_->federation.digest();
}
const OpLog& Simulator::op_log() const {
  return engine_->log;
}
const PeUse& Simulator::use(PeRank rank) const {
  return engine_->pes[rank.value()].use;
}
FabricTotals Simulator::totals() const {
  return engine_->fabric.totals();
}

Result<Va> Simulator::allocate(const std::string& name, std::uint64_t size_bytes, std::uint32_t sip,
                               std::uint32_t cube, PageAccess access) {
  return allocate_spread(name, size_bytes, {{sip, cube}}, access);
}

Result<Va> Simulator::allocate_spread(
    const std::string& name, std::uint64_t size_bytes,
    const std::vector<std::pair<std::uint32_t, std::uint32_t>>& homes, PageAccess access) {
  Engine& engine = *engine_;
  const std::uint64_t page = engine.pages.page_bytes();
  const std::uint64_t count = std::max<std::uint64_t>(1, (size_bytes + page - 1) / page);
  const std::uint64_t begin = engine.next_va;
  const bool is_fabric = engine.topology->machine().fabric.has_value();
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto& [sip, cube] = homes[i % homes.size()];
    Location location{.sip = is_fabric ? cube / 32 : sip, .die = is_fabric ? cube % 32 : cube};
    std::uint64_t& used = engine.hbm_used[location.sip * 32 + location.die];
    location.offset = used;
    HEDDLE_TRY(const Pa address, encode(location));
    const AddressLimits limits =
        is_fabric ? AddressLimits{} : engine.topology->machine().address_limits();
    HEDDLE_TRY_STATUS(decode(address, limits).transform([](const Location&) {}));
    HEDDLE_TRY_STATUS(engine.pages.map(Va(begin + i * page), address, access));
    used += page;
  }
  // A page that is never mapped between buffers catches what runs over.
  engine.next_va = begin + (count + 1) * page;
  engine.buffers.push_back({name, begin, size_bytes});
  return Va(begin);
}

Status Simulator::write(Va to, std::span<const std::byte> bytes) {
  Engine& engine = *engine_;
  if (!engine.moves_data()) return {};
  HEDDLE_TRY(const std::vector<Fragment> fragments,
             engine.pages.translate(to, bytes.size(), false, {"host", "write", engine.now()}));
  Op op{.kind = OpKind::External, .dtype = Dtype::I8};
  op.shape = {1, static_cast<std::uint32_t>(bytes.size())};
  op.external.assign(bytes.begin(), bytes.end());
  const ValueId value = engine.log.add(std::move(op));
  std::uint64_t offset = 0;
  for (const Fragment& fragment : fragments) {
    Plane& plane = engine.plane_of(fragment.address);
    plane.versions.write(fragment.address.bits(), fragment.size_bytes, value, offset, {});
    if (engine.is_eager()) {
      plane.memory.write(fragment.address.bits(), bytes.subspan(offset, fragment.size_bytes));
    }
    offset += fragment.size_bytes;
  }
  return {};
}

Result<std::vector<std::byte>> Simulator::read(Va from, std::uint64_t size_bytes) {
  Engine& engine = *engine_;
  std::vector<std::byte> bytes(size_bytes, PagedMemory::kPattern);
  if (!engine.moves_data()) return bytes;
  const AccessOrigin origin{"host", "read", engine.now()};
  HEDDLE_TRY(const std::vector<Fragment> fragments,
             engine.pages.translate(from, size_bytes, false, origin));
  std::uint64_t offset = 0;
  for (const Fragment& fragment : fragments) {
    const std::uint64_t begin = fragment.address.bits();
    std::uint64_t covered = 0;
    Plane& plane = engine.plane_of(fragment.address);
    for (const auto& [start, segment] : plane.versions.overlapping(begin, fragment.size_bytes)) {
      const std::uint64_t low = std::max(begin, start);
      const std::uint64_t high = std::min(begin + fragment.size_bytes, segment->end);
      covered += high - low;
      const std::span<std::byte> target(bytes.data() + offset + (low - begin), high - low);
      if (engine.is_eager()) {
        plane.memory.read(low, target);
        continue;
      }
      const std::uint64_t source = segment->value_offset + (low - start);
      const Op& op = engine.log.op(segment->value);
      const std::vector<std::byte>& value = segment->value.value() < engine.replayed.size()
                                                ? engine.replayed[segment->value.value()].bytes
                                                : op.external;
      std::copy_n(value.begin() + static_cast<std::ptrdiff_t>(source), high - low, target.begin());
    }
    if (covered < fragment.size_bytes) {
      return fail(diag::kUninitialised, {},
                  {origin.pe, origin.operation, std::to_string(origin.time.ps()),
                   engine.buffer_name(from.plus(offset)), from.plus(offset).to_string(),
                   std::to_string(fragment.size_bytes - covered)});
    }
    offset += fragment.size_bytes;
  }
  return bytes;
}

std::vector<std::byte> Simulator::value(const Tile& tile) const {
  const Engine& engine = *engine_;
  HEDDLE_CHECK(engine.moves_data());
  if (engine.is_eager()) return tile.data->bytes;
  return engine.replayed[engine.number_in_log(tile.version).value()].bytes;
}

Result<std::shared_ptr<const LaunchRecord>> Simulator::launch(std::string name,
                                                              KernelFunction kernel,
                                                              const Target& target) {
  Engine& engine = *engine_;
  const Topology& topology = *engine.topology;
  HEDDLE_TRY(const std::vector<PeRank> ranks, target.resolve(topology.pe_count()));
  auto record = std::make_shared<LaunchRecord>();
  record->stamped = engine.now();
  const LaunchSpec& spec = topology.machine().launch;
  Picoseconds longest;
  for (const PeRank rank : ranks) {
    Picoseconds path = topology.launch_path_latency(rank);
    const std::vector<NodeId> stops = topology.launch_stops(rank);
    for (std::size_t i = 1; spec.shares_links && i < stops.size(); ++i) {
      path += engine.fabric.backlog(topology.route(stops[i - 1], stops[i]));
    }
    longest = std::max(longest, path);
    record->executions.push_back({.rank = rank});
  }
  record->target_start = record->stamped + longest + spec.slack;
  engine.functions.push_back(std::move(kernel));
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    Pe& pe = engine.pes[ranks[i].value()];
    pe.kernel().spawn(
        pe.component, name,
        run_pe(engine, engine.views[ranks[i].value()], pe, engine.functions.back(), record, i),
        {.delay = record->stamped - pe.kernel().now()});
  }
  engine.launches.push_back(record);
  return std::shared_ptr<const LaunchRecord>(std::move(record));
}

Status Simulator::run() {
  Engine& engine = *engine_;
  const auto ran = engine.federation.run();
  engine.merge_logs();
  // Ranks that call different collectives wait for each other: say that instead.
  const bool is_quiet = ran || ran.error().list().front().code() == "des.deadlock";
  if (is_quiet) HEDDLE_TRY_STATUS(engine.check_ledgers());
  if (!ran) return fail(Diagnostics(ran.error()));
  for (Plane& plane : engine.planes) plane.versions.settle();
  if (engine.options.data == DataMode::Replay) {
    engine.replayed = engine.log.replay(engine.options.replay_threads);
    HEDDLE_TRY_STATUS(engine.check_poison());
  }
  return {};
}

Digest64 Simulator::memory_digest() const {
  const Engine& engine = *engine_;
  DigestStream digest;
  std::vector<std::byte> bytes;
  std::uint64_t last = ~std::uint64_t{0};
  // Partitions follow each other as addresses do.
  for (const Plane& plane : engine.planes) {
    for (const auto& [begin, segment] : plane.versions.segments()) {
      bytes.resize(segment.end - begin);
      if (engine.is_eager()) {
        plane.memory.read(begin, bytes);
      } else {
        // What the host has written since the run is in the log alone.
        const std::uint32_t id = segment.value.value();
        const std::vector<std::byte>& value = id < engine.replayed.size()
                                                  ? engine.replayed[id].bytes
                                                  : engine.log.op(segment.value).external;
        std::copy_n(value.begin() + static_cast<std::ptrdiff_t>(segment.value_offset), bytes.size(),
                    bytes.begin());
      }
      if (begin != last) digest.add_u64(begin);
      digest.add(bytes);
      last = segment.end;
    }
  }
  return digest.digest();
}

}  // namespace heddle::system
