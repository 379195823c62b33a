// Adds d to q while en is high; wrap says that the next sum passes 255.
module counter(input clk, input rst, input en, input [7:0] d, output reg [7:0] q, output wrap);
  wire [8:0] sum = q + d;
  initial q = 0;
  always @(posedge clk) if (rst) q <= 0; else if (en) q <= sum[7:0];
  assign wrap = sum[8];
endmodule
