// Byte and request numbers come from the whole expression, base included, before any
// division: shifting first and adding the base later makes tiles alias.
#include "tile/sim/address_walk.h"

#include <algorithm>
#include <limits>

#include "heddle/base/check.h"

namespace heddle::tile {

AddressWalk::AddressWalk(const WorkItem& item, const Instruction& dma, const Tensor& tensor,
                         std::uint64_t base, std::uint32_t request_bytes)
    : element_(dma.offset),
      element_bits_(dma.element_bits),
      request_bytes_(request_bytes),
      base_(base + tensor.address) {
  const auto dims = item.at(dma.dims);
  const auto strides = item.at(dma.strides);
  HEDDLE_CHECK(dims.size() <= dims_.size());
  HEDDLE_CHECK(strides.size() == dims.size());
  std::copy(dims.begin(), dims.end(), dims_.begin());
  std::copy(strides.begin(), strides.end(), strides_.begin());
  outer_ = dims.size();
  segment_ = 1;
  while (outer_ > 0 && (strides_[outer_ - 1] == segment_ || dims_[outer_ - 1] == 1)) {
    segment_ *= dims_[outer_ - 1];
    --outer_;
  }
  has_segment_ = dma.elements > 0;
  open_segment();
}

void AddressWalk::take(std::uint32_t taken) {
  first_ += taken;
  count_ -= taken;
  if (count_ == 0) open_segment();
}

/// The present segment's requests, without those that were made for the one before; goes on
/// to later segments until there is something to make or nothing left. A segment longer
/// than a run can say is cut.
void AddressWalk::open_segment() {
  while (has_segment_) {
    const auto first_bit = static_cast<std::uint64_t>(element_) * element_bits_;
    const std::uint64_t end_bit = first_bit + static_cast<std::uint64_t>(segment_) * element_bits_;
    const std::uint64_t begin = base_ + first_bit / 8;
    const std::uint64_t end = base_ + (end_bit + 7) / 8;
    std::uint64_t first = begin / request_bytes_;
    const std::uint64_t last = (end - 1) / request_bytes_;
    if (next_new_ > first && next_new_ <= last + 1) first = next_new_;
    if (first <= last) {
      const std::uint64_t whole = last - first + 1;
      constexpr std::uint64_t kRunMax = std::numeric_limits<std::uint32_t>::max() / 2;
      first_ = first;
      count_ = static_cast<std::uint32_t>(std::min(whole, kRunMax));
      next_new_ = first + count_;
      if (count_ == whole) step();
      return;
    }
    step();
  }
}

void AddressWalk::step() {
  for (std::size_t d = outer_; d > 0; --d) {
    element_ += strides_[d - 1];
    if (++at_[d - 1] < dims_[d - 1]) return;
    element_ -= strides_[d - 1] * dims_[d - 1];
    at_[d - 1] = 0;
  }
  has_segment_ = false;
}

}  // namespace heddle::tile
