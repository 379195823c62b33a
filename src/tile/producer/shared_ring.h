// A bounded ring of bytes between a child that writes and a parent that reads,
// in memory both see, with a socket as the doorbell: whoever waits is rung, and
// its end closes when the other process is gone. The reader trusts nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "heddle/base/result.h"

namespace heddle::tile {

class SharedRing {
 public:
  static constexpr std::size_t kCapacityBytes = std::size_t{1} << 20;
  /// A waiting reader is rung at the end of a message group or past this much.
  static constexpr std::uint64_t kRingBytes = std::uint64_t{64} << 10;
  static constexpr std::size_t kFrameBytesMax = std::size_t{16} << 10;

  SharedRing() = default;
  SharedRing(const SharedRing&) = delete;
  SharedRing& operator=(const SharedRing&) = delete;
  ~SharedRing();

  /// Before the fork. Returns an error number, 0 if it worked.
  [[nodiscard]] int create();
  /// After it, once in each process.
  void become_reader();
  void become_writer();
  /// The descriptor that a writer keeps.
  [[nodiscard]] int writer_descriptor() const { return ends_[1]; }

  /// Writer: appends one frame, waiting while the ring is full. False: the reader is gone.
  /// Requires: at most kFrameBytesMax bytes.
  [[nodiscard]] bool write(std::string_view frame);
  /// Writer: the reader may want what is there now.
  void ring_reader();

  enum class Read : std::uint8_t { Frame, Empty, Garbled };
  /// Reader: the next frame, if there is a whole one.
  [[nodiscard]] Read read(std::string& frame);

  enum class Wait : std::uint8_t { Ready, Silent, Closed };
  /// Reader: waits until there is more, the writer is gone, or `ms` have passed.
  [[nodiscard]] Wait wait(int ms);

 private:
  struct Shared {
    alignas(64) std::atomic<std::uint64_t> written{0};
    alignas(64) std::atomic<std::uint64_t> read{0};
    alignas(64) std::atomic<std::uint32_t> reader_waits{0};
    alignas(64) std::atomic<std::uint32_t> writer_waits{0};
    alignas(64) char bytes[kCapacityBytes] = {};
  };

  bool wait_for_room(std::uint64_t bytes);
  void copy_in(std::uint64_t at, const void* data, std::size_t size);
  void copy_out(std::uint64_t at, void* data, std::size_t size) const;
  static void ring(int descriptor);
  static void drain(int descriptor);

  Shared* shared_ = nullptr;
  int ends_[2] = {-1, -1};      ///< the reader's, the writer's
  std::uint64_t position_ = 0;  ///< own: bytes written or read
};

}  // namespace heddle::tile
