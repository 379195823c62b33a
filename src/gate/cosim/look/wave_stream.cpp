#include "gate/cosim/look/wave_stream.h"

#include <algorithm>

namespace heddle::gate {

WaveStream::WaveStream(std::unique_ptr<trace::WaveReader> reader,
                       std::vector<trace::WaveSignal> signals, SimTime from, SimTime to)
    : reader_(std::move(reader)), signals_(std::move(signals)) {
  place_of_.resize(reader_->hierarchy().signal_count(), 0);
  for (std::uint32_t i = 0; i < signals_.size(); ++i) place_of_[signals_[i].value()] = i;
  thread_ = std::thread([this, from, to] {
    Status read = reader_->read(signals_, from, to, *this);
    const std::lock_guard lock(mutex_);
    read_ = std::move(read);
    chunks_.push_back(std::move(filling_));
    is_complete_ = true;
    moved_.notify_all();
  });
}

WaveStream::~WaveStream() {
  {
    const std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    moved_.notify_all();
  }
  thread_.join();
}

bool WaveStream::value(SimTime time, trace::WaveSignal signal, const trace::WaveValue& value) {
  WaveChange change{time, place_of_[signal.value()], {}};
  change.bits = value.is_real ? std::to_string(value.real) : std::string(value.bits);
  filling_.push_back(std::move(change));
  if (filling_.size() < kChunkChanges) return true;
  std::unique_lock lock(mutex_);
  moved_.wait(lock, [this] { return chunks_.size() < kChunksMax || is_cancelled_; });
  if (is_cancelled_) return false;
  chunks_.push_back(std::exchange(filling_, {}));
  moved_.notify_all();
  return true;
}

const WaveChange* WaveStream::peek() {
  while (at_ == current_.size() && !ended_) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [this] { return !chunks_.empty() || is_complete_; });
    at_ = 0;
    current_.clear();
    if (chunks_.empty()) {
      ended_ = true;
      status_ = std::move(read_);
    } else {
      current_ = std::move(chunks_.front());
      chunks_.pop_front();
      moved_.notify_all();
    }
  }
  return ended_ ? nullptr : &current_[at_];
}

void WaveStream::pop() {
  ++at_;
}

}  // namespace heddle::gate
