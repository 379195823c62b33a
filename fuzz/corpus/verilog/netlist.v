module leaf #(parameter W = 2, parameter [1:0] V = 2'b1x) (input [W-1:0] i, output o);
  assign #1 o = ^i ? &{i, V} : ~|{2{i[0]}} != 1'b1;
endmodule
(* top = 1 *)
module top(clk, \a.b[0] , y, p);
  input clk; input [3:0] \a.b[0] ; output [0:3] y; inout p;
  supply1 VDD; wire [5:2] n; (* init = 2'h1 *) wire [1:0] q;
  leaf u0 (.i(\a.b[0] [3 -: 2]), .o(n[2])), u1 (\a.b[0] [1:0], n[3]);
  AND g (.A(n[2]), .B(VDD), .Y(y[0])); DFF f (.C(clk), .D(n[3]), .Q(q[0]));
  \$lut #(.WIDTH(2), .LUT(4'h6)) l (.A({q[0], clk}), .Y(y[1]));
  bufif1 #(1, 2) t (p, q[0], n[2]); nand (strong0, weak1) (y[2], clk, n[3], p);
  assign y[3] = p, n[5:4] = {1'b0, q[0]};
  FILL x ();
endmodule
