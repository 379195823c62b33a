#include "gate/cosim/never_x_stage.h"

#include <algorithm>

#include "gate/cosim/x_origin.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

namespace {

constexpr std::size_t kThroughMax = 6;
/// Nets whose origin is looked for: each costs runs.
constexpr std::size_t kTracedMax = 4;

std::string origin_text(const XOrigin& origin) {
  if (origin.source.empty()) return "nobody can tell where it comes from";
  std::string text = "it comes from " + origin.source;
  if (origin.through.empty()) return text;
  text += ", through ";
  for (std::size_t i = 0; i < std::min(origin.through.size(), kThroughMax); ++i) {
    text += (i == 0 ? "'" : ", '") + origin.through[i] + "'";
  }
  if (origin.through.size() > kThroughMax) {
    text += " and " + std::to_string(origin.through.size() - kThroughMax) + " more";
  }
  return text;
}

}  // namespace

NeverXStage::NeverXStage(const XPlan& plan, Observation& observation)
    : plan_(plan), found_(plan.never_x.size()) {
  for (std::uint32_t net = 0; net < plan.never_x.size(); ++net) {
    for (std::uint32_t bit = 0; bit < plan.never_x[net].bits.size(); ++bit) {
      const ObservedBit observed = observation.add(plan.never_x[net].bits[bit]);
      if (observed.index < 0) continue;
      const auto index = static_cast<std::size_t>(observed.index);
      if (bits_.size() <= index) bits_.resize(index + 1);
      bits_[index].push_back({net, bit});
    }
  }
  is_x_.assign(bits_.size(), 0);
}

void NeverXStage::note(const Bit& bit, const EdgeInfo& info) {
  Found& found = found_[bit.net];
  if (found.is_found) return;
  found = {.is_found = true, .bit = bit.bit, .edge = info.edge, .time_ps = info.time_ps};
}

void NeverXStage::consume(const BatchView& batch, const EdgeWindow& window) {
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    const EdgeInfo& info = window.info(batch.first_edge + i);
    for (std::uint32_t c = batch.x_change_begin[i]; c < batch.x_change_begin[i + 1]; ++c) {
      const Change change = batch.x_changes[c];
      if (change.index() >= bits_.size()) continue;
      is_x_[change.index()] = static_cast<std::uint8_t>(change.value());
      if (!has_begun_ || !change.value()) continue;
      for (const Bit& bit : bits_[change.index()]) note(bit, info);
    }
    if (has_begun_ || info.edge < plan_.after_edges || info.time_ps < plan_.after_time_ps) {
      continue;
    }
    has_begun_ = true;
    for (std::size_t index = 0; index < bits_.size(); ++index) {
      if (is_x_[index] == 0) continue;
      for (const Bit& bit : bits_[index]) note(bit, info);
    }
  }
}

void NeverXStage::conclude(std::string_view engine, const Program& program, const RunPlan& plan,
                           CosimOutcome& outcome) const {
  const Found* first = nullptr;
  for (const Found& found : found_) {
    if (found.is_found && (first == nullptr || found.edge < first->edge)) first = &found;
  }
  if (first == nullptr) return;
  std::size_t traced_count = 0;
  for (std::size_t net = 0; net < found_.size(); ++net) {
    const Found& found = found_[net];
    if (!found.is_found) continue;
    const NeverXNet& watched = plan_.never_x[net];
    std::string help = "the first that is x says where it comes from";
    if (found.edge == first->edge && plan.live.empty() && traced_count++ < kTracedMax) {
      help = origin_text(find_x_origin(engine, program, plan, watched.bits[found.bit], found.edge));
    }
    outcome.problems.add(Diagnostic(cosim::diag::kNeverX, plan_.where,
                                    {watched.bit_names[found.bit], std::to_string(found.edge),
                                     std::to_string(found.time_ps), help}));
  }
}

}  // namespace heddle::gate
