// Each port of the manifest is a read port, a write port or both; enables and
// polarities become gates before the pins of the `$mem_v2`.
#include "memory.h"

#include <bit>
#include <map>
#include <string>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist {
namespace {

std::string binary(std::uint64_t value) {
  std::string out;
  for (; value != 0; value /= 2) out.insert(out.begin(), value % 2 != 0 ? '1' : '0');
  return out.empty() ? "0" : out;
}

enum class PortKind : std::uint8_t { Read, Write, ReadWrite };
enum class OnWrite : std::uint8_t { Keep, Old, New };

class MemoryBuilder {
 public:
  MemoryBuilder(ConfigReader& map, ModuleBuilder& builder, NamePool& names, SourceOffset at)
      : map_(map), builder_(builder), names_(names), at_(at) {}

  void run() {
    depth_ = map_.required<std::uint64_t>("depth", {.min = 1, .max = kManifestDepthMax});
    width_ = map_.required<std::uint32_t>("width", {.min = 1, .max = kManifestWidthMax});
    address_bits_ = static_cast<std::uint32_t>(std::bit_width(depth_ - 1));
    if (address_bits_ == 0) address_bits_ = 1;
    array_ = map_.optional<std::string>("array", "");
    std::vector<ConfigReader> ports = map_.list_of_maps("ports");
    if (ports.empty()) {
      map_.report(diag::kManifest, "ports", {"memory", map_.what(), "it has no ports"});
    }
    for (ConfigReader& port : ports) read_port(port);
    if (depth_ * width_ <= std::uint64_t{1} << 32)
      emit();
    else
      map_.report(diag::kManifest, "depth", {"memory", map_.what(), "it has more than 2^32 bits"});
  }

 private:
  using Nets = std::vector<LocalNet>;

  /// A pin by name; two ports may share one.
  Nets pin(const std::string& name, PortDirection direction, std::uint32_t width) {
    const auto found = pins_.find(name);
    if (found != pins_.end()) return found->second;
    const LocalNet first = add_manifest_pin(builder_, names_, name, direction, width, at_);
    Nets nets;
    for (std::uint32_t i = 0; i < width; ++i) nets.push_back(first + i);
    return pins_.emplace(name, std::move(nets)).first->second;
  }

  /// `key: PIN` and `key_active: low`; constant one where it is absent.
  Signal control(ConfigReader& port, const std::string& key) {
    const std::optional<std::string> name = port.maybe<std::string>(key);
    const bool high = port.optional_choice(key + "_active", true, {{"high", true}, {"low", false}});
    if (!name) return kSignalOne;
    return {pin(*name, PortDirection::Input, 1)[0], !high};
  }

  void read_port(ConfigReader& port) {
    const PortKind kind =
        port.required_choice<PortKind>("kind", {{"read", PortKind::Read},
                                                {"write", PortKind::Write},
                                                {"read_write", PortKind::ReadWrite}});
    const bool reads = kind != PortKind::Write;
    const bool writes = kind != PortKind::Read;
    const std::optional<std::string> clock =
        writes ? port.required<std::string>("clock") : port.maybe<std::string>("clock");
    const bool rising =
        port.optional_choice("clock_edge", true, {{"rising", true}, {"falling", false}});
    const Nets address =
        pin(port.required<std::string>("address"), PortDirection::Input, address_bits_);
    const LocalNet clock_net = clock ? pin(*clock, PortDirection::Input, 1)[0] : kNetX.value();
    const Signal enable = control(port, "enable");
    Signal writing = kSignalZero;
    const OnWrite on_write =
        kind == PortKind::ReadWrite
            ? port.optional_choice(
                  "on_write", OnWrite::Keep,
                  {{"keep", OnWrite::Keep}, {"old", OnWrite::Old}, {"new", OnWrite::New}})
            : OnWrite::Old;
    if (writes) writing = add_write(port, clock_net, rising, address, enable);
    if (!reads) return;
    Signal reading = builder_.make_and(enable, control(port, "read_enable"), at_);
    if (on_write == OnWrite::Keep) reading = builder_.make_and(reading, ~writing, at_);
    add_read(port, clock.has_value(), clock_net, rising, address, reading, on_write);
  }

  Signal add_write(ConfigReader& port, LocalNet clock, bool rising, const Nets& address,
                   Signal enable) {
    const Signal writing = builder_.make_and(enable, control(port, "write_enable"), at_);
    const Nets data = pin(port.required<std::string>("data_in"), PortDirection::Input, width_);
    const std::optional<std::string> mask = port.maybe<std::string>("write_mask");
    const bool high =
        port.optional_choice("write_mask_active", true, {{"high", true}, {"low", false}});
    const auto lanes =
        port.optional<std::uint32_t>("write_mask_bits", width_, {.min = 1, .max = width_});
    Nets enables(width_, builder_.net_of(writing, at_));
    if (mask) {
      const Nets bits = pin(*mask, PortDirection::Input, lanes);
      const std::uint32_t each = (width_ + lanes - 1) / lanes;
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        const LocalNet both =
            builder_.net_of(builder_.make_and(writing, {bits[lane], !high}, at_), at_);
        for (std::uint32_t i = lane * each; i < std::min((lane + 1) * each, width_); ++i)
          enables[i] = both;
      }
    }
    write_clocks_.push_back(clock);
    write_rising_.push_back(rising);
    append(write_address_, address);
    append(write_data_, data);
    append(write_enable_, enables);
    return writing;
  }

