// UART receiver: waits for a start bit, samples each bit at its centre and pulses `done` with the
// byte at the centre of a high stop bit; a byte with a low stop bit is dropped.
module uart_rx (
    input  wire        clk,
    input  wire        rst_n,       // asynchronous, active low
    input  wire [15:0] div,
    input  wire        rx,
    output wire        done,
    output reg  [7:0]  data
);
    reg [3:0]  bits_left;           // start bit 10, data 9 to 2, stop bit 1, idle 0
    reg [15:0] cycle;               // cycles until the next sample
    wire       line;

    synchroniser #(.WIDTH(1), .RESET_VALUE(1'b1)) from_pin (
        .clk(clk), .rst_n(rst_n), .in(rx), .out(line)
    );

    wire sample = bits_left != 4'd0 && cycle == 16'd0;

    assign done = sample && bits_left == 4'd1 && line;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            bits_left <= 4'd0;
            cycle     <= 16'd0;
            data      <= 8'd0;
        end else if (bits_left == 4'd0) begin
            if (!line) begin
                bits_left <= 4'd10;
                cycle     <= {1'b0, div[15:1]};
            end
        end else if (!sample) begin
            cycle <= cycle - 16'd1;
        end else if (bits_left == 4'd10 && line) begin
            bits_left <= 4'd0;          // a glitch, not a start bit
        end else begin
            bits_left <= bits_left - 4'd1;
            cycle     <= div - 16'd1;
            if (bits_left != 4'd1) data <= {line, data[7:1]};
        end
    end
endmodule
