#include "heddle/gate/load.h"

#include "heddle/gate/netlist.h"

namespace heddle::gate {

Result<FlatNetlist> load_netlist(const DesignFiles& files, const std::string& top) {
  HEDDLE_TRY(const Design design, load_design(files));
  return flatten(design, top);
}

Result<Model> load_model(const DesignFiles& files, const std::string& top, Diagnostics& warnings) {
  HEDDLE_TRY(const FlatNetlist netlist, load_netlist(files, top));
  warnings.add(netlist.warnings);
  return build_model(netlist, warnings, files.forceable, files.keeps_unknown, files.ideal_clocks);
}

Result<FlatNetlist> load_netlist(const std::string& path, const std::string& top) {
  return load_netlist(DesignFiles{path, {}, {}}, top);
}

Result<Model> load_model(const std::string& path, const std::string& top, Diagnostics& warnings) {
  return load_model(DesignFiles{path, {}, {}}, top, warnings);
}

}  // namespace heddle::gate
