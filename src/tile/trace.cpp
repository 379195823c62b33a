#include "heddle/tile/trace.h"

#include <fmt/format.h>

#include "heddle/tile/diagnostics.h"

namespace heddle::tile {
namespace {

bool is_element_width(std::uint32_t bits) {
  return bits == 8 || bits == 16 || bits == 32 || bits == 64;
}

}  // namespace

Status place_tensors(std::vector<Tensor>& tensors) {
  std::uint64_t next = 0;
  for (std::size_t id = 0; id < tensors.size(); ++id) {
    Tensor& tensor = tensors[id];
    const std::string which = fmt::format("{} '{}'", id, tensor.name);
    if (tensor.elements < 1) {
      return fail(diag::kBadTensor, {},
                  {which, fmt::format("{} elements", tensor.elements), "at least one"});
    }
    if (!is_element_width(tensor.element_bits)) {
      return fail(
          diag::kBadTensor, {},
          {which, fmt::format("elements of {} bits", tensor.element_bits), "8, 16, 32 or 64 bits"});
    }
    const std::uint64_t left = kTensorBytesMax - next;
    if (static_cast<std::uint64_t>(tensor.elements) > left / (tensor.element_bits / 8)) {
      return fail(diag::kBadTensor, {},
                  {which,
                   fmt::format("{} elements of {} bits, after {} bytes", tensor.elements,
                               tensor.element_bits, next),
                   fmt::format("at most {} bytes in all", kTensorBytesMax)});
    }
    tensor.address = next;
    next += (tensor.size_bytes() + kPageBytes - 1) / kPageBytes * kPageBytes;
  }
  return {};
}

std::uint64_t element_address(const Tensor& tensor, std::int64_t index) {
  HEDDLE_CHECK(index >= 0);
  HEDDLE_CHECK(index < tensor.elements);
  return tensor.address + static_cast<std::uint64_t>(index) * (tensor.element_bits / 8);
}

}  // namespace heddle::tile
