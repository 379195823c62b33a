// Latches for osu018: its only latch is transparent while CLK is high. (techmap)
module \$_DLATCH_P_ (input E, input D, output Q);
    LATCH _TECHMAP_REPLACE_ (.CLK(E), .D(D), .Q(Q));
endmodule

module \$_DLATCH_N_ (input E, input D, output Q);
    wire enable;
    INVX1 invert (.A(E), .Y(enable));
    LATCH _TECHMAP_REPLACE_ (.CLK(enable), .D(D), .Q(Q));
endmodule
