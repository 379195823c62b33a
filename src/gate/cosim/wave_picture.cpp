#include "gate/cosim/wave_picture.h"

#include "heddle/trace/wave_draw.h"

namespace heddle::gate {
namespace {

/// Rows, and how much of the run, a report shows.
constexpr std::uint32_t kRowsMax = 24;
constexpr std::int64_t kShownPs = 4'000'000;

}  // namespace

std::string wave_picture(const std::string& path) {
  const auto reader = trace::WaveReader::open(path);
  if (!reader) return "";
  trace::WaveDrawParams params;
  params.row_count_max = kRowsMax;
  const SimTime start = (*reader)->info().start;
  params.from = start;
  if ((*reader)->info().end - start > Picoseconds(kShownPs)) {
    params.to = start + Picoseconds(kShownPs);
  }
  const Result<std::string> picture = trace::draw_wave(**reader, params);
  return picture ? *picture : "";
}

}  // namespace heddle::gate
