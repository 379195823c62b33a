// Models as lists of layers, in YAML or CSV: each layer a kernel of ours with its
// sizes. docs/reference/tile-layers.md lists kinds and keys.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/tile/kernel/tile.h"
#include "heddle/tile/machine.h"
#include "heddle/tile/trace.h"

namespace heddle::tile {

enum class LayerKind : std::uint8_t {
  Gemm,
  Conv2d,
  Depthwise,
  Elementwise,
  Reduce,
  Softmax,
  Layernorm,
  Attention,
};

/// "gemm", "conv2d", ...: as files write it, and as the shared object is called.
[[nodiscard]] std::string_view layer_kind_text(LayerKind kind);

struct Layer {
  std::string name;
  LayerKind kind = LayerKind::Gemm;
  std::uint32_t repeat = 1;         ///< equal layers of the model, played once
  std::vector<std::int64_t> shape;  ///< the kernel's shape arguments, without a target
  std::string text;                 ///< its sizes for people: `m 512, n 1024, k 1024`
};

/// A layer list has at most this many.
inline constexpr std::size_t kLayersMax = 10'000;

struct LayerList {
  std::string name;
  std::vector<Layer> layers;
};

/// The lists that are shipped with the program, in order of the alphabet.
[[nodiscard]] std::vector<std::string_view> shipped_model_names();

/// Reads a list: a shipped one by name, else a file; YAML, or CSV where it ends in `.csv`.
/// Errors: those of `load_config`, config.*, tile.layer-csv; each at its line.
[[nodiscard]] Result<LayerList> load_layers(const std::string& path_or_name);
/// The same for a text at hand; `file` names it in positions and says which form it has.
[[nodiscard]] Result<LayerList> parse_layers(const std::string& text, const std::string& file);

/// What the kernels' tilings know of a machine.
[[nodiscard]] kernel::Target kernel_target(const Machine& machine);

/// The layer's shape arguments for `target`: what its shared object takes.
[[nodiscard]] std::vector<std::int64_t> layer_shape_args(const Layer& layer,
                                                         const kernel::Target& target);

/// The layer as work-items, tiled for `target`; in this process.
/// Errors: those of `run_kernel`; tile.kernel-refused where no tile fits.
[[nodiscard]] Result<std::unique_ptr<WorkItemSource>> make_layer_source(
    const Layer& layer, const kernel::Target& target);

}  // namespace heddle::tile
