#include "gate/cosim/output_hash.h"

#include "heddle/gate/ports.h"

namespace heddle::gate {
namespace {

constexpr std::size_t kHashBytes = 8;

}  // namespace

OutputHashStage::OutputHashStage(const Model& model, Observation& observation) {
  const PortTable outputs(model.outputs);
  packed_.assign(kHashBytes + (model.outputs.size() + 7) / 8, std::byte{0});
  std::uint32_t position = 0;
  for (const PortBus& port : outputs.ports()) {
    for (const std::uint32_t bit : port.bits) {
      const ObservedBit observed = observation.add(model.outputs[bit].lit);
      // Every observed node counts as 0 before the first edge.
      set(position, observed.complement);
      if (observed.index >= 0) {
        const auto index = static_cast<std::size_t>(observed.index);
        if (places_.size() <= index) places_.resize(index + 1);
        places_[index].push_back({position, observed.complement});
      }
      ++position;
    }
  }
}

Status OutputHashStage::open(const std::string& path, std::uint64_t every) {
  every_ = every;
  if (path.empty()) return {};
  HEDDLE_TRY(file_, OutputFile::create(path));
  return {};
}

void OutputHashStage::consume(const BatchView& batch, const EdgeWindow&) {
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    for (std::uint32_t c = batch.change_begin[i]; c < batch.change_begin[i + 1]; ++c) {
      const Change change = batch.changes[c];
      if (change.index() >= places_.size()) continue;
      for (const Place& place : places_[change.index()]) {
        set(place.position, change.value() != place.complement);
      }
    }
    for (std::size_t b = 0; b < kHashBytes; ++b) {
      packed_[b] = static_cast<std::byte>(hash_.value() >> (8 * b));
    }
    hash_ = digest_of(std::span<const std::byte>(packed_));
    if (++edges_ % every_ == 0) write_line();
  }
}

void OutputHashStage::set(std::uint32_t position, bool value) {
  std::byte& byte = packed_[kHashBytes + position / 8];
  const std::byte mask = std::byte{1} << (position % 8);
  byte = value ? byte | mask : byte & ~mask;
}

void OutputHashStage::write_line() {
  written_at_ = edges_;
  if (file_) file_->write(std::to_string(edges_ - 1) + " " + hash_.to_hex() + "\n");
}

Status OutputHashStage::finish() {
  if (edges_ > 0 && written_at_ != edges_) write_line();
  return file_ ? file_->close() : Status();
}

}  // namespace heddle::gate
