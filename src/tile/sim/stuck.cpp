// Says why a run cannot go on: a load that has no room, or who waits for whom.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "heddle/tile/diagnostics.h"
#include "tile/sim/stage.h"

namespace heddle::tile {

namespace {

constexpr std::size_t kNamedMax = 8;

std::string opcode_text(const LiveItem& live, const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::TileBegin: return "begin";
    case Opcode::TileEnd: return "end";
    case Opcode::MemoryBarrier: return fmt::format("wait for semaphore {}", instruction.semaphore);
    case Opcode::ComputeBarrier: return "compute barrier";
    case Opcode::Dma: {
      const bool is_load = instruction.direction == Direction::Load;
      const auto& tensors = live.kernel->tensors;
      return fmt::format("{} of '{}'", is_load ? "load" : "store",
                         instruction.tensor < tensors.size() ? tensors[instruction.tensor].name
                                                             : std::string("?"));
    }
    case Opcode::Compute: break;
  }
  switch (instruction.kind) {
    case ComputeKind::Vector: return fmt::format("vector, node {}", instruction.node);
    case ComputeKind::Preload: return fmt::format("preload, node {}", instruction.node);
    case ComputeKind::Matmul: return fmt::format("matmul, node {}", instruction.node);
    case ComputeKind::CrossLane: return fmt::format("cross-lane, node {}", instruction.node);
  }
  return {};
}

/// The first instruction before this one that is not finished and that it waits for.
std::string waits_for(const LiveItem& live, std::uint32_t i, EdgeKind kind) {
  for (std::uint32_t from = 0; from < i; ++from) {
    if (live.times[from].finished != InstructionTimes::kNotReached) continue;
    for (const Edge& edge : live.graph.successors(from)) {
      const bool is_late =
          edge.kind != EdgeKind::Issue || live.times[from].issued == InstructionTimes::kNotReached;
      const bool is_kind = (edge.kind == EdgeKind::Arrival) == (kind == EdgeKind::Arrival);
      if (edge.to == i && is_late && is_kind) return fmt::format("instruction {}", from);
    }
  }
  return "what is before it";
}

std::string holders_of_slots(const LiveItem& live) {
  std::string text;
  for (std::uint32_t i = 0; i < live.weights.size(); ++i) {
    if (!live.weights[i].has_slot || live.weights[i].matmuls_left == 0) continue;
    text += fmt::format("{}preload {} of work-item {} on array {} ({} matmuls to go)",
                        text.empty() ? "" : ", ", i, live.item.index, live.weights[i].array,
                        live.weights[i].matmuls_left);
  }
  return text;
}

std::string describe(const Core& core, const Ref& ref) {
  const InstructionTimes& times = ref.times();
  const auto& never = InstructionTimes::kNotReached;
  const Instruction& instruction = ref.get();
  std::string reason;
  if (times.issued != never && instruction.opcode == Opcode::Dma) {
    reason = times.injection_done == never ? "waits to send its requests"
                                           : "waits for responses of the memory";
  } else if (times.issued != never) {
    reason = "waits for " + waits_for(*ref.live, ref.instruction, EdgeKind::Arrival);
  } else if (times.ready == never) {
    reason = "waits for " + waits_for(*ref.live, ref.instruction, EdgeKind::Completion);
  } else if (core.need_of(ref) == Need::WeightSlot) {
    std::string holders;
    for (const auto& live : core.live()) holders += holders_of_slots(*live);
    reason = "waits for a weight slot; they are held by " + holders;
  } else {
    reason = "waits for its turn";
  }
  return fmt::format("{} {}", name_of(ref), reason);
}

std::string live_versions(const Core& core) {
  std::string text;
  std::size_t named = 0;
  for (const auto& live : core.live()) {
    for (std::size_t v = 0; v < live->version_bytes.size(); ++v) {
      if (live->version_bytes[v] == 0) continue;
      if (++named > kNamedMax) return text + ", and more";
      const BufferVersion& version = live->graph.versions()[v];
      const std::string reader = version.last_reader == kNone
                                     ? std::string("none")
                                     : fmt::format("instruction {}", version.last_reader);
      text += fmt::format("{}work-item {} buffer {} ({} bytes, last reader {})",
                          text.empty() ? "" : ", ", live->item.index, version.buffer,
                          live->version_bytes[v], reader);
    }
  }
  return text.empty() ? "nothing" : text;
}

/// The oldest load that has no room.
Ref blocked_load(const Core& core) {
  for (const auto& live : core.live()) {
    for (std::uint32_t i = 0; i < live->times.size(); ++i) {
      const Ref ref{live.get(), i};
      const InstructionTimes& times = ref.times();
      const bool waits = times.ready != InstructionTimes::kNotReached &&
                         times.issued == InstructionTimes::kNotReached;
      if (waits && core.need_of(ref) == Need::Scratchpad && !core.fits(ref)) return ref;
    }
  }
  const Ref queued = core.dma().is_idle() ? core.dma().next_load() : Ref{};
  return queued.live != nullptr && !core.fits(queued) ? queued : Ref{};
}

}  // namespace

std::string name_of(const LiveItem& live, std::uint32_t instruction) {
  return fmt::format("work-item {}, instruction {} ({})", live.item.index, instruction,
                     opcode_text(live, live.at(instruction)));
}

Failure Stage::stuck(std::int64_t cycle) const {
  for (std::size_t c = 0; c < cores.size(); ++c) {
    const Ref load = blocked_load(cores[c]);
    if (load.live == nullptr) continue;
    std::uint64_t used = cores[c].scratchpad().used_bytes();
    if (!machine.scratchpad.outlives_work_item) used = load.live->pool_bytes;
    return fail(diag::kWorkingSet, {},
                {name_of(load), std::to_string(bytes_of(load.get())), std::to_string(c),
                 std::to_string(machine.scratchpad.size_bytes), std::to_string(used),
                 live_versions(cores[c])});
  }
  std::string text;
  std::size_t named = 0;
  std::size_t stuck_core = 0;
  for (std::size_t c = 0; c < cores.size() && text.empty(); ++c) {
    stuck_core = c;
    for (const auto& live : cores[c].live()) {
      for (std::uint32_t i = 0; i < live->times.size() && named < kNamedMax; ++i) {
        if (live->times[i].finished != InstructionTimes::kNotReached) continue;
        if (live->at(i).opcode == Opcode::TileEnd) continue;
        ++named;
        text += (text.empty() ? "" : "; ") + describe(cores[c], Ref{live.get(), i});
      }
    }
  }
  if (text.empty()) text = "stores that were posted get no answer from the memory";
  return fail(diag::kDeadlock, {}, {std::to_string(stuck_core), std::to_string(cycle), text});
}

}  // namespace heddle::tile
