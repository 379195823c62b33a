// A listening TCP socket on 127.0.0.1 with at most one client, for whoever
// looks at it between two batches: nothing here blocks but `wait`.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "heddle/base/result.h"

namespace heddle::gate {

/// A file descriptor that closes itself; -1: none.
class OwnedDescriptor {
 public:
  OwnedDescriptor() = default;
  explicit OwnedDescriptor(int descriptor) : descriptor_(descriptor) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : descriptor_(other.release()) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept;
  OwnedDescriptor(const OwnedDescriptor&) = delete;
  OwnedDescriptor& operator=(const OwnedDescriptor&) = delete;
  ~OwnedDescriptor() { reset(); }

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  void reset();

 private:
  [[nodiscard]] int release() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    return descriptor;
  }
  int descriptor_ = -1;
};

/// Threads: one at a time.
class LoopbackServer {
 public:
  /// What a client may leave unread before it loses bytes.
  static constexpr std::size_t kUnreadBytesMax = std::size_t{1} << 20;

  /// Listens on `port`, or on a free one for 0. `name` is the peripheral's.
  /// Errors: live.cannot-listen.
  [[nodiscard]] static Result<std::unique_ptr<LoopbackServer>> listen(std::uint16_t port,
                                                                      const std::string& name);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool is_attached() const { return client_.is_open(); }

  /// Takes a client that waits; true when one attached now. While there is one,
  /// others are turned away.
  bool accept();
  /// Appends what the client sent, at most `bytes_max`; false when it has gone.
  bool receive(std::string& out, std::size_t bytes_max);
  /// Sends what fits, keeps the rest for later calls; false when it has gone.
  bool send(std::string_view bytes);
  /// Waits until the client sent something or left, at most `time_max`.
  void wait(std::chrono::microseconds time_max) const;
  /// Ends the connection.
  void drop();

  /// Bytes of all clients that were lost because they did not read.
  [[nodiscard]] std::uint64_t lost_bytes() const { return lost_bytes_; }

 private:
  LoopbackServer(OwnedDescriptor listener, std::uint16_t port)
      : listener_(std::move(listener)), port_(port) {}

  OwnedDescriptor listener_;
  OwnedDescriptor client_;
  std::uint16_t port_ = 0;
  std::string unsent_;
  std::uint64_t lost_bytes_ = 0;
};

}  // namespace heddle::gate
