#include "gate/workload.h"

#include "heddle/base/json.h"

namespace heddle::bench {

std::vector<Workload> headline_workloads() {
  return {{.name = "soc_mcu from flash",
           .chip = "soc_mcu",
           .image = "fw.bin",
           .speed_target = 600'000,
           .ratio_target = 4},
          {.name = "soc_mcu computing from SRAM",
           .chip = "soc_mcu",
           .image = "compute.bin",
           .begin_text = "rounds\n",
           .edges = 2'000'000,
           .proof_rounds = 2,
           .ratio_target = 1.5},
          {.name = "soc_npu from flash",
           .chip = "soc_npu",
           .image = "fw.bin",
           .edges = 1'200'000,
           .ratio_target = 2},
          {.name = "soc_npu inside the matrix product",
           .chip = "soc_npu",
           .image = "matmul.bin",
           .begin_text = "products\n",
           .edges = 600'000,
           .proof_rounds = 1,
           .ratio_target = 2}};
}

Workload quick_workload() {
  return {.name = "soc_mcu from flash, its first 300,000 edges",
          .chip = "soc_mcu",
          .image = "fw.bin",
          .edges = 300'000};
}

std::string run_file_text(const RunFileParams& params) {
  std::string text = "name: bench\ndesign: {netlist: " + json_quote(params.netlist) +
                     R"(}
clocks:
  clk: {port: clk, period_ps: 20000}
  clk_slow: {port: clk_slow, period_ps: 61034, phase_ps: 7000}
reset: {port: rst_n, active: low, edges: 20, clock: clk}
peripherals:
  uart0: {kind: uart, clock: clk, cycles_per_bit: 16, pins: {tx: uart0_tx, rx: uart0_rx}}
  uart1: {kind: uart, clock: clk, cycles_per_bit: 16, pins: {tx: uart1_tx, rx: uart1_rx}}
  flash:
    kind: spi_flash
    load: )" + json_quote(params.image) +
                     R"(
    pins:
      cs_n: flash_cs_n
      sck: flash_sck
      io_o: flash_io_o
      io_oe: flash_io_oe
      io_i: flash_io_i
  gpio: {kind: gpio, pins: {out: gpio_o, oe: gpio_oe, in: gpio_i}}
events:
  input_commands:
    - {wait: {edge: 1500000}, action: {gpio: gpio, drive: 0xA5}}
    - {wait: {edge: 1800000}, action: {uart: uart1, send: h}}
    - {wait: {edge: 1804000}, action: {uart: uart1, send: e}}
    - {wait: {edge: 1808000}, action: {uart: uart1, send: d}}
    - {wait: {edge: 1812000}, action: {uart: uart1, send: d}}
    - {wait: {edge: 1816000}, action: {uart: uart1, send: l}}
    - {wait: {edge: 1820000}, action: {uart: uart1, send: e}}
    - {wait: {edge: 1824000}, action: {uart: uart1, send: "?"}}
waves: {nets: ['*']}
)";
  text += "stop: {edges: " + std::to_string(params.edges);
  if (!params.stop_text.empty())
    text += ", uart_text: {uart0: " + json_quote(params.stop_text) + "}";
  return text + "}\n";
}

}  // namespace heddle::bench
