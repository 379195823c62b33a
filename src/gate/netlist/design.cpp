// `Design`, and flattening as the list of its passes.
#include "heddle/gate/design.h"

#include <xxhash.h>

#include "design_data.h"
#include "faults.h"
#include "finish.h"
#include "flattener.h"
#include "hierarchy.h"

namespace heddle::gate {

using netlist::DesignData;

Design::Design(std::unique_ptr<const DesignData> data) : data_(std::move(data)) {}
Design::~Design() = default;
Design::Design(Design&&) noexcept = default;
Design& Design::operator=(Design&&) noexcept = default;

std::vector<std::string_view> Design::module_names() const {
  std::vector<std::string_view> out;
  for (const netlist::Module& module : data_->modules)
    out.push_back(data_->names->text(module.name));
  return out;
}

Result<FlatNetlist> flatten(const Design& design, std::string_view top,
                            const FlattenOptions& options) {
  const DesignData& data = design.data();
  netlist::Faults faults(data);
  netlist::Hierarchy hierarchy(data, options, faults);
  const std::optional<std::uint32_t> top_module = hierarchy.find_top(top);
  if (top_module) hierarchy.check(*top_module);
  if (faults.any()) return fail(faults.take_errors());
  netlist::Draft draft = netlist::Flattener(data, hierarchy, faults).run(*top_module);
  draft.netlist.lut_init = hierarchy.take_lut_words();
  FlatNetlist flat = netlist::finish(std::move(draft), faults);
  if (faults.any()) return fail(faults.take_errors());
  flat.warnings = faults.take_warnings();
  const std::string_view name = data.names->text(flat.top);
  flat.source_digest = XXH3_64bits_withSeed(name.data(), name.size(), data.text_digest);
  return flat;
}

}  // namespace heddle::gate