  void add_read(ConfigReader& port, bool clocked, LocalNet clock, bool rising, const Nets& address,
                Signal reading, OnWrite on_write) {
    const Nets data = pin(port.required<std::string>("data_out"), PortDirection::Output, width_);
    read_clocks_.push_back(clock);
    read_clocked_.push_back(clocked);
    read_rising_.push_back(rising);
    read_enables_.push_back(clocked ? builder_.net_of(reading, at_) : kNetOne.value());
    transparent_.push_back(
        on_write == OnWrite::New ? static_cast<std::int64_t>(write_clocks_.size()) - 1 : -1);
    append(read_address_, address);
    append(read_data_, data);
  }

  static void append(Nets& to, const Nets& from) { to.insert(to.end(), from.begin(), from.end()); }

  [[nodiscard]] static std::string mask(const std::vector<bool>& bits) {
    std::string out;
    for (const bool bit : bits) out.insert(out.begin(), bit ? '1' : '0');
    return out.empty() ? "0" : out;
  }

  /// By read port, then write port: bit `read x writes + write`.
  [[nodiscard]] std::string transparency() const {
    std::vector<bool> bits;
    for (const std::int64_t port : transparent_) {
      for (std::size_t write = 0; write < write_clocks_.size(); ++write) {
        bits.push_back(port == static_cast<std::int64_t>(write));
      }
    }
    return mask(bits);
  }

  void emit() {
    builder_.begin_cell(names_.intern(array_.empty() ? "memory" : array_), names_.intern("$mem_v2"),
                        at_);
    const std::size_t reads = read_clocks_.size();
    const auto connect = [&](std::string_view name, const Nets& nets) {
      builder_.connect(names_.intern(name), nets, at_);
    };
    connect("RD_CLK", read_clocks_);
    connect("RD_EN", read_enables_);
    connect("RD_ARST", Nets(reads, kNetZero.value()));
    connect("RD_SRST", Nets(reads, kNetZero.value()));
    connect("RD_ADDR", read_address_);
    connect("RD_DATA", read_data_);
    connect("WR_CLK", write_clocks_);
    connect("WR_EN", write_enable_);
    connect("WR_ADDR", write_address_);
    connect("WR_DATA", write_data_);
    const auto parameter = [&](std::string_view name, const std::string& digits) {
      builder_.add_parameter(names_.intern(name), names_.intern(digits));
    };
    if (!array_.empty()) parameter("MEMID", array_);
    parameter("SIZE", binary(depth_));
    parameter("WIDTH", binary(width_));
    parameter("ABITS", binary(address_bits_));
    parameter("OFFSET", "0");
    parameter("RD_PORTS", binary(reads));
    parameter("WR_PORTS", binary(write_clocks_.size()));
    parameter("RD_CLK_ENABLE", mask(read_clocked_));
    parameter("RD_CLK_POLARITY", mask(read_rising_));
    parameter("RD_TRANSPARENCY_MASK", transparency());
    parameter("WR_CLK_ENABLE", mask(std::vector<bool>(write_clocks_.size(), true)));
    parameter("WR_CLK_POLARITY", mask(write_rising_));
    builder_.end_cell();
  }

  ConfigReader& map_;
  ModuleBuilder& builder_;
  NamePool& names_;
  SourceOffset at_ = 0;
  std::uint64_t depth_ = 1;
  std::uint32_t width_ = 1;
  std::uint32_t address_bits_ = 1;
  std::string array_;
  std::map<std::string, Nets> pins_;
  Nets read_clocks_;
  Nets read_enables_;
  Nets read_address_;
  Nets read_data_;
  std::vector<bool> read_clocked_;
  std::vector<bool> read_rising_;
  std::vector<std::int64_t> transparent_;
  Nets write_clocks_;
  Nets write_address_;
  Nets write_data_;
  Nets write_enable_;
  std::vector<bool> write_rising_;
};

}  // namespace

LocalNet add_manifest_pin(ModuleBuilder& builder, NamePool& names, std::string_view name,
                          PortDirection direction, std::uint32_t width, SourceOffset at) {
  std::vector<LocalNet> nets;
  for (std::uint32_t i = 0; i < width; ++i) nets.push_back(builder.add_net());
  builder.add_port(names.intern(name), direction, {}, nets, at);
  return nets.front();
}

void build_memory(ConfigReader& map, ModuleBuilder& builder, NamePool& names, SourceOffset at) {
  MemoryBuilder(map, builder, names, at).run();
}

}  // namespace heddle::gate::netlist
