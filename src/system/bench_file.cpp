// Reading bench files, and writing results.
#include <fmt/format.h>

#include "heddle/base/config_reader.h"
#include "heddle/base/diagnostics.h"
#include "heddle/base/file.h"
#include "heddle/system/bench.h"

namespace heddle::system {
namespace {

enum class Word {
  Noop,
  Gemm,
  Qkv,
  Halo,
  AllReduce,
  ReduceScatter,
  AllGather,
  AllToAll,
  Broadcast,
  Reduce,
  Gather,
  Scatter,
  Barrier
};

BenchKind kind_of(Word word) {
  switch (word) {
    case Word::Noop: return BenchKind::Noop;
    case Word::Gemm: return BenchKind::Gemm;
    case Word::Qkv: return BenchKind::Qkv;
    case Word::Halo: return BenchKind::Halo;
    default: return BenchKind::Collective;
  }
}

void read_collective(ConfigReader& map, Word word, BenchCase& one) {
  one.call.kind =
      static_cast<CollectiveKind>(static_cast<int>(word) - static_cast<int>(Word::AllReduce));
  one.call.algorithm = map.optional<std::string>("algorithm", "auto", {.max = 100});
  one.call.elements = map.optional<std::uint64_t>("elements", 524'288, {.min = 0, .max = 1U << 30});
  one.call.dtype = map.optional_choice<Dtype>("dtype", Dtype::F16,
                                              {{"fp16", Dtype::F16},
                                               {"bf16", Dtype::BF16},
                                               {"fp32", Dtype::F32},
                                               {"int8", Dtype::I8},
                                               {"int32", Dtype::I32}});
  one.call.root = map.optional<std::uint32_t>("root", 0, {.min = 0, .max = 4095});
  one.call.pipeline_chunks =
      map.maybe<std::uint32_t>("pipeline_chunks", {.min = 1, .max = 65'536}).value_or(0);
}

void read_product(ConfigReader& map, std::uint32_t m, std::uint32_t n, std::uint32_t k,
                  BenchCase& one) {
  one.m = map.optional<std::uint32_t>("m", m, {.min = 1, .max = 1U << 20});
  one.n = map.optional<std::uint32_t>("n", n, {.min = 1, .max = 1U << 20});
  one.k = map.optional<std::uint32_t>("k", k, {.min = 1, .max = 1U << 20});
  one.tile_k = map.optional<std::uint32_t>("tile_k", 1024, {.min = 1, .max = 65'536});
}

BenchCase read_case(ConfigReader map) {
  BenchCase one;
  one.where = map.where();
  const auto word = map.required_choice<Word>("kind", {{"noop", Word::Noop},
                                                       {"gemm", Word::Gemm},
                                                       {"qkv", Word::Qkv},
                                                       {"halo", Word::Halo},
                                                       {"all_reduce", Word::AllReduce},
                                                       {"reduce_scatter", Word::ReduceScatter},
                                                       {"all_gather", Word::AllGather},
                                                       {"all_to_all", Word::AllToAll},
                                                       {"broadcast", Word::Broadcast},
                                                       {"reduce", Word::Reduce},
                                                       {"gather", Word::Gather},
                                                       {"scatter", Word::Scatter},
                                                       {"barrier", Word::Barrier}});
  one.kind = kind_of(word);
  if (one.kind != BenchKind::Gemm) {
    one.world = map.optional<std::uint32_t>("world", 0, {.min = 0, .max = 65'536});
  }
  switch (one.kind) {
    case BenchKind::Noop: one.has_background = map.optional<bool>("background", false); break;
    case BenchKind::Collective: read_collective(map, word, one); break;
    case BenchKind::Gemm: read_product(map, 512, 512, 512, one); break;
    case BenchKind::Qkv: read_product(map, 2048, 36'864, 12'288, one); break;
    case BenchKind::Halo:
      one.elements = map.optional<std::uint64_t>("elements", 4096, {.min = 1, .max = 1U << 20});
      one.steps = map.optional<std::uint32_t>("steps", 10, {.min = 1, .max = 1U << 20});
      break;
  }
  return one;
}

}  // namespace

Result<BenchFile> load_bench(const std::string& path) {
  HEDDLE_TRY(const ConfigNode node, load_config(path));
  Diagnostics diagnostics;
  ConfigReader map(node, "the bench file", diagnostics);
  BenchFile file;
  file.name = map.optional<std::string>("name", "bench", {.max = 100});
  const std::optional<std::string> machine = map.maybe_path("machine");
  const std::optional<std::string> registry = map.maybe_path("collectives");
  file.data = map.optional_choice<DataMode>(
      "data", DataMode::None,
      {{"none", DataMode::None}, {"eager", DataMode::Eager}, {"replay", DataMode::Replay}});
  file.queue = map.optional_choice<des::QueueKind>(
      "queue", des::QueueKind::Heap,
      {{"heap", des::QueueKind::Heap}, {"wheel", des::QueueKind::Wheel}});
  file.replay_threads = map.optional<std::uint32_t>("replay_threads", 1, {.min = 1, .max = 1024});
  file.threads = map.optional<std::uint32_t>("threads", 1, {.min = 1, .max = 1024});
  file.partitions = map.optional<std::uint32_t>("partitions", 0, {.min = 0, .max = 1024});
  file.seed = map.optional<std::uint64_t>("seed", 1);
  file.is_timed = map.optional<bool>("timed", true);
  for (ConfigReader& one : map.list_of_maps("benches")) file.cases.push_back(read_case(one));
  if (file.cases.empty() && !diagnostics.has_errors()) {
    map.report(heddle::diag::kConfigMissingKey, "benches",
               {"the bench file", "benches", "a list with at least one bench"});
  }
  map.done();
  if (registry && !diagnostics.has_errors()) {
    auto loaded = CollectiveRegistry::load(*registry);
    if (!loaded) return fail(std::move(loaded.error()));
    file.registry = std::move(*loaded);
  }
  if (machine && !diagnostics.has_errors()) {
    auto loaded = load_machine(*machine);
    if (!loaded) return fail(std::move(loaded.error()));
    file.machine = std::move(*loaded);
  }
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  if (!file.is_timed) file.machine = untimed(std::move(file.machine));
  file.resolved = map.resolved();
  return file;
}

std::string bench_name(const BenchFile& file, const BenchCase& one) {
  const std::uint32_t world = one.world == 0 ? file.machine.pe_count() : one.world;
  switch (one.kind) {
    case BenchKind::Noop:
      return fmt::format("noop, {} PEs{}", world, one.has_background ? ", background traffic" : "");
    case BenchKind::Gemm: return fmt::format("gemm {}x{}x{}, 1 PE", one.m, one.n, one.k);
    case BenchKind::Qkv: return fmt::format("qkv {}x{}x{}, {} PEs", one.m, one.k, one.n, world);
    case BenchKind::Halo:
      return fmt::format("halo {} elements, {} steps, {} PEs", one.elements, one.steps, world);
    case BenchKind::Collective: break;
  }
  return fmt::format("{} {}, {} ranks, {} bytes", collective_name(one.call.kind),
                     one.call.algorithm, world, one.call.elements * dtype_bytes(one.call.dtype));
}

void write_json(JsonWriter& json, const BenchResult& result) {
  json.begin_object();
  json.member("name", result.name);
  json.member("time_ps", result.time.count());
  json.member("start_ps", result.start.ps());
  json.member("start_spread_ps", result.spread.count());
  json.member("events", result.events);
  json.member("timing_digest", result.timing_digest.to_hex());
  if (result.memory_digest) json.member("memory_digest", result.memory_digest->to_hex());
  json.member("verified", result.is_verified);
  if (result.collective) {
    const CollectiveReport& report = *result.collective;
    json.key("collective");
    json.begin_object();
    json.member("algorithm", report.algorithm);
    json.member("ranks", report.ranks);
    json.member("size_bytes", report.size_bytes);
    json.member("messages", report.messages);
    json.member("algorithm_gb_per_s", report.algorithm_gb_per_s);
    json.member("bus_gb_per_s", report.bus_gb_per_s);
    json.member("bound_ns", report.bound_ns);
    json.member("bound_ratio", report.bound_ratio);
    json.end_object();
  }
  for (const auto& [key, list] : {std::pair{"links", &result.links}, {"units", &result.units}}) {
    json.key(key);
    json.begin_array();
    for (const Utilisation& one : *list) {
      json.begin_inline_object();
      json.member("name", one.name);
      json.member("share", one.share);
      if (one.bytes > 0) json.member("bytes", one.bytes);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace heddle::system
