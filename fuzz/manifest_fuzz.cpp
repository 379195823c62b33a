// Any bytes as a cell manifest, below a netlist of cells that it may describe.
#include <cstddef>
#include <cstdint>
#include <string>

#include "heddle/gate/design_files.h"
#include "netlist_checks.h"

namespace {

constexpr const char* kNetlist =
    "module top(input c, w, input [3:0] a, d, output [3:0] q, inout p); ram u (.c(c), .w(w), .a(a),"
    " .d(d), .q(q)); pad v (.p(p), .i(c), .e(w)); tap t (.x(c)); endmodule\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const heddle::gate::DesignFiles files{"fuzz.v", {}, "fuzz.yaml"};
  heddle::gate::fuzz::flatten_and_check(
      heddle::gate::read_design(files, {{"fuzz.v", kNetlist}, {"fuzz.yaml", text}}), "top");
  return 0;
}
