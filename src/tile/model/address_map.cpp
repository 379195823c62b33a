#include "tile/model/address_map.h"

#include <bit>
#include <string_view>

#include "heddle/base/check.h"

namespace heddle::tile::model {

AddressMap::AddressMap(const DramSpec& spec) : has_hash_(spec.has_hash) {
  const auto bits = [](std::uint32_t count) {
    HEDDLE_CHECK(std::has_single_bit(count));
    return static_cast<std::uint32_t>(std::countr_zero(count));
  };
  channel_.bits = bits(spec.channels);
  pseudo_.bits = bits(spec.pseudo_channels);
  group_.bits = bits(spec.bank_groups);
  bank_.bits = bits(spec.banks);
  column_.bits = bits(spec.row_bytes / spec.burst_bytes());
  unit_bits_ = channel_.bits + pseudo_.bits;
  std::uint32_t shift = bits(spec.burst_bytes());
  std::string_view left = spec.address_order;
  while (!left.empty()) {  // from the lowest part up
    const std::size_t colon = left.rfind(':');
    const std::string_view name = colon == std::string_view::npos ? left : left.substr(colon + 1);
    left = colon == std::string_view::npos ? std::string_view() : left.substr(0, colon);
    if (name == "row") {
      row_shift_ = shift;
      continue;
    }
    Field& field = name == "channel"  ? channel_
                   : name == "pseudo" ? pseudo_
                   : name == "group"  ? group_
                   : name == "bank"   ? bank_
                                      : column_;
    field.shift = shift;
    shift += field.bits;
  }
}

}  // namespace heddle::tile::model
