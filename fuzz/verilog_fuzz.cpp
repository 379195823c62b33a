// Any bytes into the Verilog front end, with a small library beside it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "heddle/gate/design_files.h"
#include "netlist_checks.h"

namespace {

/// Cells that inputs may use.
constexpr const char* kLibrary =
    "library (l) { cell (AND) { pin (A, B) { direction : input; } pin (Y) { direction : output;"
    " function : \"A B\"; } } cell (DFF) { ff (IQ, IQN) { clocked_on : \"C\"; next_state : \"D\"; }"
    " pin (C, D) { direction : input; } pin (Q) { direction : output; function : \"IQ\"; } } }";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const heddle::gate::DesignFiles files{"fuzz.v", {"fuzz.lib"}, ""};
  heddle::gate::fuzz::flatten_and_check(
      heddle::gate::read_design(files, {{"fuzz.v", text}, {"fuzz.lib", kLibrary}}), "");
  return 0;
}
