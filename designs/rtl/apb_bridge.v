// APB3 bridge: `start` takes an access; setup phase, then access phase until the slave is ready.
// `done` is high with the last cycle of the access phase. Byte enables do not reach the bus:
// registers are written as whole words. A page repeats its eight registers.
module apb_bridge (
    input  wire        clk,
    input  wire        rst_n,           // synchronous, active low

    input  wire        start,
    input  wire        write,
    input  wire [15:12] page,
    input  wire [4:2]  address,
    input  wire [31:0] wdata,
    output wire        done,
    output reg  [31:0] rdata,

    output reg  [15:0] psel,            // one for each 4 KiB page
    output reg         penable,
    output reg         pwrite,
    output reg  [4:2]  paddr,
    output reg  [31:0] pwdata,
    input  wire [15:0] pready,
    input  wire [32*16-1:0] prdata      // of slave n in bits 32n and up
);
    reg [3:0] slot;

    assign done = penable && pready[slot];

    integer n;
    always @* begin
        rdata = 32'd0;
        for (n = 0; n < 16; n = n + 1)
            rdata = rdata | (prdata[32*n +: 32] & {32{psel[n]}});
    end

    always @(posedge clk) begin
        if (!rst_n) begin
            psel    <= 16'd0;
            penable <= 1'b0;
            pwrite  <= 1'b0;
            paddr   <= 3'd0;
            pwdata  <= 32'd0;
            slot    <= 4'd0;
        end else if (start) begin
            psel    <= 16'd1 << page;
            pwrite  <= write;
            paddr   <= address[4:2];
            pwdata  <= wdata;
            slot    <= page;
        end else if (done) begin
            psel    <= 16'd0;
            penable <= 1'b0;
        end else if (psel != 16'd0) begin
            penable <= 1'b1;
        end
    end
endmodule
