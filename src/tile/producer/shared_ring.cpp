#include "tile/producer/shared_ring.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace heddle::tile {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

SharedRing::~SharedRing() {
  if (shared_ != nullptr) munmap(shared_, sizeof(Shared));
  for (const int end : ends_) {
    if (end >= 0) close(end);
  }
}

int SharedRing::create() {
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  shared_ = new (memory) Shared;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends_) != 0) return errno;
  return 0;
}

void SharedRing::become_reader() {
  close(ends_[1]);
  ends_[1] = -1;
}

void SharedRing::become_writer() {
  close(ends_[0]);
  ends_[0] = -1;
}

void SharedRing::ring(int descriptor) {
  const char bell = 1;
  // A full socket is as good as one more byte in it.
  (void)send(descriptor, &bell, 1, MSG_NOSIGNAL);
}

void SharedRing::drain(int descriptor) {
  char bells[64];
  while (recv(descriptor, bells, sizeof bells, 0) > 0) {
  }
}

void SharedRing::copy_in(std::uint64_t at, const void* data, std::size_t size) {
  const std::size_t begin = at % kCapacityBytes;
  const std::size_t first = std::min(size, kCapacityBytes - begin);
  std::memcpy(shared_->bytes + begin, data, first);
  std::memcpy(shared_->bytes, static_cast<const char*>(data) + first, size - first);
}

void SharedRing::copy_out(std::uint64_t at, void* data, std::size_t size) const {
  const std::size_t begin = at % kCapacityBytes;
  const std::size_t first = std::min(size, kCapacityBytes - begin);
  std::memcpy(data, shared_->bytes + begin, first);
  std::memcpy(static_cast<char*>(data) + first, shared_->bytes, size - first);
}

bool SharedRing::wait_for_room(std::uint64_t bytes) {
  const auto has_room = [&] { return position_ + bytes - shared_->read.load() <= kCapacityBytes; };
  while (!has_room()) {
    // Set the flag, then look again: the reader empties the ring, then looks at the flag.
    shared_->writer_waits.store(1);
    ring_reader();
    if (has_room()) break;
    pollfd one{ends_[1], POLLIN, 0};
    (void)poll(&one, 1, -1);
    if ((one.revents & (POLLHUP | POLLERR)) != 0) return false;
    drain(ends_[1]);
  }
  shared_->writer_waits.store(0, std::memory_order_relaxed);
  return true;
}

bool SharedRing::write(std::string_view frame) {
  const auto size = static_cast<std::uint32_t>(frame.size());
  if (!wait_for_room(sizeof size + frame.size())) return false;
  copy_in(position_, &size, sizeof size);
  copy_in(position_ + sizeof size, frame.data(), frame.size());
  position_ += sizeof size + frame.size();
  shared_->written.store(position_);
  if (position_ - shared_->read.load(std::memory_order_relaxed) >= kRingBytes) ring_reader();
  return true;
}

void SharedRing::ring_reader() {
  if (shared_->reader_waits.load() == 0 || shared_->reader_waits.exchange(0) == 0) return;
  ring(ends_[1]);
}

SharedRing::Read SharedRing::read(std::string& frame) {
  const std::uint64_t there = shared_->written.load(std::memory_order_acquire) - position_;
  std::uint32_t size = 0;
  if (there == 0) return Read::Empty;
  if (there > kCapacityBytes || there < sizeof size) return Read::Garbled;
  copy_out(position_, &size, sizeof size);
  if (size > kFrameBytesMax || sizeof size + size > there) return Read::Garbled;
  frame.resize(size);
  copy_out(position_ + sizeof size, frame.data(), size);
  position_ += sizeof size + size;
  shared_->read.store(position_);
  const bool has_room = there - sizeof size - size <= kCapacityBytes / 2;
  if (has_room && shared_->writer_waits.load() != 0 && shared_->writer_waits.exchange(0) != 0) {
    ring(ends_[0]);
  }
  return Read::Frame;
}

SharedRing::Wait SharedRing::wait(int ms) {
  const auto has_more = [&] { return shared_->written.load() != position_; };
  shared_->reader_waits.store(1);
  if (has_more()) return Wait::Ready;
  pollfd one{ends_[0], POLLIN, 0};
  (void)poll(&one, 1, ms);
  if ((one.revents & POLLIN) != 0) drain(ends_[0]);
  if (has_more()) return Wait::Ready;
  return (one.revents & (POLLHUP | POLLERR)) != 0 ? Wait::Closed : Wait::Silent;
}

}  // namespace heddle::tile
