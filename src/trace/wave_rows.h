// The rows of a drawn waveform: which variables, and what each shows in every
// column of pixels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/trace/wave_draw.h"

namespace heddle::trace {

/// A value from a column up to the next segment's.
struct WaveSegment {
  std::uint32_t column = 0;
  std::string value;        ///< characters `01xz`; of a real or a string, its text
  bool is_crowded = false;  ///< several changes fell into this column
};

struct WaveRow {
  std::string label;  ///< name and range, without the scopes that all rows share
  WaveSignal signal;
  bool is_bit = false;
  bool is_text = false;  ///< a real or a string
  std::vector<WaveSegment> segments;
};

struct WaveRows {
  std::vector<WaveRow> rows;
  std::string scope;               ///< what all names begin with
  std::size_t left_out_count = 0;  ///< matching variables beyond the bound
  SimTime from;
  SimTime to;
};

/// Settles the window and chooses the rows, without their segments.
/// Errors: trace.no-such-signal, trace.empty-window.
[[nodiscard]] Result<WaveRows> choose_rows(const WaveReader& reader, const WaveDrawParams& params);

/// Reads the segments; `column_count` columns span the window.
/// Errors: those of `WaveReader::read`.
[[nodiscard]] Status read_rows(WaveReader& reader, std::uint32_t column_count, WaveRows& rows);

}  // namespace heddle::trace
