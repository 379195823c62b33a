`timescale 1ns / 1ps
`define DELAY #1
`celldefine
primitive p_mux (q, a, b, s);
  output q; input a, b, s;
  table  // a b s : q
    1 ? 0 : 1 ;
    0 ? 0 : 0 ;
    ?11:1;
    ?01:0;
    0 0 x : 0 ;
    1 1 x : 1 ;
  endtable
endprimitive
primitive p_dff (q, d, c, r, s, n);
  output q; reg q; input d, c, r, s, n;
  table
    1 (01) 0 0 ? : ? : 1 ;  // a comment; with a semicolon
    0 r 0 0 ? : ? : 0 ;
    1 (x1) 0 0 ? : 1 : 1 ;
    0 (x1) 0 0 ? : 0 : 0 ;
    ? (?0) 0 0 ? : ? : - ;
    ? (1x) 0 0 ? : ? : - ;
    * ? 0 0 ? : ? : - ;
    ? ? 1 ? ? : ? : 0 ;
    ? ? 0 1 ? : ? : 1 ;
    ? ? (?0) 0 ? : ? : - ;
    ? ? 0 (?0) ? : ? : - ;
    ? ? ? ? * : ? : x ;
  endtable
endprimitive
primitive p_toggle (output reg q, input t, input c, input r);
  table
    ? ? 1 : ? : 0 ;
    1 f 0 : 0 : 1 ;
    1 f 0 : 1 : 0 ;
    0 f 0 : ? : - ;
    ? (?1) 0 : ? : - ;
    ? (0x) 0 : ? : - ;
    * ? 0 : ? : - ;
    ? ? (?0) : ? : - ;
  endtable
endprimitive
primitive p_jk (q, j, k, c, r);
  output q; input j, k, c, r; reg q;
  initial q = 1'b0;
  table
    ? ? ? 1 : ? : 0 ;
    0 0 r 0 : ? : - ;
    0 1 r 0 : ? : 0 ;
    1 0 r 0 : ? : 1 ;
    1 1 r 0 : 0 : 1 ;
    1 1 r 0 : 1 : 0 ;
    ? ? f 0 : ? : - ;
    * ? ? 0 : ? : - ;
    ? * ? 0 : ? : - ;
    ? ? ? n : ? : - ;
  endtable
endprimitive
primitive p_latch (q, d, g, r);
  output q; reg q; input d, g, r;
  table
    ? ? 1 : ? : 0 ;
    1 1 0 : ? : 1 ;
    0 1 0 : ? : 0 ;
    ? 0 0 : ? : - ;
  endtable
endprimitive
primitive p_set (q, s, r);
  output q; reg q; input s, r;
  table
    1 0 : ? : 1 ;
    ? 1 : ? : 0 ;
    0 0 : ? : - ;
  endtable
endprimitive
module DFF (Q, QN, D, C, R, S);
  output Q, QN; input D, C, R, S;
  reg notifier;
  wire q;
  p_dff (q, D, C, R, S, notifier);
  buf `DELAY (Q, q);
  not #(1, 1) (QN, q);
`ifdef TIMED
  garbage that nobody reads
`else
  specify
    specparam tpd = 1.0;
    (C => Q) = (tpd, tpd);
    $setuphold(posedge C, D, 0.1, 0.1, notifier);
  endspecify
`endif
endmodule
module MUX (output Y, input A, B, S);
  p_mux u (Y, A, B, S);
endmodule
module TFF (output Q, input T, C, R);
  wire q;
  p_toggle #1 u (q, T, C, R);
  assign Q = q;
endmodule
module JK (output Q, input J, K, C, R);
  p_jk #(1) u (Q, J, K, C, R);
endmodule
module LATCH1 (output Q, input D, G, R);
  p_latch u (Q, D, G, R);
endmodule
module SR (output Q, input S, R);
  p_set u (Q, S, R);
endmodule
module GATES (output [7:0] Y, input A, B, C);
  and (Y[0], A, B, C);
  nand g1 (Y[1], A, B, C), g2 (Y[2], A, B);
  or (strong0, strong1) #0.5 g3 (Y[3], A, B, C);
  nor (Y[4], A, B);
  xor (Y[5], A, B, C);
  xnor (Y[6], A, B, C);
  assign #1 Y[7] = (A && !B) ? ^{A, B, C} : &{A, C} | ~|{B, C} | (A == B) & (B != C);
endmodule
module TRI (inout Y, input A, B, E);
  bufif1 (Y, A, E);
  notif0 (Y, B, E);
endmodule
`endcelldefine
module top(output y, input a, b, c); MUX u (.Y(y), .A(a), .B(b), .S(c)); endmodule
