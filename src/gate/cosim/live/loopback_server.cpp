#include "gate/cosim/live/loopback_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "heddle/gate/live_diagnostics.h"

namespace heddle::gate {

OwnedDescriptor& OwnedDescriptor::operator=(OwnedDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    descriptor_ = other.release();
  }
  return *this;
}

void OwnedDescriptor::reset() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

namespace {

/// Binds to loopback and no other address, and tells the port; errno on failure.
int bind_loopback(int socket, std::uint16_t& port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  constexpr int kBacklog = 4;
  if (::bind(socket, any, size) != 0 || ::listen(socket, kBacklog) != 0) return errno;
  if (::getsockname(socket, any, &size) != 0) return errno;
  port = ntohs(address.sin_port);
  return 0;
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Result<std::unique_ptr<LoopbackServer>> LoopbackServer::listen(std::uint16_t port,
                                                               const std::string& name) {
  OwnedDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const std::string asked = std::to_string(port);
  int error = listener.is_open() ? 0 : errno;
  if (error == 0) {
    const int on = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    error = bind_loopback(listener.get(), port);
  }
  if (error != 0) return fail(live::diag::kCannotListen, {}, {name, asked, std::strerror(error)});
  return std::unique_ptr<LoopbackServer>(new LoopbackServer(std::move(listener), port));
}

bool LoopbackServer::accept() {
  OwnedDescriptor client(
      ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client.is_open() || is_attached()) return false;
  const int on = 1;
  ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  client_ = std::move(client);
  unsent_.clear();
  return true;
}

bool LoopbackServer::receive(std::string& out, std::size_t bytes_max) {
  if (!is_attached() || !send({})) return false;
  // A client that gathers its writes (Nagle) waits for the acknowledgement of the
  // last one, which the system would hold back for 40 ms; it forgets this option.
  const int on = 1;
  ::setsockopt(client_.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  std::array<char, 4096> buffer{};
  while (bytes_max > 0) {
    const ssize_t got = ::recv(client_.get(), buffer.data(), std::min(buffer.size(), bytes_max), 0);
    if (got < 0 && would_block()) return true;
    if (got <= 0) {
      drop();
      return false;
    }
    out.append(buffer.data(), static_cast<std::size_t>(got));
    bytes_max -= static_cast<std::size_t>(got);
  }
  return true;
}

bool LoopbackServer::send(std::string_view bytes) {
  if (!is_attached()) return false;
  const std::size_t room = kUnreadBytesMax - unsent_.size();
  lost_bytes_ += bytes.size() - std::min(bytes.size(), room);
  unsent_ += bytes.substr(0, room);
  while (!unsent_.empty()) {
    const ssize_t sent = ::send(client_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && would_block()) return true;
    if (sent < 0) {
      drop();
      return false;
    }
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void LoopbackServer::wait(std::chrono::microseconds time_max) const {
  pollfd look{.fd = client_.get(), .events = POLLIN, .revents = 0};
  const timespec limit{.tv_sec = 0, .tv_nsec = static_cast<long>(time_max.count()) * 1000};
  static_cast<void>(::ppoll(&look, 1, &limit, nullptr));
}

void LoopbackServer::drop() {
  client_.reset();
  unsent_.clear();
}

}  // namespace heddle::gate
