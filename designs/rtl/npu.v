// NPU: APB registers, DMA and systolic array.
// Registers: 00 CTRL (0 start, 1 clear accumulators, 2 irq enable, 3 load weights; a write with
// bit 0 or 3 set is a command, taken while not busy; bit 2 is stored, the others read as 0),
// 04 STATUS (0 busy, 1 done, write one to clear), 08 SRC, 0c WEIGHTS, 10 DST (byte addresses in the
// SRAM), 14 ROWS. A command computes DST[m][n] = (clear ? 0 : DST[m][n]) + sum over k of
// SRC[m][k] * WEIGHTS[k][n], so that a deeper product is several runs, `clear` in the first only.
module npu #(
    parameter ADDRESS_BITS = 13             // of SRAM words
) (
    input  wire                    clk,
    input  wire                    rst_n,   // asynchronous, active low
    input  wire                    psel,
    input  wire                    penable,
    input  wire                    pwrite,
    input  wire [4:2]              paddr,
    input  wire [31:0]             pwdata,
    output reg  [31:0]             prdata,
    output wire                    irq,

    output wire                    m_req,
    output wire                    m_write,
    output wire [ADDRESS_BITS-1:0] m_address,
    output wire [31:0]             m_wdata,
    input  wire                    m_gnt,
    input  wire [31:0]             m_rdata
);
    localparam [2:0] REG_CTRL = 3'd0, REG_STATUS = 3'd1, REG_SRC = 3'd2, REG_WEIGHTS = 3'd3,
                     REG_DST = 3'd4, REG_ROWS = 3'd5;

    reg [31:0] source, weights, destination;
    reg [15:0] rows;
    reg        irq_enable, done;

    wire busy, finish;
    wire write   = psel && penable && pwrite;
    wire command = write && paddr == REG_CTRL && (pwdata[0] || pwdata[3]) && !busy;

    assign irq = done && irq_enable;

    always @* begin
        case (paddr)
            REG_CTRL:    prdata = {29'd0, irq_enable, 2'd0};
            REG_STATUS:  prdata = {30'd0, done, busy};
            REG_SRC:     prdata = source;
            REG_WEIGHTS: prdata = weights;
            REG_DST:     prdata = destination;
            REG_ROWS:    prdata = {16'd0, rows};
            default:     prdata = 32'd0;
        endcase
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            source      <= 32'd0;
            weights     <= 32'd0;
            destination <= 32'd0;
            rows        <= 16'd0;
            irq_enable  <= 1'b0;
            done        <= 1'b0;
        end else begin
            if (write) begin
                case (paddr)
                    REG_CTRL:    irq_enable  <= pwdata[2];
                    REG_SRC:     source      <= pwdata;
                    REG_WEIGHTS: weights     <= pwdata;
                    REG_DST:     destination <= pwdata;
                    REG_ROWS:    rows        <= pwdata[15:0];
                    default:     ;
                endcase
            end
            if (finish)                                            done <= 1'b1;
            else if (write && paddr == REG_STATUS && pwdata[1])    done <= 1'b0;
        end
    end

    wire         step, weight_write;
    wire [3:0]   weight_index;
    wire [31:0]  weight_word;
    wire [63:0]  a_row;
    wire [255:0] sum_row;

    npu_dma #(.ADDRESS_BITS(ADDRESS_BITS)) dma (
        .clk(clk), .rst_n(rst_n),
        .command(command), .load(pwdata[3]), .run(pwdata[0]), .clear(pwdata[1]),
        .source(source[ADDRESS_BITS+1:2]), .weights(weights[ADDRESS_BITS+1:2]),
        .destination(destination[ADDRESS_BITS+1:2]), .rows(rows),
        .busy(busy), .finish(finish),
        .m_req(m_req), .m_write(m_write), .m_address(m_address), .m_wdata(m_wdata),
        .m_gnt(m_gnt), .m_rdata(m_rdata),
        .step(step), .weight_write(weight_write), .weight_index(weight_index),
        .weight_word(weight_word), .a_row(a_row), .sum_row(sum_row)
    );
    npu_array array (
        .clk(clk), .step(step), .weight_write(weight_write), .weight_index(weight_index),
        .weight_word(weight_word), .a_row(a_row), .sum_row(sum_row)
    );
endmodule
