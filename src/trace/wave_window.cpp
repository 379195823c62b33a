// The window and its order of visits.
#include "trace/wave_window.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "heddle/base/check.h"

namespace heddle::trace {

WaveWindow::WaveWindow(const WaveHierarchy& hierarchy, const std::vector<bool>& is_real,
                       std::span<const WaveSignal> chosen, SimTime from, SimTime to,
                       WaveVisitor& visitor)
    : from_(from), to_(to), visitor_(visitor), slots_(hierarchy.signal_count(), kNone) {
  for (const WaveSignal signal : chosen) {
    HEDDLE_CHECK(signal.value() < hierarchy.signal_count());
    chosen_.push_back(signal.value());
  }
  std::sort(chosen_.begin(), chosen_.end());
  chosen_.erase(std::unique(chosen_.begin(), chosen_.end()), chosen_.end());
  for (const std::uint32_t signal : chosen_) {
    slots_[signal] = static_cast<std::uint32_t>(widths_.size());
    widths_.push_back(hierarchy.width(WaveSignal(signal)));
    Held held;
    held.is_real = is_real[signal];
    held.real = std::numeric_limits<double>::quiet_NaN();
    held.bits.assign(widths_.back(), 'x');
    held_.push_back(std::move(held));
  }
}

void WaveWindow::touch(std::uint32_t slot) {
  if (!held_[slot].is_dirty) dirty_.push_back(slot);
  held_[slot].is_dirty = true;
}

void WaveWindow::set(std::uint32_t signal, std::string_view bits) {
  const std::uint32_t slot = slots_[signal];
  if (slot == kNone) return;
  std::string& held = held_[slot].bits;
  const std::size_t width = widths_[slot];
  if (width == 0 || bits.size() >= width || bits.empty()) {
    held.assign(width == 0 ? bits : bits.substr(bits.size() - std::min(width, bits.size())));
  } else {
    held.assign(width - bits.size(), bits.front() == '1' ? '0' : bits.front());
    held += bits;
  }
  touch(slot);
}

void WaveWindow::set_real(std::uint32_t signal, double value) {
  const std::uint32_t slot = slots_[signal];
  if (slot == kNone) return;
  held_[slot].real = value;
  touch(slot);
}

bool WaveWindow::visit(SimTime time, std::uint32_t slot) {
  const Held& held = held_[slot];
  const WaveValue value = {held.is_real ? std::string_view() : std::string_view(held.bits),
                           held.real, held.is_real};
  is_stopped_ = !visitor_.value(time, WaveSignal(chosen_[slot]), value);
  return !is_stopped_;
}

bool WaveWindow::start() {
  is_started_ = true;
  for (std::uint32_t slot = 0; slot < held_.size(); ++slot)
    if (!visit(from_, slot)) return false;
  return true;
}

bool WaveWindow::end_instant() {
  std::sort(dirty_.begin(), dirty_.end());
  const bool is_inside = now_ > from_ && now_ <= to_;
  for (const std::uint32_t slot : dirty_) {
    held_[slot].is_dirty = false;
    if (is_inside && !is_stopped_ && !visit(now_, slot)) break;
  }
  dirty_.clear();
  return !is_stopped_;
}

bool WaveWindow::time(SimTime time) {
  if (is_stopped_) return false;
  if (time == now_) return true;
  if (!end_instant()) return false;
  if (!is_started_ && time > from_ && !start()) return false;
  now_ = time;
  return time <= to_;
}

void WaveWindow::finish() {
  if (is_stopped_) return;
  if (!end_instant()) return;
  if (!is_started_ && !start()) return;
  is_stopped_ = true;
}

NameAndRange split_range(std::string_view text) {
  NameAndRange out{std::string(text), {}};
  if (text.empty() || text.back() != ']') return out;
  const std::size_t open = text.rfind('[');
  if (open == std::string_view::npos || open == 0) return out;
  std::string_view name = text.substr(0, open);
  const std::string inside(text.substr(open + 1, text.size() - open - 2));
  const bool is_apart = name.back() == ' ';
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  const char* const end = inside.data() + inside.size();
  const auto msb = std::from_chars(inside.data(), end, out.options.msb);
  if (msb.ec != std::errc() || name.empty()) return {std::string(text), {}};
  out.options.lsb = out.options.msb;
  if (msb.ptr == end && !is_apart) return {std::string(text), {}};
  if (msb.ptr != end) {
    if (*msb.ptr != ':') return {std::string(text), {}};
    const auto lsb = std::from_chars(msb.ptr + 1, end, out.options.lsb);
    if (lsb.ec != std::errc() || lsb.ptr != end) return {std::string(text), {}};
  }
  out.name = std::string(name);
  out.options.has_range = true;
  return out;
}

std::optional<SimTime> time_of_ticks(std::uint64_t ticks, std::int32_t exponent) {
  constexpr std::int32_t kPicoseconds = -12;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  for (; exponent < kPicoseconds; ++exponent) ticks /= 10;
  for (; exponent > kPicoseconds && ticks > 0; --exponent) {
    if (ticks > kMax / 10) return std::nullopt;
    ticks *= 10;
  }
  if (ticks > kMax) return std::nullopt;
  return SimTime(static_cast<std::int64_t>(ticks));
}

}  // namespace heddle::trace
