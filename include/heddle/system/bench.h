// Bench files: which machine runs what. docs/guides/system.md shows one, and
// docs/reference/machine-file.md lists the keys.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "heddle/base/json.h"
#include "heddle/base/progress.h"
#include "heddle/system/collective_registry.h"

namespace heddle::system {

enum class BenchKind : std::uint8_t { Noop, Collective, Gemm, Qkv, Halo };

/// One line of a bench file.
struct BenchCase {
  BenchKind kind = BenchKind::Noop;
  CollectiveCall call;      ///< of a collective
  std::uint32_t world = 0;  ///< PEs that take part; 0: all
  std::uint32_t m = 0;      ///< of Gemm and Qkv
  std::uint32_t n = 0;
  std::uint32_t k = 0;
  std::uint32_t tile_k = 1024;
  std::uint64_t elements = 0;  ///< of an edge of Halo
  std::uint32_t steps = 0;
  bool has_background = false;  ///< of Noop: traffic from the host meanwhile
  SourcePosition where;
};

struct BenchFile {
  std::string name;
  Machine machine;
  DataMode data = DataMode::None;
  des::QueueKind queue = des::QueueKind::Heap;
  std::uint32_t replay_threads = 1;
  std::uint32_t threads = 1;     ///< of phase 1
  std::uint32_t partitions = 0;  ///< for the threads, at most as many; 0: one for each
  std::uint64_t seed = 1;
  CollectiveRegistry registry = standard_registry();
  bool is_timed = true;  ///< else kernels run for what they compute alone
  std::vector<BenchCase> cases;
  ConfigNode resolved;  ///< every value, defaults included, without the machine
};

/// Reads a bench file. Errors: config.*, and those of `read_machine`.
[[nodiscard]] Result<BenchFile> load_bench(const std::string& path);

/// Use of a link or a unit, as a share of the bench's time.
struct Utilisation {
  std::string name;
  double share = 0;
  std::uint64_t bytes = 0;  ///< of a link
};

struct BenchResult {
  std::string name;    ///< "all_reduce ring, 128 ranks, 1048576 bytes"
  Picoseconds time;    ///< from the first start to the last end
  Picoseconds spread;  ///< of the starts
  SimTime start;
  std::uint64_t events = 0;
  Digest64 timing_digest;
  std::optional<Digest64> memory_digest;
  std::optional<CollectiveReport> collective;
  bool is_verified = false;        ///< data was compared with what it must be
  std::vector<Utilisation> links;  ///< the busiest first
  std::vector<Utilisation> units;  ///< mean over the PEs: gemm, math, dma
  double wall_seconds = 0;         ///< of phase 1 and 2; no part of the result
  PartitionReport partitions;      ///< how it was run; no part of the result
};

struct BenchOptions {
  bool records_spans = false;
  Interrupt interrupt = {};
  std::function<double()> seconds = nullptr;  ///< wall time; null: none is told
  /// Called after a case, while its simulator lives.
  std::function<Status(const BenchResult&, const Simulator&)> after = nullptr;
};

/// Runs one case. Errors: those of kernels, and system.wrong-result.
[[nodiscard]] Result<BenchResult> run_bench(const BenchFile& file, const BenchCase& one,
                                            const BenchOptions& options);

/// Compares data with what it must be, element by element. `what` names it.
/// Errors: system.wrong-result, for the first that differs, with exit code 1.
[[nodiscard]] Status compare_elements(const std::string& what, const SourcePosition& where,
                                      Dtype dtype, std::span<const std::byte> found,
                                      std::span<const std::byte> expected);

/// The case as one line.
[[nodiscard]] std::string bench_name(const BenchFile& file, const BenchCase& one);

/// A result as an object; `run` parts are left out.
void write_json(JsonWriter& json, const BenchResult& result);

}  // namespace heddle::system
