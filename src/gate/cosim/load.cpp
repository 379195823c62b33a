#include "heddle/gate/load.h"

#include "heddle/gate/netlist.h"
#include "heddle/gate/yosys_json.h"

namespace heddle::gate {

Result<FlatNetlist> load_netlist(const std::string& path, const std::string& top) {
  HEDDLE_TRY(const Design design, load_yosys_json(path));
  return flatten(design, top);
}

Result<Model> load_model(const std::string& path, const std::string& top, Diagnostics& warnings) {
  HEDDLE_TRY(const FlatNetlist netlist, load_netlist(path, top));
  warnings.add(netlist.warnings);
  return build_model(netlist, warnings);
}

}  // namespace heddle::gate
