// A QSPI PSRAM, after the data sheet of the APS6404L: one procedure a
// transaction that waits for clock edges, cut off when CS rises.
`timescale 1ps/1ps
module tb;
    localparam PINS = 10, CONTROL = 2, DRIVEN = 4;
    localparam BYTES = 4096;
    `include "harness.vh"

    reg [7:0] mem [0:BYTES-1];
    initial $readmemh("image.hex", mem);

    wire       cs_n = pins[0];
    wire       sck = pins[1];
    wire [3:0] io = pins[5:2] & pins[9:6];
    reg  [3:0] lanes = 4'd0;
    assign driven = lanes;

    reg        quad = 0, wrap = 0, reset_next = 0, was_reset_next = 0;
    reg [11:0] address = 0;

    task get(input integer width, input integer count, output [31:0] value);
        begin
            value = 0;
            repeat (count / width) begin
                @(posedge sck);
                value = width == 4 ? {value[27:0], io} : {value[30:0], io[0]};
            end
        end
    endtask

    task step;
        address = wrap ? {address[11:5], address[4:0] + 5'd1} : address + 12'd1;
    endtask

    task put(input integer width, input [7:0] data);
        integer left;
        begin
            left = 8 - width;
            lanes = width == 4 ? data[7:4] : {2'b00, data[7], 1'b0};
            while (left > 0) begin
                @(negedge sck);
                left = left - width;
                lanes = width == 4 ? data >> left : ((data >> left) & 1) << 1;
            end
        end
    endtask

    task read_after(input integer in_width, input integer clocks, input integer out_width);
        reg [31:0] value;
        begin
            get(in_width, 24, value);
            address = value[11:0];
            repeat (clocks) @(posedge sck);
            forever begin
                @(negedge sck);
                value = mem[address];
                step;
                put(out_width, value[7:0]);
            end
        end
    endtask

    task write_after(input integer in_width, input integer data_width);
        reg [31:0] value;
        begin
            get(in_width, 24, value);
            address = value[11:0];
            forever begin
                get(data_width, 8, value);
                mem[address] = value[7:0];
                step;
            end
        end
    endtask

    task identify;
        reg [31:0] value;
        integer    i;
        begin
            get(1, 24, value);
            i = 0;
            forever begin
                @(negedge sck);
                put(1, i % 8 == 0 ? 8'h0D : i % 8 == 1 ? 8'h5D : 8'h00);
                i = i + 1;
            end
        end
    endtask

    always @(negedge cs_n) begin : transaction
        reg [31:0] value;
        get(quad ? 4 : 1, 8, value);
        was_reset_next = reset_next;
        reset_next = 0;
        case (value[7:0])
            8'h03: if (!quad) read_after(1, 0, 1);
            8'h9F: if (!quad) identify;
            8'h0B: if (quad) read_after(4, 4, 4); else read_after(1, 8, 1);
            8'hEB: read_after(4, 6, 4);
            8'h02: write_after(quad ? 4 : 1, quad ? 4 : 1);
            8'h38: write_after(4, 4);
            8'h35: quad = 1;
            8'hF5: quad = 0;
            8'hC0: wrap = !wrap;
            8'h66: reset_next = 1;
            8'h99: if (was_reset_next) begin quad = 0; wrap = 0; end
            default: ;
        endcase
    end

    always @(posedge cs_n) begin
        disable transaction;
        disable get;
        disable put;
        disable read_after;
        disable write_after;
        disable identify;
        lanes = 4'd0;
    end

    task finish_report;
        integer at;
        for (at = 0; at < BYTES; at = at + 1) $fdisplay(out, "m %h", mem[at]);
    endtask
endmodule
