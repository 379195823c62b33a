// Two-flop synchroniser for signals from another clock domain or from pins, each bit on its own.
module synchroniser #(
    parameter WIDTH = 1,
    parameter [WIDTH-1:0] RESET_VALUE = {WIDTH{1'b0}}
) (
    input  wire             clk,
    input  wire             rst_n,
    input  wire [WIDTH-1:0] in,
    output reg  [WIDTH-1:0] out
);
    reg [WIDTH-1:0] first;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            first <= RESET_VALUE;
            out   <= RESET_VALUE;
        end else begin
            first <= in;
            out   <= first;
        end
    end
endmodule
