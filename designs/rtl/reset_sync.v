// Reset synchroniser: asserts at once, releases two rising edges of `clk` after `rst_n` rises.
module reset_sync (
    input  wire clk,
    input  wire rst_n,
    output wire synced_rst_n
);
    reg [1:0] released;

    assign synced_rst_n = released[1];

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) released <= 2'b00;
        else        released <= {released[0], 1'b1};
    end
endmodule
