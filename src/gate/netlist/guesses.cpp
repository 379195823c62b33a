// Clocks and resets are what the control pins of storage lead back to.
//
// A pin is followed through buffers and inverters, counting inversions. Where a
// clock ends in other logic, that cone is searched for inputs: those that clock
// something directly are its clocks, or else every input that it has. Where it
// ends in a flop, that flop's clock is divided.
#include "guesses.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

namespace heddle::gate::netlist {
namespace {

constexpr std::size_t kConeGatesMax = 10000;

struct Origin {
  NetId net;
  bool inverted = false;
};

/// Follows buffers and inverters back from `net`.
Origin follow(const FlatNetlist& flat, NetId net) {
  Origin at{net, false};
  // A ring of inverters has no start: no chain is longer than there are gates.
  for (std::size_t steps = 0; steps <= flat.gates.size(); ++steps) {
    const Driver& driver = flat.driver(at.net);
    if (driver.kind != DriverKind::Gate) break;
    const GateCell& gate = flat.gates[driver.index];
    if (gate.op != GateOp::Buf && gate.op != GateOp::Not) break;
    at = {flat.inputs(gate)[0], at.inverted != (gate.op == GateOp::Not)};
  }
  return at;
}

std::string port_bit(const FlatNetlist& flat, const Driver& driver) {
  const TopPort& port = flat.ports[driver.index];
  return bit_name(flat.names.text(port.name), static_cast<std::uint32_t>(port.bits.size()),
                  port.range, driver.bit);
}

/// Top-level inputs in the cone of gates that drives `net`.
std::vector<NetId> cone_inputs(const FlatNetlist& flat, NetId net) {
  std::vector<NetId> inputs;
  std::vector<NetId> open{net};
  std::map<NetId, bool> seen;
  while (!open.empty() && seen.size() < kConeGatesMax) {
    const NetId at = open.back();
    open.pop_back();
    if (!seen.emplace(at, true).second) continue;
    const Driver& driver = flat.driver(at);
    if (driver.kind == DriverKind::TopInput) inputs.push_back(at);
    if (driver.kind != DriverKind::Gate) continue;
    for (const NetId input : flat.inputs(flat.gates[driver.index])) open.push_back(input);
  }
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

class ClockSearch {
 public:
  explicit ClockSearch(const FlatNetlist& flat) : flat_(flat) {}

  std::vector<ClockGuess> run() {
    for (const FlopCell& flop : flat_.flops) count(flop.clock, flop.posedge);
    for (const MemoryCell& memory : flat_.memories) {
      for (const MemoryCell::ReadPort& port : memory.reads) count(port.clock, port.posedge);
      for (const MemoryCell::WritePort& port : memory.writes) count(port.clock, port.posedge);
    }
    for (const auto& [net, uses] : uses_) direct(net, uses);
    for (const auto& [net, uses] : uses_) indirect(net, uses.rising + uses.falling);
    std::vector<ClockGuess> out;
    for (const auto& [net, guess] : guesses_) out.push_back(guess);
    std::sort(out.begin(), out.end(), [](const ClockGuess& a, const ClockGuess& b) {
      return total(a) != total(b) ? total(a) > total(b) : a.port < b.port;
    });
    return out;
  }

 private:
  struct Uses {
    std::uint64_t rising = 0;
    std::uint64_t falling = 0;
  };

  static std::uint64_t total(const ClockGuess& guess) {
    return guess.rising + guess.falling + guess.gated + guess.divided;
  }

  void count(NetId clock, bool posedge) {
    if (clock.is_none()) return;
    Uses& uses = uses_[clock];
    ++(posedge ? uses.rising : uses.falling);
  }

  ClockGuess& guess(NetId input) {
    ClockGuess& out = guesses_[input];
    out.port = port_bit(flat_, flat_.driver(input));
    return out;
  }

  void direct(NetId net, const Uses& uses) {
    const Origin origin = follow(flat_, net);
    if (flat_.driver(origin.net).kind != DriverKind::TopInput) return;
    ClockGuess& out = guess(origin.net);
    out.rising += origin.inverted ? uses.falling : uses.rising;
    out.falling += origin.inverted ? uses.rising : uses.falling;
  }

  void indirect(NetId net, std::uint64_t uses) {
    Origin origin = follow(flat_, net);
    bool divided = false;
    // A chain of dividers is no longer than there are flops; a ring has no start.
    for (std::size_t steps = 0; steps < flat_.flops.size(); ++steps) {
      const Driver& driver = flat_.driver(origin.net);
      if (driver.kind != DriverKind::Flop || flat_.flops[driver.index].clock.is_none()) break;
      divided = true;
      origin = follow(flat_, flat_.flops[driver.index].clock);
    }
    const DriverKind kind = flat_.driver(origin.net).kind;
    if (kind == DriverKind::TopInput) {
      if (divided) guess(origin.net).divided += uses;
      return;
    }
    if (kind != DriverKind::Gate) return;
    std::vector<NetId> inputs = cone_inputs(flat_, origin.net);
    const auto known = [&](NetId input) { return guesses_.contains(input); };
    if (std::any_of(inputs.begin(), inputs.end(), known)) {
      std::erase_if(inputs, [&](NetId input) { return !known(input); });
    }
    for (const NetId input : inputs) (divided ? guess(input).divided : guess(input).gated) += uses;
  }

  const FlatNetlist& flat_;
  std::map<NetId, Uses> uses_;
  std::map<NetId, ClockGuess> guesses_;
};

class ResetSearch {
 public:
  explicit ResetSearch(const FlatNetlist& flat) : flat_(flat) {}

  std::vector<ResetGuess> run() {
    for (const FlopCell& flop : flat_.flops) {
      for (const Control& control : {flop.async_reset, flop.set, flop.clear}) count(control, true);
      count(flop.sync_reset, false);
    }
    for (const LatchCell& latch : flat_.latches) {
      for (const Control& control : {latch.async_reset, latch.set, latch.clear}) {
        count(control, true);
      }
    }
    std::vector<ResetGuess> out;
    for (const auto& [net, uses] : uses_) {
      const Uses& high = uses[1];
      const Uses& low = uses[0];
      ResetGuess guess;
      guess.port = port_bit(flat_, flat_.driver(net));
      guess.active_high =
          high.asynchronous + high.synchronous >= low.asynchronous + low.synchronous;
      guess.asynchronous = high.asynchronous + low.asynchronous;
      guess.synchronous = high.synchronous + low.synchronous;
      out.push_back(std::move(guess));
    }
    std::sort(out.begin(), out.end(), [](const ResetGuess& a, const ResetGuess& b) {
      return total(a) != total(b) ? total(a) > total(b) : a.port < b.port;
    });
    add_by_name(out);
    return out;
  }

 private:
  struct Uses {
    std::uint64_t asynchronous = 0;
    std::uint64_t synchronous = 0;
  };

  static std::uint64_t total(const ResetGuess& guess) {
    return guess.asynchronous + guess.synchronous;
  }

  void count(const Control& control, bool asynchronous) {
    if (!control.present()) return;
    const Origin origin = follow(flat_, control.net);
    if (flat_.driver(origin.net).kind != DriverKind::TopInput) return;
    Uses& uses = uses_[origin.net][control.active_high != origin.inverted ? 1 : 0];
    ++(asynchronous ? uses.asynchronous : uses.synchronous);
  }

  /// Synthesis may have turned a reset into plain logic: only its name is left.
  void add_by_name(std::vector<ResetGuess>& out) const {
    for (const TopPort& port : flat_.ports) {
      if (port.direction != PortDirection::Input || port.bits.size() != 1) continue;
      std::string name(flat_.names.text(port.name));
      ResetGuess guess;
      guess.port = bit_name(name, 1, port.range, 0);
      guess.by_name = true;
      for (char& letter : name) {
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      }
      if (name.find("rst") == std::string::npos && name.find("reset") == std::string::npos) {
        continue;
      }
      const bool known = std::any_of(out.begin(), out.end(),
                                     [&](const ResetGuess& one) { return one.port == guess.port; });
      if (known) continue;
      guess.active_high = !(name.ends_with("n") || name.ends_with("_ni") || name.ends_with("_b") ||
                            name.starts_with("n"));
      out.push_back(std::move(guess));
    }
  }

  const FlatNetlist& flat_;
  std::map<NetId, std::array<Uses, 2>> uses_;  ///< by input; [active high]
};

}  // namespace

std::vector<ClockGuess> guess_clocks(const FlatNetlist& netlist) {
  return ClockSearch(netlist).run();
}

std::vector<ResetGuess> guess_resets(const FlatNetlist& netlist) {
  return ResetSearch(netlist).run();
}

}  // namespace heddle::gate::netlist
