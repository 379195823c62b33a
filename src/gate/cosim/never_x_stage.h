// The run file's `never_x`: nets that must not be x from a moment on.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/observation.h"
#include "heddle/gate/cosim.h"
#include "heddle/gate/run_plan.h"

namespace heddle::gate {

class NeverXStage final : public BatchStage {
 public:
  /// Asks for the nets of the plan, which outlives it.
  NeverXStage(const XPlan& plan, Observation& observation);

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override { return true; }
  [[nodiscard]] Status finish() override { return {}; }

  /// Adds what was x, the first edge of each net, and where the first of all
  /// came from: `plan` is run again to that edge for it.
  void conclude(std::string_view engine, const Program& program, const RunPlan& plan,
                CosimOutcome& outcome) const;

 private:
  struct Bit {
    std::uint32_t net = 0;
    std::uint32_t bit = 0;
  };
  struct Found {
    bool is_found = false;
    std::uint32_t bit = 0;
    std::uint64_t edge = 0;
    std::int64_t time_ps = 0;
  };
  void note(const Bit& bit, const EdgeInfo& info);

  const XPlan& plan_;
  std::vector<std::vector<Bit>> bits_;  ///< by observed index
  std::vector<std::uint8_t> is_x_;      ///< by observed index
  std::vector<Found> found_;            ///< by net
  bool has_begun_ = false;              ///< the moment has come
};

}  // namespace heddle::gate
