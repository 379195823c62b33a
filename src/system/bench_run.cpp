// The benches: their kernels, their data, and what the data must come to.
#include <algorithm>
#include <cstring>

#include "heddle/base/random.h"
#include "heddle/system/bench.h"
#include "heddle/system/diagnostics.h"

namespace heddle::system {
namespace {

/// Links that a result lists.
constexpr std::size_t kLinksListed = 16;
/// Products up to this are checked element by element.
constexpr std::uint64_t kCheckedMacsMax = std::uint64_t{4} << 30;

des::Task<> nothing(Tl&) {
  co_return;
}

des::Task<> product(Tl& tl, GemmCommand command) {
  co_await tl.gemm(std::move(command));
}

/// Tells both neighbours the edge, takes theirs, and averages.
des::Task<> halo(Tl& tl, std::uint32_t steps, Shape shape) {
  Tile west = co_await tl.full(shape, Dtype::F16, 1);
  Tile east = west;
  for (std::uint32_t step = 0; step < steps; ++step) {
    co_await tl.send(Direction::East, east);
    co_await tl.send(Direction::West, west);
    const Tile from_west = co_await tl.recv(Direction::West, shape, Dtype::F16);
    const Tile from_east = co_await tl.recv(Direction::East, shape, Dtype::F16);
    west = co_await tl.max(from_west, west);
    east = co_await tl.max(from_east, east);
  }
}

/// Repeats a transfer from the host to a cube until the launch is over.
class Background final : public des::Handler {
 public:
  Background(Simulator& simulator, const Route& route)
      : Handler(des::ComponentId(0)), simulator_(simulator), route_(route) {}
  void on_event(des::Kernel&) override {
    if (left_-- > 0) simulator_.fabric().send({&route_, 64'000, Picoseconds(0), this, nullptr});
  }

 private:
  Simulator& simulator_;
  const Route& route_;
  int left_ = 20;
};

/// One bench under way.
class Bench {
 public:
  Bench(const BenchFile& file, const BenchCase& one, Simulator& simulator)
      : file_(file), one_(one), simulator_(simulator) {}

  Result<BenchResult> run() {
    result_.name = bench_name(file_, one_);
    switch (one_.kind) {
      case BenchKind::Noop: HEDDLE_TRY_STATUS(run_noop()); break;
      case BenchKind::Collective: HEDDLE_TRY_STATUS(run_collective_case()); break;
      case BenchKind::Gemm: HEDDLE_TRY_STATUS(run_products(1)); break;
      case BenchKind::Qkv: HEDDLE_TRY_STATUS(run_products(world())); break;
      case BenchKind::Halo: HEDDLE_TRY_STATUS(run_halo()); break;
    }
    finish();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool has_data() const { return file_.data != DataMode::None; }
  [[nodiscard]] std::uint32_t world() const {
    return one_.world == 0 ? simulator_.topology().pe_count() : one_.world;
  }
  [[nodiscard]] Target first_pes(std::uint32_t count) const {
    std::vector<std::int64_t> ranks;
    for (std::uint32_t i = 0; i < count; ++i) ranks.push_back(i);
    return Target(std::move(ranks));
  }

  Status launch_and_run(const KernelFunction& kernel, const Target& target) {
    HEDDLE_TRY(record_, simulator_.launch(result_.name, kernel, target));
    return simulator_.run();
  }

  Status run_noop() {
    std::optional<Background> background;
    if (one_.has_background && !file_.machine.fabric) {
      const Topology& topology = simulator_.topology();
      HEDDLE_TRY(const NodeId host, topology.find("host"));
      background.emplace(simulator_, topology.route(host, topology.hbm_node(0, 0)));
      background->on_event(simulator_.kernel());
    }
    return launch_and_run(nothing, first_pes(world()));
  }

  Status run_halo() {
    const Shape shape{1, static_cast<std::uint32_t>(one_.elements)};
    return launch_and_run([&](Tl& tl) { return halo(tl, one_.steps, shape); }, first_pes(world()));
  }

  Status run_collective_case() {
    HEDDLE_TRY(const Group group, world_group(simulator_.topology(), world()));
    if (has_data() && one_.call.kind == CollectiveKind::AllReduce) {
      HEDDLE_TRY_STATUS(check_all_reduce(group));
      return {};
    }
    HEDDLE_TRY(result_.collective, run_collective(simulator_, group, one_.call, file_.registry));
    return {};
  }

  /// Inputs whose sums are the same in any order: for floats -1, 0 and 1 (of the
  /// first 128 ranks), which every type adds without rounding.
  Status check_all_reduce(const Group& group) {
    const CollectiveCall& call = one_.call;
    const bool is_real = is_float(call.dtype);
    const std::uint64_t size = call.elements * dtype_bytes(call.dtype);
    const RandomStream random(file_.seed, "all_reduce");
    std::vector<std::uint32_t> sum(call.elements);
    std::vector<std::vector<std::byte>> inputs;
    const auto put = [&](std::vector<std::byte>& bytes, std::uint64_t i, std::uint32_t value) {
      const auto number = static_cast<std::int32_t>(value);
      if (is_real) {
        store_float(bytes, call.dtype, i, static_cast<float>(number));
      } else {
        store_int(bytes, call.dtype, i, number);
      }
    };
    for (std::uint32_t rank = 0; rank < group.ranks.size(); ++rank) {
      std::vector<std::byte> bytes(size);
      for (std::uint64_t i = 0; i < call.elements; ++i) {
        auto value = static_cast<std::uint32_t>(random.at(rank, i));
        if (is_real) value = rank < 128 ? value % 3 - 1 : 0;
        sum[i] += value;
        put(bytes, i, value);
      }
      inputs.push_back(std::move(bytes));
    }
    HEDDLE_TRY(CollectiveOutcome outcome,
               run_collective_with(simulator_, group, call, inputs, file_.registry));
    result_.collective = outcome.report;
    std::vector<std::byte> expected(size);
    for (std::uint64_t i = 0; i < call.elements; ++i) put(expected, i, sum[i]);
    for (std::size_t i = 0; i < outcome.outputs.size(); ++i) {
      const std::vector<std::byte>& output = outcome.outputs[i];
      HEDDLE_TRY_STATUS(compare_elements(result_.name, one_.where, call.dtype, output, expected));
      // Into the memory of the report's digest.
      const Node& node = simulator_.topology().pe(group.ranks[i]);
      const std::uint32_t home = file_.machine.fabric ? node.pe : node.cube;
      HEDDLE_TRY(const Va at, simulator_.allocate("output", size, node.sip, home));
      HEDDLE_TRY_STATUS(simulator_.write(at, output));
    }
    result_.is_verified = true;
    return {};
  }

  [[nodiscard]] std::vector<float> numbers(std::string_view name, std::uint64_t count) const {
    const RandomStream random(file_.seed, name);
    std::vector<float> out(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      out[i] = static_cast<float>(random.between(-4, 4, 0, i));
    }
    return out;
  }

  Status write(Va to, const std::vector<float>& values) {
    std::vector<std::byte> bytes(values.size() * 2);
    for (std::size_t i = 0; i < values.size(); ++i) store_float(bytes, Dtype::F16, i, values[i]);
    return simulator_.write(to, bytes);
  }

  /// A product whose columns are spread over PEs: b and c beside each PE, a in
  /// every cube that takes part.
  Status run_products(std::uint32_t pes) {
    const std::uint64_t size = 2;
    const std::uint64_t macs = std::uint64_t{one_.m} * one_.n * one_.k;
    if (has_data() && macs > kCheckedMacsMax) {
      return fail(diag::kTooLargeToCheck, one_.where,
                  {result_.name, std::to_string(macs), std::to_string(kCheckedMacsMax)});
    }
    const Topology& topology = simulator_.topology();
    const std::vector<float> a =
        has_data() ? numbers("a", std::uint64_t{one_.m} * one_.k) : std::vector<float>{};
    std::vector<GemmCommand> commands(pes);
    std::vector<std::vector<float>> slices(pes);
    std::optional<std::pair<std::uint32_t, std::uint32_t>> last;
    Va shared;
    for (std::uint32_t i = 0; i < pes; ++i) {
      const Node& node = topology.pe(PeRank(i));
      const std::uint32_t home = file_.machine.fabric ? node.pe : node.cube;
      if (last != std::pair{node.sip, home}) {
        HEDDLE_TRY(shared, simulator_.allocate("a", one_.m * size * one_.k, node.sip, home));
        if (has_data()) HEDDLE_TRY_STATUS(write(shared, a));
        last = {node.sip, home};
      }
      const ChunkRange columns = chunk_range(one_.n, pes, i);
      const auto n = static_cast<std::uint32_t>(columns.end - columns.begin);
      const std::string name = std::to_string(i);
      HEDDLE_TRY(const Va b, simulator_.allocate("b" + name, one_.k * size * n, node.sip, home));
      HEDDLE_TRY(const Va c, simulator_.allocate("c" + name, one_.m * size * n, node.sip, home));
      if (has_data()) {
        slices[i] = numbers("b" + name, std::uint64_t{one_.k} * n);
        HEDDLE_TRY_STATUS(write(b, slices[i]));
      }
      commands[i] = {
          .a = shared, .b = b, .c = c, .m = one_.m, .n = n, .k = one_.k, .tile_k = one_.tile_k};
    }
    HEDDLE_TRY_STATUS(launch_and_run(
        [&](Tl& tl) { return product(tl, commands[tl.rank().value()]); }, first_pes(pes)));
    if (!has_data()) return {};
    for (std::uint32_t i = 0; i < pes; ++i) {
      HEDDLE_TRY_STATUS(check_product(a, slices[i], commands[i]));
    }
    result_.is_verified = true;
    return {};
  }

  Status check_product(const std::vector<float>& a, const std::vector<float>& b,
                       const GemmCommand& command) {
    const std::uint64_t n = command.n;
    HEDDLE_TRY(const auto bytes, simulator_.read(command.c, one_.m * 2 * n));
    std::vector<float> sums(n);
    std::vector<std::byte> expected(one_.m * 2 * n);
    for (std::uint64_t row = 0; row < one_.m; ++row) {
      std::fill(sums.begin(), sums.end(), 0.0F);
      for (std::uint64_t i = 0; i < one_.k; ++i) {
        const float factor = a[row * one_.k + i];
        for (std::uint64_t j = 0; j < n; ++j) sums[j] += factor * b[i * n + j];
      }
      for (std::uint64_t j = 0; j < n; ++j) store_float(expected, Dtype::F16, row * n + j, sums[j]);
    }
    return compare_elements(result_.name, one_.where, Dtype::F16, bytes, expected);
  }

  void finish() {
    result_.events = simulator_.executed_count();
    result_.timing_digest = simulator_.timing_digest();
    if (has_data()) result_.memory_digest = simulator_.memory_digest();
    if (record_ != nullptr) {
      result_.time = record_->duration();
      result_.start = record_->first_start();
      result_.spread = record_->last_start() - record_->first_start();
    } else if (result_.collective) {
      result_.time = result_.collective->time;
    } else {
      result_.time = simulator_.now() - SimTime();
    }
    add_utilisation();
  }

  void add_utilisation() {
    const double whole = static_cast<double>(result_.time.count());
    if (whole <= 0) return;
    const Topology& topology = simulator_.topology();
    const std::vector<LinkUse>& uses = simulator_.fabric().uses();
    for (std::uint32_t i = 0; i < uses.size(); ++i) {
      if (uses[i].messages == 0) continue;
      result_.links.push_back({topology.link_name(LinkId(i)),
                               static_cast<double>(uses[i].busy.count()) / whole, uses[i].bytes});
    }
    std::stable_sort(result_.links.begin(), result_.links.end(),
                     [](const auto& x, const auto& y) { return x.share > y.share; });
    if (result_.links.size() > kLinksListed) result_.links.resize(kLinksListed);
    Picoseconds gemm, math, dma;
    for (std::uint32_t i = 0; i < topology.pe_count(); ++i) {
      const PeUse& use = simulator_.use(PeRank(i));
      gemm += use.gemm_busy;
      math += use.math_busy;
      dma += use.dma_busy;
    }
    const double pes = topology.pe_count() * whole;
    for (const auto& [name, busy] : {std::pair{"gemm", gemm}, {"math", math}, {"dma", dma}}) {
      result_.units.push_back({name, static_cast<double>(busy.count()) / pes, 0});
    }
  }

  const BenchFile& file_;
  const BenchCase& one_;
  Simulator& simulator_;
  BenchResult result_;
  std::shared_ptr<const LaunchRecord> record_;
};

}  // namespace

Status compare_elements(const std::string& what, const SourcePosition& where, Dtype dtype,
                        std::span<const std::byte> found, std::span<const std::byte> expected) {
  const std::uint64_t size = dtype_bytes(dtype);
  const auto text = [&](std::span<const std::byte> bytes, std::size_t i) {
    if ((i + 1) * size > bytes.size()) return std::string("absent");
    if (!is_float(dtype)) return std::to_string(load_int(bytes, dtype, i));
    return std::to_string(load_float(bytes, dtype, i));
  };
  const std::size_t count = std::max(found.size(), expected.size()) / size;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = (i + 1) * size;
    const bool is_equal =
        end <= found.size() && end <= expected.size() &&
        std::memcmp(found.data() + i * size, expected.data() + i * size, size) == 0;
    if (is_equal) continue;
    return fail(diag::kWrongResult, where,
                {what, std::to_string(i), text(found, i), text(expected, i)});
  }
  return {};
}

namespace {

Result<BenchResult> run_once(const BenchFile& file, const BenchCase& one, const Machine& machine,
                             const SimulatorOptions& simulation, const BenchOptions& options) {
  HEDDLE_TRY(const std::unique_ptr<Simulator> simulator, Simulator::create(machine, simulation));
  const double begin = options.seconds ? options.seconds() : 0;
  HEDDLE_TRY(BenchResult result, Bench(file, one, *simulator).run());
  if (options.seconds) result.wall_seconds = options.seconds() - begin;
  result.partitions = simulator->partitions();
  if (options.after) HEDDLE_TRY_STATUS(options.after(result, *simulator));
  return result;
}

}  // namespace

Result<BenchResult> run_bench(const BenchFile& file, const BenchCase& one,
                              const BenchOptions& options) {
  SimulatorOptions simulation{.data = file.data, .replay_threads = file.replay_threads};
  simulation.records_spans = options.records_spans;
  simulation.kernel.queue = file.queue;
  simulation.kernel.interrupt = options.interrupt;
  Machine machine = file.machine;
  if (one.kind == BenchKind::Collective) {
    // A collective's buffers may be larger than a TCM: its links are what counts.
    machine.pe.tcm_bytes = std::uint64_t{1} << 40;
  }
  // Traffic of the host goes to memories of all partitions.
  if (!one.has_background) {
    simulation.partitions = file.partitions == 0 ? file.threads : file.partitions;
    simulation.threads = file.threads;
  }
  auto result = run_once(file, one, machine, simulation, options);
  if (result || simulation.partitions == 1) return result;
  if (result.error().list().front().code() != diag::kFarAccess.code) return result;
  simulation.partitions = 1;
  return run_once(file, one, machine, simulation, options);
}

}  // namespace heddle::system
