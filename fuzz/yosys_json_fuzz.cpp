// Any bytes into the Yosys JSON front end: read, flatten, summarise. What comes
// out must hold together; what does not is a diagnostic.
#include <cstddef>
#include <cstdint>
#include <string>

#include "heddle/base/check.h"
#include "heddle/gate/summary.h"
#include "heddle/gate/yosys_json.h"

namespace {

using namespace heddle::gate;

/// Small, so that a hierarchy that grows exponentially costs little.
constexpr FlattenOptions kLimits{.cells_max = 20000, .bits_max = 400000};

void check_consistent(const FlatNetlist& flat) {
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto design =
      read_yosys_json(std::string(reinterpret_cast<const char*>(data), size), "fuzz.json");
  if (!design) {
    HEDDLE_CHECK(design.error().has_errors());
    (void)design.error().to_string();
    return 0;
  }
  auto flat = flatten(*design, "", kLimits);
  if (!flat) {
    HEDDLE_CHECK(flat.error().has_errors());
    (void)flat.error().to_string();
    return 0;
  }
  check_consistent(*flat);
  (void)to_text(summarise(*flat));
  return 0;
}
