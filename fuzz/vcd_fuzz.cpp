// Any text as a VCD file: located diagnostics or an orderly visit.
#include <cstddef>
#include <cstdint>
#include <string>

#include "wave_visit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto reader =
      heddle::trace::read_vcd(std::string(reinterpret_cast<const char*>(data), size), "fuzz.vcd");
  heddle::trace::visit_all(reader);
  return 0;
}
