#include "gate/cosim/wave_stage.h"

#include <algorithm>

#include "gate/cosim/scope_tree.h"
#include "heddle/base/file.h"
#include "heddle/trace/gtkw.h"

namespace heddle::gate {
namespace {

/// `waves.gtkw` for `waves.fst`.
std::string save_file_of(const std::string& wave_file) {
  const std::size_t directory = wave_file.size() - file_name(wave_file).size();
  const std::size_t dot = wave_file.rfind('.');
  const bool has_ending = dot != std::string::npos && dot > directory;
  return wave_file.substr(0, has_ending ? dot : wave_file.size()) + ".gtkw";
}

trace::WaveOptions options_of(const NamedNet& net) {
  trace::WaveOptions options;
  const auto last = static_cast<std::int32_t>(net.width) - 1;
  options.has_range = net.width > 1 || net.lsb_index != 0;
  options.lsb = net.lsb_index;
  options.msb = net.is_upto ? net.lsb_index - last : net.lsb_index + last;
  return options;
}

class HierarchyBuilder {
 public:
  HierarchyBuilder(const Model& model, Observation& observation, trace::WaveHierarchy& hierarchy)
      : model_(model), observation_(observation), hierarchy_(hierarchy) {}

  void build(const std::string& name, const ScopeTree& tree) {
    hierarchy_.enter(name);
    for (const auto& [local, net] : tree.nets)
      hierarchy_.add(local, bits_of(*net), options_of(*net));
    for (const auto& [scope, inner] : tree.scopes) build(scope, inner);
    hierarchy_.leave();
  }

  [[nodiscard]] std::vector<std::uint32_t> sources() {
    std::sort(sources_.begin(), sources_.end());
    sources_.erase(std::unique(sources_.begin(), sources_.end()), sources_.end());
    return std::move(sources_);
  }

 private:
  std::vector<trace::WaveBit> bits_of(const NamedNet& net) {
    std::vector<trace::WaveBit> bits;
    for (std::uint32_t i = 0; i < net.width; ++i) {
      const ObservedBit observed = observation_.add(model_.name_bits[net.first_bit + i]);
      if (observed.index < 0) {
        bits.push_back(trace::WaveBit::constant(trace::logic(observed.complement)));
      } else {
        const auto index = static_cast<std::uint32_t>(observed.index);
        sources_.push_back(index);
        bits.push_back(trace::WaveBit::of(trace::WaveSource(index), observed.complement));
      }
    }
    return bits;
  }

  const Model& model_;
  Observation& observation_;
  trace::WaveHierarchy& hierarchy_;
  std::vector<std::uint32_t> sources_;
};

}  // namespace

WaveStage::WaveStage(const Model& model, const std::vector<std::uint32_t>& names,
                     Observation& observation)
    : net_count_(names.size()) {
  ScopeTree tree;
  for (const std::uint32_t name : names) {
    if (model.names[name].width > 0) tree.add(model.names[name].name, model.names[name]);
  }
  HierarchyBuilder builder(model, observation, hierarchy_);
  builder.build(model.top.empty() ? "top" : model.top, tree);
  sources_ = builder.sources();
}

Status WaveStage::open(const std::string& path, WaveFileFormat format) {
  constexpr std::size_t kShownMax = 64;
  save_file_ = save_file_of(path);
  trace::GtkwGroup group;
  for (std::size_t i = 0; i < std::min(hierarchy_.variables().size(), kShownMax); ++i) {
    group.variables.push_back(static_cast<std::uint32_t>(i));
  }
  const std::string wave_name(file_name(path));
  HEDDLE_TRY_STATUS(trace::write_gtkw(save_file_, hierarchy_, wave_name, std::span(&group, 1)));
  trace::WaveWriterParams params;
  params.helper_thread = true;  // the same bytes, encoded beside the simulation
  params.format = format == WaveFileFormat::Vcd ? trace::WaveFormat::Vcd : trace::WaveFormat::Fst;
  HEDDLE_TRY(writer_, trace::WaveWriter::open(path, hierarchy_, params));
  return {};
}

void WaveStage::begin() {
  const auto at = [](const std::vector<bool>& bits, std::uint32_t index) {
    return index < bits.size() && bits[index];
  };
  const std::uint32_t count = sources_.empty() ? 0 : sources_.back() + 1;
  for (std::uint32_t source = 0; source < count; ++source) {
    values_.push_back(static_cast<std::uint8_t>(at(initial_, source)));
    unknown_.push_back(static_cast<std::uint8_t>(at(initial_x_, source)));
  }
  for (const std::uint32_t source : sources_) {
    writer_->change(trace::WaveSource(source),
                    unknown_[source] != 0 ? trace::Logic::X : trace::logic(values_[source] != 0));
  }
  begun_ = true;
}

void WaveStage::change(const BatchView& batch, std::uint32_t edge) {
  for (std::uint32_t c = batch.change_begin[edge]; c < batch.change_begin[edge + 1]; ++c) {
    const Change change = batch.changes[c];
    writer_->change(trace::WaveSource(change.index()), trace::logic(change.value()));
  }
}

/// A source shows its value where it is not x.
void WaveStage::change_with_x(const BatchView& batch, std::uint32_t edge) {
  touched_.clear();
  const auto take = [this](const Change& change, std::vector<std::uint8_t>& bits) {
    if (change.index() >= bits.size()) return;
    bits[change.index()] = static_cast<std::uint8_t>(change.value());
    touched_.push_back(change.index());
  };
  for (std::uint32_t c = batch.change_begin[edge]; c < batch.change_begin[edge + 1]; ++c) {
    take(batch.changes[c], values_);
  }
  for (std::uint32_t c = batch.x_change_begin[edge]; c < batch.x_change_begin[edge + 1]; ++c) {
    take(batch.x_changes[c], unknown_);
  }
  for (const std::uint32_t source : touched_) {
    writer_->change(trace::WaveSource(source),
                    unknown_[source] != 0 ? trace::Logic::X : trace::logic(values_[source] != 0));
  }
}

void WaveStage::consume(const BatchView& batch, const EdgeWindow& window) {
  const bool has_x = !batch.x_change_begin.empty();
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    const bool is_quiet = batch.change_begin[i] == batch.change_begin[i + 1] &&
                          (!has_x || batch.x_change_begin[i] == batch.x_change_begin[i + 1]);
    if (is_quiet && begun_) continue;
    writer_->time(SimTime(window.info(batch.first_edge + i).time_ps));
    if (!begun_) begin();
    if (has_x) {
      change_with_x(batch, i);
    } else {
      change(batch, i);
    }
  }
  if (batch.executed > 0) {
    writer_->time(SimTime(window.info(batch.first_edge + batch.executed - 1).time_ps));
  }
}

bool WaveStage::ok() const {
  return writer_ == nullptr || writer_->ok();
}

Status WaveStage::finish() {
  if (writer_ == nullptr) return {};
  Status finished = writer_->finish();
  stats_ = writer_->stats();
  return finished;
}

}  // namespace heddle::gate
