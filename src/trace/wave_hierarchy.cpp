// Building the tree of a wave file, and names in it.
#include "heddle/trace/wave_hierarchy.h"

#include <algorithm>
#include <utility>

#include "heddle/base/check.h"

namespace heddle::trace {

void WaveHierarchy::enter(std::string name, WaveScopeKind kind, std::string component) {
  items_.push_back({WaveItem::Kind::Enter, static_cast<std::uint32_t>(scopes_.size())});
  scopes_.push_back({std::move(name), std::move(component), kind});
  ++depth_;
}

void WaveHierarchy::leave() {
  HEDDLE_CHECK(depth_ > 0);
  items_.push_back({WaveItem::Kind::Leave, 0});
  --depth_;
}

WaveSignal WaveHierarchy::new_signal(std::uint32_t width) {
  const WaveSignal signal(static_cast<std::uint32_t>(widths_.size()));
  widths_.push_back(width);
  if (bits_begin_.empty()) bits_begin_.push_back(0);
  bits_begin_.push_back(bits_.size());
  return signal;
}

WaveSignal WaveHierarchy::add(std::string name, std::span<const WaveBit> bits,
                              WaveOptions options) {
  HEDDLE_CHECK(!bits.empty());
  std::vector<WaveBit> key(bits.begin(), bits.end());
  auto found = known_.find(key);
  if (found == known_.end()) {
    for (const WaveBit bit : bits) {
      bits_.push_back(bit);
      if (!bit.is_constant()) source_count_ = std::max(source_count_, bit.source().value() + 1);
    }
    const WaveSignal signal = new_signal(static_cast<std::uint32_t>(bits.size()));
    found = known_.emplace(std::move(key), signal).first;
  }
  alias(std::move(name), found->second, options);
  return found->second;
}

WaveSignal WaveHierarchy::add(std::string name, WaveBit bit, WaveOptions options) {
  return add(std::move(name), std::span<const WaveBit>(&bit, 1), options);
}

WaveSignal WaveHierarchy::add_words(std::string name, std::uint32_t width, WaveOptions options) {
  const WaveSignal signal = new_signal(width);
  alias(std::move(name), signal, options);
  return signal;
}

void WaveHierarchy::alias(std::string name, WaveSignal signal, WaveOptions options) {
  HEDDLE_CHECK(signal.value() < widths_.size());
  items_.push_back({WaveItem::Kind::Variable, static_cast<std::uint32_t>(variables_.size())});
  variables_.push_back({std::move(name), signal, options});
}

std::span<const WaveBit> WaveHierarchy::bits(WaveSignal signal) const {
  const std::size_t begin = bits_begin_[signal.value()];
  const std::size_t end = bits_begin_[signal.value() + std::size_t{1}];
  return {bits_.data() + begin, end - begin};
}

std::vector<std::string> WaveHierarchy::full_names() const {
  std::vector<std::string> names;
  names.reserve(variables_.size());
  std::string prefix;
  std::vector<std::size_t> lengths;  // of the prefix before each open scope
  for (const WaveItem item : items_) {
    switch (item.kind) {
      case WaveItem::Kind::Enter:
        lengths.push_back(prefix.size());
        prefix += scopes_[item.index].name;
        prefix += '.';
        break;
      case WaveItem::Kind::Leave:
        prefix.resize(lengths.back());
        lengths.pop_back();
        break;
      case WaveItem::Kind::Variable: names.push_back(prefix + variables_[item.index].name); break;
    }
  }
  return names;
}

std::string range_text(const WaveOptions& options, std::uint32_t width) {
  if (!options.has_range) return {};
  const std::string msb = std::to_string(options.msb);
  if (width == 1 && options.msb == options.lsb) return "[" + msb + "]";
  return "[" + msb + ":" + std::to_string(options.lsb) + "]";
}

}  // namespace heddle::trace
