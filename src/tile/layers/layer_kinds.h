// Kinds of layers as one table: the kernel, and where each key of a layer goes
// among its shape arguments.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "heddle/tile/layers.h"
#include "heddle/tile/producer.h"

namespace heddle::tile {

struct LayerKey {
  enum class Role : std::uint8_t {
    Size,       ///< is the shape argument `position`
    Flag,       ///< 1 sets the bits `position` of the epilogue
    Operation,  ///< how many of the operation `position` are appended
  };
  std::string_view name;
  Role role = Role::Size;
  std::uint32_t position = 0;
  std::int64_t fallback = kNeeded;

  static constexpr std::int64_t kNeeded = -1;  ///< no default: the key must be there
};

struct LayerKindSpec {
  std::string_view name;
  LayerKind kind = LayerKind::Gemm;
  KernelFunction kernel = nullptr;
  std::uint32_t bits_position = 0;
  std::uint32_t epilogue_position = 0;  ///< only where there are flags
  std::uint32_t target_position = 0;
  std::uint32_t count = 0;  ///< shape arguments, without appended operations
  std::span<const LayerKey> keys;
};

/// In order of LayerKind.
[[nodiscard]] std::span<const LayerKindSpec> layer_kinds();

}  // namespace heddle::tile
