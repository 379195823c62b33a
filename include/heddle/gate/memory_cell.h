// A memory macro as a netlist holds it: any depth, width and number of ports.
//
// The model is Yosys's `$mem_v2` with wide ports already split into narrow
// ones, so that every port moves exactly one word.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/gate/names.h"
#include "heddle/gate/nets.h"

namespace heddle::gate {

/// A memory of `depth` words of `width` bits; word i has the address
/// `start_offset + i`.
struct MemoryCell {
  /// A read port. Asynchronous when `clock` is none: `data` follows the address
  /// and the contents. Otherwise `data` is a register loaded at the clock edge,
  /// with a word as it was before the edge's writes, except for write ports that
  /// `transparent` or `collision_x` names. Priority: `async_reset`, then at the
  /// edge `sync_reset` and `enable` as `reset_needs_enable` says. An address
  /// outside of the memory, or with an x bit, reads x.
  struct ReadPort {
    std::vector<NetId> address;  ///< least significant first
    std::vector<NetId> data;     ///< least significant first, `MemoryCell::width` bits
    NetId clock;
    bool posedge = true;
    NetId enable = kNetOne;        ///< active high; meaningless for an asynchronous port
    NetId async_reset = kNetZero;  ///< active high
    NetId sync_reset = kNetZero;   ///< active high
    bool reset_needs_enable = false;
    std::vector<Logic> init;  ///< of the data register
    std::vector<Logic> async_reset_value;
    std::vector<Logic> sync_reset_value;
    std::vector<bool> transparent;  ///< by write port: a write at the same edge is read
    std::vector<bool> collision_x;  ///< by write port: such a read gives x

    [[nodiscard]] bool clocked() const { return !clock.is_none(); }
  };

  /// A write port. At the clock edge, each bit whose enable is 1 is stored.
  /// Writes outside of the memory are lost.
  struct WritePort {
    std::vector<NetId> address;  ///< least significant first
    std::vector<NetId> data;     ///< least significant first
    std::vector<NetId> enable;   ///< one a bit of data
    NetId clock;
    bool posedge = true;
    std::vector<bool> priority_over;  ///< by write port: on a collision this one wins
  };

  HierName name;  ///< of the cell
  NameId id;      ///< MEMID: the name of the array in the source, or none
  NameId source;
  std::uint64_t depth = 0;
  std::uint32_t width = 0;
  std::int64_t start_offset = 0;
  std::uint32_t address_bits = 0;
  /// Initial contents: bit `word x width + bit` of two packed bit vectors,
  /// 64 a word, both of one length; what lies past their end is x.
  std::vector<std::uint64_t> init_value;
  std::vector<std::uint64_t> init_known;  ///< 1: the bit is not x
  std::vector<ReadPort> reads;
  std::vector<WritePort> writes;

  /// The initial value of one bit. Requires: word < depth, bit < width.
  [[nodiscard]] Logic init_bit(std::uint64_t word, std::uint32_t bit) const;
};

}  // namespace heddle::gate
