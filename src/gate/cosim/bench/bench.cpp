#include "gate/cosim/bench/bench.h"

#include <utility>

#include "heddle/base/check.h"

namespace heddle::gate {

Bench::Bench(EngineRun& run, const Program& program, Compile compile)
    : run_(run), model_(&program.model), compile_(std::move(compile)), values_(program.model.aig) {
  for (std::uint32_t i = 0; i < model_->inputs.size(); ++i) {
    if (!is_force_control(model_->inputs[i])) inputs_.emplace(model_->inputs[i].lit, i);
  }
  for (std::uint32_t i = 0; i < model_->states.size(); ++i) {
    states_.emplace(model_->states[i].output, i);
  }
}

bool Bench::value(Lit lit) {
  return values_.value(run_.backend(), lit);
}

std::int32_t Bench::input_of(Lit lit) const {
  const ForcePoint* point = model_->find_force(lit);
  const auto found = inputs_.find(point == nullptr ? lit : point->driver);
  return found == inputs_.end() ? -1 : static_cast<std::int32_t>(found->second);
}

std::int32_t Bench::state_of(Lit lit) const {
  const ForcePoint* point = model_->find_force(lit);
  const auto found = states_.find(point == nullptr ? lit : point->driver);
  return found == states_.end() ? -1 : static_cast<std::int32_t>(found->second);
}

Status Bench::set_inputs(std::span<const EdgeOp> ops) {
  values_.forget();
  return run_.backend().apply(ops);
}

void Bench::set_state(std::uint32_t state, bool value) {
  values_.forget();
  run_.backend().set_state(state, value);
}

void Bench::set_memory(std::uint32_t memory, std::span<const std::uint64_t> rows) {
  values_.forget();
  run_.backend().set_memory(memory, rows);
}

Status Bench::force(Lit lit, bool value) {
  const ForcePoint* point = model_->find_force(lit);
  HEDDLE_CHECK(point != nullptr);
  const std::array ops{EdgeOp{point->value, value ? 1U : 0U}, EdgeOp{point->enable, 1}};
  return set_inputs(ops);
}

Status Bench::release(Lit lit) {
  const ForcePoint* point = model_->find_force(lit);
  HEDDLE_CHECK(point != nullptr);
  const std::array ops{EdgeOp{point->enable, 0}};
  return set_inputs(ops);
}

Bench::WatchId Bench::watch(std::vector<Lit> bits) {
  Watch watch;
  for (const Lit lit : bits) {
    watch.seen.push_back(bit(lit));
    const auto [pin, is_new] = pins_.emplace(lit, static_cast<std::uint32_t>(pin_lits_.size()));
    if (is_new) {
      pin_lits_.push_back(lit);
      in_use_.push_back(0);
      has_new_ = true;
    }
    ++in_use_[pin->second];
  }
  watch.bits = std::move(bits);
  watches_.emplace(next_id_, std::move(watch));
  return next_id_++;
}

void Bench::unwatch(WatchId id) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  for (const Lit lit : found->second.bits) --in_use_[pins_.at(lit)];
  watches_.erase(found);
}

std::vector<Bench::WatchId> Bench::take_changed() {
  std::vector<WatchId> changed;
  for (auto& [id, watch] : watches_) {
    bool is_changed = false;
    for (std::size_t i = 0; i < watch.bits.size(); ++i) {
      const std::uint8_t now = bit(watch.bits[i]);
      is_changed |= now != watch.seen[i];
      watch.seen[i] = now;
    }
    if (is_changed) changed.push_back(id);
  }
  return changed;
}

Status Bench::load_watches() {
  Model model = *model_;
  if (program_ != nullptr) {  // without the probes of before
    std::erase_if(model.outputs, [](const PortBit& port) {
      return is_probe(port) && port.name.starts_with(std::string{kProbePrefix} + "watch ");
    });
  }
  std::vector<std::uint32_t> outputs;
  for (std::size_t pin = 0; pin < pin_lits_.size(); ++pin) {
    outputs.push_back(static_cast<std::uint32_t>(model.outputs.size()));
    const std::string name = std::string{kProbePrefix} + "watch " + std::to_string(pin);
    model.outputs.push_back({name, pin_lits_[pin]});
  }
  HEDDLE_TRY(Program program, compile_(std::move(model)));
  auto next = std::make_unique<Program>(std::move(program));
  HEDDLE_TRY_STATUS(run_.watch(*next, outputs));
  program_ = std::move(next);
  model_ = &program_->model;
  has_new_ = false;
  return {};
}

void Bench::arm() {
  for (std::size_t pin = 0; pin < pin_lits_.size(); ++pin) {
    run_.arm(pin, value(pin_lits_[pin]), in_use_[pin] > 0);
  }
}

}  // namespace heddle::gate
