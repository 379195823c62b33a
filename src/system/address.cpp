// One table of bit fields; encoding and decoding walk it.
#include "heddle/system/address.h"

#include <fmt/format.h>

#include "heddle/system/diagnostics.h"

namespace heddle::system {
namespace {

struct Field {
  unsigned low = 0;
  unsigned width = 0;

  [[nodiscard]] constexpr std::uint64_t max() const { return (std::uint64_t{1} << width) - 1; }
  [[nodiscard]] constexpr std::uint64_t put(std::uint64_t value) const { return value << low; }
  [[nodiscard]] constexpr std::uint64_t get(std::uint64_t bits) const {
    return bits >> low & max();
  }
};

constexpr Field kZero{54, 10};
constexpr Field kSip{48, 6};
constexpr Field kKind{47, 1};
constexpr Field kDie{42, 5};
constexpr Field kRegion{40, 2};
constexpr Field kHbmOffset{0, 40};
constexpr Field kPe{35, 5};
constexpr Field kPeUnit{31, 4};
constexpr Field kPeOffset{0, 31};
constexpr Field kUnit{36, 4};  ///< M_CPU sub-unit, SRAM bank, IO sub-unit
constexpr Field kUnitOffset{0, 36};

/// Adds fields, and remembers the first that does not fit.
class Encoder {
 public:
  void put(const Field& field, std::string_view name, std::uint64_t value) {
    if (value > field.max() && problem_.empty()) {
      problem_.add(Diagnostic(diag::kAddressField, {},
                              {name, std::to_string(value), std::to_string(field.max())}));
    }
    bits_ |= field.put(value & field.max());
  }
  void limit(std::string_view name, std::uint64_t value, std::uint64_t most) {
    if (value <= most || !problem_.empty()) return;
    problem_.add(
        Diagnostic(diag::kAddressField, {}, {name, std::to_string(value), std::to_string(most)}));
  }
  Result<Pa> result() && {
    if (problem_.has_errors()) return fail(std::move(problem_));
    return Pa(bits_);
  }

 private:
  std::uint64_t bits_ = 0;
  Diagnostics problem_;
};

Failure fault(Pa address, const std::string& why) {
  return fail(diag::kAddressFault, {}, {address.to_string(), why});
}

Result<Location> decode_io(Pa address, Location location) {
  if (kRegion.get(address.bits()) != 0)
    return fault(address, "bits 41 and 40 of an IO die are set");
  location.region = Region::Io;
  location.unit = static_cast<std::uint32_t>(kUnit.get(address.bits()));
  location.offset = kUnitOffset.get(address.bits());
  if (location.unit >= kIoUnitCount) {
    return fault(address, fmt::format("IO sub-unit {} is reserved", location.unit));
  }
  return location;
}

Result<Location> decode_pe(Pa address, Location location, const AddressLimits& limits) {
  location.pe = static_cast<std::uint32_t>(kPe.get(address.bits()));
  location.unit = static_cast<std::uint32_t>(kPeUnit.get(address.bits()));
  location.offset = kPeOffset.get(address.bits());
  if (location.pe >= limits.pe_count) {
    return fault(address, fmt::format("there is no PE {} in a cube", location.pe));
  }
  if (location.unit >= kPeUnitCount) {
    return fault(address, fmt::format("PE sub-unit {} is reserved", location.unit));
  }
  const auto unit = static_cast<PeUnit>(location.unit);
  if (unit == PeUnit::TcmData && location.offset >= limits.tcm_bytes) {
    return fault(address, fmt::format("a hole: the TCM has {} bytes", limits.tcm_bytes));
  }
  if (unit == PeUnit::TcmScratch && location.offset >= limits.scratch_bytes) {
    return fault(address, fmt::format("a hole: the scratch has {} bytes", limits.scratch_bytes));
  }
  return location;
}

Result<Location> decode_ahbm(Pa address, Location location, const AddressLimits& limits) {
  const std::uint64_t bits = address.bits();
  if (location.die >= limits.cube_count) {
    return fault(address, fmt::format("there is no cube {}", location.die));
  }
  location.region = static_cast<Region>(kRegion.get(bits));
  switch (location.region) {
    case Region::Hbm:
      location.offset = kHbmOffset.get(bits);
      if (location.offset >= limits.hbm_bytes) {
        return fault(address, fmt::format("a hole: the HBM has {} bytes", limits.hbm_bytes));
      }
      return location;
    case Region::PeLocal: return decode_pe(address, location, limits);
    case Region::McpuLocal:
      location.unit = static_cast<std::uint32_t>(kUnit.get(bits));
      location.offset = kUnitOffset.get(bits);
      if (location.unit >= kMcpuUnitCount) {
        return fault(address, fmt::format("M_CPU sub-unit {} is reserved", location.unit));
      }
      return location;
    default:
      location.unit = static_cast<std::uint32_t>(kUnit.get(bits));
      location.offset = kUnitOffset.get(bits);
      if (location.offset >= limits.sram_bank_bytes) {
        return fault(address,
                     fmt::format("a hole: an SRAM bank has {} bytes", limits.sram_bank_bytes));
      }
      return location;
  }
}

}  // namespace

std::string Pa::to_string() const {
  return fmt::format("0x{:016x}", bits_);
}

std::string Va::to_string() const {
  return fmt::format("0x{:016x}", bits_);
}

Result<Pa> encode(const Location& location) {
  Encoder encoder;
  encoder.put(kSip, "sip", location.sip);
  encoder.put(kKind, "die kind", static_cast<std::uint64_t>(location.die_kind));
  encoder.put(kDie, "die", location.die);
  if (location.die_kind == DieKind::IoChiplet) {
    encoder.limit("IO sub-unit", location.unit, kIoUnitCount - 1);
    encoder.put(kUnit, "IO sub-unit", location.unit);
    encoder.put(kUnitOffset, "offset", location.offset);
    return std::move(encoder).result();
  }
  encoder.put(kRegion, "region", static_cast<std::uint64_t>(location.region));
  switch (location.region) {
    case Region::Hbm: encoder.put(kHbmOffset, "offset", location.offset); break;
    case Region::PeLocal:
      encoder.put(kPe, "pe", location.pe);
      encoder.limit("PE sub-unit", location.unit, kPeUnitCount - 1);
      encoder.put(kPeUnit, "PE sub-unit", location.unit);
      encoder.put(kPeOffset, "offset", location.offset);
      break;
    case Region::McpuLocal:
      encoder.limit("M_CPU sub-unit", location.unit, kMcpuUnitCount - 1);
      [[fallthrough]];
    default:
      encoder.put(kUnit, "sub-unit or bank", location.unit);
      encoder.put(kUnitOffset, "offset", location.offset);
  }
  return std::move(encoder).result();
}

Result<Location> decode(Pa address, const AddressLimits& limits) {
  const std::uint64_t bits = address.bits();
  if (kZero.get(bits) != 0) {
    return fault(address, bits >> 63 != 0 ? "it is a virtual address that nobody translated"
                                          : "bits 63 to 54 are not zero");
  }
  Location location;
  location.sip = static_cast<std::uint32_t>(kSip.get(bits));
  location.die_kind = static_cast<DieKind>(kKind.get(bits));
  location.die = static_cast<std::uint32_t>(kDie.get(bits));
  if (location.sip >= limits.sip_count) {
    return fault(address, fmt::format("there is no SIP {}", location.sip));
  }
  if (location.die_kind == DieKind::IoChiplet) return decode_io(address, location);
  return decode_ahbm(address, location, limits);
}

}  // namespace heddle::system
