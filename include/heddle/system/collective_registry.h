// The registry file: which algorithms there are, with which levels and
// parameters, and how one is chosen for a call that names none.
//
//   algorithms:
//     - {name: torus, does: all_reduce, kernel: levels, levels: [8, 8]}
//     - {name: pipelined_chain, does: broadcast, pipeline_chunks: 16}
//   choose: {all_reduce: cost_model, broadcast: pipelined_chain}
//
// `designs/collectives/default.yaml` is the standard one, and
// docs/reference/machine-file.md lists the keys.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/config.h"
#include "heddle/system/collective.h"

namespace heddle::system {

/// An algorithm under a name, with its parameters.
struct RegistryEntry {
  std::string name;
  Algorithm algorithm;
  /// Levels in place of those of the group: none given: the group's own.
  std::vector<std::uint32_t> levels = {};
  bool is_flat = false;               ///< one level, whatever the group has
  std::uint32_t pipeline_chunks = 8;  ///< for calls that do not say
  bool is_automatic = true;           ///< the cost model may take it
};

/// What a call comes to. Valid as long as its registry.
struct Choice {
  std::string name;
  const Algorithm* algorithm = nullptr;
  Group group;          ///< with the levels of the entry
  CollectiveCall call;  ///< with the parameters of the entry
  double estimate_ns = 0;
};

/// Threads: any number may read. No entry is ever changed.
class CollectiveRegistry {
 public:
  /// One without entries.
  explicit CollectiveRegistry(std::string name = "registry") : name_(std::move(name)) {}

  /// Reads a registry; `own` are kernels that it may name beside those of the
  /// library. Errors: config.*, system.unknown-algorithm (a kernel or choice that is not
  /// there), system.duplicate-algorithm; all with their place.
  [[nodiscard]] static Result<CollectiveRegistry> read(const ConfigNode& node,
                                                       const std::vector<Algorithm>& own = {});
  /// The same from a file. Errors: also those of `load_config`.
  [[nodiscard]] static Result<CollectiveRegistry> load(const std::string& path,
                                                       const std::vector<Algorithm>& own = {});

  /// Adds an entry. Errors: system.duplicate-algorithm.
  Status add(RegistryEntry entry);

  /// The algorithm that a call names, or for `auto` the one that the registry
  /// names for its kind, or else the one with the least estimate of those that
  /// work on the group. Errors: system.unknown-algorithm, system.collective-size.
  [[nodiscard]] Result<Choice> choose(const CollectiveCall& call, const Group& group,
                                      const StepCost& step) const;
  /// What one entry would take. Errors: system.collective-size where it does not work.
  [[nodiscard]] Result<Choice> apply(const RegistryEntry& entry, const CollectiveCall& call,
                                     const Group& group, const StepCost& step) const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<RegistryEntry>& entries() const { return entries_; }
  /// The name that `auto` stands for; none: the cost model.
  [[nodiscard]] std::optional<std::string> choice_for(CollectiveKind kind) const;
  /// As a registry file, every key written out.
  [[nodiscard]] std::string to_yaml() const;

 private:
  std::string name_;
  std::vector<RegistryEntry> entries_;
  std::map<CollectiveKind, std::string> choices_;
};

}  // namespace heddle::system
