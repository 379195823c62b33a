#include "gate/cosim/builtin_kinds.h"

#include <algorithm>
#include <bit>

#include "gate/cosim/jtag_kinds.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/peripherals/ahb_lite_tracer.h"
#include "heddle/gate/peripherals/apb_tracer.h"
#include "heddle/gate/peripherals/axi_lite_tracer.h"
#include "heddle/gate/peripherals/i2c_slave.h"
#include "heddle/gate/peripherals/qspi_psram.h"
#include "heddle/gate/peripherals/spi_slave.h"
#include "heddle/gate/peripherals/wishbone_tracer.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

constexpr PinSharing kBus = PinSharing::Bus;
constexpr PinSharing kOpenDrain = PinSharing::OpenDrain;

std::uint32_t read_number(ConfigReader& map, std::string_view key, std::uint32_t fallback,
                          std::uint32_t min, std::uint32_t max) {
  return map.optional<std::uint32_t>(key, fallback, {.min = min, .max = max});
}

std::uint32_t read_size(ConfigReader& map, std::string_view key, std::uint32_t fallback,
                        std::uint32_t min, std::uint32_t max) {
  const std::uint32_t size = read_number(map, key, fallback, min, max);
  if (!std::has_single_bit(size)) {
    map.report(diag::kBadCapacity, key, {std::string(key), std::to_string(size)});
    return fallback;
  }
  return size;
}

PeripheralKindInfo psram() {
  using Psram = QspiPsram;
  const auto read = [](PeripheralSettings& settings) {
    ConfigReader& map = settings.map;
    settings.loads_image = true;
    Psram::Config config;
    config.capacity_bytes = read_size(map, "capacity_bytes", config.capacity_bytes, 256, 1U << 24);
    config.id = map.optional<std::uint64_t>("id", config.id);
    const auto cycles = [&](std::string_view key, std::uint8_t fallback) {
      return static_cast<std::uint8_t>(read_number(map, key, fallback, 0, 64));
    };
    config.fast_wait = cycles("fast_wait_cycles", config.fast_wait);
    config.quad_wait = cycles("quad_wait_cycles", config.quad_wait);
    config.quad_fast_wait = cycles("quad_fast_wait_cycles", config.quad_fast_wait);
    config.record_commands = map.optional<bool>("record_commands", false);
    return make_setup<Psram>(config, {.bytes = config.capacity_bytes});
  };
  return {.type = &peripheral_type<Psram>(),
          .roles = {{.name = "cs_n", .first = Psram::kCs, .is_required = true},
                    {.name = "sck", .first = Psram::kSck, .is_required = true},
                    {.name = "io_o", .first = Psram::kIoOut, .width = 4, .is_required = true},
                    {.name = "io_oe", .first = Psram::kIoOe, .width = 4},
                    {.name = "io_i",
                     .first = Psram::kIoIn,
                     .width = 4,
                     .is_input = true,
                     .is_required = true,
                     .sharing = kBus}},
          .read = read};
}

PeripheralKindInfo i2c_slave() {
  const auto read = [](PeripheralSettings& settings) {
    ConfigReader& map = settings.map;
    settings.loads_image = true;
    I2cSlave::Config config;
    config.address =
        static_cast<std::uint8_t>(read_number(map, "address", config.address, 0, 0x7F));
    config.pointer_bytes = static_cast<std::uint8_t>(read_number(map, "pointer_bytes", 1, 1, 2));
    const std::uint32_t most = 1U << (8 * config.pointer_bytes);
    config.register_count = read_size(map, "registers", 256, 1, most);
    config.oe_active_low =
        map.optional_choice("oe_active", false, {{"high", false}, {"low", true}});
    return make_setup<I2cSlave>(config, {.bytes = config.register_count});
  };
  const auto input = [](std::string_view name, unsigned role) {
    return PeripheralRole{.name = name,
                          .first = role,
                          .is_input = true,
                          .is_required = role == I2cSlave::kSdaIn,
                          .sharing = kOpenDrain};
  };
  return {.type = &peripheral_type<I2cSlave>(),
          .roles = {{.name = "scl_o", .first = I2cSlave::kScl},
                    {.name = "scl_oe", .first = I2cSlave::kSclOe},
                    {.name = "sda_o", .first = I2cSlave::kSda},
                    {.name = "sda_oe", .first = I2cSlave::kSdaOe},
                    input("scl_i", I2cSlave::kSclIn),
                    input("sda_i", I2cSlave::kSdaIn)},
          .read = read};
}

PeripheralKindInfo spi_slave() {
  const auto read = [](PeripheralSettings& settings) {
    ConfigReader& map = settings.map;
    settings.loads_image = true;
    SpiSlave::Config config;
    config.mode = static_cast<std::uint8_t>(read_number(map, "mode", 0, 0, 3));
    config.header_bytes = static_cast<std::uint8_t>(read_number(map, "header_bytes", 1, 1, 2));
    const std::uint32_t most = 1U << (8 * config.header_bytes - 1);
    config.register_count = read_size(map, "registers", 128, 1, most);
    config.read_flag = map.optional<bool>("read_flag", true);
    return make_setup<SpiSlave>(config, {.bytes = config.register_count});
  };
  return {.type = &peripheral_type<SpiSlave>(),
          .roles = {{.name = "cs_n", .first = SpiSlave::kCs, .is_required = true},
                    {.name = "sck", .first = SpiSlave::kSck, .is_required = true},
                    {.name = "mosi", .first = SpiSlave::kMosi, .is_required = true},
                    {.name = "miso",
                     .first = SpiSlave::kMiso,
                     .is_input = true,
                     .is_required = true,
                     .sharing = kBus}},
          .read = read};
}

