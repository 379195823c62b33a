// A wave file as a stream to pull from: the reader pushes, so it runs on a
// thread of its own, a bounded number of changes ahead.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "heddle/trace/wave_reader.h"

namespace heddle::gate {

/// The changes of one instant of one file.
struct WaveChange {
  SimTime time;
  std::uint32_t signal = 0;  ///< place in the list that was asked for
  std::string bits;
};

class WaveStream final : public trace::WaveVisitor {
 public:
  /// Starts reading `signals` in [from, to].
  WaveStream(std::unique_ptr<trace::WaveReader> reader, std::vector<trace::WaveSignal> signals,
             SimTime from, SimTime to);
  ~WaveStream() override;
  WaveStream(const WaveStream&) = delete;
  WaveStream& operator=(const WaveStream&) = delete;

  /// The next change, or null at the end; valid until `pop`.
  [[nodiscard]] const WaveChange* peek();
  void pop();
  /// After the end: whether all was read.
  [[nodiscard]] const Status& status() const { return status_; }

  bool value(SimTime time, trace::WaveSignal signal, const trace::WaveValue& value) override;

 private:
  static constexpr std::size_t kChunkChanges = 4096;
  static constexpr std::size_t kChunksMax = 8;
  using Chunk = std::vector<WaveChange>;

  std::unique_ptr<trace::WaveReader> reader_;
  std::vector<trace::WaveSignal> signals_;
  std::vector<std::uint32_t> place_of_;  ///< by signal of the file
  Chunk filling_;                        ///< the thread's
  Chunk current_;                        ///< the caller's
  std::size_t at_ = 0;
  bool ended_ = false;
  Status status_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable moved_;
  std::deque<Chunk> chunks_;
  bool is_complete_ = false;
  bool is_cancelled_ = false;
  Status read_;

  std::thread thread_;  // the last: it uses the rest
};

}  // namespace heddle::gate
