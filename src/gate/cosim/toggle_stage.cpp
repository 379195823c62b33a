#include "gate/cosim/toggle_stage.h"

#include <algorithm>

#include "gate/cosim/scope_tree.h"
#include "heddle/base/file.h"

namespace heddle::gate {
namespace {

/// SAIF wants whatever is no letter, digit or `_` behind a backslash.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!plain) out += '\\';
    out += c;
  }
  return out;
}

std::string indent(std::size_t depth) {
  return std::string(2 * depth, ' ');
}

}  // namespace

ToggleStage::ToggleStage(const Model& model, std::vector<std::uint32_t> names,
                         Observation& observation)
    : names_(std::move(names)), first_bit_(model.names.size(), 0) {
  for (const std::uint32_t name : names_) {
    const NamedNet& net = model.names[name];
    first_bit_[name] = bits_.size();
    for (std::uint32_t bit = 0; bit < net.width; ++bit) {
      bits_.push_back(observation.add(model.name_bits[net.first_bit + bit]));
      const std::int32_t index = bits_.back().index;
      if (index >= 0 && activity_.size() <= static_cast<std::size_t>(index)) {
        activity_.resize(static_cast<std::size_t>(index) + 1);
      }
    }
  }
}

void ToggleStage::start_from(const std::vector<bool>& values) {
  for (std::size_t i = 0; i < std::min(values.size(), activity_.size()); ++i) {
    activity_[i].value = values[i];
  }
}

void ToggleStage::consume(const BatchView& batch, const EdgeWindow& window) {
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    end_ps_ = window.info(batch.first_edge + i).time_ps;
    const bool first = begin_ps_ < 0;
    if (first) {
      begin_ps_ = end_ps_;
      for (Activity& activity : activity_) activity.since_ps = end_ps_;
    }
    for (std::uint32_t c = batch.change_begin[i]; c < batch.change_begin[i + 1]; ++c) {
      const Change change = batch.changes[c];
      if (change.index() >= activity_.size()) continue;
      Activity& activity = activity_[change.index()];
      if (activity.value) activity.high_ps += end_ps_ - activity.since_ps;
      activity.value = change.value();
      // Two edges of one instant: what came back has not moved.
      const bool came_back = activity.moved && activity.since_ps == end_ps_;
      if (!first) activity.toggles += came_back ? ~std::uint64_t{0} : 1;
      activity.moved = !first && !came_back;
      activity.since_ps = end_ps_;
    }
  }
}

Status ToggleStage::finish() {
  if (model_ == nullptr) return {};
  ScopeTree tree;
  for (const std::uint32_t name : names_) {
    if (model_->names[name].width > 0) tree.add(model_->names[name].name, model_->names[name]);
  }
  StringSink out;
  const std::string top = model_->top.empty() ? "top" : model_->top;
  out.write("(SAIFILE\n(SAIFVERSION \"2.0\")\n(DIRECTION \"backward\")\n(DESIGN \"" + top +
            "\")\n(PROGRAM_NAME \"heddle\")\n(DIVIDER / )\n(TIMESCALE 1 ps)\n(DURATION " +
            std::to_string(begin_ps_ < 0 ? 0 : end_ps_ - begin_ps_) + ")\n");
  write_scope(top, tree, 0, out);
  out.write(")\n");
  return write_file_atomic(path_, out.text());
}

void ToggleStage::write_scope(const std::string& name, const ScopeTree& tree, std::size_t depth,
                              ByteSink& out) const {
  out.write(indent(depth) + "(INSTANCE " + escaped(name) + "\n");
  if (!tree.nets.empty()) {
    out.write(indent(depth + 1) + "(NET\n");
    for (const auto& [local, net] : tree.nets) write_net(local, *net, depth + 2, out);
    out.write(indent(depth + 1) + ")\n");
  }
  for (const auto& [scope, inner] : tree.scopes) write_scope(scope, inner, depth + 1, out);
  out.write(indent(depth) + ")\n");
}

void ToggleStage::write_net(const std::string& local, const NamedNet& net, std::size_t depth,
                            ByteSink& out) const {
  const auto name = static_cast<std::size_t>(&net - model_->names.data());
  for (std::uint32_t bit = 0; bit < net.width; ++bit) {
    const ObservedBit observed = bits_[first_bit_[name] + bit];
    Activity activity;
    if (observed.index >= 0) activity = activity_[static_cast<std::size_t>(observed.index)];
    const std::int64_t duration = begin_ps_ < 0 ? 0 : end_ps_ - begin_ps_;
    std::int64_t high = activity.high_ps + (activity.value ? end_ps_ - activity.since_ps : 0);
    if (observed.complement) high = duration - high;
    const std::int32_t index =
        net.lsb_index + static_cast<std::int32_t>(bit) * (net.is_upto ? -1 : 1);
    const bool is_bus = net.width > 1 || net.lsb_index != 0;
    const std::string text = is_bus ? local + "[" + std::to_string(index) + "]" : local;
    out.write(indent(depth) + "(" + escaped(text) + " (T0 " + std::to_string(duration - high) +
              ") (T1 " + std::to_string(high) + ") (TX 0) (TC " + std::to_string(activity.toggles) +
              ") (IG 0))\n");
  }
}

}  // namespace heddle::gate
