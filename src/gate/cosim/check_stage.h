// Assertions, covers and messages of the design: told as they happen, counted,
// messages written to `display.txt`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/observation.h"
#include "heddle/base/output_file.h"
#include "heddle/gate/cosim.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

class CheckStage final : public BatchStage {
 public:
  /// Asks for what the checks of the model look at. The observer outlives it.
  CheckStage(const Model& model, Observation& observation, CosimObserver& observer);

  /// Creates `path` when the design has messages. Errors: file.write-failed.
  [[nodiscard]] Status open(const std::string& path);

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override { return !file_ || file_->status().has_value(); }
  [[nodiscard]] Status finish() override { return file_ ? file_->close() : Status(); }

  [[nodiscard]] bool has_file() const { return file_ != nullptr; }
  /// What happened, in the order of the design; whether `$finish` or `$stop` ended the run.
  void conclude(CosimOutcome& outcome) const;

 private:
  struct Watched {
    DesignCheck check;
    ObservedBit fired;
    std::vector<ObservedBit> arguments;
    bool was_fired = false;
    std::vector<std::uint8_t> last;   ///< arguments of an unclocked message
    std::uint64_t unknown_count = 0;  ///< edges at which it became x
    std::uint64_t unknown_edge = 0;   ///< the first
    std::int64_t unknown_time_ps = 0;
    bool was_unknown = false;
    std::uint64_t count = 0;
    std::uint64_t first_edge = 0;
    std::int64_t first_time_ps = 0;
  };

  [[nodiscard]] bool value(const ObservedBit& bit) const {
    if (bit.index < 0) return bit.complement;
    return values_[static_cast<std::size_t>(bit.index)] != bit.complement;
  }
  [[nodiscard]] bool is_unknown(const ObservedBit& bit) const {
    return bit.index >= 0 && unknown_[static_cast<std::size_t>(bit.index)];
  }
  /// The arguments, each 0, 1 or 2 for x.
  [[nodiscard]] std::vector<std::uint8_t> arguments_of(const Watched& watched) const;
  void take(const Change& change, std::vector<bool>& bits);
  void look(Watched& watched, const EdgeInfo& info);
  void happen(Watched& watched, const EdgeInfo& info);

  CosimObserver& observer_;
  std::vector<Watched> checks_;
  std::vector<bool> values_;                     ///< by observed index
  std::vector<bool> unknown_;                    ///< x, alike
  std::vector<std::vector<std::uint32_t>> who_;  ///< by observed index: checks
  std::vector<std::uint32_t> touched_;
  bool begun_ = false;
  bool ended_ = false;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace heddle::gate
