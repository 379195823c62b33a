// Any bytes into the Liberty front end, below a netlist that uses its first cells.
#include <cstddef>
#include <cstdint>
#include <string>

#include "heddle/gate/design_files.h"
#include "netlist_checks.h"

namespace {

/// Uses cells `f` and `g` in every way that a netlist can.
constexpr const char* kNetlist =
    "module top(input a, b, c, d, output [3:0] y); f u (.A(a), .B(b), .C(c), .D(d), .Y(y[0]),"
    " .Q(y[1])); g v (a, b, y[2]); f w (a, y[3]); endmodule\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const heddle::gate::DesignFiles files{"fuzz.v", {"fuzz.lib"}, ""};
  heddle::gate::fuzz::flatten_and_check(
      heddle::gate::read_design(files, {{"fuzz.v", kNetlist}, {"fuzz.lib", text}}), "top");
  return 0;
}
