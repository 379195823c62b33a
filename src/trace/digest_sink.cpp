// Hashing the stream: each declaration and each event, field after field.
#include "heddle/trace/sink.h"

namespace heddle::trace {
namespace {

// What a record begins with, so that no two streams hash the same bytes.
enum class Record : std::uint8_t { Track = 1, Event = 2, End = 3 };

class HashingSink final : public DigestSink {
 public:
  void track(TrackId id, const Track& track) override {
    stream_.add_u8(static_cast<std::uint8_t>(Record::Track));
    stream_.add_u32(id.value());
    stream_.add_text(track.name);
    stream_.add_u8(static_cast<std::uint8_t>(track.kind));
    stream_.add_u32(track.parent.value());
    stream_.add_text(track.unit);
    stream_.add_u32(track.width);
  }

  void event(const Event& event) override {
    stream_.add_u8(static_cast<std::uint8_t>(Record::Event));
    stream_.add_i64(event.time.ps());
    stream_.add_u32(event.track.value());
    stream_.add_u8(static_cast<std::uint8_t>(event.kind));
    stream_.add_text(event.name);
    stream_.add_i64(event.value);
    stream_.add_u32(static_cast<std::uint32_t>(event.bits.size()));
    for (const Logic bit : event.bits) stream_.add_u8(static_cast<std::uint8_t>(bit));
  }

  Status flush() override { return {}; }

  Status finish(SimTime end) override {
    stream_.add_u8(static_cast<std::uint8_t>(Record::End));
    stream_.add_i64(end.ps());
    return {};
  }

  Digest64 digest() const override { return stream_.digest(); }

 private:
  DigestStream stream_;
};

}  // namespace

std::unique_ptr<DigestSink> make_digest_sink() {
  return std::make_unique<HashingSink>();
}

}  // namespace heddle::trace
