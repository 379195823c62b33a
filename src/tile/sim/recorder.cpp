#include "tile/sim/recorder.h"

#include <algorithm>
#include <array>

namespace heddle::tile {

namespace {

constexpr std::size_t kRecordBytes = 80;  // what `flush` writes of each instruction

/// Fills a record, the least significant byte of each value first.
class Packer {
 public:
  explicit Packer(std::byte* at) : at_(at) {}
  template <class T>
  void put(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) *at_++ = static_cast<std::byte>(value >> 8 * i);
  }

 private:
  std::byte* at_ = nullptr;
};

}  // namespace

void Recorder::count(const LiveItem& live) {
  ++counts_.dispatches;
  for (const Instruction& instruction : live.item.instructions) {
    switch (instruction.opcode) {
      case Opcode::TileBegin:
      case Opcode::TileEnd: break;
      case Opcode::MemoryBarrier: ++counts_.memory_barriers; break;
      case Opcode::ComputeBarrier: ++counts_.compute_barriers; break;
      case Opcode::Dma: {
        const bool is_load = instruction.direction == Direction::Load;
        ++(is_load ? counts_.loads : counts_.stores);
        (is_load ? counts_.bytes_loaded : counts_.bytes_stored) += bytes_of(instruction);
        break;
      }
      case Opcode::Compute:
        switch (instruction.kind) {
          case ComputeKind::Vector: ++counts_.vector; break;
          case ComputeKind::CrossLane: ++counts_.cross_lane; break;
          case ComputeKind::Preload: ++counts_.preloads; break;
          case ComputeKind::Matmul:
            ++counts_.matmuls;
            counts_.macs += macs_of(live.item.at(instruction.dims));
            break;
        }
    }
  }
}

void Recorder::flush() {
  if (cycle_.empty()) return;
  std::sort(cycle_.begin(), cycle_.end(), [](const Finished& a, const Finished& b) {
    if (a.core != b.core) return a.core < b.core;
    return a.ref < b.ref;
  });
  for (const Finished& finished : cycle_) {
    const auto& [core, ref] = finished;
    const InstructionTimes& times = ref.times();
    const std::uint32_t unit = ref.live->units[ref.instruction];
    const std::size_t at = bytes_.size();
    bytes_.resize(at + kRecordBytes);
    Packer record(bytes_.data() + at);
    record.put(core);
    record.put(ref.live->partition);
    record.put(ref.live->item.index);
    record.put(ref.instruction);
    record.put(unit);
    for (const SimTime time :
         {times.ready, times.issued, times.injection_done, times.first_response,
          times.last_response, times.occupied_until, times.finished}) {
      record.put(static_cast<std::uint64_t>(time.ps()));
    }
    if (observer_ != nullptr) {
      observer_->finished(core, ref.live->item, ref.instruction, unit, times);
    }
  }
  digest_.add(bytes_);
  bytes_.clear();
  cycle_.clear();
}

}  // namespace heddle::tile
