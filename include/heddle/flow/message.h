// One message of a list: an optional payload, when it is valid, a short status
// and where it came from. The memory belongs to a slot and is used again by a
// later list, so a message that this list does not write is absent.
#pragma once

#include <cstdint>
#include <string_view>

#include "heddle/base/check.h"
#include "heddle/flow/clock.h"
#include "heddle/flow/payload.h"

namespace heddle::flow {

/// Time of validity.
struct Validity {
  enum class Kind : std::uint8_t { None, Instant, Range };
  Kind kind = Kind::None;
  FlowTime begin = {};
  FlowTime end = {};  ///< of a range, not included
  friend bool operator==(const Validity&, const Validity&) = default;
};

/// What every message starts with, whatever its payload.
struct MessageHeader {
  std::uint8_t is_present = 0;
  std::uint8_t validity_kind = 0;  ///< a Validity::Kind
  std::uint8_t status_bytes = 0;
  std::uint8_t has_origin = 0;   ///< `origin_clid` differs from the list's own
  std::uint32_t is_touched = 0;  ///< for `content: touched`
  std::int64_t validity_begin_ns = 0;
  std::int64_t validity_end_ns = 0;
  std::uint64_t origin_clid = 0;

  /// Absent, of no time, without status. One store.
  void clear() {
    is_present = validity_kind = status_bytes = has_origin = 0;
    is_touched = 0;
  }
};
static_assert(sizeof(MessageHeader) == 32);

/// A message of payload `T`. A task gets it as `const Message<T>&` for an input and
/// as `Message<T>&` for an output. Threads: the step that the plan says, only.
template <Payload T>
class Message {
 public:
  using payload_type = T;
  static constexpr std::uint8_t kStatusBytesMax = 32;

  [[nodiscard]] bool is_present() const { return header_.is_present != 0; }
  explicit operator bool() const { return is_present(); }
  /// The payload, or null where it is absent.
  [[nodiscard]] const T* get() const { return is_present() ? &payload_ : nullptr; }
  /// Requires: present (checked).
  [[nodiscard]] const T& operator*() const {
    HEDDLE_CHECK(is_present());
    return payload_;
  }
  [[nodiscard]] const T* operator->() const { return &**this; }

  /// Makes the message present with this payload.
  void set(const T& payload) {
    payload_ = payload;
    header_.is_present = 1;
  }
  /// Makes the message present with a payload as new.
  [[nodiscard]] T& write() {
    payload_ = T{};
    header_.is_present = 1;
    return payload_;
  }
  /// Makes the message present with whatever its memory held before, which differs
  /// from run to run: write every field. For payloads too large to clear each time.
  [[nodiscard]] T& write_over() {
    header_.is_present = 1;
    return payload_;
  }
  /// Says that this payload is worth keeping where the graph has `content: touched`.
  void touch() { header_.is_touched = 1; }
  /// Absent again.
  void clear() { header_.clear(); }

  [[nodiscard]] Validity validity() const {
    return {static_cast<Validity::Kind>(header_.validity_kind),
            {header_.validity_begin_ns},
            {header_.validity_end_ns}};
  }
  void set_validity(FlowTime instant) {
    header_.validity_kind = static_cast<std::uint8_t>(Validity::Kind::Instant);
    header_.validity_begin_ns = instant.ns;
    header_.validity_end_ns = instant.ns;
  }
  void set_validity(FlowTime begin, FlowTime end) {
    header_.validity_kind = static_cast<std::uint8_t>(Validity::Kind::Range);
    header_.validity_begin_ns = begin.ns;
    header_.validity_end_ns = end.ns;
  }

  [[nodiscard]] std::string_view status() const { return {status_, header_.status_bytes}; }
  /// Cut at `kStatusBytesMax` bytes.
  void set_status(std::string_view text) {
    header_.status_bytes =
        static_cast<std::uint8_t>(text.size() < kStatusBytesMax ? text.size() : kStatusBytesMax);
    if (!text.empty()) std::memcpy(status_, text.data(), header_.status_bytes);
  }

  [[nodiscard]] MessageHeader& header() { return header_; }
  [[nodiscard]] const MessageHeader& header() const { return header_; }
  /// The memory of the payload, present or not: for executors and replay.
  [[nodiscard]] T& payload_memory() { return payload_; }

 private:
  MessageHeader header_;
  T payload_{};
  char status_[kStatusBytesMax] = {};
};

/// A message type without its C++ type: what layout, log and replay work with.
/// Every function takes the address of a `Message<T>`.
struct MessageType {
  Schema schema;
  std::uint32_t message_bytes = 0;
  std::uint32_t message_align = 1;
  std::uint32_t status_offset = 0;
  /// Where the encoded payload stands in memory as it is, and its bytes; 0 bytes: the
  /// encoded form differs from memory's.
  std::uint32_t flat_offset = 0;
  std::uint32_t flat_bytes = 0;

  void (*construct)(void* at) = nullptr;
  void (*destroy)(void* message) = nullptr;
  /// Copies header, status and payload.
  void (*copy)(void* to, const void* from) = nullptr;
  /// Bytes of the payload once encoded. Requires: present.
  std::size_t (*encoded_bytes)(const void* message) = nullptr;
  /// Encodes the payload; returns past its last byte. Requires: present, room.
  std::byte* (*encode)(const void* message, std::byte* to) = nullptr;
  /// Reads the payload and makes the message present; false when it does not fit.
  bool (*decode)(void* message, std::span<const std::byte> encoded) = nullptr;
  /// Gives pooled memory back when the list is freed; null where there is none.
  void (*release)(void* message) = nullptr;
};

/// Made for `T`; the schema is built anew.
template <Payload T>
[[nodiscard]] MessageType message_type_of() {
  using M = Message<T>;
  MessageType type;
  type.schema = schema_of<T>();
  type.message_bytes = sizeof(M);
  type.message_align = alignof(M);
  {
    const auto probe = std::make_unique<M>();
    const auto offset_of = [&](const void* part) {
      return static_cast<std::uint32_t>(static_cast<const char*>(part) -
                                        reinterpret_cast<const char*>(probe.get()));
    };
    type.status_offset = offset_of(probe->status().data());
    if (payload_detail::fields_of(probe->payload_memory()) == type.schema.fields) {
      // Fields at the same places in two objects are members, not something computed.
      type.flat_bytes = flat_bytes_of(type.schema);
    }
    if (type.flat_bytes > 0) {
      type.flat_offset =
          offset_of(&probe->payload_memory()) + type.schema.fields.front().offset_bytes;
    }
  }
  type.construct = [](void* at) { new (at) M(); };
  type.destroy = [](void* message) { static_cast<M*>(message)->~M(); };
  type.copy = [](void* to, const void* from) {
    *static_cast<M*>(to) = *static_cast<const M*>(from);
  };
  type.encoded_bytes = [](const void* message) {
    payload_detail::EncodedSize size;
    size.count(**static_cast<const M*>(message));
    return size.bytes;
  };
  type.encode = [](const void* message, std::byte* to) {
    payload_detail::Encoder encoder{to};
    encoder.put(*static_cast<const M*>(message)->get());
    return encoder.at;
  };
  type.decode = [](void* message, std::span<const std::byte> encoded) {
    payload_detail::Decoder decoder{encoded};
    decoder.get(static_cast<M*>(message)->write_over());
    return decoder.ok && decoder.rest.empty();
  };
  if constexpr (requires(T& t) { t.release(); }) {
    type.release = [](void* message) { static_cast<M*>(message)->payload_memory().release(); };
  }
  return type;
}

}  // namespace heddle::flow
