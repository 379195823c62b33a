// Inputs of the design that several peripherals drive: memories on one bus,
// slaves on one I2C wire. Each driver of a line is numbered; what the drivers
// do in one sample is resolved at its end, into one level.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heddle/gate/edge.h"

namespace heddle::gate {

/// What changes of a line. Its bytes are part of checkpoints.
struct LineState {
  std::uint32_t driving = 0;  ///< by driver: drives it now
  std::uint32_t levels = 0;   ///< by driver: what it drives
  std::uint32_t level = 0;    ///< what the input holds
  std::uint32_t is_contended = 0;
};

class Lines {
 public:
  static constexpr std::uint32_t kDriversMax = 32;  ///< bits of `LineState::driving`

  /// One peripheral's end of a line.
  struct Driver {
    std::uint32_t line = 0;
    std::uint32_t number = 0;  ///< on that line
    std::uint16_t source = 0;  ///< the peripheral
    std::uint16_t role = 0;
  };

  /// A line onto `input`; returns its index.
  std::uint32_t add(std::uint32_t input, bool idle, bool open_drain);
  /// One more driver of a line; returns its index in `drivers`.
  std::uint32_t add_driver(std::uint32_t line, std::uint16_t source, std::uint16_t role);

  void drive(std::uint32_t driver, bool level);
  void release(std::uint32_t driver);
  /// Levels of the lines that changed, as operations on inputs; appends to
  /// `contended` the drivers of each line at which a contention begins.
  void resolve(std::vector<EdgeOp>& ops, std::vector<Driver>& contended);

  [[nodiscard]] std::uint32_t line_of(std::uint32_t driver) const { return drivers_[driver].line; }
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] std::vector<LineState>& states() { return states_; }
  [[nodiscard]] const std::vector<LineState>& states() const { return states_; }

 private:
  struct Line {
    std::uint32_t input = 0;
    bool idle = false;
    bool open_drain = false;
    std::vector<std::uint32_t> drivers;  ///< into `drivers_`
  };

  [[nodiscard]] bool level_of(const Line& line, const LineState& state) const;

  std::vector<Line> lines_;
  std::vector<LineState> states_;
  std::vector<Driver> drivers_;
  bool is_touched_ = false;
};

}  // namespace heddle::gate
