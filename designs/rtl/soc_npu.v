// Microcontroller with a neural accelerator: soc_mcu's parts, 32 KiB of SRAM, and the NPU.
module soc_npu (
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
    output wire [3:0] slow_o
);
    localparam SRAM_ADDRESS_BITS = 13;

    wire        flash_mosi;
    wire        npu_clk, npu_psel, npu_penable, npu_pwrite, npu_irq;
    // As in soc_base: asynchronous here, synchronous in some blocks there.
    /* verilator lint_off SYNCASYNCNET */
    wire        npu_rst_n;
    /* verilator lint_on SYNCASYNCNET */
    wire [4:2]  npu_paddr;
    wire [31:0] npu_pwdata, npu_prdata;
    wire        npu_req, npu_write, npu_gnt;
    wire [SRAM_ADDRESS_BITS-1:0] npu_address;
    wire [31:0] npu_wdata, npu_rdata;

    // Single data lane: io0 out, io1 in; io2 (write protect) and io3 (hold) are driven high.
    assign flash_io_o  = {3'b110, flash_mosi};
    assign flash_io_oe = 4'b1101;

    /* verilator lint_off PINCONNECTEMPTY */
    soc_base #(
        .ID(32'h48444c32), .SRAM_ADDRESS_BITS(SRAM_ADDRESS_BITS), .APB_SLOTS(16'h017f)
    ) base (
        .clk(clk), .clk_slow(clk_slow), .rst_n(rst_n),
        .uart0_tx(uart0_tx), .uart0_rx(uart0_rx), .uart1_tx(uart1_tx), .uart1_rx(uart1_rx),
        .flash_cs_n(flash_cs_n), .flash_sck(flash_sck), .flash_mosi(flash_mosi),
        .flash_miso(flash_io_i[1]),
        .gpio_o(gpio_o), .gpio_oe(gpio_oe), .gpio_i(gpio_i), .slow_o(slow_o),
        .jtag_tck(1'b0), .jtag_trst_n(1'b0), .jtag_tms(1'b0), .jtag_tdi(1'b0), .jtag_tdo(),
        .npu_clk(npu_clk), .npu_rst_n(npu_rst_n), .npu_psel(npu_psel), .npu_penable(npu_penable),
        .npu_pwrite(npu_pwrite), .npu_paddr(npu_paddr), .npu_pwdata(npu_pwdata),
        .npu_prdata(npu_prdata), .npu_req(npu_req), .npu_write(npu_write),
        .npu_address(npu_address), .npu_wdata(npu_wdata), .npu_gnt(npu_gnt),
        .npu_rdata(npu_rdata), .npu_irq(npu_irq)
    );
    /* verilator lint_on PINCONNECTEMPTY */

    npu #(.ADDRESS_BITS(SRAM_ADDRESS_BITS)) accelerator (
        .clk(npu_clk), .rst_n(npu_rst_n), .psel(npu_psel), .penable(npu_penable),
        .pwrite(npu_pwrite), .paddr(npu_paddr), .pwdata(npu_pwdata), .prdata(npu_prdata),
        .irq(npu_irq), .m_req(npu_req), .m_write(npu_write), .m_address(npu_address),
        .m_wdata(npu_wdata), .m_gnt(npu_gnt), .m_rdata(npu_rdata)
    );

    wire unused = &{1'b0, flash_io_i[3:2], flash_io_i[0]};
endmodule
