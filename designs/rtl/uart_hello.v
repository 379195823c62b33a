// The smallest design worth booting: no processor, one clock, one reset. It sends the line
// "heddle: hello from the gates\n" on uart_tx again and again, 16 clock cycles a bit, with a
// pause of 64 cycles after each line.
module uart_hello (
    input  wire clk,
    input  wire rst_n,      // asynchronous, active low
    output wire uart_tx
);
    localparam [4:0] LAST_CHARACTER = 5'd28;
    localparam [5:0] PAUSE_CYCLES   = 6'd63;

    function [7:0] character;
        input [4:0] index;
        case (index)
            5'd0:    character = "h";
            5'd1:    character = "e";
            5'd2:    character = "d";
            5'd3:    character = "d";
            5'd4:    character = "l";
            5'd5:    character = "e";
            5'd6:    character = ":";
            5'd7:    character = " ";
            5'd8:    character = "h";
            5'd9:    character = "e";
            5'd10:   character = "l";
            5'd11:   character = "l";
            5'd12:   character = "o";
            5'd13:   character = " ";
            5'd14:   character = "f";
            5'd15:   character = "r";
            5'd16:   character = "o";
            5'd17:   character = "m";
            5'd18:   character = " ";
            5'd19:   character = "t";
            5'd20:   character = "h";
            5'd21:   character = "e";
            5'd22:   character = " ";
            5'd23:   character = "g";
            5'd24:   character = "a";
            5'd25:   character = "t";
            5'd26:   character = "e";
            5'd27:   character = "s";
            default: character = 8'h0a;
        endcase
    endfunction

    reg  [4:0] index;
    reg  [5:0] pause;
    wire       busy;
    wire       start = !busy && pause == 6'd0;

    uart_tx sender (
        .clk(clk), .rst_n(rst_n), .div(16'd16), .start(start), .data(character(index)),
        .busy(busy), .tx(uart_tx)
    );

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            index <= 5'd0;
            pause <= PAUSE_CYCLES;
        end else if (start) begin
            index <= index == LAST_CHARACTER ? 5'd0 : index + 5'd1;
            pause <= index == LAST_CHARACTER ? PAUSE_CYCLES : 6'd0;
        end else if (!busy && pause != 6'd0) begin
            pause <= pause - 6'd1;
        end
    end
endmodule
