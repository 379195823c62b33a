// Timelines as text and as SVG. Both show how full a lane is at the resolution
// at hand; the picture joins what is narrower than a pixel.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heddle/base/text.h"
#include "heddle/tile/timeline.h"

namespace heddle::tile {
namespace {

constexpr double kLeft = 110;
constexpr double kRight = 64;
constexpr double kTop = 54;
constexpr double kLaneHeight = 26;
constexpr double kBarHeight = 20;

struct Window {
  SimTime from;
  SimTime to;
  [[nodiscard]] double length() const {
    return static_cast<double>(std::max<std::int64_t>(1, (to - from).count()));
  }
};

Window window_of(const Timeline& timeline, const TimelineView& view) {
  Window window{view.from, view.to};
  if (window.to <= window.from) window.to = timeline.end();
  if (window.to <= window.from) window.to = window.from + Picoseconds(1);
  return window;
}

/// Slices of a lane within the window, cut to it. They are in order of lane and begin.
std::vector<Slice> within(const Timeline& timeline, std::uint32_t lane, const Window& window) {
  std::vector<Slice> out;
  const auto& all = timeline.slices();
  auto at = std::lower_bound(all.begin(), all.end(), lane,
                             [](const Slice& s, std::uint32_t l) { return s.lane < l; });
  for (; at != all.end() && at->lane == lane; ++at) {
    if (at->end <= window.from || at->begin >= window.to) continue;
    out.push_back(*at);
    out.back().begin = std::max(at->begin, window.from);
    out.back().end = std::min(at->end, window.to);
  }
  return out;
}

double busy_share(const std::vector<Slice>& slices, const Window& window) {
  double sum = 0;
  for (const Slice& slice : slices) sum += static_cast<double>((slice.end - slice.begin).count());
  return sum / window.length();
}

/// A lane that nothing ever used is left out.
bool is_shown(const Timeline& timeline, std::uint32_t lane) {
  const auto& all = timeline.slices();
  const auto at = std::lower_bound(all.begin(), all.end(), lane,
                                   [](const Slice& s, std::uint32_t l) { return s.lane < l; });
  return timeline.lanes()[lane].kind == LaneKind::Array || (at != all.end() && at->lane == lane);
}

/// Work-items in turn round the wheel of colours; a golden angle apart.
std::string colour_of(const Timeline& timeline, const Slice& slice) {
  const LaneKind kind = timeline.lanes()[slice.lane].kind;
  if (kind == LaneKind::Wait) {
    const std::string& label = timeline.labels()[slice.label];
    return label == "waits for data"     ? "#e3b7a8"
           : label == "waits for stores" ? "#e9d8a6"
                                         : "#d4d8dd";
  }
  const double hue = std::fmod(210 + static_cast<double>(slice.item % 3600) * 137.508, 360);
  const int light = kind == LaneKind::Weights || kind == LaneKind::DramWrite ? 74 : 62;
  return fmt::format("hsl({:.0f},55%,{}%)", hue, light);
}

std::string cycles_text(double cycles) {
  if (cycles >= 1e7) return fmt::format("{:.1f}M", cycles / 1e6);
  if (cycles >= 1e4) return fmt::format("{:.1f}k", cycles / 1e3);
  return fmt::format("{:.0f}", cycles);
}

/// 1, 2 or 5 times a power of ten, so that about eight fit.
double tick_of(double length) {
  const double raw = std::max(length / 8, 1.0);
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (raw <= step * power) return step * power;
  }
  return 10 * power;
}

class Picture {
 public:
  Picture(const Timeline& timeline, const TimelineView& view)
      : timeline_(timeline),
        window_(window_of(timeline, view)),
        width_(view.width == 0 ? 1400 : std::max(view.width, 300U)),
        per_ps_((width_ - kLeft - kRight) / window_.length()),
        cycles_per_ps_(static_cast<double>(view.clock.hz) * 1e-12) {}

  std::string draw(const std::string& title) {
    std::string lanes;
    for (std::uint32_t lane = 0; lane < timeline_.lanes().size(); ++lane) {
      if (is_shown(timeline_, lane)) lanes += draw_lane(lane);
    }
    const double height = kTop + row_ * kLaneHeight + 14;
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
               "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"11\">\n"
               "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
               "<text x=\"10\" y=\"20\" font-size=\"14\" fill=\"#1f2a35\">{2}</text>\n",
               width_, height, escape_xml(title)) +
           draw_axis(height) + lanes + "</svg>\n";
  }

 private:
  [[nodiscard]] double x(SimTime t) const {
    return kLeft + static_cast<double>((t - window_.from).count()) * per_ps_;
  }

