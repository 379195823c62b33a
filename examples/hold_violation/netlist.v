// A two-stage shift register. The second flop's clock comes through two buffers more than the
// first one's: its data may arrive before its clock does.
module shift (clk, d, q);
  input clk, d;
  output q;
  wire clk_leaf1, clk_leaf2, clk_mid, first;
  BUF root1 (.A(clk), .Y(clk_leaf1));
  BUF root2 (.A(clk), .Y(clk_mid));
  BUF leaf2 (.A(clk_mid), .Y(clk_leaf2));
  DFF stage1 (.D(d), .CK(clk_leaf1), .Q(first));
  DFF stage2 (.D(first), .CK(clk_leaf2), .Q(q));
endmodule
