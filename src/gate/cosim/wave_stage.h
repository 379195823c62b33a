// Waves of the nets that the run asked for: their hierarchy, the change lists
// of the engine turned into a wave file, and a GTKWave save file beside it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/observation.h"
#include "heddle/gate/model.h"
#include "heddle/gate/run_file.h"
#include "heddle/trace/wave.h"

namespace heddle::gate {

class WaveStage final : public BatchStage {
 public:
  /// Asks for the nets, indices into `Model::names`.
  WaveStage(const Model& model, const std::vector<std::uint32_t>& names, Observation& observation);

  /// Creates the file, and a GTKWave save file beside it (`waves.gtkw`).
  /// Errors: file.write-failed.
  [[nodiscard]] Status open(const std::string& path, WaveFileFormat format);

  /// What observed nets hold before the first batch, by their index; without
  /// it, 0. For a run that goes on from a checkpoint.
  void start_from(std::vector<bool> values) { initial_ = std::move(values); }
  /// The same of which are x.
  void start_from_x(std::vector<bool> unknown) { initial_x_ = std::move(unknown); }

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override;
  [[nodiscard]] Status finish() override;

  [[nodiscard]] const std::string& save_file() const { return save_file_; }
  [[nodiscard]] std::size_t net_count() const { return net_count_; }
  [[nodiscard]] trace::WaveWriterStats stats() const { return stats_; }

 private:
  void begin();
  void change(const BatchView& batch, std::uint32_t edge);
  void change_with_x(const BatchView& batch, std::uint32_t edge);

  trace::WaveHierarchy hierarchy_;
  std::size_t net_count_ = 0;
  std::vector<std::uint32_t> sources_;  ///< observed indices that some net shows
  std::string save_file_;
  std::unique_ptr<trace::WaveWriter> writer_;
  trace::WaveWriterStats stats_;
  std::vector<bool> initial_;
  std::vector<bool> initial_x_;
  /// With X propagation, by observed index: the value, and whether it is x.
  std::vector<std::uint8_t> values_;
  std::vector<std::uint8_t> unknown_;
  std::vector<std::uint32_t> touched_;
  bool begun_ = false;
};

}  // namespace heddle::gate
