// jtag_min under the characters of a recording, a character an edge of `clk`: pins first, then the
// clock, then TDO is looked at. Macros: CHARACTERS (how many), RECORDING (hexadecimal, one a line).
`timescale 1ns / 1ps

module jtag_replay;
  reg  [7:0] recording [0:`CHARACTERS-1];
  reg        clk, rst_n, tck, tms, tdi, trst_n;
  wire       tdo;
  wire [7:0] updates;
  integer    i;

  jtag_min dut (
    .clk(clk), .rst_n(rst_n), .tck(tck), .trst_n(trst_n), .tms(tms), .tdi(tdi), .tdo(tdo),
    .updates(updates)
  );

  initial begin
    $readmemh(`RECORDING, recording);
    {clk, rst_n, tck, tms, tdi, trst_n} = 6'b000101;
    for (i = 0; i < 39; i = i + 1) #1 clk = !clk;
    #1 rst_n = 1;
    #1 clk = !clk;
    for (i = 0; i < `CHARACTERS; i = i + 1) begin
      if (recording[i] >= "r") trst_n = recording[i] < "t";
      else {tck, tms, tdi} = recording[i][2:0];
      #1 clk = !clk;
      #1 $write("%b", tdo);
    end
    $write(" %0d\n", updates);
    $finish(0);
  end
endmodule
