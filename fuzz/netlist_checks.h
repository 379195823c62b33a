// What every netlist that a front end lets through must hold, and the bounds
// that a fuzzer flattens with.
#pragma once

#include <string>

#include "heddle/base/check.h"
#include "heddle/gate/design.h"
#include "heddle/gate/summary.h"

namespace heddle::gate::fuzz {

/// Small, so that a hierarchy that grows exponentially costs little.
inline constexpr FlattenOptions kLimits{.cells_max = 20000, .bits_max = 400000};

inline void check_consistent(const FlatNetlist& flat) {
  HEDDLE_CHECK(flat.drivers.size() == flat.net_count);
  const auto in_range = [&](NetId net) { HEDDLE_CHECK(net.value() < flat.net_count); };
  for (const GateCell& gate : flat.gates) {
    in_range(gate.output);
    for (const NetId net : flat.inputs(gate)) in_range(net);
    if (gate.op == GateOp::Lut) HEDDLE_CHECK(!flat.init_words(gate).empty());
    HEDDLE_CHECK(flat.driver(gate.output).kind == DriverKind::Gate);
  }
  for (const FlopCell& flop : flat.flops) {
    in_range(flop.d);
    HEDDLE_CHECK(flat.driver(flop.q).kind == DriverKind::Flop);
  }
  for (const LatchCell& latch : flat.latches) {
    HEDDLE_CHECK(flat.driver(latch.q).kind == DriverKind::Latch);
  }
  for (const NetName& name : flat.net_names) {
    for (const NetId net : flat.bits(name)) in_range(net);
  }
  for (const MemoryCell& memory : flat.memories) {
    for (const MemoryCell::ReadPort& port : memory.reads) {
      HEDDLE_CHECK(port.data.size() == memory.width);
      HEDDLE_CHECK(port.address.size() == memory.address_bits);
    }
    (void)memory.init_bit(memory.depth - 1, memory.width - 1);
  }
}

/// Flattens and looks at the result; a design that cannot be is a diagnostic.
inline void flatten_and_check(const Result<Design>& design, std::string_view top) {
  if (!design) {
    HEDDLE_CHECK(design.error().has_errors());
    (void)design.error().to_string();
    return;
  }
  const Result<FlatNetlist> flat = flatten(*design, top, kLimits);
  if (!flat) {
    HEDDLE_CHECK(flat.error().has_errors());
    (void)flat.error().to_string();
    return;
  }
  check_consistent(*flat);
  (void)to_text(summarise(*flat));
}

}  // namespace heddle::gate::fuzz
