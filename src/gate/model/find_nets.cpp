#include "heddle/gate/find_nets.h"

#include <algorithm>
#include <charconv>

#include "heddle/base/text.h"

namespace heddle::gate {
namespace {

bool parse_index(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_glob(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

}  // namespace

NetReference parse_net_reference(std::string_view text) {
  const std::size_t open = text.rfind('[');
  if (open == std::string_view::npos || !text.ends_with(']')) return {.base = text};
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  const std::size_t colon = inside.find(':');
  NetReference reference{.base = text.substr(0, open), .count = 1};
  if (!parse_index(inside.substr(0, colon), reference.low)) return {.base = text};
  reference.high = reference.low;
  if (colon != std::string_view::npos) {
    if (!parse_index(inside.substr(colon + 1), reference.high)) return {.base = text};
    reference.count = 2;
    if (reference.high < reference.low) std::swap(reference.low, reference.high);
  }
  return reference;
}

std::vector<std::string> bit_names(const std::string& net) {
  const NetReference reference = parse_net_reference(net);
  constexpr std::int64_t kBitsMax = 1024;
  if (reference.count < 2 || reference.high - reference.low >= kBitsMax) return {net};
  std::vector<std::string> names;
  for (std::int64_t i = reference.low; i <= reference.high; ++i) {
    names.push_back(std::string(reference.base) + "[" + std::to_string(i) + "]");
  }
  return names;
}

std::vector<NetId> find_nets(const FlatNetlist& netlist, std::span<const std::string> patterns) {
  std::vector<NetId> found;
  if (patterns.empty()) return found;
  for (const NetName& net : netlist.net_names) {
    if (net.library) continue;
    const std::string name = netlist.names.full_name(net.name);
    const std::span<const NetId> bits = netlist.bits(net);
    for (const std::string& pattern : patterns) {
      if (pattern == name || (is_glob(pattern) && !net.hidden && glob_match(pattern, name))) {
        found.insert(found.end(), bits.begin(), bits.end());
        continue;
      }
      const NetReference reference = parse_net_reference(pattern);
      if (reference.count == 0 || reference.base != name) continue;
      for (std::uint32_t bit = 0; bit < net.width; ++bit) {
        const std::int64_t place = net.range.upto ? net.width - 1 - bit : bit;
        const std::int64_t index = net.range.offset + place;
        if (index >= reference.low && index <= reference.high) found.push_back(bits[bit]);
      }
    }
  }
  std::erase_if(found, [](NetId net) { return is_constant(net); });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace heddle::gate
