// `$mem_v2`: parameters and connections to a `MemoryCell`. Its ports stand side
// by side in vectors; a wide port is a row of narrow ones whose low address
// bits are constants, so reading each by itself gives what is meant.
#include <algorithm>
#include <array>

#include "heddle/gate/diagnostics.h"
#include "hierarchy.h"
#include "parameters.h"

namespace heddle::gate::netlist {
namespace {

constexpr std::uint64_t kMemoryBitsMax = std::uint64_t{1} << 32;
constexpr std::uint64_t kMemoryDepthMax = std::uint64_t{1} << 31;  // SIZE is a signed number
constexpr std::uint64_t kMemoryWidthMax = 1U << 16;
constexpr std::uint64_t kMemoryPortsMax = 1024;
constexpr std::uint64_t kMemoryAddressBitsMax = 64;

enum Pin : std::uint8_t {
  RdClk,
  RdEn,
  RdArst,
  RdSrst,
  RdAddr,
  RdData,
  WrClk,
  WrEn,
  WrAddr,
  WrData,
  kPinCount
};
constexpr std::array<std::string_view, kPinCount> kPinNames{
    "RD_CLK",  "RD_EN",  "RD_ARST", "RD_SRST", "RD_ADDR",
    "RD_DATA", "WR_CLK", "WR_EN",   "WR_ADDR", "WR_DATA"};

class ShapeReader {
 public:
  ShapeReader(const DesignData& data, const ModuleCell& cell, Faults& faults)
      : data_(data), cell_(cell), faults_(faults), parameters_(data, cell, faults) {}

  std::optional<MemoryCell> read() {
    if (!read_sizes() || !read_pins() || !read_init() || !read_reads() || !read_writes()) {
      return std::nullopt;
    }
    return std::move(memory_);
  }

 private:
  bool read_sizes();
  bool read_pins();
  bool check_pin(Pin pin, std::uint64_t width);
  bool read_init();
  bool read_reads();
  bool read_writes();
  void read_read_port(std::size_t port, const Digits& clocked, const Digits& polarity,
                      const Digits& needs_enable);

  [[nodiscard]] NetId net(Pin pin, std::size_t index) const { return NetId(pins_[pin][index]); }
  [[nodiscard]] std::vector<NetId> nets(Pin pin, std::size_t port, std::size_t width) const {
    std::vector<NetId> out;
    for (std::size_t i = 0; i < width; ++i) out.push_back(net(pin, port * width + i));
    return out;
  }
  static std::vector<Logic> values(const Digits& digits, std::size_t port, std::size_t width) {
    std::vector<Logic> out;
    for (std::size_t i = 0; i < width; ++i) out.push_back(digits.bit(port * width + i, Logic::X));
    return out;
  }
  [[nodiscard]] std::vector<bool> mask(const Digits& digits, std::size_t port) const {
    std::vector<bool> out;
    for (std::size_t i = 0; i < write_count_; ++i) {
      out.push_back(digits.bit(port * write_count_ + i, Logic::Zero) == Logic::One);
    }
    return out;
  }

