// The same run in Verilog, for `vvp`: what run.yaml says to heddle.
`timescale 1ps/1ps
module bench;
  reg clk = 0, rst = 1, en = 0;
  reg [7:0] d = 0;
  wire [7:0] q;
  wire wrap;
  counter counter(.clk(clk), .rst(rst), .en(en), .d(d), .q(q), .wrap(wrap));
  initial forever #5000 clk = ~clk;
  initial #20000 rst = 0;
endmodule
