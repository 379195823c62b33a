#include "tile/sim/recorder.h"

#include <algorithm>
#include <array>

namespace heddle::tile {

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
    digest_.add_u32(core);
    digest_.add_u32(ref.live->partition);
    digest_.add_u64(ref.live->item.index);
    digest_.add_u32(ref.instruction);
    digest_.add_u32(unit);
    for (const SimTime time :
         {times.ready, times.issued, times.injection_done, times.first_response,
          times.last_response, times.occupied_until, times.finished}) {
      digest_.add_i64(time.ps());
    }
    if (observer_ != nullptr) {
      observer_->finished(core, ref.live->item, ref.instruction, unit, times);
    }
  }
  cycle_.clear();
}

}  // namespace heddle::tile
