// Decoding log words; the ring between two threads.
#include "trace/wave_transport.h"

#include <algorithm>
#include <utility>

#include "heddle/base/check.h"
#include "trace/wave_log.h"

namespace heddle::trace {

void WaveLogReader::read(std::span<const std::uint32_t> log) {
  while (!log.empty()) {
    log = log.subspan(state_.take_changes(log));
    if (!log.empty()) log = log.subspan(command(log));
  }
}

std::size_t WaveLogReader::command(std::span<const std::uint32_t> rest) {
  switch (rest[0]) {
    case kLogTime:
      end_instant();
      now_ = SimTime(static_cast<std::int64_t>(std::uint64_t{rest[2]} << 32 | rest[1]));
      is_open_ = true;
      return kLogTimeWords;
    case kLogWords:
    case kLogWords4: {
      const std::uint32_t count = log_words(state_.width(rest[1]));
      const bool has_unknown = rest[0] == kLogWords4;
      state_.set_words(rest[1], &rest[2], has_unknown ? &rest[2 + count] : nullptr);
      return 2 + std::size_t{count} * (has_unknown ? 2 : 1);
    }
    default: break;
  }
  HEDDLE_CHECK(false);
  return 0;
}

void WaveLogReader::end_instant() {
  if (!is_open_) return;
  is_open_ = false;
  const std::span<std::uint32_t> changed = state_.end_instant();
  if (!changed.empty()) encoder_->instant(now_, changed, state_);
}

void WaveLogReader::flush() {
  end_instant();
  encoder_->flush(state_);
}

void WaveLogReader::finish() {
  end_instant();
  encoder_->finish(now_, state_);
}

WaveTransport::WaveTransport(std::unique_ptr<WaveLogReader> reader, bool helper_thread)
    : reader_(std::move(reader)) {
  waiting_.reserve(kWaitingMax);
  free_.reserve(kWaitingMax + 2);
  if (helper_thread) helper_ = std::thread([this] { run(); });
}

WaveTransport::~WaveTransport() {
  if (!helper_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  helper_.join();
}

std::span<std::uint32_t> WaveTransport::buffer(std::size_t words) {
  if (filling_.words.size() < words) filling_.words.resize(std::max(words, kBufferWords));
  return filling_.words;
}

void WaveTransport::encode(const Buffer& buffer) {
  if (!ok()) return;
  reader_->read(std::span(buffer.words).first(buffer.used));
  static_cast<void>(note_status());
}

void WaveTransport::hand_over(std::size_t words) {
  filling_.used = words;
  if (!helper_.joinable()) {
    encode(filling_);
    return;
  }
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < kWaitingMax; });
    waiting_.push_back(std::move(filling_));
    filling_ = Buffer();
    if (!free_.empty()) {  // the one used last is still in a cache
      filling_ = std::move(free_.back());
      free_.pop_back();
    }
  }
  changed_.notify_all();
}

void WaveTransport::drain() {
  if (!helper_.joinable()) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !is_busy_; });
}

Status WaveTransport::note_status() {
  Status status = reader_->status();
  if (!status) has_failed_.store(true, std::memory_order_relaxed);
  return status;
}

Status WaveTransport::flush() {
  drain();
  reader_->flush();
  return note_status();
}

Status WaveTransport::finish() {
  drain();
  reader_->finish();
  return note_status();
}

WaveWriterStats WaveTransport::stats() {
  drain();
  return reader_->stats();
}

void WaveTransport::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !waiting_.empty() || is_stopping_; });
    if (waiting_.empty()) return;
    Buffer buffer = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    is_busy_ = true;
    lock.unlock();
    encode(buffer);
    lock.lock();
    is_busy_ = false;
    free_.push_back(std::move(buffer));
    changed_.notify_all();
  }
}

}  // namespace heddle::trace
