// The picture: a title, an axis with round times, one row a variable. Bits are
// lines, wider values are boxes with their text; all coordinates are whole
// pixels, so that lines stay crisp.
#include "heddle/trace/wave_draw.h"

#include <algorithm>
#include <array>

#include "heddle/base/text.h"
#include "trace/value_text.h"
#include "trace/wave_rows.h"

namespace heddle::trace {
namespace {

constexpr std::uint32_t kWidthMin = 320;
constexpr std::uint32_t kMargin = 16;
constexpr std::uint32_t kRowPitch = 26;
constexpr std::uint32_t kRowHeight = 16;  // of the wave itself
constexpr std::uint32_t kTitleHeight = 30;
constexpr std::uint32_t kScopeHeight = 20;
constexpr std::uint32_t kAxisHeight = 28;
constexpr std::uint32_t kFooterHeight = 20;
constexpr std::uint32_t kLabelCharsMax = 34;
constexpr std::uint32_t kLabelCharPx = 7;  // 12 px monospace is 7.2 wide
constexpr std::uint32_t kValueCharPx = 7;  // 11 px monospace is 6.6
constexpr std::uint32_t kSlope = 3;        // of a box's ends
constexpr std::uint32_t kTickPxMin = 90;

constexpr std::string_view kStyle =
    "text{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:12px;fill:#24292f}"
    ".t{font-family:'DejaVu Sans',Helvetica,Arial,sans-serif;font-size:17px;font-weight:bold}"
    ".s{fill:#6e7781}.l{text-anchor:end}.a{text-anchor:middle;fill:#57606a;font-size:11px}"
    ".v{text-anchor:middle;font-size:11px;fill:#0a3069}.vx{fill:#a40e26}"
    ".g{stroke:#d8dee4;stroke-width:1}.r{fill:#f6f8fa}"
    ".h{fill:#dafbe1}.w{fill:none;stroke:#1a7f37;stroke-width:1.5}"
    ".b{fill:#ddf4ff;stroke:#0969da;stroke-width:1}.x{fill:#ffebe9;stroke:#cf222e;stroke-width:1}"
    ".z{fill:none;stroke:#bf8700;stroke-width:1.5}.c{fill:#0969da;fill-opacity:.45}";

std::string number(std::uint32_t value) {
  return std::to_string(value);
}

/// `text` cut on the left to `chars` characters.
std::string fitted(const std::string& text, std::size_t chars) {
  if (text.size() <= chars) return text;
  return "\u2026" + text.substr(text.size() - chars + 1);
}

struct TimeUnit {
  std::string_view name;
  std::int64_t ps = 1;
};

/// The largest unit in which a step of the axis is a whole number or close.
TimeUnit unit_for(std::int64_t step_ps) {
  constexpr std::array<TimeUnit, 5> kUnits = {{{"s", 1'000'000'000'000},
                                               {"ms", 1'000'000'000},
                                               {"\u00b5s", 1'000'000},
                                               {"ns", 1'000},
                                               {"ps", 1}}};
  for (const TimeUnit unit : kUnits)
    if (step_ps * 10 >= unit.ps) return unit;
  return kUnits.back();
}

std::string time_text(std::int64_t ps, TimeUnit unit) {
  std::string text = std::to_string(ps / unit.ps);
  std::string fraction;
  for (std::int64_t rest = ps % unit.ps, part = unit.ps / 10; rest > 0; part /= 10) {
    fraction += static_cast<char>('0' + rest / part);
    rest %= part;
  }
  if (!fraction.empty()) text += "." + fraction;
  return text + " " + std::string(unit.name);
}

/// 1, 2 or 5 times a power of ten that gives `span` at most `count` steps.
std::int64_t round_step(std::int64_t span, std::int64_t count) {
  std::int64_t step = 1;
  constexpr std::array<std::int64_t, 3> kFactors = {1, 2, 5};
  for (std::int64_t power = 1;; power *= 10) {
    for (const std::int64_t factor : kFactors) {
      step = power * factor;
      if (span / step <= count || power > INT64_MAX / 100) return step;
    }
  }
}

class Drawing {
 public:
  Drawing(const WaveRows& rows, const WaveDrawParams& params, std::uint32_t label_px,
          std::uint32_t plot_px)
      : rows_(rows), params_(params), left_(label_px), plot_px_(plot_px) {
    top_ = kMargin + (params.title.empty() ? 0 : kTitleHeight) + kScopeHeight + kAxisHeight;
  }

  std::string text();

 private:
  void put_head(std::uint32_t height);
  void put_axis();
  void put_row(std::size_t index);
  void put_bit(const WaveRow& row, std::uint32_t y);
  [[nodiscard]] bool is_narrow(const WaveRow& row, std::size_t segment) const;
  void put_box(const WaveRow& row, const WaveSegment& segment, std::uint32_t end, std::uint32_t y);
  void put_line(std::string_view style, std::uint32_t x1, std::uint32_t y1, std::uint32_t x2,
                std::uint32_t y2);
  void put_rect(std::string_view style, std::uint32_t x, std::uint32_t y, std::uint32_t width,
                std::uint32_t height);
  void put_text(std::string_view style, std::uint32_t x, std::uint32_t y, std::string_view text);
  [[nodiscard]] std::string value_text(const WaveRow& row, const std::string& value) const;
  [[nodiscard]] std::uint32_t x_of(std::uint32_t column) const { return left_ + column; }
  [[nodiscard]] static std::uint32_t end_of(const WaveRow& row, std::size_t segment,
                                            std::uint32_t last) {
    return segment + 1 < row.segments.size() ? row.segments[segment + 1].column : last;
  }

  const WaveRows& rows_;
  const WaveDrawParams& params_;
  std::uint32_t left_ = 0;
  std::uint32_t plot_px_ = 0;
  std::uint32_t top_ = 0;
  std::string out_;
};

void Drawing::put_line(std::string_view style, std::uint32_t x1, std::uint32_t y1, std::uint32_t x2,
                       std::uint32_t y2) {
  out_ += "<path class=\"" + std::string(style) + "\" d=\"M" + number(x1) + ".5 " + number(y1) +
          ".5L" + number(x2) + ".5 " + number(y2) + ".5\"/>\n";
}

void Drawing::put_rect(std::string_view style, std::uint32_t x, std::uint32_t y,
                       std::uint32_t width, std::uint32_t height) {
  out_ += "<rect class=\"" + std::string(style) + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
          "\" width=\"" + number(width) + "\" height=\"" + number(height) + "\"/>\n";
}

void Drawing::put_text(std::string_view style, std::uint32_t x, std::uint32_t y,
                       std::string_view text) {
  out_ += "<text class=\"" + std::string(style) + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
          "\">" + escape_xml(text) + "</text>\n";
}

std::string Drawing::text() {
  const auto row_count = static_cast<std::uint32_t>(rows_.rows.size());
  const std::uint32_t bottom = top_ + row_count * kRowPitch;
  put_head(bottom + (rows_.left_out_count > 0 ? kFooterHeight : 0) + kMargin);
  for (std::uint32_t i = 0; i < row_count; i += 2)
    put_rect("r", 0, top_ + i * kRowPitch, left_ + plot_px_ + kMargin, kRowPitch);
  put_axis();
  for (std::size_t i = 0; i < rows_.rows.size(); ++i) put_row(i);
  if (rows_.left_out_count > 0) {
    put_text("s", kMargin, bottom + kFooterHeight - 4,
             "and " + std::to_string(rows_.left_out_count) + " more that match");
  }
  out_ += "</svg>\n";
  return std::move(out_);
}

void Drawing::put_head(std::uint32_t height) {
  const std::uint32_t width = left_ + plot_px_ + kMargin;
  out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" +
         number(height) + "\" viewBox=\"0 0 " + number(width) + " " + number(height) +
         "\">\n<style>" + std::string(kStyle) + "</style>\n<rect width=\"" + number(width) +
         "\" height=\"" + number(height) + "\" fill=\"#ffffff\"/>\n";
  std::uint32_t y = kMargin;
  if (!params_.title.empty()) {
    put_text("t", kMargin, y + 16, params_.title);
    y += kTitleHeight;
  }
  const TimeUnit unit = unit_for((rows_.to - rows_.from).count() / 10);
  std::string where = time_text(rows_.from.ps(), unit) + " to " + time_text(rows_.to.ps(), unit);
  if (!rows_.scope.empty())
    where = rows_.scope.substr(0, rows_.scope.size() - 1) + " \u00b7 " + where;
  put_text("s", kMargin, y + 12, where);
}

void Drawing::put_axis() {
  const std::int64_t span = (rows_.to - rows_.from).count();
  const std::int64_t step = round_step(span, plot_px_ / kTickPxMin);
  const TimeUnit unit = unit_for(step);
  const std::uint32_t bottom = top_ + static_cast<std::uint32_t>(rows_.rows.size()) * kRowPitch;
  const std::int64_t first = (rows_.from.ps() + step - 1) / step;
  for (std::int64_t i = first; i <= rows_.to.ps() / step; ++i) {
    const __int128 at = static_cast<__int128>(i * step - rows_.from.ps()) * plot_px_ / span;
    const std::uint32_t x = x_of(static_cast<std::uint32_t>(at));
    put_line("g", x, top_ - 6, x, bottom);
    put_text("a", x, top_ - 11, time_text(i * step, unit));
  }
}

void Drawing::put_row(std::size_t index) {
  const WaveRow& row = rows_.rows[index];
  const std::uint32_t y = top_ + static_cast<std::uint32_t>(index) * kRowPitch + 5;
  put_text("l", left_ - 10, y + 12, fitted(row.label, kLabelCharsMax));
  if (row.is_bit) {
    put_bit(row, y);
    return;
  }
  for (std::size_t i = 0; i < row.segments.size();) {
    // Neighbours too narrow for a box of their own become one block.
    const std::uint32_t begin = row.segments[i].column;
    std::size_t last = i;
    while (last < row.segments.size() && is_narrow(row, last)) ++last;
    if (last > i) {
      put_rect("c", x_of(begin), y, end_of(row, last - 1, plot_px_) - begin, kRowHeight);
      i = last;
    } else {
      put_box(row, row.segments[i], end_of(row, i, plot_px_), y);
      ++i;
    }
  }
}

bool Drawing::is_narrow(const WaveRow& row, std::size_t segment) const {
  return end_of(row, segment, plot_px_) - row.segments[segment].column <= 2 * kSlope;
}

void Drawing::put_bit(const WaveRow& row, std::uint32_t y) {
  const std::uint32_t low = y + kRowHeight;
  std::string path;
  std::string highs;
  std::string unknowns;
  char before = ' ';
  for (std::size_t i = 0; i < row.segments.size(); ++i) {
    const WaveSegment& segment = row.segments[i];
    const char bit = segment.value.empty() ? 'x' : segment.value.front();
    const std::uint32_t x = x_of(segment.column);
    const std::uint32_t end = x_of(end_of(row, i, plot_px_));
    const std::uint32_t level = bit == '1' ? y : bit == '0' ? low : y + kRowHeight / 2;
    const std::string span =
        number(x) + " " + number(y) + "H" + number(end) + "V" + number(low) + "H" + number(x) + "Z";
    if (bit == '1') highs += "M" + span;
    if (bit != '0' && bit != '1' && bit != 'z') unknowns += "M" + span;
    if (bit == 'z') put_line("z", x, level, end, level);
    if (bit == '0' || bit == '1') {
      const bool joins = before == '0' || before == '1';
      if (segment.is_crowded && joins) {  // it moved more than once within the pixel
        path += "V" + number(y) + "V" + number(low);
      }
      path += joins ? "V" + number(level) : "M" + number(x) + " " + number(level);
      path += "H" + number(end);
    }
    before = bit;
  }
  if (!highs.empty()) out_ += "<path class=\"h\" d=\"" + highs + "\"/>\n";
  if (!unknowns.empty()) out_ += "<path class=\"x\" d=\"" + unknowns + "\"/>\n";
  if (!path.empty()) out_ += "<path class=\"w\" d=\"" + path + "\"/>\n";
}

std::string Drawing::value_text(const WaveRow& row, const std::string& value) const {
  if (row.is_text) return value;
  switch (params_.radix) {
    case WaveRadix::Hexadecimal: return hex_text(value);
    case WaveRadix::Binary: return value;
    case WaveRadix::Decimal: return decimal_text(value);
  }
  return value;
}

void Drawing::put_box(const WaveRow& row, const WaveSegment& segment, std::uint32_t end,
                      std::uint32_t y) {
  const std::uint32_t x = x_of(segment.column);
  const std::uint32_t width = end - segment.column;
  const std::uint32_t low = y + kRowHeight;
  const std::uint32_t middle = y + kRowHeight / 2;
  const bool is_unknown =
      !row.is_text && segment.value.find_first_not_of("01") != std::string::npos;
  const std::uint32_t right = x + width;
  out_ += std::string("<path class=\"") + (is_unknown ? "x" : "b") + "\" d=\"M" + number(x) + " " +
          number(middle) + "L" + number(x + kSlope) + " " + number(y) + "H" +
          number(right - kSlope) + "L" + number(right) + " " + number(middle) + "L" +
          number(right - kSlope) + " " + number(low) + "H" + number(x + kSlope) + "Z\"/>\n";
  const std::string text = value_text(row, segment.value);
  const std::size_t room = (width - 2 * kSlope) / kValueCharPx;
  if (text.size() <= room) {
    put_text(is_unknown ? "v vx" : "v", x + width / 2, y + 12, text);
  } else if (room >= 3) {
    put_text(is_unknown ? "v vx" : "v", x + width / 2, y + 12, fitted(text, room));
  }
}

}  // namespace

Result<std::string> draw_wave(WaveReader& reader, const WaveDrawParams& params) {
  HEDDLE_TRY(WaveRows rows, choose_rows(reader, params));
  // What the labels leave is the plot.
  std::size_t label_chars = 0;
  for (const WaveRow& row : rows.rows) label_chars = std::max(label_chars, row.label.size());
  label_chars = std::min<std::size_t>(label_chars, kLabelCharsMax);
  const std::uint32_t width = std::max(params.width_px, kWidthMin);
  const std::uint32_t label_px =
      std::min(2 * kMargin + static_cast<std::uint32_t>(label_chars) * kLabelCharPx, width / 2);
  const std::uint32_t plot_px = width - label_px - kMargin;
  HEDDLE_TRY_STATUS(read_rows(reader, plot_px, rows));
  return Drawing(rows, params, label_px, plot_px).text();
}

}  // namespace heddle::trace
