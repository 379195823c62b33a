// Processing element of the systolic array: holds one int8 weight, multiplies the activation that
// passes from left to right and adds the product to the partial sum that passes downwards.
// Activation and sum move with `step_clk`; the weight is written with `clk`.
module npu_pe (
    input  wire               clk,
    input  wire               step_clk,
    input  wire               weight_write,
    input  wire signed [7:0]  weight_in,
    input  wire signed [7:0]  a_in,
    input  wire signed [31:0] sum_in,
    output reg  signed [7:0]  a_out,
    output reg  signed [31:0] sum_out
);
    reg signed [7:0] weight;

    wire signed [15:0] product = a_in * weight;

    always @(posedge clk)
        if (weight_write) weight <= weight_in;

    always @(posedge step_clk) begin
        a_out   <= a_in;
        sum_out <= sum_in + {{16{product[15]}}, product};
    end
endmodule
