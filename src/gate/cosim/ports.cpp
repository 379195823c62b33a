#include "heddle/gate/ports.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "heddle/base/diagnostic.h"

namespace heddle::gate {
namespace {

/// `name[a]` or `name[a:b]` taken apart; `count` is how many indices there are.
struct Reference {
  std::string_view base;
  std::int64_t left = 0;
  std::int64_t right = 0;
  unsigned count = 0;
};

bool parse_index(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Reference take_apart(std::string_view name) {
  const std::size_t open = name.rfind('[');
  if (open == std::string_view::npos || !name.ends_with(']')) return {.base = name};
  const std::string_view inside = name.substr(open + 1, name.size() - open - 2);
  const std::size_t colon = inside.find(':');
  Reference reference{.base = name.substr(0, open), .count = 1};
  if (!parse_index(inside.substr(0, colon), reference.left)) return {.base = name};
  reference.right = reference.left;
  if (colon != std::string_view::npos) {
    if (!parse_index(inside.substr(colon + 1), reference.right)) return {.base = name};
    reference.count = 2;
  }
  return reference;
}

}  // namespace

PortTable::PortTable(const std::vector<PortBit>& bits) {
  struct Bits {
    bool is_bus = false;
    std::map<std::int64_t, std::uint32_t> by_index = {};
  };
  std::map<std::string, Bits, std::less<>> ports;
  for (std::uint32_t i = 0; i < bits.size(); ++i) {
    if (is_probe(bits[i]) || is_force_control(bits[i])) continue;
    const Reference reference = take_apart(bits[i].name);
    Bits& port = ports[std::string(reference.base)];
    port.is_bus = reference.count > 0;
    port.by_index[reference.left] = i;
  }
  for (auto& [name, port] : ports) {
    PortBus bus{.name = name,
                .first_index = port.by_index.begin()->first,
                .is_bus = port.is_bus,
                .bits = {}};
    for (const auto& [index, bit] : port.by_index) bus.bits.push_back(bit);
    ports_.push_back(std::move(bus));
  }
}

std::vector<std::uint32_t> PortTable::find(std::string_view name) const {
  for (const PortBus& port : ports_) {
    if (port.name == name) return port.bits;
  }
  const Reference reference = take_apart(name);
  for (const PortBus& port : ports_) {
    if (port.name != reference.base || reference.count == 0 || !port.is_bus) continue;
    const auto width = static_cast<std::int64_t>(port.bits.size());
    const std::int64_t low = std::min(reference.left, reference.right) - port.first_index;
    const std::int64_t high = std::max(reference.left, reference.right) - port.first_index;
    if (low < 0 || high >= width) return {};
    return {port.bits.begin() + low, port.bits.begin() + high + 1};
  }
  return {};
}

std::string PortTable::nearest(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const PortBus& port : ports_) names.push_back(port.name);
  return std::string(nearest_name(name, names));
}

}  // namespace heddle::gate
