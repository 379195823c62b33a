// The steps that are not plain: those beyond the end of the run, those that a
// failure upstream skips, those of a keyframe, injected ones and those in the
// background; and what follows from a step that failed.
#include <fmt/format.h>

#include "flow/exec/background_task.h"
#include "flow/exec/engine.h"

namespace heddle::flow {

void Engine::clear_outputs(const StepCode& code, std::byte* slot) const {
  const StepSlot& step = parts_.layout->steps[code.index];
  for (std::uint32_t i = 0; i < step.message_count; ++i) {
    const std::uint32_t offset = parts_.layout->messages[step.first_message + i].offset;
    reinterpret_cast<MessageHeader*>(slot + offset)->clear();
  }
}

bool Engine::depends_on_failed(const StepCode& code, const std::byte* slot) const {
  for (const std::uint32_t input : parts_.layout->steps[code.index].inputs) {
    const auto& header =
        *reinterpret_cast<const StepHeader*>(slot + parts_.layout->step_offsets[input]);
    if (header.state == StepState::Aborted || header.state == StepState::Skipped) return true;
  }
  return false;
}

void Engine::freeze(const StepCode& code, std::byte* slot) {
  const auto slot_index = static_cast<std::uint32_t>(
      static_cast<std::size_t>(slot - parts_.ring->slot(0)) / parts_.layout->slot_bytes);
  std::vector<std::byte>& state = parts_.ring->states(slot_index)[code.task];
  state.clear();
  const TaskType& type = *parts_.graph->tasks[code.task].type;
  if (code.background != nullptr) {
    code.background->freeze(state, wait_policy_);
  } else if (type.freeze != nullptr) {
    type.freeze(code.instance, state);
  }
}

StepOutcome Engine::inject(WorkerState& worker, const StepCode& code, std::byte* slot,
                           std::uint64_t clid) {
  clear_outputs(code, slot);
  worker.outputs.clear();
  const StepSlot& step = parts_.layout->steps[code.index];
  for (std::uint32_t i = 0; i < step.message_count; ++i) {
    worker.outputs.push_back(slot + parts_.layout->messages[step.first_message + i].offset);
  }
  Status status = parts_.options->injector->inject(code.task, clid, worker.outputs);
  if (status) return StepOutcome::Ok;
  worker.failure = std::move(status.error());
  return StepOutcome::Failed;
}

void Engine::run_body(WorkerState& worker, const StepCode& code, std::byte* slot,
                      std::uint64_t clid) {
  StepOutcome outcome = StepOutcome::Ok;
  if (code.is_injected) {
    outcome = inject(worker, code, slot, clid);
  } else if (code.background != nullptr) {
    outcome = code.background->step(slot, clid, worker.context.now(), worker.failure, wait_policy_);
  } else {
    outcome = code.run(code.instance, worker.context, slot, code.port_offsets, worker.failure);
  }
  settle(worker, code, slot, clid, outcome);
}

void Engine::run_specially(WorkerState& worker, const StepCode& code, std::byte* slot,
                           std::uint64_t clid) {
  const auto& list = *reinterpret_cast<const SlotHeader*>(slot);
  auto& header = *reinterpret_cast<StepHeader*>(slot + code.offset);
  const bool is_beyond = step_key(clid, code.index) > limit_.get();
  if (list.is_keyframe && !is_beyond) freeze(code, slot);
  const bool is_skipped = list.is_aborted.load(std::memory_order_relaxed) &&
                          code.background == nullptr && depends_on_failed(code, slot);
  if (is_beyond || is_skipped) {
    header.state = StepState::Skipped;
    clear_outputs(code, slot);
    return;
  }
  run_body(worker, code, slot, clid);
}

void Engine::take_notes(WorkerState& worker, StepHeader& header, SlotHeader& list) {
  if (ContextAccess::take_stop(worker.context)) limit_.lower(step_key(list.clid, kCommitStep));
  const TextBuffer text = ContextAccess::take_text(worker.context);
  header.text_used_bytes = text.used_bytes;
  header.text_lost_count = text.lost_count;
  if (text.capacity_bytes > 0 && text.used_bytes + text.lost_count > 0) {
    list.has_text.store(true, std::memory_order_relaxed);
  }
}

void Engine::settle(WorkerState& worker, const StepCode& code, std::byte* slot, std::uint64_t clid,
                    StepOutcome outcome) {
  auto& header = *reinterpret_cast<StepHeader*>(slot + code.offset);
  auto& list = *reinterpret_cast<SlotHeader*>(slot);
  if (ContextAccess::is_noted(worker.context)) take_notes(worker, header, list);
  if (outcome == StepOutcome::Ok) return;
  clear_outputs(code, slot);
  list.is_special.store(true, std::memory_order_relaxed);
  switch (parts_.graph->tasks[code.task].on_error) {
    case OnError::Shutdown:
      header.state = StepState::Aborted;
      fail_at(step_key(clid, code.index), std::move(worker.failure));
      break;
    case OnError::Abort:
      header.state = StepState::Aborted;
      list.is_aborted.store(true, std::memory_order_relaxed);
      break;
    case OnError::Ignore:
      header.state = StepState::Ignored;
      list.ignored_count.fetch_add(1, std::memory_order_relaxed);
      break;
  }
  worker.failure = Diagnostics();
}

}  // namespace heddle::flow
