// X propagation in the run file: the keys `xprop` and `never_x`, and what they
// become.
#include <algorithm>

#include "gate/cosim/image.h"
#include "gate/cosim/run_file_reader.h"
#include "gate/cosim/run_planner.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/find_nets.h"

namespace heddle::gate {

namespace diag = cosim::diag;

void read_x(ConfigReader& map, RunFileReading& reading) {
  reading.run.xprop = map.optional<bool>("xprop", false);
  std::optional<ConfigReader> never = map.maybe_map("never_x");
  if (!never) return;
  NeverXEntry& entry = reading.run.never_x;
  for (const std::string& net : never->list<std::string>("nets", {.min = 1})) {
    entry.nets.push_back({net, never->where("nets")});
  }
  if (entry.nets.empty()) {
    never->report(diag::kBadEventStep, "nets", {"names no net", "write `nets: [NET, ...]`"});
  }
  constexpr std::int64_t kTimePsMax = std::int64_t{1} << 62;
  if (std::optional<ConfigReader> after = never->maybe_map("after")) {
    entry.after_edges = after->optional<std::uint64_t>("edges", 0);
    entry.after_time_ps =
        after->optional<Picoseconds>("time_ps", Picoseconds(0), {.min = 0, .max = kTimePsMax})
            .count();
  }
}

namespace {

std::string bit_name(const NamedNet& net, std::uint32_t bit) {
  if (net.width == 1 && net.lsb_index == 0) return net.name;
  const auto offset = static_cast<std::int32_t>(bit);
  return net.name + "[" + std::to_string(net.lsb_index + (net.is_upto ? -offset : offset)) + "]";
}

}  // namespace

/// An exact name or some bits of it, else every public net that a glob matches.
void RunPlanner::plan_x() {
  plan_.x.options.is_on = run_.xprop;
  const NeverXEntry& never = run_.never_x;
  if (never.nets.empty()) return;
  plan_.x.after_edges = never.after_edges;
  plan_.x.after_time_ps = never.after_time_ps;
  plan_.x.where = never.nets.front().where;
  if (!run_.xprop) {
    warnings_.add(Diagnostic(diag::kNeverXIdle, plan_.x.where, {}));
    return;
  }
  const auto add_net = [this](const NamedNet& net) {
    NeverXNet found{.name = net.name, .bits = {}, .bit_names = {}};
    for (std::uint32_t bit = 0; bit < net.width; ++bit) {
      found.bits.push_back(model_.name_bits[net.first_bit + bit]);
      found.bit_names.push_back(bit_name(net, bit));
    }
    plan_.x.never_x.push_back(std::move(found));
  };
  for (const Written<std::string>& wanted : never.nets) {
    const std::vector<std::uint32_t> matched = model_.match_names(wanted.value);
    for (const std::uint32_t name : matched) add_net(model_.names[name]);
    if (!matched.empty()) continue;
    NeverXNet some{.name = wanted.value, .bits = {}, .bit_names = {}};
    for (const std::string& bit : bit_names(wanted.value)) {
      for (const Lit lit : model_.find_bits(bit)) {
        some.bits.push_back(lit);
        some.bit_names.push_back(bit);
      }
    }
    if (!some.bits.empty()) {
      plan_.x.never_x.push_back(std::move(some));
      continue;
    }
    std::vector<std::string_view> names;
    for (const NamedNet& net : model_.names) names.push_back(net.name);
    add(diag::kUnknownNet, wanted.where,
        {wanted.value, did_you_mean(nearest_name(wanted.value, names), "")});
  }
}

/// What the image leaves alone differs between two loads over different bits.
Status RunPlanner::plan_unknown_rows(const MemoryEntry& entry, const Memory& memory,
                                     MemoryPreload& preload) const {
  Diagnostics told_before;
  std::vector<std::uint64_t> inverted(preload.rows.size());
  std::vector<std::uint64_t> plain(preload.rows.size(), 0);
  std::fill(inverted.begin(), inverted.end(), ~std::uint64_t{0});
  for (std::vector<std::uint64_t>* rows : {&plain, &inverted}) {
    HEDDLE_TRY_STATUS(load_memory(*entry.image, memory.name, memory.width, memory.depth,
                                  memory.start_offset, *rows, told_before));
  }
  preload.x_rows = memory.unknown_words();
  for (std::size_t i = 0; i < plain.size(); ++i) preload.x_rows[i] &= plain[i] ^ inverted[i];
  return {};
}

}  // namespace heddle::gate
