// Messages and checks that survive synthesis: black boxes which heddle carries out at the rising
// edge of CLK where EN is high, with the values before the edge. Read this file with Yosys beside
// the design.

// FORMAT: `%8d` prints the next eight bits of ARGS in decimal, %h %o %b %c likewise, from the highest
// bits down; %t is the time in picoseconds, %m the instance, %% a per cent sign.
(* blackbox, keep, heddle_task = "display" *)
module heddle_display #(parameter FORMAT = "", parameter WIDTH = 1) (
    input CLK, input EN, input [WIDTH-1:0] ARGS);
endmodule

(* blackbox, keep, heddle_task = "finish" *)
module heddle_finish (input CLK, input EN);
endmodule

(* blackbox, keep, heddle_task = "stop" *)
module heddle_stop (input CLK, input EN);
endmodule

// Fails where EN is high and A is not.
(* blackbox, keep, heddle_task = "assert" *)
module heddle_assert (input CLK, input EN, input A);
endmodule
