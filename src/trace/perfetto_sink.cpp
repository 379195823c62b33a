// Perfetto's trace, a stream of protobuf packets written by hand. Field numbers
// are those of protos/perfetto/trace/{trace_packet,track_event/*}.proto.
//
// A Perfetto nanosecond is one simulated picosecond; the root track says so. A
// signal shows as one slice a value, so that x and wide buses stay readable.
#include <map>

#include "heddle/base/output_file.h"
#include "heddle/trace/sink.h"
#include "trace/value_text.h"

namespace heddle::trace {
namespace {

constexpr std::uint32_t kTracePacket = 1;

constexpr std::uint32_t kPacketTimestamp = 8;
constexpr std::uint32_t kPacketSequenceId = 10;
constexpr std::uint32_t kPacketTrackEvent = 11;
constexpr std::uint32_t kPacketSequenceFlags = 13;
constexpr std::uint32_t kPacketTrackDescriptor = 60;

constexpr std::uint32_t kTrackUuid = 1;
constexpr std::uint32_t kTrackName = 2;
constexpr std::uint32_t kTrackParentUuid = 5;
constexpr std::uint32_t kTrackCounter = 8;
constexpr std::uint32_t kCounterUnitName = 6;

constexpr std::uint32_t kEventType = 9;
constexpr std::uint32_t kEventTrackUuid = 11;
constexpr std::uint32_t kEventName = 23;
constexpr std::uint32_t kEventCounterValue = 30;

enum class EventType : std::uint64_t { SliceBegin = 1, SliceEnd = 2, Instant = 3, Counter = 4 };

constexpr std::uint64_t kSequenceId = 1;
constexpr std::uint64_t kIncrementalStateCleared = 1;
constexpr std::uint64_t kRootUuid = 1;
constexpr std::uint64_t kFirstUuid = 2;
constexpr std::string_view kRootName = "simulated time: 1 ns shown is 1 ps simulated";

/// A protobuf message being written.
class Message {
 public:
  void number(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3 | 0);
    varint(value);
  }
  void text(std::uint32_t field, std::string_view value) {
    varint(std::uint64_t{field} << 3 | 2);
    varint(value.size());
    bytes_ += value;
  }
  void clear() { bytes_.clear(); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }
  std::string bytes_;
};

std::uint64_t uuid_of(TrackId id) {
  return id.is_none() ? kRootUuid : kFirstUuid + id.value();
}

class PerfettoSink final : public Sink {
 public:
  explicit PerfettoSink(std::unique_ptr<OutputFile> file) : file_(std::move(file)) {
    Message root;
    root.number(kTrackUuid, kRootUuid);
    root.text(kTrackName, kRootName);
    packet_.clear();
    packet_.number(kPacketSequenceId, kSequenceId);
    packet_.number(kPacketSequenceFlags, kIncrementalStateCleared);
    packet_.text(kPacketTrackDescriptor, root.bytes());
    put_packet();
  }

  void track(TrackId id, const Track& track) override;
  void event(const Event& event) override;
  Status flush() override { return file_->flush(); }
  Status finish(SimTime end) override;

 private:
  void put_packet();
  void put_event(SimTime time, TrackId track, EventType type, std::string_view name,
                 std::int64_t value = 0);
  void put_value(const Event& event);

  std::unique_ptr<OutputFile> file_;
  Message packet_;
  Message inner_;
  Message outer_;
  std::map<TrackId, std::string> shown_;  // signals whose value is an open slice
};

void PerfettoSink::put_packet() {
  outer_.clear();
  outer_.text(kTracePacket, packet_.bytes());
  file_->write(outer_.bytes());
}

void PerfettoSink::track(TrackId id, const Track& track) {
  inner_.clear();
  inner_.number(kTrackUuid, uuid_of(id));
  inner_.text(kTrackName, track.name);
  inner_.number(kTrackParentUuid, uuid_of(track.parent));
  if (track.kind == TrackKind::Counter) {
    Message counter;
    if (!track.unit.empty()) counter.text(kCounterUnitName, track.unit);
    inner_.text(kTrackCounter, counter.bytes());
  }
  packet_.clear();
  packet_.number(kPacketSequenceId, kSequenceId);
  packet_.text(kPacketTrackDescriptor, inner_.bytes());
  put_packet();
}

void PerfettoSink::put_event(SimTime time, TrackId track, EventType type, std::string_view name,
                             std::int64_t value) {
  inner_.clear();
  inner_.number(kEventType, static_cast<std::uint64_t>(type));
  inner_.number(kEventTrackUuid, uuid_of(track));
  if (type == EventType::Counter) {
    inner_.number(kEventCounterValue, static_cast<std::uint64_t>(value));
  } else if (type != EventType::SliceEnd) {
    inner_.text(kEventName, name);
  }
  packet_.clear();
  packet_.number(kPacketTimestamp, static_cast<std::uint64_t>(time.ps()));
  packet_.number(kPacketSequenceId, kSequenceId);
  packet_.text(kPacketTrackEvent, inner_.bytes());
  put_packet();
}

void PerfettoSink::put_value(const Event& event) {
  const std::string bits = bit_text(event.bits);
  std::string value = bits.size() == 1 ? bits : "0x" + hex_text(bits);
  const auto [shown, is_new] = shown_.try_emplace(event.track, value);
  if (!is_new) {
    if (shown->second == value) return;
    put_event(event.time, event.track, EventType::SliceEnd, {});
    shown->second = value;
  }
  put_event(event.time, event.track, EventType::SliceBegin, value);
}

void PerfettoSink::event(const Event& event) {
  switch (event.kind) {
    case EventKind::SliceBegin:
      put_event(event.time, event.track, EventType::SliceBegin, event.name);
      break;
    case EventKind::SliceEnd: put_event(event.time, event.track, EventType::SliceEnd, {}); break;
    case EventKind::Instant:
      put_event(event.time, event.track, EventType::Instant, event.name);
      break;
    case EventKind::Counter:
      put_event(event.time, event.track, EventType::Counter, {}, event.value);
      break;
    case EventKind::Signal: put_value(event); break;
  }
}

Status PerfettoSink::finish(SimTime end) {
  for (const auto& [track, value] : shown_) put_event(end, track, EventType::SliceEnd, {});
  return file_->close();
}

}  // namespace

Result<std::unique_ptr<Sink>> open_perfetto_sink(const std::string& path) {
  HEDDLE_TRY(std::unique_ptr<OutputFile> file, OutputFile::create(path));
  return std::make_unique<PerfettoSink>(std::move(file));
}

}  // namespace heddle::trace
