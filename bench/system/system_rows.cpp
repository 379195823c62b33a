#include "system/system_rows.h"

#include <cstdio>

#include "gate/timing.h"
#include "heddle/system/bench.h"

namespace heddle::bench {
namespace {

struct Workload {
  std::string name;
  system::Machine machine;
  system::BenchCase bench = {};
  double target = 0;  ///< seconds, or times one thread
  bool counts_messages = false;
};

struct Timed {
  system::BenchResult result;
  double seconds = 0;
};

Outcome<Timed> run_once(const Workload& work, std::uint32_t partitions, std::uint32_t threads,
                        double (*clock)()) {
  system::BenchFile file;
  file.name = "bench";
  file.machine = work.machine;
  file.partitions = partitions;
  file.threads = threads;
  system::BenchOptions options;
  options.seconds = clock;
  auto result = system::run_bench(file, work.bench, options);
  if (!result) return failed(result.error().to_string());
  const double seconds = result->wall_seconds;
  return Timed{std::move(*result), seconds};
}

system::BenchCase all_reduce(std::string algorithm, std::uint64_t elements) {
  system::BenchCase one;
  one.kind = system::BenchKind::Collective;
  one.call.algorithm = std::move(algorithm);
  one.call.elements = elements;
  return one;
}

system::BenchCase product(std::uint32_t m, std::uint32_t k, std::uint32_t n) {
  system::BenchCase one;
  one.kind = system::BenchKind::Qkv;
  one.m = m;
  one.k = k;
  one.n = n;
  return one;
}

Outcome<std::vector<Row>> measure(const Workload& work, const SystemRowParams& params) {
  Row seconds{.name = work.name,
              .unit = "s",
              .lower_is_better = true,
              .target = work.target,
              .command = params.command};
  Row messages{.name = work.name + ", messages",
               .unit = "messages/s",
               .target = 1e6,
               .command = params.command};
  std::optional<Digest64> digest;
  for (std::size_t round = 0; round < params.rounds; ++round) {
    const auto timed = run_once(work, 1, 1, cpu_now);
    if (!timed) return failed(timed.error());
    const system::BenchResult& result = timed->result;
    if (digest && *digest != result.timing_digest) {
      return failed("two runs of '" + work.name + "' differ");
    }
    digest = result.timing_digest;
    seconds.runs.push_back(timed->seconds);
    seconds.note = std::to_string(result.events) + " events; simulated " +
                   std::to_string(static_cast<double>(result.time.count()) * 1e-6) + " us";
    if (!work.counts_messages) continue;
    messages.runs.push_back(static_cast<double>(result.collective->messages) / timed->seconds);
  }
  std::vector<Row> rows = {seconds};
  if (work.counts_messages) rows.push_back(messages);
  return rows;
}

/// In one piece, and in partitions on all threads.
Outcome<Row> measure_scaling(const Workload& work, const SystemRowParams& params) {
  Row row{.name = work.name + ", " + std::to_string(params.threads) + " threads",
          .unit = "x one thread",
          .command = params.command};
  if (params.threads >= 16 && work.target > 0) row.target = work.target;
  const std::uint32_t partitions = work.machine.sip_count;
  for (std::size_t round = 0; round < params.rounds; ++round) {
    const auto one = run_once(work, 1, 1, wall_now);
    if (!one) return failed(one.error());
    const auto many = run_once(work, partitions, params.threads, wall_now);
    if (!many) return failed(many.error());
    if (one->result.timing_digest != many->result.timing_digest) {
      return failed("partitions change the digest of '" + work.name + "'");
    }
    row.runs.push_back(one->seconds / many->seconds);
    const auto events = static_cast<double>(one->result.events);
    const system::PartitionReport& cut = many->result.partitions;
    char text[200];
    std::snprintf(text, sizeof text,
                  "%.2f s in one piece, %.2f s in %u partitions; %.1f M and %.1f M events/s; "
                  "%llu windows, %llu shared, %.0f events each",
                  one->seconds, many->seconds, cut.count, events / one->seconds * 1e-6,
                  events / many->seconds * 1e-6, static_cast<unsigned long long>(cut.windows),
                  static_cast<unsigned long long>(cut.shared_windows),
                  events / static_cast<double>(cut.windows));
    row.note = text;
  }
  return row;
}

}  // namespace

Outcome<std::vector<Row>> measure_machines(const SystemRowParams& params) {
  const auto ring_512 = system::load_machine(params.root + "/designs/machines/ring_512.yaml");
  if (!ring_512) return failed(ring_512.error().to_string());
  const std::uint64_t elements = params.is_tiny ? 4096 : 524'288;
  std::vector<Workload> all = {
      {"ring all-reduce over 512 PEs, 1 MiB", *ring_512, all_reduce("ring", elements), 0.5, true},
      {"hierarchical all-reduce over 128 PEs, 1 MiB",
       {},
       all_reduce("hierarchical_chain", elements),
       0.005},
      {"GPT-3 QKV, 2048 x 12288 x 36864 over 128 PEs", {}, product(2048, 12'288, 36'864), 2.0}};
  if (params.is_tiny) {
    all[0].machine.sip_count = 1;
    all[2].bench = product(128, 768, 2304);
  }
  std::vector<Row> rows;
  for (const Workload& work : all) {
    const auto measured = measure(work, params);
    if (!measured) return failed(measured.error());
    rows.insert(rows.end(), measured->begin(), measured->end());
  }
  return rows;
}

Outcome<std::vector<Row>> measure_packages(const SystemRowParams& params) {
  system::Machine packages;
  packages.name = "packages";
  packages.sip_count = params.is_tiny ? 4 : 64;
  const std::uint32_t columns = 64 * packages.pe_count();  // 64 for each PE
  const std::uint32_t depth = params.is_tiny ? 1024 : 8192;
  const std::string count = std::to_string(packages.sip_count) + " packages: ";
  const std::vector<Workload> all = {
      {count + "a product on all PEs, dense windows", packages, product(1024, depth, columns), 8.0},
      {count + "hierarchical all-reduce, 1 MiB, sparse windows", packages,
       all_reduce("hierarchical_chain", params.is_tiny ? 4096 : 524'288), 0}};
  std::vector<Row> rows;
  for (const Workload& work : all) {
    const auto row = measure_scaling(work, params);
    if (!row) return failed(row.error());
    rows.push_back(*row);
  }
  return rows;
}

}  // namespace heddle::bench
