// Ids, checks, and handing on to every sink.
#include "heddle/trace/recorder.h"

#include <algorithm>
#include <utility>

#include "heddle/base/check.h"

namespace heddle::trace {

Recorder::Recorder(std::vector<std::unique_ptr<Sink>> sinks) : sinks_(std::move(sinks)) {}

TrackId Recorder::add(const Track& track) {
  const bool has_sound_parent = track.parent.is_none() || track.parent.value() < kinds_.size();
  HEDDLE_CHECK(has_sound_parent);
  HEDDLE_CHECK((track.kind == TrackKind::Signal) == (track.width > 0));
  const TrackId id(static_cast<std::uint32_t>(kinds_.size()));
  kinds_.push_back(track.kind);
  widths_.push_back(track.width);
  for (const auto& sink : sinks_) sink->track(id, track);
  return id;
}

TrackId Recorder::add_group(std::string name, TrackId parent) {
  return add({std::move(name), TrackKind::Group, parent, {}, 0});
}

TrackId Recorder::add_slices(std::string name, TrackId parent) {
  return add({std::move(name), TrackKind::Slices, parent, {}, 0});
}

TrackId Recorder::add_counter(std::string name, std::string unit, TrackId parent) {
  return add({std::move(name), TrackKind::Counter, parent, std::move(unit), 0});
}

TrackId Recorder::add_signal(std::string name, std::uint32_t width, TrackId parent) {
  return add({std::move(name), TrackKind::Signal, parent, {}, width});
}

void Recorder::emit(const Event& event, TrackKind on) {
  HEDDLE_CHECK(event.track.value() < kinds_.size());
  HEDDLE_CHECK(kinds_[event.track.value()] == on);
  HEDDLE_CHECK(event.time >= now_);
  now_ = event.time;
  for (const auto& sink : sinks_) sink->event(event);
}

void Recorder::begin(TrackId track, SimTime time, std::string_view name) {
  emit({time, track, EventKind::SliceBegin, name, 0, {}}, TrackKind::Slices);
}

void Recorder::end(TrackId track, SimTime time) {
  emit({time, track, EventKind::SliceEnd, {}, 0, {}}, TrackKind::Slices);
}

void Recorder::instant(TrackId track, SimTime time, std::string_view name) {
  emit({time, track, EventKind::Instant, name, 0, {}}, TrackKind::Slices);
}

void Recorder::counter(TrackId track, SimTime time, std::int64_t value) {
  emit({time, track, EventKind::Counter, {}, value, {}}, TrackKind::Counter);
}

void Recorder::signal(TrackId track, SimTime time, std::span<const Logic> bits) {
  HEDDLE_CHECK(track.value() < widths_.size());
  HEDDLE_CHECK(bits.size() == widths_[track.value()]);
  emit({time, track, EventKind::Signal, {}, 0, bits}, TrackKind::Signal);
}

void Recorder::signal(TrackId track, SimTime time, Logic bit) {
  signal(track, time, std::span<const Logic>(&bit, 1));
}

Status Recorder::flush() {
  Diagnostics problems;
  for (const auto& sink : sinks_)
    if (const Status status = sink->flush(); !status) problems.add(status.error());
  if (problems.has_errors()) return fail(std::move(problems));
  return {};
}

Status Recorder::finish(SimTime end) {
  Diagnostics problems;
  for (const auto& sink : sinks_)
    if (const Status status = sink->finish(std::max(end, now_)); !status)
      problems.add(status.error());
  if (problems.has_errors()) return fail(std::move(problems));
  return {};
}

}  // namespace heddle::trace
