// Clock gate: a latch that is transparent while the clock is low holds the enable through the high
// phase, so `gated_clk` has whole pulses only.
module clock_gate (
    input  wire clk,
    input  wire enable,
    output wire gated_clk
);
    reg enable_held;

    // The one intended latch of the design.
    /* verilator lint_off LATCH */
    always @(clk or enable)
        if (!clk) enable_held = enable;
    /* verilator lint_on LATCH */

    assign gated_clk = clk & enable_held;
endmodule
