// Any bytes into the Yosys JSON front end: read, flatten, summarise. What comes
// out must hold together; what does not is a diagnostic.
#include <cstddef>
#include <cstdint>
#include <string>

#include "heddle/gate/yosys_json.h"
#include "netlist_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  heddle::gate::fuzz::flatten_and_check(heddle::gate::read_yosys_json(std::move(text), "fuzz.json"),
                                        "");
  return 0;
}
