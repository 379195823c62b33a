// SRAM macro: 32-bit words, a write enable for each byte, one port, synchronous read.
// It holds nothing but the array, so that synthesis leaves one $mem_v2 in it.
// `rdata` keeps its value while `read_enable` is low.
(* memory_macro *)
module sram #(
    parameter ADDRESS_BITS = 12
) (
    input  wire                    clk,
    input  wire                    read_enable,
    input  wire [3:0]              write_enable,
    input  wire [ADDRESS_BITS-1:0] address,
    input  wire [31:0]             wdata,
    output reg  [31:0]             rdata
);
    reg [31:0] words [0:(1 << ADDRESS_BITS)-1];

    always @(posedge clk) begin
        if (write_enable[0]) words[address][7:0]   <= wdata[7:0];
        if (write_enable[1]) words[address][15:8]  <= wdata[15:8];
        if (write_enable[2]) words[address][23:16] <= wdata[23:16];
        if (write_enable[3]) words[address][31:24] <= wdata[31:24];
        if (read_enable)     rdata                 <= words[address];
    end
endmodule
