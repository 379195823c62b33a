// Microcontroller: RV32IM core with a debug module behind JTAG, 16 KiB of SRAM, flash executed in
// place, peripherals.
module soc_mcu (
    input  wire       clk,
    input  wire       clk_slow,
    input  wire       rst_n,
    output wire       uart0_tx,
    input  wire       uart0_rx,
    output wire       uart1_tx,
    input  wire       uart1_rx,
    output wire       flash_cs_n,
    output wire       flash_sck,
    output wire [3:0] flash_io_o,
    output wire [3:0] flash_io_oe,
    input  wire [3:0] flash_io_i,
    output wire [7:0] gpio_o,
    output wire [7:0] gpio_oe,
    input  wire [7:0] gpio_i,
    output wire [3:0] slow_o,
    input  wire       jtag_tck,
    input  wire       jtag_trst_n,      // low: no debugger
    input  wire       jtag_tms,
    input  wire       jtag_tdi,
    output wire       jtag_tdo
);
    localparam SRAM_ADDRESS_BITS = 12;

    wire flash_mosi;

    // Single data lane: io0 out, io1 in; io2 (write protect) and io3 (hold) are driven high.
    assign flash_io_o  = {3'b110, flash_mosi};
    assign flash_io_oe = 4'b1101;

    /* verilator lint_off PINCONNECTEMPTY */
    soc_base #(
        .ID(32'h48444c31), .SRAM_ADDRESS_BITS(SRAM_ADDRESS_BITS), .APB_SLOTS(16'h007f),
        .DEBUG(1), .IDCODE(32'h1484_4d01)
    ) base (
        .clk(clk), .clk_slow(clk_slow), .rst_n(rst_n),
        .uart0_tx(uart0_tx), .uart0_rx(uart0_rx), .uart1_tx(uart1_tx), .uart1_rx(uart1_rx),
        .flash_cs_n(flash_cs_n), .flash_sck(flash_sck), .flash_mosi(flash_mosi),
        .flash_miso(flash_io_i[1]),
        .gpio_o(gpio_o), .gpio_oe(gpio_oe), .gpio_i(gpio_i), .slow_o(slow_o),
        .jtag_tck(jtag_tck), .jtag_trst_n(jtag_trst_n), .jtag_tms(jtag_tms), .jtag_tdi(jtag_tdi),
        .jtag_tdo(jtag_tdo),
        .npu_clk(), .npu_rst_n(), .npu_psel(), .npu_penable(), .npu_pwrite(), .npu_paddr(),
        .npu_pwdata(), .npu_prdata(32'd0), .npu_req(1'b0), .npu_write(1'b0),
        .npu_address({SRAM_ADDRESS_BITS{1'b0}}), .npu_wdata(32'd0), .npu_gnt(), .npu_rdata(),
        .npu_irq(1'b0)
    );
    /* verilator lint_on PINCONNECTEMPTY */

    wire unused = &{1'b0, flash_io_i[3:2], flash_io_i[0]};
endmodule
