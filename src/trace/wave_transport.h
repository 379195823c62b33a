// Carries log buffers from the simulation to the encoder: at once, or through a
// bounded ring to a helper thread. Either way the encoder sees the same words.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "trace/wave_encoder.h"
#include "trace/wave_state.h"

namespace heddle::trace {

/// Reads log words and drives one encoder. Threads: one at a time.
class WaveLogReader {
 public:
  WaveLogReader(const WaveHierarchy& hierarchy, std::unique_ptr<WaveEncoder> encoder)
      : state_(hierarchy), encoder_(std::move(encoder)) {}

  void read(std::span<const std::uint32_t> log);
  /// Ends the instant and writes what is held back.
  void flush();
  void finish();
  [[nodiscard]] Status status() const { return encoder_->status(); }
  [[nodiscard]] WaveWriterStats stats() const { return encoder_->stats(); }

 private:
  void end_instant();
  std::size_t command(std::span<const std::uint32_t> rest);

  WaveState state_;
  std::unique_ptr<WaveEncoder> encoder_;
  SimTime now_;
  bool is_open_ = false;  // an instant was begun and not ended
};

class WaveTransport {
 public:
  /// Words of a buffer, and how many buffers may wait for the helper.
  static constexpr std::size_t kBufferWords = std::size_t{64} << 10;
  static constexpr std::size_t kWaitingMax = 64;

  WaveTransport(std::unique_ptr<WaveLogReader> reader, bool helper_thread);
  WaveTransport(const WaveTransport&) = delete;
  WaveTransport& operator=(const WaveTransport&) = delete;
  ~WaveTransport();

  /// The buffer to fill, at least `words` long.
  [[nodiscard]] std::span<std::uint32_t> buffer(std::size_t words);
  /// Its first `words` are ready; the next `buffer` call gives another.
  void hand_over(std::size_t words);
  // These wait until everything handed over was encoded.
  [[nodiscard]] Status flush();
  [[nodiscard]] Status finish();
  [[nodiscard]] WaveWriterStats stats();

  /// False once a write failed.
  [[nodiscard]] bool ok() const { return !has_failed_.load(std::memory_order_relaxed); }

 private:
  struct Buffer {
    std::vector<std::uint32_t> words;
    std::size_t used = 0;
  };
  void run();
  void drain();
  void encode(const Buffer& buffer);
  [[nodiscard]] Status note_status();

  std::unique_ptr<WaveLogReader> reader_;
  std::atomic<bool> has_failed_ = false;
  Buffer filling_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Buffer> waiting_;  // oldest first
  std::vector<Buffer> free_;
  bool is_busy_ = false;
  bool is_stopping_ = false;
  std::thread helper_;
};

}  // namespace heddle::trace
