// What a run says to people: where the cycles went, how near the machine's
// limits it came, what limits it, and what energy it took.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/base/json.h"
#include "heddle/tile/machine.h"
#include "heddle/tile/simulator.h"

namespace heddle::tile {

/// Energies of a run by the machine's table. Units: femtojoules. Vector operations are
/// counted as busy cycles times lanes; scratchpad bytes are those that DMA moves.
struct EnergyUse {
  std::int64_t mac_fj = 0;
  std::int64_t vector_fj = 0;
  std::int64_t scratchpad_fj = 0;
  std::int64_t noc_fj = 0;
  std::int64_t dram_fj = 0;
  std::int64_t static_fj = 0;
  [[nodiscard]] std::int64_t total_fj() const {
    return mac_fj + vector_fj + scratchpad_fj + noc_fj + dram_fj + static_fj;
  }
};

enum class Bottleneck : std::uint8_t { Nothing, Arrays, Vector, Dram, Latency };

/// Derived from a run's result. Shares are of the run's time, 0 to 1.
struct RunSummary {
  double array_share = 0;   ///< mean over all arrays
  double vector_share = 0;  ///< of the busiest core; several pipes may pass 1
  double dram_share = 0;    ///< data on the channels' buses, mean over channels
  double row_hit_share = 0;
  double bytes_per_second = 0;       ///< between DRAM and cores
  double operations_per_second = 0;  ///< two a multiply-accumulate
  double operations_per_byte = 0;    ///< the place on the roofline
  double ridge = 0;                  ///< operations a byte at which the roof begins
  double roof_share = 0;             ///< of what the roofline allows there
  Bottleneck bottleneck = Bottleneck::Nothing;
  EnergyUse energy;
};

/// Determinism: a function of its arguments.
[[nodiscard]] RunSummary summarise(const Machine& machine, const RunResult& result);

/// One sentence: what limits the run and how one sees it.
[[nodiscard]] std::string bottleneck_sentence(const Machine& machine, const RunResult& result);

/// A screen of text.
[[nodiscard]] std::string report_text(const Machine& machine, const RunResult& result);

/// One JSON object of results; nothing in it depends on the host.
void write_report(JsonWriter& json, const Machine& machine, const RunResult& result);

/// One layer of a model, or one kernel of several.
struct LayerResult {
  std::string name;
  RunResult result;
  std::uint32_t repeat = 1;  ///< equal layers, of which one was played
};

/// A line a layer and a sum with repeats: cycles, time, use of arrays and DRAM, what limits it.
[[nodiscard]] std::string layer_table(const Machine& machine,
                                      const std::vector<LayerResult>& layers);

}  // namespace heddle::tile
