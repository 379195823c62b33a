// Everything that both chips share: core, memories, bus, peripherals, clocks and resets.
// A chip adds its name, its SRAM size and, through the `npu_` ports, an accelerator.
module soc_base #(
    parameter [31:0] ID = 32'h0,
    parameter SRAM_ADDRESS_BITS = 12,           // words
    parameter [15:0] APB_SLOTS = 16'h007f,
    parameter DEBUG = 0,                        // a debug module behind JTAG
    parameter [31:0] IDCODE = 32'h0000_0001
) (
    input  wire        clk,
    input  wire        clk_slow,
    input  wire        rst_n,

    output wire        uart0_tx,
    input  wire        uart0_rx,
    output wire        uart1_tx,
    input  wire        uart1_rx,
    output wire        flash_cs_n,
    output wire        flash_sck,
    output wire        flash_mosi,
    input  wire        flash_miso,
    output wire [7:0]  gpio_o,
    output wire [7:0]  gpio_oe,
    input  wire [7:0]  gpio_i,
    output wire [3:0]  slow_o,

    // Debugger, with DEBUG.
    input  wire        jtag_tck,
    input  wire        jtag_trst_n,
    input  wire        jtag_tms,
    input  wire        jtag_tdi,
    output wire        jtag_tdo,

    // Accelerator: gated clock and reset, APB slot 8, DMA master of the SRAM, interrupt.
    output wire        npu_clk,
    /* verilator lint_off SYNCASYNCNET */
    output wire        npu_rst_n,
    /* verilator lint_on SYNCASYNCNET */
    output wire        npu_psel,
    output wire        npu_penable,
    output wire        npu_pwrite,
    output wire [4:2]  npu_paddr,
    output wire [31:0] npu_pwdata,
    input  wire [31:0] npu_prdata,
    input  wire        npu_req,
    input  wire        npu_write,
    input  wire [SRAM_ADDRESS_BITS-1:0] npu_address,
    input  wire [31:0] npu_wdata,
    output wire        npu_gnt,
    output wire [31:0] npu_rdata,
    input  wire        npu_irq
);
    localparam UART0 = 0, UART1 = 1, GPIO = 2, TIMER = 3, SPI = 4, SLOW = 5, SYSCTRL = 6, NPU = 8;

    // ---- Clocks and resets ---------------------------------------------------------------------
    // Blocks take the released reset as an asynchronous or as a synchronous one, on purpose.
    /* verilator lint_off SYNCASYNCNET */
    wire       reset_n;
    /* verilator lint_on SYNCASYNCNET */
    wire       slow_reset_n;
    wire [3:0] clock_enable;
    wire       uart1_clk, timer_clk, gpio_clk;

    wire       system_rst_n;            // low, too, while a debugger asks for it

    reset_sync reset_main (.clk(clk), .rst_n(system_rst_n), .synced_rst_n(reset_n));
    reset_sync reset_slow (.clk(clk_slow), .rst_n(system_rst_n), .synced_rst_n(slow_reset_n));

    clock_gate gate_uart1 (.clk(clk), .enable(clock_enable[0]), .gated_clk(uart1_clk));
    clock_gate gate_timer (.clk(clk), .enable(clock_enable[1]), .gated_clk(timer_clk));
    clock_gate gate_gpio  (.clk(clk), .enable(clock_enable[2]), .gated_clk(gpio_clk));
    clock_gate gate_npu   (.clk(clk), .enable(clock_enable[3]), .gated_clk(npu_clk));

    assign npu_rst_n = reset_n;

    // ---- Core ----------------------------------------------------------------------------------
    wire        i_req, i_gnt, i_error;
    wire [31:2] i_address;
    wire [31:0] i_rdata;
    wire        d_req, d_write, d_gnt, d_valid, d_error;
    wire [3:0]  d_enable;
    wire [31:2] d_address;
    wire [31:0] d_wdata, d_rdata;
    wire        core_req, core_write, core_gnt, core_valid;
    wire [3:0]  core_enable;
    wire [31:2] core_address;
    wire [31:0] core_wdata;
    wire        irq_software, irq_timer;
    wire [4:0]  irq_causes;
    wire        debug_halt, debug_resume, debug_halted, debug_access, debug_write, debug_legal;
    wire [12:0] debug_number;
    wire [31:0] debug_wdata, debug_rdata;

    rv_core #(.DEBUG(DEBUG)) core (
        .clk(clk), .rst_n(reset_n),
        .i_req(i_req), .i_address(i_address), .i_gnt(i_gnt), .i_rdata(i_rdata), .i_error(i_error),
        .d_req(core_req), .d_write(core_write), .d_enable(core_enable), .d_address(core_address),
        .d_wdata(core_wdata), .d_gnt(core_gnt), .d_valid(core_valid), .d_rdata(d_rdata),
        .d_error(d_error),
        .irq_software(irq_software), .irq_timer(irq_timer), .irq_external(irq_causes != 5'd0),
        .debug_halt(debug_halt), .debug_resume(debug_resume), .debug_halted(debug_halted),
        .debug_access(debug_access), .debug_write(debug_write), .debug_number(debug_number),
        .debug_wdata(debug_wdata), .debug_rdata(debug_rdata), .debug_legal(debug_legal)
    );

    // ---- Debugger ------------------------------------------------------------------------------
    generate
        if (DEBUG) begin : debug
            wire        debug_reset_n, ndmreset;
            wire        dmi_valid, dmi_write;
            wire [6:0]  dmi_address;
            wire [31:0] dmi_wdata, dmi_rdata;
            wire        sb_req, sb_write, sb_gnt, sb_valid;
            wire [3:0]  sb_enable;
            wire [31:2] sb_address;
            wire [31:0] sb_wdata;

            assign system_rst_n = rst_n && !ndmreset;
            reset_sync reset_debug (.clk(clk), .rst_n(rst_n), .synced_rst_n(debug_reset_n));

            rv_dtm #(.IDCODE(IDCODE)) transport (
                .tck(jtag_tck), .trst_n(jtag_trst_n && rst_n), .tms(jtag_tms), .tdi(jtag_tdi),
                .tdo(jtag_tdo), .clk(clk), .rst_n(debug_reset_n), .dmi_valid(dmi_valid),
                .dmi_write(dmi_write), .dmi_address(dmi_address), .dmi_wdata(dmi_wdata),
                .dmi_rdata(dmi_rdata)
            );
            rv_debug module_0 (
                .clk(clk), .rst_n(debug_reset_n), .dmi_valid(dmi_valid), .dmi_write(dmi_write),
                .dmi_address(dmi_address), .dmi_wdata(dmi_wdata), .dmi_rdata(dmi_rdata),
                .ndmreset(ndmreset), .hart_rst_n(reset_n), .hart_halted(debug_halted),
                .hart_halt(debug_halt), .hart_resume(debug_resume), .access(debug_access),
                .access_write(debug_write), .access_number(debug_number),
                .access_wdata(debug_wdata), .access_rdata(debug_rdata),
                .access_legal(debug_legal), .sb_req(sb_req), .sb_write(sb_write),
                .sb_enable(sb_enable), .sb_bus_address(sb_address), .sb_wdata(sb_wdata),
                .sb_gnt(sb_gnt), .sb_valid(sb_valid), .sb_rdata(d_rdata), .sb_bus_error(d_error)
            );
            rv_debug_bus sharing (
                .clk(clk), .rst_n(reset_n),
                .core_req(core_req), .core_write(core_write), .core_enable(core_enable),
                .core_address(core_address), .core_wdata(core_wdata), .core_gnt(core_gnt),
                .core_valid(core_valid), .debug_req(sb_req), .debug_write(sb_write),
                .debug_enable(sb_enable), .debug_address(sb_address), .debug_wdata(sb_wdata),
                .debug_gnt(sb_gnt), .debug_valid(sb_valid),
                .d_req(d_req), .d_write(d_write), .d_enable(d_enable), .d_address(d_address),
                .d_wdata(d_wdata), .d_gnt(d_gnt), .d_valid(d_valid)
            );
        end else begin : no_debug
            assign system_rst_n = rst_n;
            assign d_req        = core_req;
            assign d_write      = core_write;
            assign d_enable     = core_enable;
            assign d_address    = core_address;
            assign d_wdata      = core_wdata;
            assign core_gnt     = d_gnt;
            assign core_valid   = d_valid;
            assign debug_halt   = 1'b0;
            assign debug_resume = 1'b0;
            assign debug_access = 1'b0;
            assign debug_write  = 1'b0;
            assign debug_number = 13'd0;
            assign debug_wdata  = 32'd0;
            assign jtag_tdo     = 1'b0;
            wire unused = &{1'b0, jtag_tck, jtag_trst_n, jtag_tms, jtag_tdi, IDCODE, debug_halted,
                            debug_rdata, debug_legal};
        end
    endgenerate

    // ---- Bus, SRAM, flash, CLINT ---------------------------------------------------------------
    wire        sram_read;
    wire [3:0]  sram_write;
    wire [SRAM_ADDRESS_BITS-1:0] sram_address;
    wire [31:0] sram_wdata, sram_rdata;
    wire        x_req, x_gnt;
    wire [23:2] x_address;
    wire [31:0] x_rdata;
    wire        clint_select;
    wire [31:0] clint_rdata;
    wire        apb_start, apb_done;
    wire [31:0] apb_rdata;

    assign npu_rdata = sram_rdata;

    soc_bus #(.SRAM_ADDRESS_BITS(SRAM_ADDRESS_BITS), .APB_SLOTS(APB_SLOTS)) bus (
        .clk(clk), .rst_n(reset_n),
        .i_req(i_req), .i_address(i_address), .i_gnt(i_gnt), .i_rdata(i_rdata), .i_error(i_error),
        .d_req(d_req), .d_write(d_write), .d_enable(d_enable), .d_address(d_address),
        .d_wdata(d_wdata), .d_gnt(d_gnt), .d_valid(d_valid), .d_rdata(d_rdata), .d_error(d_error),
        .m_req(npu_req), .m_write(npu_write), .m_address(npu_address), .m_wdata(npu_wdata),
        .m_gnt(npu_gnt),
        .sram_read(sram_read), .sram_write(sram_write), .sram_address(sram_address),
        .sram_wdata(sram_wdata), .sram_rdata(sram_rdata),
        .x_req(x_req), .x_address(x_address), .x_gnt(x_gnt), .x_rdata(x_rdata),
        .clint_select(clint_select), .clint_rdata(clint_rdata),
        .apb_start(apb_start), .apb_done(apb_done), .apb_rdata(apb_rdata)
    );

    sram #(.ADDRESS_BITS(SRAM_ADDRESS_BITS)) memory (
        .clk(clk), .read_enable(sram_read), .write_enable(sram_write), .address(sram_address),
        .wdata(sram_wdata), .rdata(sram_rdata)
    );

    clint timer_unit (
        .clk(clk), .rst_n(reset_n), .select(clint_select), .write(d_write),
        .address(d_address[4:2]), .wdata(d_wdata), .rdata(clint_rdata),
        .irq_timer(irq_timer), .irq_software(irq_software)
    );

    // ---- APB -----------------------------------------------------------------------------------
    wire [15:0] psel;
    wire        penable, pwrite, slow_pready;
    wire [4:2]  paddr;
    wire [31:0] pwdata;
    wire [31:0] uart0_prdata, uart1_prdata, gpio_prdata, timer_prdata;
    wire [31:0] spi_prdata, slow_prdata, sysctrl_prdata;
    wire        irq_uart0, irq_uart1, irq_gpio, irq_timer_apb;

    assign irq_causes  = {npu_irq, irq_timer_apb, irq_gpio, irq_uart1, irq_uart0};
    assign npu_psel    = psel[NPU];
    assign npu_penable = penable;
    assign npu_pwrite  = pwrite;
    assign npu_paddr   = paddr;
    assign npu_pwdata  = pwdata;

    apb_bridge bridge (
        .clk(clk), .rst_n(reset_n), .start(apb_start), .write(d_write), .page(d_address[15:12]),
        .address(d_address[4:2]), .wdata(d_wdata), .done(apb_done), .rdata(apb_rdata),
        .psel(psel), .penable(penable), .pwrite(pwrite), .paddr(paddr), .pwdata(pwdata),
        .pready({10'h3ff, slow_pready, 5'h1f}),
        .prdata({{7{32'd0}}, npu_prdata, 32'd0, sysctrl_prdata, slow_prdata, spi_prdata,
                 timer_prdata, gpio_prdata, uart1_prdata, uart0_prdata})
    );

    apb_uart uart0 (
        .clk(clk), .rst_n(reset_n), .psel(psel[UART0]), .penable(penable), .pwrite(pwrite),
        .paddr(paddr[3:2]), .pwdata(pwdata[15:0]), .prdata(uart0_prdata), .irq(irq_uart0),
        .tx(uart0_tx), .rx(uart0_rx)
    );
    apb_uart uart1 (
        .clk(uart1_clk), .rst_n(reset_n), .psel(psel[UART1]), .penable(penable), .pwrite(pwrite),
        .paddr(paddr[3:2]), .pwdata(pwdata[15:0]), .prdata(uart1_prdata), .irq(irq_uart1),
        .tx(uart1_tx), .rx(uart1_rx)
    );
    apb_gpio gpio (
        .clk(gpio_clk), .rst_n(reset_n), .psel(psel[GPIO]), .penable(penable), .pwrite(pwrite),
        .paddr(paddr), .pwdata(pwdata[7:0]), .prdata(gpio_prdata), .irq(irq_gpio),
        .gpio_o(gpio_o), .gpio_oe(gpio_oe), .gpio_i(gpio_i)
    );
    apb_timer timer (
        .clk(timer_clk), .rst_n(reset_n), .psel(psel[TIMER]), .penable(penable), .pwrite(pwrite),
        .paddr(paddr), .pwdata(pwdata), .prdata(timer_prdata), .irq(irq_timer_apb)
    );
    spi_flash flash (
        .clk(clk), .rst_n(reset_n),
        .x_req(x_req), .x_address(x_address), .x_gnt(x_gnt), .x_rdata(x_rdata),
        .psel(psel[SPI]), .penable(penable), .pwrite(pwrite), .paddr(paddr[3:2]),
        .pwdata(pwdata[7:0]), .prdata(spi_prdata),
        .cs_n(flash_cs_n), .sck(flash_sck), .mosi(flash_mosi), .miso(flash_miso)
    );
    apb_slow slow (
        .clk(clk), .rst_n(reset_n), .clk_slow(clk_slow), .slow_rst_n(slow_reset_n),
        .psel(psel[SLOW]), .penable(penable), .pwrite(pwrite), .paddr(paddr[3:2]),
        .pwdata({pwdata[7:4], pwdata[1:0]}), .prdata(slow_prdata), .pready(slow_pready), .slow_o(slow_o)
    );
    apb_sysctrl #(.ID(ID)) sysctrl (
        .clk(clk), .rst_n(reset_n), .psel(psel[SYSCTRL]), .penable(penable), .pwrite(pwrite),
        .paddr(paddr), .pwdata(pwdata), .prdata(sysctrl_prdata),
        .clock_enable(clock_enable), .irq_causes(irq_causes)
    );
endmodule
