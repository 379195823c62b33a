// Attaches the parts of a run file to a model, collecting every complaint.
#pragma once

#include <map>

#include "heddle/gate/ports.h"
#include "heddle/gate/run_plan.h"

namespace heddle::gate {

class RunPlanner {
 public:
  RunPlanner(const RunFile& run, const Model& model, Diagnostics& warnings)
      : run_(run),
        model_(model),
        warnings_(warnings),
        inputs_(model.inputs),
        outputs_(model.outputs),
        owners_(model.inputs.size()),
        sharing_(model.inputs.size(), PinSharing::None) {}

  Result<RunPlan> plan();

 private:
  using Bits = std::vector<std::uint32_t>;

  void plan_clocks();
  void plan_reset();
  void plan_constants();
  void plan_deposits();
  void plan_memories();
  void plan_forces();
  void plan_waves();
  void plan_x();
  void plan_stop();
  void plan_expectations();
  void warn_of_floating_inputs();
  /// Which bits of a memory are x once an image has been loaded.
  [[nodiscard]] Status plan_unknown_rows(const MemoryEntry& entry, const Memory& memory,
                                         MemoryPreload& preload) const;

  // Peripherals, in run_planner_peripherals.cpp.
  void plan_peripherals();
  void plan_script();
  [[nodiscard]] PeripheralSpec plan_uart(const PeripheralEntry& entry);
  [[nodiscard]] PeripheralSpec plan_flash(const PeripheralEntry& entry);
  [[nodiscard]] PeripheralSpec plan_gpio(const PeripheralEntry& entry);
  [[nodiscard]] PeripheralSpec plan_other(const PeripheralEntry& entry);
  void plan_image(const PeripheralEntry& entry, StoreSpec& store);
  void check_roles(const PeripheralEntry& entry, const std::vector<std::string_view>& roles);
  [[nodiscard]] static const PeripheralEntry::Pin* find_pin(const PeripheralEntry& entry,
                                                            std::string_view role);
  void require_pin(const PeripheralEntry& entry, std::string_view role);
  /// Connects a role of `width` bits (0: any up to `width_max`); none when it is absent.
  Bits output_pin(const PeripheralEntry& entry, std::string_view role, std::size_t width,
                  std::size_t width_max = 32);
  Bits input_pin(const PeripheralEntry& entry, std::string_view role, std::size_t width,
                 std::size_t width_max = 32, PinSharing sharing = PinSharing::None);

  [[nodiscard]] Bits find_input(const Written<std::string>& port);
  [[nodiscard]] Bits find_output(const Written<std::string>& port);
  /// An output, or else any net, `name[5:2]` included, as probes; empty if unknown.
  [[nodiscard]] Bits find_watched(const Written<std::string>& net);
  [[nodiscard]] std::uint32_t probe(Lit lit, const std::string& name);
  /// What forces a net to `value`, or, without one, releases it.
  [[nodiscard]] std::vector<EdgeOp> force_ops(const Written<std::string>& net,
                                              std::optional<std::uint64_t> value);
  [[nodiscard]] bool has_width(const Bits& bits, std::size_t width, std::size_t width_max,
                               const Written<std::string>& port);
  /// Notes that `owner` drives these inputs; complains when someone else does.
  /// Several may where all of them share alike.
  void own(const Bits& bits, const std::string& owner, const SourcePosition& where,
           PinSharing sharing = PinSharing::None);
  [[nodiscard]] std::uint32_t clock_index(const std::string& name) const;
  [[nodiscard]] std::uint32_t source_index(const std::string& name) const;
  void add(const DiagnosticRule& rule, const SourcePosition& where,
           std::initializer_list<std::string_view> arguments) {
    diagnostics_.add(Diagnostic(rule, where, arguments));
  }
  [[nodiscard]] static std::string did_you_mean(std::string_view nearest, std::string otherwise);

  const RunFile& run_;
  const Model& model_;
  Diagnostics& warnings_;
  PortTable inputs_;
  PortTable outputs_;
  std::vector<std::string> owners_;  ///< by input bit: what drives it
  std::vector<PinSharing> sharing_;  ///< by input bit: and whether others may
  std::map<Lit, std::uint32_t> probes_;
  Diagnostics diagnostics_;
  RunPlan plan_;
};

}  // namespace heddle::gate
