// UART transmitter: one start bit, eight data bits (bit 0 first), one stop bit.
// `div` is the length of a bit in clock cycles (at least 2). A pulse on `start` while `busy`
// is low takes `data`; `busy` stays high until the last cycle of the stop bit.
module uart_tx (
    input  wire        clk,
    input  wire        rst_n,    // asynchronous, active low
    input  wire [15:0] div,
    input  wire        start,
    input  wire [7:0]  data,
    output wire        busy,
    output wire        tx
);
    reg [8:0]  shift;       // bit 0 is on the line; ones follow the data, so the stop bit is free
    reg [3:0]  bits_left;   // bits still to finish, the one on the line included
    reg [15:0] cycle;       // cycles left of the bit on the line, less one

    assign busy = bits_left != 4'd0;
    assign tx   = shift[0];

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            shift     <= 9'h1ff;
            bits_left <= 4'd0;
            cycle     <= 16'd0;
        end else if (!busy) begin
            if (start) begin
                shift     <= {data, 1'b0};
                bits_left <= 4'd10;
                cycle     <= div - 16'd1;
            end
        end else if (cycle != 16'd0) begin
            cycle <= cycle - 16'd1;
        end else begin
            shift     <= {1'b1, shift[8:1]};
            bits_left <= bits_left - 4'd1;
            cycle     <= div - 16'd1;
        end
    end
endmodule