  const DesignData& data_;
  const ModuleCell& cell_;
  Faults& faults_;
  CellParameters parameters_;
  MemoryCell memory_;
  std::size_t read_count_ = 0;
  std::size_t write_count_ = 0;
  std::array<std::span<const LocalNet>, kPinCount> pins_;
};

bool ShapeReader::read_sizes() {
  const auto depth = parameters_.number("SIZE", kMemoryDepthMax);
  const auto width = parameters_.number("WIDTH", kMemoryWidthMax);
  const auto address_bits = parameters_.number("ABITS", kMemoryAddressBitsMax);
  const auto offset = parameters_.signed_number("OFFSET");
  const auto reads = parameters_.number("RD_PORTS", kMemoryPortsMax);
  const auto writes = parameters_.number("WR_PORTS", kMemoryPortsMax);
  if (!depth || !width || !address_bits || !offset || !reads || !writes) return false;
  if (*depth == 0) parameters_.bad("SIZE", "0", "at least 1");
  if (*width == 0) parameters_.bad("WIDTH", "0", "at least 1");
  if (*depth == 0 || *width == 0) return false;
  if (*depth * *width > kMemoryBitsMax) {
    parameters_.bad("SIZE", std::to_string(*depth),
                    "at most " + std::to_string(kMemoryBitsMax) + " bits in all");
    return false;
  }
  memory_.name.local = cell_.name;
  memory_.source = cell_.source;
  memory_.depth = *depth;
  memory_.width = static_cast<std::uint32_t>(*width);
  memory_.address_bits = static_cast<std::uint32_t>(*address_bits);
  memory_.start_offset = *offset;
  read_count_ = *reads;
  write_count_ = *writes;
  return true;
}

bool ShapeReader::check_pin(Pin pin, std::uint64_t width) {
  if (pins_[pin].size() == width) return true;
  const std::string_view name = data_.names->text(cell_.name);
  if (pins_[pin].empty()) {
    faults_.add(diag::kMissingPort, cell_.at, {name, "$mem_v2", kPinNames[pin]});
  } else {
    faults_.add(diag::kWidthMismatch, cell_.at,
                {kPinNames[pin], name, std::to_string(width), std::to_string(pins_[pin].size())});
  }
  return false;
}

bool ShapeReader::read_pins() {
  for (const CellConnection& connection : data_.connections_of(cell_)) {
    const std::string_view port = data_.names->text(connection.port);
    const auto* const found = std::find(kPinNames.begin(), kPinNames.end(), port);
    if (found == kPinNames.end()) {
      const std::vector<std::string_view> known(kPinNames.begin(), kPinNames.end());
      faults_.add(diag::kUnknownPort, connection.at,
                  {data_.names->text(cell_.name), "$mem_v2", port,
                   nearest_help(port, known, "its ports are RD_* and WR_*")});
      return false;
    }
    pins_[static_cast<std::size_t>(found - kPinNames.begin())] = data_.bits_of(connection.bits);
  }
  const std::uint64_t word = memory_.width;
  const std::uint64_t address = memory_.address_bits;
  bool good = true;
  for (const Pin pin : {RdClk, RdEn, RdArst, RdSrst}) good = check_pin(pin, read_count_) && good;
  good = check_pin(RdAddr, read_count_ * address) && good;
  good = check_pin(RdData, read_count_ * word) && good;
  good = check_pin(WrClk, write_count_) && good;
  good = check_pin(WrEn, write_count_ * word) && good;
  good = check_pin(WrAddr, write_count_ * address) && good;
  return check_pin(WrData, write_count_ * word) && good;
}

bool ShapeReader::read_init() {
  if (const ConstantText* id = parameters_.find("MEMID")) memory_.id = id->unescaped;
  const auto digits = parameters_.digits("INIT", memory_.depth * memory_.width);
  if (!digits) return false;
  const std::size_t count = std::min<std::size_t>(digits->size(), memory_.depth * memory_.width);
  std::vector<std::uint64_t> value((count + 63) / 64, 0);
  std::vector<std::uint64_t> known(value.size(), 0);
  bool any = false;
  for (std::size_t i = 0; i < count; ++i) {
    const Logic bit = digits->bit(i, Logic::X);
    if (bit == Logic::X) continue;
    any = true;
    known[i / 64] |= std::uint64_t{1} << (i % 64);
    if (bit == Logic::One) value[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  if (!any) return true;
  memory_.init_value = std::move(value);
  memory_.init_known = std::move(known);
  return true;
}

void ShapeReader::read_read_port(std::size_t port, const Digits& clocked, const Digits& polarity,
                                 const Digits& needs_enable) {
  MemoryCell::ReadPort out;
  out.address = nets(RdAddr, port, memory_.address_bits);
  out.data = nets(RdData, port, memory_.width);
  if (clocked.bit(port, Logic::Zero) == Logic::One) out.clock = net(RdClk, port);
  out.posedge = polarity.bit(port, Logic::One) != Logic::Zero;
  out.enable = net(RdEn, port);
  out.async_reset = net(RdArst, port);
  out.sync_reset = net(RdSrst, port);
  out.reset_needs_enable = needs_enable.bit(port, Logic::Zero) == Logic::One;
  memory_.reads.push_back(std::move(out));
}

bool ShapeReader::read_reads() {
  const std::uint64_t word_bits = read_count_ * memory_.width;
  const std::uint64_t pair_bits = read_count_ * write_count_;
  const auto clocked = parameters_.digits("RD_CLK_ENABLE", read_count_);
  const auto polarity = parameters_.digits("RD_CLK_POLARITY", read_count_);
  const auto needs_enable = parameters_.digits("RD_CE_OVER_SRST", read_count_);
  const auto init = parameters_.digits("RD_INIT_VALUE", word_bits);
  const auto async_value = parameters_.digits("RD_ARST_VALUE", word_bits);
  const auto sync_value = parameters_.digits("RD_SRST_VALUE", word_bits);
  const auto transparent = parameters_.digits("RD_TRANSPARENCY_MASK", pair_bits);
  const auto collision = parameters_.digits("RD_COLLISION_X_MASK", pair_bits);
  if (!clocked || !polarity || !needs_enable || !init || !async_value || !sync_value ||
      !transparent || !collision) {
    return false;
  }
  for (std::size_t port = 0; port < read_count_; ++port) {
    read_read_port(port, *clocked, *polarity, *needs_enable);
    MemoryCell::ReadPort& out = memory_.reads.back();
    out.init = values(*init, port, memory_.width);
    out.async_reset_value = values(*async_value, port, memory_.width);
    out.sync_reset_value = values(*sync_value, port, memory_.width);
    out.transparent = mask(*transparent, port);
    out.collision_x = mask(*collision, port);
  }
  return true;
}

bool ShapeReader::read_writes() {
  const auto clocked = parameters_.digits("WR_CLK_ENABLE", write_count_);
  const auto polarity = parameters_.digits("WR_CLK_POLARITY", write_count_);
  const auto priority = parameters_.digits("WR_PRIORITY_MASK", write_count_ * write_count_);
  if (!clocked || !polarity || !priority) return false;
  for (std::size_t port = 0; port < write_count_; ++port) {
    if (clocked->bit(port, Logic::Zero) != Logic::One) {
      faults_.add(diag::kUnsupportedCell, cell_.at,
                  {data_.names->text(cell_.name), "$mem_v2",
                   "its write port " + std::to_string(port) + " has no clock",
                   "write to it at a clock edge, or build it from latches"});
      return false;
    }
    MemoryCell::WritePort out;
    out.address = nets(WrAddr, port, memory_.address_bits);
    out.data = nets(WrData, port, memory_.width);
    out.enable = nets(WrEn, port, memory_.width);
    out.clock = net(WrClk, port);
    out.posedge = polarity->bit(port, Logic::One) != Logic::Zero;
    out.priority_over = mask(*priority, port);
    memory_.writes.push_back(std::move(out));
  }
  return true;
}

}  // namespace

std::optional<MemoryCell> read_memory_shape(const DesignData& data, const ModuleCell& cell,
                                            Faults& faults) {
  return ShapeReader(data, cell, faults).read();
}

}  // namespace heddle::gate::netlist