// Bus tracers. Their settings follow from what is connected.

PeripheralRole wire(std::string_view name, unsigned role, bool is_required = false) {
  return {.name = name, .first = role, .is_required = is_required};
}
PeripheralRole bus(std::string_view name, unsigned role, unsigned width_max = kBusBits) {
  return {.name = name, .first = role, .width = 0, .width_max = width_max};
}

/// A tracer whose data width is that of the wider of two pins.
template <class Tracer>
PeripheralKindInfo tracer(std::vector<PeripheralRole> roles, std::string_view write_data,
                          std::string_view read_data, typename Tracer::Config fixed = {}) {
  const auto index = [&](std::string_view name) {
    const auto found = std::find_if(roles.begin(), roles.end(),
                                    [&](const PeripheralRole& role) { return role.name == name; });
    return static_cast<std::size_t>(found - roles.begin());
  };
  const std::size_t write_index = index(write_data);
  const std::size_t read_index = index(read_data);
  PeripheralKindInfo kind{
      .type = &peripheral_type<Tracer>(),
      .roles = std::move(roles),
      .counts_cycles = true,
      .read = [fixed](PeripheralSettings&) { return make_setup<Tracer>(fixed); }};
  kind.attach = [write_index, read_index](ModelSetup& setup, const std::vector<unsigned>& widths) {
    typename Tracer::Config config;
    std::memcpy(&config, setup.config.data(), sizeof config);
    const unsigned bits = std::max({8U, widths[write_index], widths[read_index]});
    config.data_bytes = std::bit_ceil((bits + 7) / 8);
    std::memcpy(setup.config.data(), &config, sizeof config);
  };
  return kind;
}

PeripheralKindInfo apb() {
  using T = ApbTracer;
  return tracer<T>(
      {wire("clk", T::kClk), wire("psel", T::kSel, true), wire("penable", T::kEnable, true),
       wire("pwrite", T::kWriteSide, true), wire("pready", T::kReady),
       wire("pslverr", T::kSlaveError), bus("pstrb", T::kStrobe, 8), bus("paddr", T::kAddress),
       bus("pwdata", T::kWriteData), bus("prdata", T::kReadData)},
      "pwdata", "prdata");
}

PeripheralKindInfo wishbone() {
  using T = WishboneTracer;
  PeripheralKindInfo kind =
      tracer<T>({wire("clk", T::kClk), wire("cyc", T::kCyc, true), wire("stb", T::kStb, true),
                 wire("we", T::kWe, true), wire("ack", T::kAck, true), wire("err", T::kErr),
                 wire("rty", T::kRty), wire("stall", T::kStall), bus("sel", T::kSelect, 8),
                 bus("adr", T::kAddress), bus("dat_w", T::kWriteData), bus("dat_r", T::kReadData)},
                "dat_w", "dat_r");
  kind.read = [](PeripheralSettings& settings) {
    T::Config config;
    config.pipelined = settings.map.optional<bool>("pipelined", false);
    return make_setup<T>(config);
  };
  return kind;
}

PeripheralKindInfo ahb_lite() {
  using T = AhbLiteTracer;
  PeripheralRole trans{.name = "htrans", .first = T::kTrans, .width = 2, .is_required = true};
  PeripheralRole size{.name = "hsize", .first = T::kSize, .width = 3, .is_required = true};
  return tracer<T>(
      {wire("clk", T::kClk), wire("hsel", T::kSel), wire("hwrite", T::kWriteSide, true),
       wire("hready", T::kReady, true), wire("hresp", T::kResp), trans, size,
       bus("haddr", T::kAddress), bus("hwdata", T::kWriteData), bus("hrdata", T::kReadData)},
      "hwdata", "hrdata");
}

PeripheralKindInfo axi_lite() {
  using T = AxiLiteTracer;
  PeripheralRole bresp{.name = "bresp", .first = T::kBResp, .width = 2};
  PeripheralRole rresp{.name = "rresp", .first = T::kRResp, .width = 2};
  return tracer<T>(
      {wire("clk", T::kClk), wire("awvalid", T::kAwValid, true), wire("awready", T::kAwReady, true),
       wire("wvalid", T::kWValid, true), wire("wready", T::kWReady, true),
       wire("bvalid", T::kBValid, true), wire("bready", T::kBReady, true),
       wire("arvalid", T::kArValid, true), wire("arready", T::kArReady, true),
       wire("rvalid", T::kRValid, true), wire("rready", T::kRReady, true), bresp, rresp,
       bus("awaddr", T::kAwAddress), bus("wdata", T::kWData), bus("wstrb", T::kWStrobe, 8),
       bus("araddr", T::kArAddress), bus("rdata", T::kRData)},
      "wdata", "rdata");
}

}  // namespace

const PeripheralKinds& builtin_kinds() {
  static const PeripheralKinds kinds = {psram(),    i2c_slave(), spi_slave(),
                                        apb(),      wishbone(),  ahb_lite(),
                                        axi_lite(), jtag_kind(), jtag_server_kind()};
  return kinds;
}

bool traces_bus(const PeripheralType& type) {
  return &type == &peripheral_type<ApbTracer>() || &type == &peripheral_type<WishboneTracer>() ||
         &type == &peripheral_type<AhbLiteTracer>() || &type == &peripheral_type<AxiLiteTracer>();
}

}  // namespace heddle::gate
