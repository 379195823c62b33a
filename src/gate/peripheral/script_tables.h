// Lays a script and the stop texts out in flat tables that the step functions
// read, and collects what each UART will ever send.
#pragma once

#include <span>
#include <vector>

#include "heddle/gate/peripheral_bank.h"

namespace heddle::gate {

/// Owns what `ScriptTables` points to. Not to be moved once `tables` was taken.
class ScriptStorage {
 public:
  ScriptStorage(const BankSpec& spec, std::vector<std::vector<std::uint8_t>>& uart_streams);

  [[nodiscard]] ScriptTables tables() const;
  [[nodiscard]] const TextPattern& stop_pattern(std::size_t index) const {
    return stop_patterns_[index];
  }

 private:
  [[nodiscard]] TextPattern add_text(const std::string& text);
  [[nodiscard]] ScriptStep lay_out(const ScriptStepSpec& spec, const BankSpec& bank,
                                   std::vector<std::vector<std::uint8_t>>& uart_streams);

  std::vector<ScriptStep> steps_;
  std::vector<Command> commands_;
  std::vector<EdgeOp> drives_;
  std::vector<std::uint8_t> text_;
  std::vector<std::uint32_t> fallback_;
  std::vector<TextPattern> stop_patterns_;
};

}  // namespace heddle::gate
