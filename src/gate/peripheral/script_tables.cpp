#include "gate/peripheral/script_tables.h"

#include "heddle/base/check.h"

namespace heddle::gate {

ScriptStorage::ScriptStorage(const BankSpec& spec,
                             std::vector<std::vector<std::uint8_t>>& uart_streams) {
  for (const ScriptStepSpec& step : spec.script) {
    steps_.push_back(lay_out(step, spec, uart_streams));
  }
  for (const StopText& stop : spec.stop_texts) stop_patterns_.push_back(add_text(stop.text));
}

ScriptTables ScriptStorage::tables() const {
  return {.steps = steps_.data(),
          .commands = commands_.data(),
          .drives = drives_.data(),
          .text = text_.data(),
          .fallback = fallback_.data(),
          .step_count = static_cast<std::uint32_t>(steps_.size())};
}

TextPattern ScriptStorage::add_text(const std::string& text) {
  HEDDLE_CHECK(!text.empty());
  const auto first = static_cast<std::uint32_t>(text_.size());
  text_.insert(text_.end(), text.begin(), text.end());
  fallback_.resize(text_.size(), 0);
  std::uint32_t matched = 0;
  for (std::uint32_t i = 1; i < text.size(); ++i) {
    while (matched > 0 && text[i] != text[matched]) matched = fallback_[first + matched - 1];
    if (text[i] == text[matched]) ++matched;
    fallback_[first + i] = matched;
  }
  return {.first = first, .length = static_cast<std::uint32_t>(text.size())};
}

ScriptStep ScriptStorage::lay_out(const ScriptStepSpec& spec, const BankSpec& bank,
                                  std::vector<std::vector<std::uint8_t>>& uart_streams) {
  ScriptStep step;
  step.wait = spec.wait;
  step.action = spec.action;
  step.operand = spec.operand;
  step.source = spec.source;
  if (spec.wait == WaitKind::UartText) step.pattern = add_text(spec.text);
  if (spec.action == ActionKind::Drive) {
    step.first_command = static_cast<std::uint32_t>(drives_.size());
    step.command_count = static_cast<std::uint32_t>(spec.ops.size());
    drives_.insert(drives_.end(), spec.ops.begin(), spec.ops.end());
  }
  if (spec.action != ActionKind::Command) return step;

  HEDDLE_CHECK(spec.target < bank.peripherals.size());
  const auto target = static_cast<std::uint16_t>(spec.target);
  step.first_command = static_cast<std::uint32_t>(commands_.size());
  if (std::holds_alternative<UartSetup>(bank.peripherals[target].setup)) {
    std::vector<std::uint8_t>& stream = uart_streams[target];
    stream.insert(stream.end(), spec.send.begin(), spec.send.end());
    commands_.push_back({target, Uart::kRelease, static_cast<std::uint32_t>(spec.send.size())});
  } else {
    HEDDLE_CHECK(std::holds_alternative<GpioSetup>(bank.peripherals[target].setup));
    commands_.push_back({target, Gpio::kSelect, spec.drive_mask});
    commands_.push_back({target, Gpio::kSet, spec.drive_value});
  }
  step.command_count = static_cast<std::uint32_t>(commands_.size()) - step.first_command;
  return step;
}

}  // namespace heddle::gate
