// The chained hash of all top-level outputs, an edge at a time, as other
// simulators compute it too: h = XXH3-64(previous h as 8 bytes, little-endian;
// the outputs, ports in order of name, bit 0 first, packed into bytes).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/observation.h"
#include "heddle/base/digest.h"
#include "heddle/base/output_file.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

class OutputHashStage final : public BatchStage {
 public:
  /// Asks for the outputs. `open` before the first batch.
  OutputHashStage(const Model& model, Observation& observation);

  /// Writes `edge hash` lines: one every `every` edges and one at the end. An
  /// empty path writes nothing. Errors: file.write-failed.
  [[nodiscard]] Status open(const std::string& path, std::uint64_t every);

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override { return !file_ || file_->status().has_value(); }
  [[nodiscard]] Status finish() override;

  [[nodiscard]] Digest64 hash() const { return hash_; }

 private:
  /// Where an output shows an observed node.
  struct Place {
    std::uint32_t position = 0;
    bool complement = false;
  };

  void set(std::uint32_t position, bool value);
  void write_line();

  std::vector<std::byte> packed_;           ///< the previous hash, then the outputs
  std::vector<std::vector<Place>> places_;  ///< by observed index
  std::unique_ptr<OutputFile> file_;
  std::uint64_t every_ = 1;
  std::uint64_t edges_ = 0;
  std::uint64_t written_at_ = 0;
  Digest64 hash_;
};

}  // namespace heddle::gate
