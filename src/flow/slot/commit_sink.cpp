#include "heddle/flow/commit_sink.h"

#include "flow/slot/encode.h"

namespace heddle::flow {
namespace {

template <class T>
std::byte* put(std::byte* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

/// Whether the payload goes into the record.
bool is_kept(const MessageSlot& where, const MessageHeader& header) {
  return where.content == ContentPolicy::All ||
         (where.content == ContentPolicy::Touched && header.is_touched != 0);
}

std::uint8_t record_flags(const MessageSlot& where, const MessageHeader& header) {
  unsigned flags = 0;
  if (header.is_present != 0) {
    flags |= kMessagePresent;
    if (!is_kept(where, header)) flags |= kMessageNotKept;
  }
  if (header.validity_kind == 1) flags |= kMessageInstant;
  if (header.validity_kind == 2) flags |= kMessageRange;
  if (header.status_bytes > 0) flags |= kMessageStatus;
  if (header.has_origin != 0) flags |= kMessageOrigin;
  return static_cast<std::uint8_t>(flags);
}

}  // namespace

std::byte* encode_message_slowly(const MessageSlot& where, const std::byte* message,
                                 std::byte* to) {
  const auto& header = *reinterpret_cast<const MessageHeader*>(message);
  const unsigned flags = record_flags(where, header);
  *to++ = static_cast<std::byte>(flags);
  if ((flags & kMessageStatus) != 0) {
    to = put(to, header.status_bytes);
    std::memcpy(to, message + where.type->status_offset, header.status_bytes);
    to += header.status_bytes;
  }
  if ((flags & (kMessageInstant | kMessageRange)) != 0) to = put(to, header.validity_begin_ns);
  if ((flags & kMessageRange) != 0) to = put(to, header.validity_end_ns);
  if ((flags & kMessageOrigin) != 0) to = put(to, header.origin_clid);
  if ((flags & (kMessagePresent | kMessageNotKept)) != kMessagePresent) return to;
  if (!where.has_sequence) return where.type->encode(message, to);
  std::byte* const payload = to + sizeof(std::uint32_t);
  std::byte* const end = where.type->encode(message, payload);
  put(to, static_cast<std::uint32_t>(end - payload));
  return end;
}

std::size_t ListView::encode_data(std::byte* to) const {
  std::byte* at = to;
  at = put(at, header().clid);
  at = put(at, header().admission_ns);
  *at++ = std::byte{is_aborted() ? kListAborted : std::uint8_t{0}};
  if (!layout_->is_encoded_ahead) {
    for (const MessageSlot& where : layout_->logged) at = encode_message(where, slot_, at);
    return static_cast<std::size_t>(at - to);
  }
  for (const std::uint32_t index : layout_->data_steps) {
    const StepSlot& step = layout_->steps[index];
    const StepHeader& state = step_header(index);
    if (step.encoded_capacity == 0 || state.encoded_bytes == 0) {
      at = encode_step(*layout_, step, slot_, at);
      continue;
    }
    std::memcpy(at, slot_ + step.encoded_offset, state.encoded_bytes);
    at += state.encoded_bytes;
  }
  return static_cast<std::size_t>(at - to);
}

std::size_t ListView::data_bytes_exact() const {
  std::size_t bytes = layout_->data_bytes_max;
  for (const MessageSlot& where : layout_->messages) {
    const std::byte* message = slot_ + where.offset;
    const auto& header = *reinterpret_cast<const MessageHeader*>(message);
    if (!where.is_logged || !where.type->schema.has_unbounded || header.is_present == 0) continue;
    if (is_kept(where, header)) bytes += where.type->encoded_bytes(message);
  }
  return bytes;
}

std::uint64_t ListView::lost_text_count() const {
  std::uint64_t count = 0;
  for (std::size_t step = 0; step < step_count(); ++step) {
    count += step_header(step).text_lost_count;
  }
  return count;
}

bool DigestCommitSink::commit(const ListView& list) {
  const std::size_t bytes_max = list.data_bytes_max();
  if (buffer_.size() < bytes_max) buffer_.resize(bytes_max);
  const std::size_t bytes = list.encode_data(buffer_.data());
  digest_.add_u64(bytes);
  digest_.add(std::span<const std::byte>(buffer_.data(), bytes));
  ++list_count_;
  return true;
}

}  // namespace heddle::flow
