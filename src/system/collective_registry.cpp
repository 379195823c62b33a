#include "heddle/system/collective_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "heddle/base/config_reader.h"
#include "heddle/base/diagnostics.h"
#include "heddle/system/diagnostics.h"

namespace heddle::system {
namespace {

constexpr CollectiveKind kKinds[] = {
    CollectiveKind::AllReduce, CollectiveKind::ReduceScatter, CollectiveKind::AllGather,
    CollectiveKind::AllToAll,  CollectiveKind::Broadcast,     CollectiveKind::Reduce,
    CollectiveKind::Gather,    CollectiveKind::Scatter,       CollectiveKind::Barrier};
constexpr std::string_view kCostModel = "cost_model";
constexpr std::size_t kLevelsMax = 8;

std::string help_for(std::string_view name, const std::vector<std::string_view>& names,
                     const std::string& otherwise) {
  const std::string_view near = nearest_name(name, names);
  return near.empty() ? otherwise : "did you mean '" + std::string(near) + "'?";
}

/// The kernel of a name and kind, a user's own before the library's.
const Algorithm* find_kernel(CollectiveKind kind, std::string_view name,
                             const std::vector<Algorithm>& own) {
  for (const std::vector<Algorithm>* list : {&own, &builtin_algorithms()}) {
    for (const Algorithm& one : *list) {
      if (one.kind == kind && one.name == name) return &one;
    }
  }
  return nullptr;
}

std::string kernel_help(CollectiveKind kind, std::string_view name,
                        const std::vector<Algorithm>& own) {
  std::vector<std::string_view> names;
  std::string all;
  for (const std::vector<Algorithm>* list : {&own, &builtin_algorithms()}) {
    for (const Algorithm& one : *list) {
      if (one.kind != kind) continue;
      names.push_back(one.name);
      all += (all.empty() ? "kernels: " : ", ") + std::string(one.name);
    }
  }
  return help_for(name, names, all);
}

/// `machine`, `flat`, or a list of ranks a level, innermost first.
void read_levels(ConfigReader& map, RegistryEntry& entry) {
  const ConfigNode* const node = map.has("levels") ? map.node("levels") : nullptr;
  if (node != nullptr && node->kind() == ConfigKind::List) {
    entry.levels = map.list<std::uint32_t>("levels", {.min = 1, .max = 65'536});
    if (entry.levels.empty() || entry.levels.size() > kLevelsMax) {
      map.report(heddle::diag::kConfigOutOfRange, "levels",
                 {"levels", std::to_string(entry.levels.size()) + " of them", "1 to 8 levels"});
    }
    return;
  }
  entry.is_flat = map.optional_choice<bool>("levels", false, {{"machine", false}, {"flat", true}});
}

std::optional<RegistryEntry> read_entry(ConfigReader map, const std::vector<Algorithm>& own,
                                        Diagnostics& diagnostics) {
  RegistryEntry entry;
  entry.name = map.required<std::string>("name", {.min = 1, .max = 100});
  std::vector<std::string_view> kinds;
  for (const CollectiveKind kind : kKinds) kinds.push_back(collective_name(kind));
  const CollectiveKind kind = kKinds[map.required_name("does", kinds)];
  const bool has_kind = map.has("does");
  const std::string kernel = map.optional<std::string>("kernel", entry.name, {.max = 100});
  read_levels(map, entry);
  entry.pipeline_chunks =
      map.optional<std::uint32_t>("pipeline_chunks", 8, {.min = 1, .max = 65'536});
  entry.is_automatic = map.optional<bool>("automatic", true);
  if (!has_kind || entry.name.empty()) return std::nullopt;
  const Algorithm* const algorithm = find_kernel(kind, kernel, own);
  if (algorithm == nullptr) {
    diagnostics.add(Diagnostic(diag::kUnknownAlgorithm,
                               map.has("kernel") ? map.where("kernel") : map.where("name"),
                               {kernel, collective_name(kind), kernel_help(kind, kernel, own)}));
    return std::nullopt;
  }
  entry.algorithm = *algorithm;
  return entry;
}

bool is_product(const std::vector<std::uint32_t>& levels, std::uint64_t ranks) {
  for (const std::uint32_t level : levels) {
    if (level == 0 || ranks % level != 0) return false;
    ranks /= level;
  }
  return ranks == 1;
}

std::string levels_text(const RegistryEntry& entry) {
  if (entry.is_flat) return "flat";
  if (entry.levels.empty()) return "machine";
  return fmt::format("[{}]", fmt::join(entry.levels, ", "));
}

}  // namespace

Status CollectiveRegistry::add(RegistryEntry entry) {
  for (const RegistryEntry& one : entries_) {
    if (one.name != entry.name || one.algorithm.kind != entry.algorithm.kind) continue;
    return fail(diag::kDuplicateAlgorithm, {}, {entry.name, collective_name(entry.algorithm.kind)});
  }
  entries_.push_back(std::move(entry));
  return {};
}

Result<CollectiveRegistry> CollectiveRegistry::read(const ConfigNode& node,
                                                    const std::vector<Algorithm>& own) {
  Diagnostics diagnostics;
  ConfigReader map(node, "the registry", diagnostics);
  CollectiveRegistry registry;
  registry.name_ = map.optional<std::string>("name", registry.name_, {.max = 100});
  for (const ConfigReader& one : map.list_of_maps("algorithms")) {
    std::optional<RegistryEntry> entry = read_entry(one, own, diagnostics);
    if (!entry) continue;
    const std::string_view kind = collective_name(entry->algorithm.kind);
    const std::string name = entry->name;
    if (!registry.add(std::move(*entry))) {
      diagnostics.add(Diagnostic(diag::kDuplicateAlgorithm, one.where("name"), {name, kind}));
    }
  }
  if (registry.entries_.empty() && !diagnostics.has_errors()) {
    map.report(heddle::diag::kConfigMissingKey, "algorithms",
               {"the registry", "algorithms", "a list with at least one algorithm"});
  }
  ConfigReader choose = map.optional_map("choose");
  for (const CollectiveKind kind : kKinds) {
    const std::string_view key = collective_name(kind);
    const auto wanted = choose.optional<std::string>(key, std::string(kCostModel), {.max = 100});
    if (wanted == kCostModel) continue;
    std::vector<std::string_view> names = {kCostModel};
    for (const RegistryEntry& one : registry.entries_) {
      if (one.algorithm.kind == kind) names.push_back(one.name);
    }
    if (std::find(names.begin(), names.end(), wanted) == names.end()) {
      const std::string help = help_for(wanted, names, "name an algorithm of this file");
      diagnostics.add(Diagnostic(diag::kUnknownAlgorithm, choose.where(key), {wanted, key, help}));
    }
    registry.choices_[kind] = wanted;
  }
  map.done();
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  return registry;
}

Result<CollectiveRegistry> CollectiveRegistry::load(const std::string& path,
                                                    const std::vector<Algorithm>& own) {
  HEDDLE_TRY(const ConfigNode node, load_config(path));
  return read(node, own);
}

std::optional<std::string> CollectiveRegistry::choice_for(CollectiveKind kind) const {
  const auto found = choices_.find(kind);
  if (found == choices_.end()) return std::nullopt;
  return found->second;
}

Result<Choice> CollectiveRegistry::apply(const RegistryEntry& entry, const CollectiveCall& call,
                                         const Group& group, const StepCost& step) const {
  const std::string ranks = std::to_string(group.ranks.size());
  if (entry.algorithm.needs_power_of_two && !std::has_single_bit(group.ranks.size())) {
    return fail(diag::kCollectiveSize, {},
                {entry.name, ranks, "it needs a power of two", "`ring` works on any number"});
  }
  Choice choice{.name = entry.name, .algorithm = &entry.algorithm, .group = group, .call = call};
  if (entry.is_flat) choice.group.levels = {static_cast<std::uint32_t>(group.ranks.size())};
  if (!entry.levels.empty()) choice.group.levels = entry.levels;
  if (choice.group.levels.empty())
    choice.group.levels = {static_cast<std::uint32_t>(group.ranks.size())};
  if (!is_product(choice.group.levels, group.ranks.size())) {
    const std::string levels = fmt::format("{}", fmt::join(choice.group.levels, " x "));
    return fail(diag::kCollectiveSize, {},
                {entry.name, ranks, "its levels are " + levels,
                 "the product of the levels is the number of ranks"});
  }
  if (choice.call.pipeline_chunks == 0) choice.call.pipeline_chunks = entry.pipeline_chunks;
  if (entry.algorithm.estimate != nullptr) {
    choice.estimate_ns = entry.algorithm.estimate(
        choice.group, call.elements * dtype_bytes(call.dtype), step, choice.call.pipeline_chunks);
  }
  return choice;
}

Result<Choice> CollectiveRegistry::choose(const CollectiveCall& call, const Group& group,
                                          const StepCost& step) const {
  if (call.root >= group.ranks.size()) {
    return fail(diag::kCollectiveSize, {},
                {collective_name(call.kind), std::to_string(group.ranks.size()),
                 "its root is " + std::to_string(call.root), "roots count from 0"});
  }
  std::string wanted = call.algorithm;
  if (wanted == "auto") wanted = choice_for(call.kind).value_or("auto");
  std::vector<std::string_view> names;
  std::optional<Choice> best;
  for (const RegistryEntry& one : entries_) {
    if (one.algorithm.kind != call.kind) continue;
    names.push_back(one.name);
    if (wanted == one.name) return apply(one, call, group, step);
    if (wanted != "auto" || !one.is_automatic) continue;
    Result<Choice> choice = apply(one, call, group, step);
    if (!choice) continue;
    if (!best || choice->estimate_ns < best->estimate_ns) best = std::move(*choice);
  }
  if (best) return std::move(*best);
  return fail(diag::kUnknownAlgorithm, {},
              {wanted, collective_name(call.kind), help_for(wanted, names, "`auto` chooses one")});
}

std::string CollectiveRegistry::to_yaml() const {
  std::string text = fmt::format("name: {}\nalgorithms:\n", name_);
  for (const RegistryEntry& one : entries_) {
    text += fmt::format(
        "  - {{name: {}, does: {}, kernel: {}, levels: {}, pipeline_chunks: {}, automatic: {}}}\n",
        one.name, collective_name(one.algorithm.kind), one.algorithm.name, levels_text(one),
        one.pipeline_chunks, one.is_automatic);
  }
  text += "choose:\n";
  for (const CollectiveKind kind : kKinds) {
    text += fmt::format("  {}: {}\n", collective_name(kind),
                        choice_for(kind).value_or(std::string(kCostModel)));
  }
  return text;
}

const CollectiveRegistry& standard_registry() {
  static const CollectiveRegistry registry = [] {
    CollectiveRegistry made("default");
    for (const Algorithm& one : builtin_algorithms()) {
      const bool has_levels = one.name == "levels";
      if (has_levels && one.kind == CollectiveKind::AllReduce) {
        (void)made.add({.name = "torus", .algorithm = one});
      }
      (void)made.add(
          {.name = has_levels ? "hierarchical" : std::string(one.name), .algorithm = one});
    }
    return made;
  }();
  return registry;
}

}  // namespace heddle::system
