// Draws a piece of a wave file as a self-contained SVG picture.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/base/units.h"
#include "heddle/trace/wave_reader.h"

namespace heddle::trace {

/// How values of several bits are written.
enum class WaveRadix : std::uint8_t { Hexadecimal, Binary, Decimal };

struct WaveDrawParams {
  std::vector<std::string> globs = {"*"};  ///< which variables, by full name, in this order
  SimTime from;                            ///< the window
  SimTime to = SimTime(-1);                ///< negative: the end of the file
  std::string title;                       ///< above the picture; may be empty
  WaveRadix radix = WaveRadix::Hexadecimal;
  std::uint32_t width_px = 1200;
  std::uint32_t row_count_max = 64;  ///< further signals are left out and counted
};

/// The picture as SVG text.
/// Errors: trace.no-such-signal (a glob without a match), trace.empty-window,
/// and those of `WaveReader::read`.
/// Determinism: a function of the file's values and `params`.
[[nodiscard]] Result<std::string> draw_wave(WaveReader& reader, const WaveDrawParams& params);

}  // namespace heddle::trace
