// Looking things up in a model by name.
#include "heddle/gate/model.h"

#include <algorithm>
#include <charconv>

#include "heddle/base/text.h"

namespace heddle::gate {
namespace {

std::int32_t find_port(const std::vector<PortBit>& ports, std::string_view name) {
  const auto at = std::lower_bound(
      ports.begin(), ports.end(), name,
      [](const PortBit& port, std::string_view wanted) { return port.name < wanted; });
  if (at == ports.end() || at->name != name) return -1;
  return static_cast<std::int32_t>(at - ports.begin());
}

}  // namespace

std::vector<std::uint64_t> Memory::unknown_words() const {
  if (!unknown.empty()) return unknown;
  const std::size_t row_words = words_per_row();
  std::vector<std::uint64_t> words(depth * row_words, is_unknown ? ~std::uint64_t{0} : 0);
  if (!is_unknown || width % 64 == 0) return words;
  const std::uint64_t last = (std::uint64_t{1} << (width % 64)) - 1;
  for (std::size_t row = 0; row < depth; ++row) words[(row + 1) * row_words - 1] = last;
  return words;
}

const NamedNet* Model::find_name(std::string_view name) const {
  const auto at = std::lower_bound(
      names.begin(), names.end(), name,
      [](const NamedNet& net, std::string_view wanted) { return net.name < wanted; });
  return at == names.end() || at->name != name ? nullptr : &*at;
}

std::vector<Lit> Model::find_bits(std::string_view name) const {
  if (const NamedNet* net = find_name(name)) {
    const auto first = name_bits.begin() + net->first_bit;
    return {first, first + net->width};
  }
  if (name.empty() || name.back() != ']') return {};
  const std::size_t open = name.rfind('[');
  if (open == std::string_view::npos) return {};
  std::int32_t index = 0;
  const char* end = name.data() + name.size() - 1;
  const auto parsed = std::from_chars(name.data() + open + 1, end, index);
  if (parsed.ec != std::errc() || parsed.ptr != end) return {};
  const NamedNet* net = find_name(name.substr(0, open));
  if (net == nullptr) return {};
  const std::int64_t ascending = static_cast<std::int64_t>(index) - net->lsb_index;
  const std::int64_t bit = net->is_upto ? -ascending : ascending;
  if (bit < 0 || bit >= net->width) return {};
  return {name_bits[net->first_bit + static_cast<std::size_t>(bit)]};
}

std::vector<std::uint32_t> Model::match_names(std::string_view glob) const {
  std::vector<std::uint32_t> matches;
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    if (!names[i].is_hidden && glob_match(glob, names[i].name)) matches.push_back(i);
  }
  return matches;
}

const ForcePoint* Model::find_force(Lit net) const {
  const auto found = std::find_if(forces.begin(), forces.end(),
                                  [net](const ForcePoint& point) { return point.net == net; });
  return found == forces.end() ? nullptr : &*found;
}

std::int32_t Model::find_input(std::string_view name) const {
  return find_port(inputs, name);
}

std::int32_t Model::find_output(std::string_view name) const {
  return find_port(outputs, name);
}

}  // namespace heddle::gate
