// Help for names that are nearly right.
#include "faults.h"

namespace heddle::gate::netlist {
namespace {

/// The distance of two names costs the product of their lengths.
constexpr std::size_t kComparedBytesMax = 80;

}  // namespace

std::string nearest_help(std::string_view name, const std::vector<std::string_view>& known,
                         std::string_view otherwise) {
  std::vector<std::string_view> comparable;
  for (const std::string_view one : known) {
    if (one.size() <= kComparedBytesMax) comparable.push_back(one);
  }
  const std::string_view nearest =
      name.size() <= kComparedBytesMax ? nearest_name(name, comparable) : std::string_view();
  if (nearest.empty()) return std::string(otherwise);
  return "did you mean '" + std::string(nearest) + "'?";
}

}  // namespace heddle::gate::netlist
