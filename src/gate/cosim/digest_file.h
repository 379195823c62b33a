// Writes the engine's digest of each edge, or of every N-th, as `edge digest`.
#pragma once

#include <memory>
#include <string>

#include "gate/cosim/batch_stage.h"
#include "heddle/base/digest.h"
#include "heddle/base/output_file.h"

namespace heddle::gate {

class DigestStage final : public BatchStage {
 public:
  /// An empty path only keeps the last digest. Errors: file.write-failed.
  [[nodiscard]] Status open(const std::string& path, std::uint64_t every);
  /// The first edge it will be given, where that is not 0.
  void start_from(std::uint64_t edge) { edges_ = written_at_ = edge; }

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override { return !file_ || file_->status().has_value(); }
  [[nodiscard]] Status finish() override;

  /// The digest of the last edge; it covers all before.
  [[nodiscard]] Digest64 digest() const { return digest_; }

 private:
  void write_line();

  std::unique_ptr<OutputFile> file_;
  std::uint64_t every_ = 1;
  std::uint64_t edges_ = 0;
  std::uint64_t written_at_ = 0;
  Digest64 digest_;
};

}  // namespace heddle::gate
