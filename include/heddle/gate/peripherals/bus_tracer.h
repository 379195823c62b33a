// What all bus tracers share. A tracer watches the signals of a bus and records
// whole transactions at the rising clock edge that completes them.
//
// At a rising edge a flop takes what its inputs were before it. So does a
// tracer: it notes the signals at each sample and acts on what it noted when it
// next sees its clock rise. Its clock is a clock of the run, or a net (`clk`).
// A transaction is several records at one edge, the last of them tells the
// direction: `BusTransaction` puts them together again.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

/// How a transaction ended.
enum class BusResponse : std::uint8_t {
  Okay,
  Error,
  Retry,
  ExclusiveOkay,
  SlaveError,
  DecodeError
};

struct BusTransaction {
  std::uint64_t address = 0;
  std::uint64_t data = 0;
  bool is_write = false;
  BusResponse response = BusResponse::Okay;
  std::uint8_t strobe = 0;        ///< byte lanes that take part
  std::uint32_t wait_cycles = 0;  ///< beyond the fewest that the protocol needs
};

struct BusRecord {
  /// `kRead` and `kWrite` end a transaction; value: response, strobe and waits.
  enum Kind : std::uint16_t {
    kAddress,
    kAddressHigh,
    kData,
    kDataHigh,
    kRead,
    kWrite,
    kProtocolError,
    kCount
  };
  static constexpr std::uint32_t kWaitsMax = 0xFFFFF;

  template <class Out>
  HEDDLE_HOST_DEVICE static void emit(const BusTransaction& transaction, Out& out) {
    const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
    out.record(kAddress, low(transaction.address));
    if (transaction.address >> 32 != 0) out.record(kAddressHigh, low(transaction.address >> 32));
    out.record(kData, low(transaction.data));
    if (transaction.data >> 32 != 0) out.record(kDataHigh, low(transaction.data >> 32));
    const std::uint32_t waits =
        transaction.wait_cycles < kWaitsMax ? transaction.wait_cycles : kWaitsMax;
    out.record(transaction.is_write ? kWrite : kRead,
               static_cast<std::uint32_t>(transaction.response) |
                   std::uint32_t{transaction.strobe} << 4 | waits << 12);
  }

  /// Takes a record in; true when it ends the transaction, which is complete then.
  static bool collect(std::uint16_t kind, std::uint32_t value, BusTransaction& transaction) {
    const auto high = [&](std::uint64_t word) {
      return (word & 0xFFFFFFFFU) | std::uint64_t{value} << 32;
    };
    switch (kind) {
      case kAddress: transaction = {.address = value}; return false;
      case kAddressHigh: transaction.address = high(transaction.address); return false;
      case kData: transaction.data = value; return false;
      case kDataHigh: transaction.data = high(transaction.data); return false;
      case kRead:
      case kWrite:
        transaction.is_write = kind == kWrite;
        transaction.response = static_cast<BusResponse>(value & 15U);
        transaction.strobe = static_cast<std::uint8_t>(value >> 4);
        transaction.wait_cycles = value >> 12;
        return true;
      default: return false;
    }
  }
};

inline constexpr const char* kBusRecordNames[] = {
    "address", "address_high", "data", "data_high", "read", "write", "protocol_error"};

/// The clock of a tracer: one of the run, or a net.
struct BusClock {
  std::uint64_t cycles = 0;  ///< rising edges of the net
  std::uint32_t level = 0;   ///< of the net, as last seen
  std::uint32_t reserved = 0;

  /// Whether the clock rises at this sample. Once a sample.
  [[nodiscard]] HEDDLE_HOST_DEVICE bool rises(const PinSample& in, unsigned role) {
    if (!in.connected(role)) return in.rises;
    const std::uint32_t now = in.level(role, false) ? 1 : 0;
    const bool rose = now > level;
    level = now;
    cycles += rose ? 1U : 0U;
    return rose;
  }
  [[nodiscard]] HEDDLE_HOST_DEVICE std::uint64_t now(const PinSample& in, unsigned role) const {
    return in.connected(role) ? cycles : in.cycle;
  }
  /// When to look again: at the next rising edge if something waits for it.
  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t wake(const PinSample& in, unsigned role,
                                                             bool waits) {
    return waits && !in.connected(role) ? in.cycle + 1 : kNever;
  }
};

/// A queue of up to `kSize` entries in plain data.
template <class T, unsigned kSize>
struct BusQueue {
  T entries[kSize] = {};
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  [[nodiscard]] HEDDLE_HOST_DEVICE bool empty() const { return count == 0; }
  /// False when it is full.
  HEDDLE_HOST_DEVICE bool push(const T& entry) {
    if (count == kSize) return false;
    entries[(first + count++) % kSize] = entry;
    return true;
  }
  HEDDLE_HOST_DEVICE T pop() {
    const T entry = entries[first];
    first = (first + 1) % kSize;
    --count;
    return entry;
  }
};

/// Bits of an address or of data at most.
inline constexpr unsigned kBusBits = 64;

}  // namespace heddle::gate
