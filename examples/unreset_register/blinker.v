// A blinker whose rate software may set. Top `blinker`: the register that holds the rate is not reset. In a
// simulation of two values it powers up as 0, the slow rate, and everything works. Top `reset_blinker` resets it.

module rate_register (input clk, input rst_n, input write, input [1:0] data, output [1:0] rate);
    parameter HAS_RESET = 0;
    generate
        if (HAS_RESET) begin : with_reset
            reg [1:0] bits;
            always @(posedge clk or negedge rst_n)
                if (!rst_n) bits <= 0;
                else if (write) bits <= data;
            assign rate = bits;
        end else begin : without_reset
            reg [1:0] bits;
            always @(posedge clk)
                if (write) bits <= data;
            assign rate = bits;
        end
    endgenerate
endmodule

module divider (input clk, input rst_n, input [1:0] rate, output reg tick);
    reg [7:0] count;
    wire [7:0] limit = 8'd127 >> (2 * rate);
    always @(posedge clk or negedge rst_n)
        if (!rst_n) begin
            count <= 0;
            tick <= 0;
        end else begin
            tick <= count == limit;
            count <= count == limit ? 8'd0 : count + 8'd1;
        end
endmodule

module lamp (input clk, input rst_n, input tick, output reg led);
    always @(posedge clk or negedge rst_n)
        if (!rst_n) led <= 0;
        else if (tick) led <= !led;
endmodule

module blinker (input clk, input rst_n, input write, input [1:0] data, output led);
    parameter HAS_RESET = 0;
    wire [1:0] rate;
    wire tick;
    rate_register #(.HAS_RESET(HAS_RESET))
        rates (.clk(clk), .rst_n(rst_n), .write(write), .data(data), .rate(rate));
    divider divider (.clk(clk), .rst_n(rst_n), .rate(rate), .tick(tick));
    lamp lamp (.clk(clk), .rst_n(rst_n), .tick(tick), .led(led));
endmodule

module reset_blinker (input clk, input rst_n, input write, input [1:0] data, output led);
    blinker #(.HAS_RESET(1)) inner (.clk(clk), .rst_n(rst_n), .write(write), .data(data), .led(led));
endmodule
