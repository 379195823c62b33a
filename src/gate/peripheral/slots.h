// What a bank keeps of each peripheral: its functions, its settings, its state
// in one arena, its pins, and the bytes that it stores.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "heddle/gate/peripheral_bank.h"

namespace heddle::gate {

/// Bytes of one store. Zeroed by the system a page at a time, so that a large
/// memory costs what of it is used.
class StoreBytes {
 public:
  explicit StoreBytes(StoreSpec spec);

  [[nodiscard]] ByteStore view() const {
    return {.bytes = bytes_.get(), .dirty = dirty_.get(), .size = spec_.bytes, .fill = spec_.fill};
  }
  /// Appends what differs from the start: page numbers and their bytes.
  void save(std::vector<std::byte>& out) const;
  /// Checks (and with `apply` takes) what `save` wrote; empty span left on a fault.
  [[nodiscard]] bool restore(std::span<const std::byte>& saved, bool apply);

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
  };
  using Bytes = std::unique_ptr<std::uint8_t[], Free>;

  [[nodiscard]] std::uint32_t page_count() const {
    return (spec_.bytes + ByteStore::kPageBytes - 1) / ByteStore::kPageBytes;
  }
  [[nodiscard]] std::uint32_t page_bytes(std::uint32_t page) const;
  /// Gives a page its first content again.
  void reset_page(std::uint32_t page);

  StoreSpec spec_;
  Bytes bytes_;
  Bytes dirty_;
};

/// One peripheral of a bank.
struct Slot {
  const PeripheralType* type = nullptr;
  std::vector<std::byte> config;
  std::size_t state_offset = 0;  ///< into the arena
  std::uint32_t clock = 0;
  std::uint32_t first_output = 0;  ///< into the map of outputs
  std::uint32_t first_input = 0;   ///< into the map of inputs
  std::unique_ptr<StoreBytes> store;

  [[nodiscard]] ByteStore store_view() const { return store ? store->view() : ByteStore(); }
};

/// The kind, settings and store of a setup. `stream` is what a UART may send.
[[nodiscard]] Slot make_slot(const PeripheralSetup& setup, std::span<const std::uint8_t> stream);

}  // namespace heddle::gate
