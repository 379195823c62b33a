// The data record of one message. Most messages are present and nothing else: one
// compare, one byte and the payload.
#pragma once

#include <cstring>

#include "heddle/flow/commit_sink.h"

namespace heddle::flow {

inline std::byte* encode_message(const MessageSlot& where, const std::byte* slot, std::byte* to) {
  const std::byte* message = slot + where.offset;
  std::uint64_t flags = 0;
  std::memcpy(&flags, message, sizeof flags);
  if (flags == 0) {
    *to = std::byte{0};
    return to + 1;
  }
  if (flags != 1 || !where.is_plain) return encode_message_slowly(where, message, to);
  *to++ = std::byte{kMessagePresent};
  const MessageType& type = *where.type;
  if (type.flat_bytes == sizeof(std::uint64_t)) {
    std::memcpy(to, message + type.flat_offset, sizeof(std::uint64_t));
    return to + sizeof(std::uint64_t);
  }
  if (type.flat_bytes == 0) return type.encode(message, to);
  std::memcpy(to, message + type.flat_offset, type.flat_bytes);
  return to + type.flat_bytes;
}

/// All logged messages of a step.
inline std::byte* encode_step(const SlotLayout& layout, const StepSlot& step, const std::byte* slot,
                              std::byte* to) {
  const MessageSlot* messages = layout.messages.data() + step.first_message;
  for (std::uint32_t i = 0; i < step.message_count; ++i) {
    if (messages[i].is_logged) to = encode_message(messages[i], slot, to);
  }
  return to;
}

}  // namespace heddle::flow
