// The two renderings of progress. Rates are averages since the task began, so
// that a line depends on nothing but the reports and the clock.
#include "heddle/base/progress.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace heddle {
namespace {

std::string format(const char* pattern, double value) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), pattern, value);
  return buffer.data();
}

std::string padded(std::uint64_t value) {
  return value < 10 ? "0" + std::to_string(value) : std::to_string(value);
}

double to_seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::string count_to_text(double count) {
  constexpr std::array<const char*, 5> kPrefixes{"", " k", " M", " G", " T"};
  std::size_t prefix = 0;
  // 999.5 would print as 1000.
  while (count >= 999.5 && prefix + 1 < kPrefixes.size()) {
    count /= 1000;
    ++prefix;
  }
  const char* pattern = count >= 99.95 || prefix == 0 ? "%.0f" : count >= 9.995 ? "%.1f" : "%.2f";
  return format(pattern, count) + kPrefixes[prefix];
}

std::string seconds_to_text(double seconds) {
  constexpr double kSecondsMax = 1e9;
  if (!(seconds < kSecondsMax)) return "years";
  const auto whole = static_cast<std::uint64_t>(std::ceil(std::max(seconds, 0.0)));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + padded(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + padded(whole % 3600 / 60) + " min";
}

ProgressPrinter::ProgressPrinter(ProgressStyle style, Clock clock, Output output)
    : style_(style), clock_(std::move(clock)), output_(std::move(output)) {}

void ProgressPrinter::report(const ProgressState& state) {
  const std::chrono::nanoseconds now = clock_();
  if (has_task_ && task_ != state.task) finish();
  if (!has_task_) {
    has_task_ = true;
    task_ = state.task;
    unit_ = state.unit;
    first_done_ = state.done;
    begin_ = now;
    shown_ = now;
  }
  done_ = state.done;
  total_ = state.total;
  const auto interval = style_ == ProgressStyle::Terminal ? kTerminalInterval : kPlainInterval;
  if (now - shown_ >= interval) show(now);
}

void ProgressPrinter::finish() {
  if (!has_task_) return;
  show(clock_());
  if (style_ == ProgressStyle::Terminal) output_("\n");
  has_task_ = false;
}

void ProgressPrinter::show(std::chrono::nanoseconds now) {
  shown_ = now;
  // Return, erase to the end of the line (ECMA-48 EL), write over.
  output_(style_ == ProgressStyle::Terminal ? "\r\x1b[K" + line(now) : line(now) + "\n");
}

std::string ProgressPrinter::line(std::chrono::nanoseconds now) const {
  std::string out = task_ + ": " + std::to_string(done_);
  if (total_) out += " of " + std::to_string(*total_);
  out += " " + unit_;
  if (total_ && *total_ > 0) {
    const double share = static_cast<double>(done_) / static_cast<double>(*total_);
    out += " (" + format("%.0f", std::floor(100 * share)) + " %)";
  }
  const double seconds = to_seconds(now - begin_);
  if (done_ <= first_done_ || seconds <= 0) return out;
  const double rate = static_cast<double>(done_ - first_done_) / seconds;
  out += ", " + count_to_text(rate) + " " + unit_ + "/s";
  if (total_ && *total_ > done_) {
    out += ", " + seconds_to_text(static_cast<double>(*total_ - done_) / rate) + " left";
  }
  return out;
}

}  // namespace heddle
