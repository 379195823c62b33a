// The smallest design with JTAG: a TAP and four 32-bit scan registers, to replay recordings on.
// Instruction 8 + k selects scan register k. Register 0 captures the sum of all values; register k
// captures its own value plus that of register k - 1, so what is read depends on all that was written.
// `updates` counts the scans that wrote a register, in the domain of `clk`, which has no relation to
// `tck`: a toggle crosses through a synchroniser.
module jtag_min (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       tck,
    input  wire       trst_n,
    input  wire       tms,
    input  wire       tdi,
    output wire       tdo,
    output reg  [7:0] updates
);
    localparam COUNT = 4;

    wire [4:0] instruction;
    wire       capture_dr, shift_dr, update_dr;
    wire       register_selected = instruction[4:2] == 3'b010;
    wire [1:0] register_index    = instruction[1:0];

    wire [COUNT-1:0]    register_tdo;
    wire [32*COUNT-1:0] values;
    wire [31:0]         sum = values[31:0] + values[63:32] + values[95:64] + values[127:96];

    jtag_tap #(.IDCODE(32'h1484_4d41)) tap (
        .tck(tck), .trst_n(trst_n), .tms(tms), .tdi(tdi), .tdo(tdo), .instruction(instruction),
        .capture_dr(capture_dr), .shift_dr(shift_dr), .update_dr(update_dr),
        .register_selected(register_selected), .register_tdo(register_tdo[register_index])
    );

    genvar k;
    generate
        for (k = 0; k < COUNT; k = k + 1) begin : scan
            wire [31:0] value_in;
            if (k == 0) begin : first
                assign value_in = sum;
            end else begin : later
                assign value_in = values[32*k +: 32] + values[32*(k-1) +: 32];
            end
            jtag_scan register (
                .tck(tck), .trst_n(trst_n), .tdi(tdi), .tdo(register_tdo[k]),
                .selected(register_selected && register_index == k), .capture(capture_dr),
                .shift(shift_dr), .update(update_dr), .value_in(value_in),
                .value(values[32*k +: 32])
            );
        end
    endgenerate

    reg  update_toggle;
    always @(posedge tck or negedge trst_n) begin
        if (!trst_n)                                update_toggle <= 1'b0;
        else if (update_dr && register_selected)    update_toggle <= !update_toggle;
    end

    wire toggle_synced;
    reg  toggle_seen;
    synchroniser crossing (.clk(clk), .rst_n(rst_n), .in(update_toggle), .out(toggle_synced));

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            toggle_seen <= 1'b0;
            updates     <= 8'd0;
        end else begin
            toggle_seen <= toggle_synced;
            if (toggle_synced != toggle_seen) updates <= updates + 8'd1;
        end
    end
endmodule
