// Switching activity: how often each net changes and how long it is high, from
// the sample of the first edge to that of the last, as a SAIF 2.0 file. Samples
// see no glitches, as zero-delay simulators do not.
#pragma once

#include <string>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/observation.h"
#include "heddle/base/byte_sink.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

struct ScopeTree;

class ToggleStage final : public BatchStage {
 public:
  /// Asks for the nets, indices into `Model::names`. The model's names have to
  /// stand where they are until `finish`.
  ToggleStage(const Model& model, std::vector<std::uint32_t> names, Observation& observation);

  /// Where to write. `model` is the one that runs.
  void open(std::string path, const Model& model) {
    path_ = std::move(path);
    model_ = &model;
  }
  /// As `WaveStage::start_from`.
  void start_from(const std::vector<bool>& values);

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override { return true; }
  /// Writes the file. Errors: file.write-failed.
  [[nodiscard]] Status finish() override;

 private:
  struct Activity {
    bool value = false;
    bool moved = false;         ///< at `since_ps`
    std::int64_t since_ps = 0;  ///< of `value`
    std::int64_t high_ps = 0;   ///< before that
    std::uint64_t toggles = 0;
  };

  void write_scope(const std::string& name, const ScopeTree& tree, std::size_t depth,
                   ByteSink& out) const;
  void write_net(const std::string& local, const NamedNet& net, std::size_t depth,
                 ByteSink& out) const;

  std::vector<std::uint32_t> names_;
  std::vector<ObservedBit> bits_;       ///< of `names_`, net after net
  std::vector<std::size_t> first_bit_;  ///< by model name, into `bits_`
  std::vector<Activity> activity_;      ///< by observed index
  std::int64_t begin_ps_ = -1;
  std::int64_t end_ps_ = 0;
  std::string path_;
  const Model* model_ = nullptr;
};

}  // namespace heddle::gate
