#include "gate/cosim/check_stage.h"

#include <algorithm>

#include "gate/cosim/check_text.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

CheckStage::CheckStage(const Model& model, Observation& observation, CosimObserver& observer)
    : observer_(observer) {
  for (std::uint32_t i = 0; i < model.checks.size(); ++i) {
    Watched watched;
    watched.check = model.checks[i];
    const auto add = [&](Lit lit) {
      const ObservedBit bit = observation.add(lit);
      if (bit.index < 0) return bit;
      const auto index = static_cast<std::size_t>(bit.index);
      if (who_.size() <= index) who_.resize(index + 1);
      who_[index].push_back(i);
      return bit;
    };
    watched.fired = add(watched.check.fired);
    for (const Lit lit : watched.check.arguments) watched.arguments.push_back(add(lit));
    checks_.push_back(std::move(watched));
  }
  values_.assign(who_.size(), false);
  unknown_.assign(who_.size(), false);
}

Status CheckStage::open(const std::string& path) {
  const auto is_message = [](const Watched& watched) {
    return watched.check.kind == CheckKind::Display;
  };
  if (std::none_of(checks_.begin(), checks_.end(), is_message)) return {};
  HEDDLE_TRY(file_, OutputFile::create(path));
  return {};
}

void CheckStage::consume(const BatchView& batch, const EdgeWindow& window) {
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    touched_.clear();
    for (std::uint32_t c = batch.change_begin[i]; c < batch.change_begin[i + 1]; ++c) {
      take(batch.changes[c], values_);
    }
    for (std::uint32_t c = batch.x_change_begin.empty() ? 0 : batch.x_change_begin[i];
         !batch.x_change_begin.empty() && c < batch.x_change_begin[i + 1]; ++c) {
      take(batch.x_changes[c], unknown_);
    }
    if (!begun_) {
      touched_.resize(checks_.size());
      for (std::uint32_t k = 0; k < checks_.size(); ++k) touched_[k] = k;
      begun_ = true;
    }
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (const std::uint32_t k : touched_) look(checks_[k], window.info(batch.first_edge + i));
  }
}

void CheckStage::take(const Change& change, std::vector<bool>& bits) {
  if (change.index() >= bits.size()) return;
  bits[change.index()] = change.value();
  const std::vector<std::uint32_t>& who = who_[change.index()];
  touched_.insert(touched_.end(), who.begin(), who.end());
}

std::vector<std::uint8_t> CheckStage::arguments_of(const Watched& watched) const {
  std::vector<std::uint8_t> bits;
  for (const ObservedBit& bit : watched.arguments) {
    bits.push_back(is_unknown(bit) ? 2 : static_cast<std::uint8_t>(value(bit)));
  }
  return bits;
}

/// What is x has not happened; of an assertion it is told.
void CheckStage::look(Watched& watched, const EdgeInfo& info) {
  const bool is_x = is_unknown(watched.fired);
  if (is_x && !watched.was_unknown && watched.unknown_count++ == 0) {
    watched.unknown_edge = info.edge;
    watched.unknown_time_ps = info.time_ps;
  }
  watched.was_unknown = is_x;
  const bool fired = value(watched.fired) && (watched.check.is_clocked || !is_x);
  const bool was_fired = std::exchange(watched.was_fired, fired);
  if (watched.check.is_clocked) {
    if (fired != was_fired && !is_x) happen(watched, info);
    return;
  }
  if (watched.check.kind == CheckKind::Display) {
    const std::vector<std::uint8_t> bits = arguments_of(watched);
    const bool changed = std::exchange(watched.last, bits) != bits;
    if (fired && (changed || !was_fired)) happen(watched, info);
  } else if (fired && !was_fired) {
    happen(watched, info);
  }
}

void CheckStage::happen(Watched& watched, const EdgeInfo& info) {
  if (watched.count++ == 0) {
    watched.first_edge = info.edge;
    watched.first_time_ps = info.time_ps;
  }
  const CheckKind kind = watched.check.kind;
  ended_ = ended_ || kind == CheckKind::Finish || kind == CheckKind::Stop;
  if (kind != CheckKind::Display) return;
  const std::string text = message_text(watched.check.format, watched.check.is_print,
                                        arguments_of(watched), {watched.check.name, info.time_ps});
  const std::string line = text.ends_with('\n') || watched.check.is_print ? text : text + "\n";
  file_->write(line);
  observer_.on_display(line);
}

void CheckStage::conclude(CosimOutcome& outcome) const {
  if (ended_ && outcome.stop == StopReason::Net) outcome.stop = StopReason::Finish;
  for (const Watched& watched : checks_) {
    const DesignCheck& check = watched.check;
    outcome.checks.push_back({.name = check.name,
                              .kind = check.kind,
                              .count = watched.count,
                              .first_edge = watched.first_edge});
    const bool is_assertion = check.kind == CheckKind::Assert || check.kind == CheckKind::Assume;
    if (!is_assertion) continue;
    const std::string_view kind = check.kind == CheckKind::Assert ? "assertion" : "assumption";
    if (watched.unknown_count > 0) {
      outcome.problems.add(Diagnostic(
          cosim::diag::kAssertionX, {},
          {kind, check.name, std::to_string(watched.unknown_edge),
           std::to_string(watched.unknown_time_ps), std::to_string(watched.unknown_count)}));
    }
    if (watched.count == 0) continue;
    outcome.problems.add(
        Diagnostic(cosim::diag::kAssertionFailed, {},
                   {kind, check.name, std::to_string(watched.first_edge),
                    std::to_string(watched.first_time_ps), std::to_string(watched.count)}));
  }
}

}  // namespace heddle::gate
