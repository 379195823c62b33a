// Physical and virtual addresses. Nothing else shifts or masks an address.
//
//   63..54 zero | 53..48 SIP | 47 die kind | 46..42 die | 41..0 local offset
//   AHBM die:  41..40 region: 0 HBM (39..0 offset), 1 PE (39..35 pe, 34..31 sub-unit,
//              30..0), 2 M_CPU (39..36 sub-unit, 35..0), 3 shared SRAM (39..36 bank, 35..0)
//   IO die:    41..40 zero, 39..36 sub-unit, 35..0
//
// A virtual address has bit 63 set, so that one never passes for a physical one.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "heddle/base/result.h"

namespace heddle::system {

/// A physical address; may be one that faults.
class Pa {
 public:
  constexpr Pa() = default;
  constexpr explicit Pa(std::uint64_t bits) : bits_(bits) {}
  [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }
  /// `0x` and 16 digits.
  [[nodiscard]] std::string to_string() const;
  friend constexpr auto operator<=>(Pa, Pa) = default;

 private:
  std::uint64_t bits_ = 0;
};

/// A virtual address. There is no conversion to or from `Pa`: see mmu.h.
class Va {
 public:
  static constexpr std::uint64_t kMark = std::uint64_t{1} << 63;

  constexpr Va() = default;
  /// The address `offset` bytes into the virtual space.
  constexpr explicit Va(std::uint64_t offset) : bits_(offset | kMark) {}
  [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }
  [[nodiscard]] constexpr std::uint64_t offset() const { return bits_ & ~kMark; }
  [[nodiscard]] constexpr Va plus(std::uint64_t bytes) const { return Va(offset() + bytes); }
  [[nodiscard]] std::string to_string() const;
  friend constexpr auto operator<=>(Va, Va) = default;

 private:
  std::uint64_t bits_ = kMark;
};

enum class DieKind : std::uint8_t { Ahbm = 0, IoChiplet = 1 };

enum class Region : std::uint8_t { Hbm = 0, PeLocal = 1, McpuLocal = 2, CubeSram = 3, Io = 4 };

enum class PeUnit : std::uint8_t {
  TcmData,
  TcmScratch,
  IpcqInbox,
  IpcqControl,
  CpuMemory,
  DmaRegisters,
  GemmRegisters,
  MathRegisters,
  SchedRegisters,
  Mmu,
  Profiling,
};
inline constexpr std::uint32_t kPeUnitCount = 11;

enum class McpuUnit : std::uint8_t { Memory, Registers, Mailbox, Doorbell };
inline constexpr std::uint32_t kMcpuUnitCount = 4;

enum class IoUnit : std::uint8_t {
  Sram,
  Registers,
  HostMailbox,
  LaunchDoorbell,
  Dma,
  SipLink,
  Pcie,
  GlobalTimer,
  BarrierRegisters,
  HostAperture,
};
inline constexpr std::uint32_t kIoUnitCount = 10;

/// An address taken apart.
struct Location {
  std::uint32_t sip = 0;
  DieKind die_kind = DieKind::Ahbm;
  std::uint32_t die = 0;
  Region region = Region::Hbm;
  std::uint32_t pe = 0;    ///< of PeLocal
  std::uint32_t unit = 0;  ///< sub-unit of PeLocal, McpuLocal and Io; bank of CubeSram
  std::uint64_t offset = 0;

  friend bool operator==(const Location&, const Location&) = default;
};

/// What a machine has of the address space; the rest is holes.
struct AddressLimits {
  std::uint32_t sip_count = 64;
  std::uint32_t cube_count = 32;  ///< a SIP
  std::uint32_t pe_count = 32;    ///< a cube
  std::uint64_t hbm_bytes = std::uint64_t{1} << 40;
  std::uint64_t tcm_bytes = std::uint64_t{1} << 31;        ///< of a PE, data
  std::uint64_t scratch_bytes = std::uint64_t{1} << 31;    ///< of a PE, scratch
  std::uint64_t sram_bank_bytes = std::uint64_t{1} << 36;  ///< of each of 16 banks
};

/// Puts an address together. Errors: system.address-field.
[[nodiscard]] Result<Pa> encode(const Location& location);

/// Takes an address apart. Errors: system.address-fault, for reserved bits,
/// reserved sub-units and holes.
[[nodiscard]] Result<Location> decode(Pa address, const AddressLimits& limits = {});

}  // namespace heddle::system
