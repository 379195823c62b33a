// Interconnect: instruction fetch, data and DMA masters to SRAM, flash, CLINT and the APB bridge.
// Data goes first (the core waits for it); fetch and DMA take turns on the SRAM. Whatever matches
// no slave, and writes to the flash, are granted at once and answered with an error.
module soc_bus #(
    parameter SRAM_ADDRESS_BITS = 12,
    parameter [15:0] APB_SLOTS = 16'h007f       // a bit for each 4 KiB page that has a peripheral
) (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low

    input  wire        i_req,
    input  wire [31:2] i_address,
    output wire        i_gnt,
    output wire [31:0] i_rdata,
    output wire        i_error,

    input  wire        d_req,
    input  wire        d_write,
    input  wire [3:0]  d_enable,
    input  wire [31:2] d_address,
    input  wire [31:0] d_wdata,
    output wire        d_gnt,
    output wire        d_valid,
    output wire [31:0] d_rdata,
    output wire        d_error,

    // DMA: SRAM only; the answer to a read comes in the cycle after the grant.
    input  wire        m_req,
    input  wire        m_write,
    input  wire [SRAM_ADDRESS_BITS-1:0] m_address,
    input  wire [31:0] m_wdata,
    output wire        m_gnt,

    output wire        sram_read,
    output wire [3:0]  sram_write,
    output wire [SRAM_ADDRESS_BITS-1:0] sram_address,
    output wire [31:0] sram_wdata,
    input  wire [31:0] sram_rdata,

    output wire        x_req,
    output wire [23:2] x_address,
    input  wire        x_gnt,
    input  wire [31:0] x_rdata,

    output wire        clint_select,    // CLINT answers in the next cycle
    input  wire [31:0] clint_rdata,

    output wire        apb_start,
    input  wire        apb_done,
    input  wire [31:0] apb_rdata
);
    localparam SRAM_TAG_LSB = SRAM_ADDRESS_BITS + 2;
    localparam [31:0] SRAM_BASE = 32'h1000_0000;

    // ---- Address decoding ----------------------------------------------------------------------
    wire i_flash = i_address[31:24] == 8'h00;
    wire i_sram  = i_address[31:SRAM_TAG_LSB] == SRAM_BASE[31:SRAM_TAG_LSB];
    wire i_none  = !i_flash && !i_sram;

    wire d_flash = d_address[31:24] == 8'h00 && !d_write;
    wire d_sram  = d_address[31:SRAM_TAG_LSB] == SRAM_BASE[31:SRAM_TAG_LSB];
    wire d_clint = d_address[31:12] == 20'h20000;
    wire d_apb   = d_address[31:16] == 16'h4000 && APB_SLOTS[d_address[15:12]];
    wire d_none  = !d_flash && !d_sram && !d_clint && !d_apb;

    // ---- SRAM ----------------------------------------------------------------------------------
    reg  dma_was_last;

    wire d_uses_sram = d_req && d_sram;
    wire i_asks_sram = i_req && i_sram;
    wire m_uses_sram = m_req && !d_uses_sram && !(i_asks_sram && dma_was_last);
    wire i_uses_sram = i_asks_sram && !d_uses_sram && !m_uses_sram;

    assign m_gnt        = m_uses_sram;
    assign sram_address = d_uses_sram ? d_address[SRAM_TAG_LSB-1:2]
                        : m_uses_sram ? m_address
                        :               i_address[SRAM_TAG_LSB-1:2];
    assign sram_wdata   = d_uses_sram ? d_wdata : m_wdata;
    assign sram_write   = d_uses_sram ? d_enable & {4{d_write}} : {4{m_uses_sram && m_write}};
    assign sram_read    = d_uses_sram ? !d_write : m_uses_sram ? !m_write : i_uses_sram;

    // ---- Flash ---------------------------------------------------------------------------------
    wire d_uses_flash = d_req && d_flash;

    assign x_req     = d_uses_flash || (i_req && i_flash);
    assign x_address = d_uses_flash ? d_address[23:2] : i_address[23:2];

    // ---- Grants and answers --------------------------------------------------------------------
    assign clint_select = d_req && d_clint;
    assign apb_start    = d_req && d_apb;

    assign i_gnt = i_uses_sram || (i_flash && !d_uses_flash && x_gnt) || i_none;
    assign d_gnt = d_flash ? x_gnt : 1'b1;

    reg i_from_flash, i_from_none;
    reg d_answer, d_from_flash, d_from_clint, d_from_none;

    assign i_error = i_from_none;
    assign i_rdata = i_from_flash ? x_rdata : sram_rdata;
    assign d_valid = d_answer || apb_done;
    assign d_error = d_answer && d_from_none;
    assign d_rdata = !d_answer    ? apb_rdata
                   : d_from_flash ? x_rdata
                   : d_from_clint ? clint_rdata
                   :                sram_rdata;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            dma_was_last <= 1'b0;
            i_from_flash <= 1'b0;
            i_from_none  <= 1'b0;
            d_answer     <= 1'b0;
            d_from_flash <= 1'b0;
            d_from_clint <= 1'b0;
            d_from_none  <= 1'b0;
        end else begin
            if (m_uses_sram || i_uses_sram) dma_was_last <= m_uses_sram;
            if (i_req && i_gnt) begin
                i_from_flash <= i_flash;
                i_from_none  <= i_none;
            end
            d_answer <= d_req && d_gnt && !d_apb;
            if (d_req && d_gnt) begin
                d_from_flash <= d_flash;
                d_from_clint <= d_clint;
                d_from_none  <= d_none;
            end
        end
    end
endmodule
