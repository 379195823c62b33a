// What a peripheral sees of an edge, and how it answers: shared by all kinds,
// by the bank that steps them on the host and by kernels that do on a device.
//
// A kind is a struct of static functions over a `Config` and a `State`:
//   observe   decodes the pins, at the sample of an edge
//   command   takes one command of the event script at that sample
//   drive     computes what its inputs are from the next edge on
//   next_wake tells at which cycle it has to be stepped although no pin changed
//   next_wake_edge, which may be absent, tells the same in edges
// In reset only `hold` is called: idle outputs, initial state, nothing decoded.
// `Out` offers `record(kind, value)`, `drive(role, level)` and `release(role)`.
// docs/guides/peripherals.md builds one from an empty file.
#pragma once

#include <cstdint>
#include <limits>

#include "heddle/gate/peripheral.h"

namespace heddle::gate {

/// Of a role that the run did not connect.
inline constexpr std::uint16_t kUnconnected = 0xFFFF;
/// A wake-up that never comes.
inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// Bytes that a peripheral keeps beside its state: the cells of a memory. They
/// survive a reset and are part of every checkpoint, page by page.
struct ByteStore {
  static constexpr std::uint32_t kPageBytes = 4096;

  std::uint8_t* bytes = nullptr;  ///< each as its difference (XOR) to `fill`
  std::uint8_t* dirty = nullptr;  ///< one a page: not 0 once it was written to
  std::uint32_t size = 0;
  std::uint8_t fill = 0;  ///< what a byte is that nothing ever wrote

  /// Requires: `address` below `size`, here and for `write`.
  [[nodiscard]] HEDDLE_HOST_DEVICE std::uint8_t read(std::uint32_t address) const {
    return static_cast<std::uint8_t>(bytes[address] ^ fill);
  }
  HEDDLE_HOST_DEVICE void write(std::uint32_t address, std::uint8_t value) const {
    bytes[address] = static_cast<std::uint8_t>(value ^ fill);
    dirty[address / kPageBytes] = 1;
  }
};

/// The sample of one edge as one peripheral sees it.
struct PinSample {
  std::uint64_t cycle = 0;             ///< rising edges of its clock so far, this edge's included
  bool rises = false;                  ///< its clock rises at this edge
  const std::uint8_t* pins = nullptr;  ///< every observed output of the bank
  const std::uint16_t* map = nullptr;  ///< by role: index into `pins`, or `kUnconnected`
  std::int64_t time_ps = 0;            ///< simulated time
  std::uint64_t edge = 0;              ///< of the run
  ByteStore store = {};                ///< what `StoreSpec` asked for

  [[nodiscard]] HEDDLE_HOST_DEVICE bool connected(unsigned role) const {
    return map[role] != kUnconnected;
  }
  /// The level at a role; `otherwise` where nothing is connected.
  [[nodiscard]] HEDDLE_HOST_DEVICE bool level(unsigned role, bool otherwise) const {
    return map[role] == kUnconnected ? otherwise : pins[map[role]] != 0;
  }
  /// Levels of `count` roles from `first` on, bit 0 the first.
  [[nodiscard]] HEDDLE_HOST_DEVICE std::uint32_t levels(unsigned first, unsigned count,
                                                        bool otherwise) const {
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < count; ++i) {
      bits |= static_cast<std::uint32_t>(level(first + i, otherwise)) << i;
    }
    return bits;
  }
  /// The same for up to 64 roles; what is not connected is 0.
  [[nodiscard]] HEDDLE_HOST_DEVICE std::uint64_t word(unsigned first, unsigned count) const {
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < count && connected(first + i); ++i) {
      bits |= static_cast<std::uint64_t>(pins[map[first + i]] != 0) << i;
    }
    return bits;
  }
};

}  // namespace heddle::gate
