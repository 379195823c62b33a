// `--trace-signals`: chosen nets as lines of text, `edge time_ps value net`,
// one a net and edge at which it changed, from its first value on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/observation.h"
#include "heddle/base/output_file.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

class SignalStage final : public BatchStage {
 public:
  /// Asks for the nets, indices into `Model::names`.
  SignalStage(const Model& model, const std::vector<std::uint32_t>& names,
              Observation& observation);

  /// Errors: file.write-failed.
  [[nodiscard]] Status open(const std::string& path);

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override { return !file_ || file_->status().has_value(); }
  [[nodiscard]] Status finish() override { return file_ ? file_->close() : Status(); }

 private:
  struct Signal {
    std::string name;
    std::vector<std::uint8_t> bits;     ///< bit 0 first
    std::vector<std::uint8_t> unknown;  ///< x, alike
    bool changed = true;                ///< first said at the first edge
  };
  struct Place {
    std::uint32_t signal = 0;
    std::uint32_t bit = 0;
    bool complement = false;
  };

  void take(const Change& change, std::vector<std::uint8_t> Signal::* bits, bool is_value);
  void write_line(std::uint64_t edge, std::int64_t time_ps, const Signal& signal);

  std::vector<Signal> signals_;
  std::vector<std::vector<Place>> places_;  ///< by observed index
  std::vector<std::uint32_t> changed_;      ///< signals, of the edge under way
  std::unique_ptr<OutputFile> file_;
};

}  // namespace heddle::gate
