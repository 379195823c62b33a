#include "gate/cosim/digest_file.h"

namespace heddle::gate {

Status DigestStage::open(const std::string& path, std::uint64_t every) {
  every_ = every;
  if (path.empty()) return {};
  HEDDLE_TRY(file_, OutputFile::create(path));
  return {};
}

void DigestStage::consume(const BatchView& batch, const EdgeWindow&) {
  for (const std::uint64_t digest : batch.digests) {
    digest_ = Digest64(digest);
    if (++edges_ % every_ == 0) write_line();
  }
}

void DigestStage::write_line() {
  written_at_ = edges_;
  if (file_) file_->write(std::to_string(edges_ - 1) + " " + digest_.to_hex() + "\n");
}

Status DigestStage::finish() {
  if (edges_ > 0 && written_at_ != edges_) write_line();
  return file_ ? file_->close() : Status();
}

}  // namespace heddle::gate
