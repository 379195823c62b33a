// One 32-bit scan register behind a TAP: captures `value_in`, shifts, and updates `value`.
module jtag_scan (
    input  wire        tck,
    input  wire        trst_n,          // asynchronous, active low
    input  wire        tdi,
    output wire        tdo,
    input  wire        selected,
    input  wire        capture,
    input  wire        shift,
    input  wire        update,
    input  wire [31:0] value_in,
    output reg  [31:0] value
);
    reg [31:0] bits;

    assign tdo = bits[0];

    always @(posedge tck or negedge trst_n) begin
        if (!trst_n) begin
            bits  <= 32'd0;
            value <= 32'd0;
        end else if (selected) begin
            if (capture)     bits  <= value_in;
            else if (shift)  bits  <= {tdi, bits[31:1]};
            if (update)      value <= bits;
        end
    end
endmodule
