#include "tile/layers/layer_kinds.h"

#include "heddle/tile/kernel/attention.h"
#include "heddle/tile/kernel/conv2d.h"
#include "heddle/tile/kernel/depthwise.h"
#include "heddle/tile/kernel/gemm.h"
#include "heddle/tile/kernel/rowwise.h"

namespace heddle::tile {
namespace {

using kernel::Attention;
using kernel::Conv2d;
using kernel::Depthwise;
using kernel::Elementwise;
using kernel::Gemm;
using kernel::Rows;
using Role = LayerKey::Role;

constexpr std::uint32_t kStreamRows = kernel::Target::kArgCount - 1;  // the last of a target
constexpr std::int64_t kNeeded = LayerKey::kNeeded;

constexpr LayerKey kGemmKeys[] = {
    {"m", Role::Size, 0, kNeeded},
    {"n", Role::Size, 1, kNeeded},
    {"k", Role::Size, 2, kNeeded},
    {"batch", Role::Size, 3, 1},
    {"bias", Role::Flag, kernel::kBias, 0},
    {"relu", Role::Flag, kernel::kRelu, 0},
    {"gelu", Role::Flag, kernel::kGelu, 0},
    {"stream_rows", Role::Size, Gemm::kTargetArg + kStreamRows, 0},
    {"tile_m", Role::Size, Gemm::kTileArg, 0},
    {"tile_n", Role::Size, Gemm::kTileArg + 1, 0},
    {"tile_k", Role::Size, Gemm::kTileArg + 2, 0},
    {"part_m", Role::Size, Gemm::kTileArg + 3, 0},
    {"part_n", Role::Size, Gemm::kTileArg + 4, 0},
    {"part_k", Role::Size, Gemm::kTileArg + 5, 0},
};

constexpr LayerKey kConv2dKeys[] = {
    {"images", Role::Size, 0, 1},
    {"height", Role::Size, 1, kNeeded},
    {"width", Role::Size, 2, kNeeded},
    {"channels", Role::Size, 3, kNeeded},
    {"filters", Role::Size, 4, kNeeded},
    {"kernel_height", Role::Size, 5, kNeeded},
    {"kernel_width", Role::Size, 6, kNeeded},
    {"stride", Role::Size, 7, 1},
    {"padding", Role::Size, 8, 0},
    {"bias", Role::Flag, kernel::kBias, 0},
    {"relu", Role::Flag, kernel::kRelu, 0},
    {"gelu", Role::Flag, kernel::kGelu, 0},
    {"stream_rows", Role::Size, Conv2d::kTargetArg + kStreamRows, 0},
    {"tile_images", Role::Size, Conv2d::kTileArg, 0},
    {"tile_p", Role::Size, Conv2d::kTileArg + 1, 0},
    {"tile_q", Role::Size, Conv2d::kTileArg + 2, 0},
    {"tile_filters", Role::Size, Conv2d::kTileArg + 3, 0},
    {"tile_channels", Role::Size, Conv2d::kTileArg + 4, 0},
    {"fold", Role::Size, Conv2d::kTileArg + 5, 0},
};

constexpr LayerKey kDepthwiseKeys[] = {
    {"images", Role::Size, 0, 1},
    {"height", Role::Size, 1, kNeeded},
    {"width", Role::Size, 2, kNeeded},
    {"channels", Role::Size, 3, kNeeded},
    {"kernel_height", Role::Size, 4, kNeeded},
    {"kernel_width", Role::Size, 5, kNeeded},
    {"stride", Role::Size, 6, 1},
    {"padding", Role::Size, 7, 0},
    {"bias", Role::Flag, kernel::kBias, 0},
    {"relu", Role::Flag, kernel::kRelu, 0},
    {"gelu", Role::Flag, kernel::kGelu, 0},
    {"tile_p", Role::Size, Depthwise::kTileArg, 0},
    {"tile_channels", Role::Size, Depthwise::kTileArg + 1, 0},
};

constexpr LayerKey kElementwiseKeys[] = {
    {"elements", Role::Size, 0, kNeeded},
    {"inputs", Role::Size, 1, 1},
    {"add", Role::Operation, HEDDLE_TILE_ADD, 0},
    {"mul", Role::Operation, HEDDLE_TILE_MUL, 0},
    {"div", Role::Operation, HEDDLE_TILE_DIV, 0},
    {"sqrt", Role::Operation, HEDDLE_TILE_SQRT, 0},
    {"exp", Role::Operation, HEDDLE_TILE_EXP, 0},
    {"log", Role::Operation, HEDDLE_TILE_LOG, 0},
    {"tanh", Role::Operation, HEDDLE_TILE_TANH, 0},
    {"erf", Role::Operation, HEDDLE_TILE_ERF, 0},
    {"tile_elements", Role::Size, Elementwise::kTileArg, 0},
};

constexpr LayerKey kRowsKeys[] = {
    {"rows", Role::Size, 0, kNeeded},
    {"columns", Role::Size, 1, kNeeded},
    {"tile_rows", Role::Size, Rows::kTileArg, 0},
};

constexpr LayerKey kAttentionKeys[] = {
    {"heads", Role::Size, 0, kNeeded},
    {"queries", Role::Size, 1, kNeeded},
    {"keys", Role::Size, 2, kNeeded},
    {"head_size", Role::Size, 3, kNeeded},
    {"flash", Role::Size, 5, 0},
    {"stream_rows", Role::Size, Attention::kTargetArg + kStreamRows, 0},
    {"tile_queries", Role::Size, Attention::kTileArg, 0},
    {"tile_keys", Role::Size, Attention::kTileArg + 1, 0},
    {"key_heads", Role::Size, Attention::kTileArg + 2, 0},
};

constexpr LayerKindSpec kKinds[] = {
    {"gemm", LayerKind::Gemm, Gemm::kernel, 4, 5, Gemm::kTargetArg, Gemm::kArgCount, kGemmKeys},
    {"conv2d", LayerKind::Conv2d, Conv2d::kernel, 9, 10, Conv2d::kTargetArg, Conv2d::kArgCount,
     kConv2dKeys},
    {"depthwise", LayerKind::Depthwise, Depthwise::kernel, 8, 9, Depthwise::kTargetArg,
     Depthwise::kArgCount, kDepthwiseKeys},
    {"elementwise", LayerKind::Elementwise, Elementwise::kernel, 2, 0, Elementwise::kTargetArg,
     Elementwise::kTileArg + 1, kElementwiseKeys},
    {"reduce", LayerKind::Reduce, kernel::Reduce::kernel, 2, 0, Rows::kTargetArg, Rows::kArgCount,
     kRowsKeys},
    {"softmax", LayerKind::Softmax, kernel::Softmax::kernel, 2, 0, Rows::kTargetArg,
     Rows::kArgCount, kRowsKeys},
    {"layernorm", LayerKind::Layernorm, kernel::Layernorm::kernel, 2, 0, Rows::kTargetArg,
     Rows::kArgCount, kRowsKeys},
    {"attention", LayerKind::Attention, Attention::kernel, 4, 0, Attention::kTargetArg,
     Attention::kArgCount, kAttentionKeys},
};

}  // namespace

std::span<const LayerKindSpec> layer_kinds() {
  return kKinds;
}

}  // namespace heddle::tile
