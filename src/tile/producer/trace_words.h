// The words of a trace's text, for its reader and its writer.
#pragma once

#include <array>
#include <string_view>

namespace heddle::tile {

inline constexpr std::array<std::string_view, 9> kOperationWords = {
    "add", "mul", "div", "sqrt", "exp", "log", "tanh", "erf", "transpose"};
inline constexpr std::array<std::string_view, 4> kComputeWords = {"vector", "preload", "matmul",
                                                                  "cross-lane"};
inline constexpr std::array<std::string_view, 3> kBufferWords = {"scratchpad", "accumulator",
                                                                 "weights"};

}  // namespace heddle::tile