  [[nodiscard]] std::string draw_axis(double height) const {
    std::string text;
    const double first = static_cast<double>(window_.from.ps()) * cycles_per_ps_;
    const double last = static_cast<double>(window_.to.ps()) * cycles_per_ps_;
    const double tick = tick_of(last - first);
    for (double at = std::ceil(first / tick) * tick; at <= last + 1e-6; at += tick) {
      const double px =
          kLeft + (at / cycles_per_ps_ - static_cast<double>(window_.from.ps())) * per_ps_;
      text += fmt::format(
          "<line x1=\"{0:.1f}\" y1=\"{1:.0f}\" x2=\"{0:.1f}\" y2=\"{2:.0f}\" stroke=\"#e3e7eb\"/>"
          "<text x=\"{0:.1f}\" y=\"{3:.0f}\" text-anchor=\"middle\" fill=\"#6b7783\">{4}</text>\n",
          px, kTop - 6, height - 10, kTop - 10, cycles_text(at));
    }
    return text + fmt::format("<text x=\"10\" y=\"{:.0f}\" fill=\"#6b7783\">core cycles</text>\n",
                              kTop - 10);
  }

  std::string draw_lane(std::uint32_t index) {
    const Lane& lane = timeline_.lanes()[index];
    const double y = kTop + row_++ * kLaneHeight;
    const std::vector<Slice> slices = within(timeline_, index, window_);
    std::string text = fmt::format(
        "<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"#1f2a35\">{}</text>"
        "<rect x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.0f}\" fill=\"#f3f5f7\"/>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"#6b7783\">{:.1f} %</text>\n",
        kLeft - 8, y + 14, escape_xml(lane.name), kLeft, y, width_ - kLeft - kRight, kBarHeight,
        width_ - kRight + 8, y + 14, 100 * busy_share(slices, window_));
    std::size_t i = 0;
    while (i < slices.size()) {
      // Neighbours of one work-item that no pixel tells apart are one bar.
      std::size_t j = i + 1;
      while (j < slices.size() && slices[j].item == slices[i].item &&
             slices[j].label == slices[i].label &&
             x(slices[j].begin) - x(slices[j - 1].end) < 0.4 &&
             x(slices[j].end) - x(slices[j].begin) < 3) {
        ++j;
      }
      text += draw_bar(slices[i], slices[j - 1].end, y);
      i = j;
    }
    return text;
  }

  [[nodiscard]] std::string draw_bar(const Slice& slice, SimTime end, double y) const {
    const double left = x(slice.begin);
    const double length = std::max(x(end) - left, 0.3);
    const std::string& label = timeline_.labels()[slice.label];
    const bool is_wait = timeline_.lanes()[slice.lane].kind == LaneKind::Wait;
    std::string text = fmt::format(
        "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.0f}\" fill=\"{}\"{}><title>{}"
        "{}, {} to {} cycles</title></rect>",
        left, y, length, kBarHeight, colour_of(timeline_, slice),
        length > 4 ? " stroke=\"#ffffff\" stroke-width=\"0.6\"" : "", escape_xml(label),
        is_wait ? "" : fmt::format(", item {}", slice.item),
        cycles_text(static_cast<double>(slice.begin.ps()) * cycles_per_ps_),
        cycles_text(static_cast<double>(end.ps()) * cycles_per_ps_));
    if (length > 6.5 * static_cast<double>(label.size()) + 6) {
      text += fmt::format(
          "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" fill=\"#17202a\" "
          "pointer-events=\"none\">{}</text>",
          left + length / 2, y + 14, escape_xml(label));
    }
    return text + "\n";
  }

  const Timeline& timeline_;
  Window window_;
  double width_ = 0;
  double per_ps_ = 0;
  double cycles_per_ps_ = 0;
  int row_ = 0;
};

}  // namespace

std::string timeline_text(const Timeline& timeline, const TimelineView& view) {
  constexpr const char* kLevels[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const Window window = window_of(timeline, view);
  const std::uint32_t columns = view.width == 0 ? 100 : std::clamp(view.width, 10U, 1000U);
  const double column_ps = window.length() / columns;
  std::size_t name_width = 0;
  for (const Lane& lane : timeline.lanes()) name_width = std::max(name_width, lane.name.size());
  std::string text =
      view.title + fmt::format("; a column is {:.1f} cycles\n",
                               column_ps * static_cast<double>(view.clock.hz) * 1e-12);
  for (std::uint32_t lane = 0; lane < timeline.lanes().size(); ++lane) {
    if (!is_shown(timeline, lane)) continue;
    const std::vector<Slice> slices = within(timeline, lane, window);
    std::vector<double> filled(columns, 0);
    for (const Slice& slice : slices) {
      const double begin = static_cast<double>((slice.begin - window.from).count()) / column_ps;
      const double end = static_cast<double>((slice.end - window.from).count()) / column_ps;
      for (auto i = static_cast<std::uint32_t>(begin); i < columns && i < end; ++i) {
        filled[i] += std::min(end, i + 1.0) - std::max(begin, static_cast<double>(i));
      }
    }
    text += fmt::format("{:<{}} |", timeline.lanes()[lane].name, name_width);
    for (const double share : filled) {
      // A column with anything in it shows it.
      const int level = share <= 0 ? 0 : std::clamp(static_cast<int>(std::ceil(share * 8)), 1, 8);
      text += kLevels[level];
    }
    text += fmt::format("| {:5.1f} %\n", 100 * busy_share(slices, window));
  }
  return text;
}

std::string timeline_svg(const Timeline& timeline, const TimelineView& view) {
  return Picture(timeline, view).draw(view.title);
}

}  // namespace heddle::tile
