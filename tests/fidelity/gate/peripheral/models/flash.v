// A serial flash, after the data sheet of the W25Q128FV: one procedure a
// transaction that waits for clock edges, cut off when CS rises.
`timescale 1ps/1ps
module tb;
    localparam PINS = 10, CONTROL = 2, DRIVEN = 4;
    localparam BYTES = 65536, PROGRAM_TIME = 400, ERASE_TIME = 1500;
    `include "harness.vh"

    reg [7:0] mem [0:BYTES-1];
    initial $readmemh("image.hex", mem);

    wire       cs_n = pins[0];
    wire       sck = pins[1];
    wire [3:0] io = pins[5:2] & pins[9:6];
    reg  [3:0] lanes = 4'd0;
    assign driven = lanes;

    reg        wel = 0, qpi = 0, continuous = 0, asleep = 0, reset_next = 0, was_reset_next = 0;
    reg  [7:0] sr1 = 0, sr2 = 8'h02;
    time       busy_until = 0;
    reg  [7:0] op = 0;
    reg [23:0] address = 0;
    // What CS has to find for a write to happen.
    reg        armed = 0;
    integer    got_bytes = 0, got_bits = 0;
    reg  [7:0] buffer [0:255];
    reg        filled [0:255];
    reg  [7:0] status_bytes [0:1];

    task get(input integer width, input integer count, output [31:0] value);
        begin
            value = 0;
            repeat (count / width) begin
                @(posedge sck);
                value = width == 4 ? {value[27:0], io} : {value[30:0], io[0]};
            end
        end
    endtask

    // Puts a byte out; `kind` says what of, asked at the edge that shows its first bit.
    task put(input integer width, input integer kind, input [23:0] at);
        reg [7:0] data;
        integer   left;
        begin
            left = 8;
            while (left > 0) begin
                @(negedge sck);
                if (left == 8) begin
                    case (kind)
                        0: data = mem[at % BYTES];
                        1: data = at % 3 == 0 ? 8'hEF : at % 3 == 1 ? 8'h40 : 8'h18;
                        2: data = $time < busy_until ? sr1 | 8'h03 : sr1 | {6'd0, wel, 1'b0};
                        3: data = sr2;
                        default: data = 8'h17;
                    endcase
                end
                left = left - width;
                lanes = width == 4 ? data >> left : width == 2 ? (data >> left) & 3
                                                               : ((data >> left) & 1) << 1;
            end
        end
    endtask

    task stream(input integer width, input integer kind);
        begin
            forever begin
                put(width, kind, address);
                address = (address + 1) % BYTES;
            end
        end
    endtask

    task read_after(input integer in_width, input integer clocks, input integer out_width);
        reg [31:0] value;
        begin
            get(in_width, 24, value);
            address = value % BYTES;
            repeat (clocks) @(posedge sck);
            stream(out_width, 0);
        end
    endtask

    task quad_io;
        reg [31:0] value;
        begin
            get(4, 24, value);
            address = value % BYTES;
            get(4, 8, value);
            continuous = value[5:4] == 2'b10;
            if (!qpi) repeat (4) @(posedge sck);
            stream(4, 0);
        end
    endtask

    task page_data(input integer in_width, input integer data_width);
        reg [31:0] value;
        begin
            get(in_width, 24, value);
            address = value % BYTES;
            forever begin
                got_bits = 0;
                value = 0;
                repeat (8 / data_width) begin
                    @(posedge sck);
                    value = data_width == 4 ? {value[27:0], io} : {value[30:0], io[0]};
                    got_bits = got_bits + data_width;
                end
                buffer[(address + got_bytes) % 256] = value[7:0];
                filled[(address + got_bytes) % 256] = 1;
                got_bytes = got_bytes + 1;
                got_bits = 0;
            end
        end
    endtask

    task status_data(input integer in_width);
        reg [31:0] value;
        begin
            forever begin
                got_bits = 0;
                value = 0;
                repeat (8 / in_width) begin
                    @(posedge sck);
                    value = in_width == 4 ? {value[27:0], io} : {value[30:0], io[0]};
                    got_bits = got_bits + in_width;
                end
                if (got_bytes < 2) status_bytes[got_bytes] = value[7:0];
                else if (got_bytes % 256 < 2) status_bytes[got_bytes % 256] = value[7:0];
                got_bytes = got_bytes + 1;
                got_bits = 0;
            end
        end
    endtask

    task arm(input integer with_address, input integer in_width);
        reg [31:0] value;
        begin
            address = 0;
            if (with_address != 0) begin
                get(in_width, 24, value);
                address = value % BYTES;
            end
            armed = 1;
            @(posedge sck);
            armed = 0;
        end
    endtask

    integer n;
    always @(negedge cs_n) begin : transaction
        reg [31:0] value;
        integer    width;
        armed = 0;
        got_bytes = 0;
        got_bits = 0;
        for (n = 0; n < 256; n = n + 1) filled[n] = 0;
        width = qpi ? 4 : 1;
        if (continuous) begin
            op = 8'hEB;
            quad_io;
        end else begin
            get(width, 8, value);
            op = value[7:0];
            address = 0;
            was_reset_next = reset_next;
            reset_next = 0;
            if (asleep) begin
                if (op == 8'hAB) wake_up(width);
            end else if ($time < busy_until) begin
                if (op == 8'h05) stream(width, 2);
                if (op == 8'h35) stream(width, 3);
            end else
                command(width);
        end
    end

    task wake_up(input integer width);
        begin
            repeat (24 / width) @(posedge sck);
            asleep = 0;
            stream(width, 4);
        end
    endtask

    task command(input integer width);
        begin
            case (op)
                8'h03: if (!qpi) read_after(1, 0, 1);
                8'h3B: if (!qpi) read_after(1, 8, 2);
                8'h6B: if (!qpi && sr2[1]) read_after(1, 8, 4);
                8'h0B: if (qpi) read_after(4, 2, 4); else read_after(1, 8, 1);
                8'hEB: if (sr2[1]) quad_io;
                8'h9F: stream(width, 1);
                8'h05: stream(width, 2);
                8'h35: stream(width, 3);
                8'hAB: wake_up(width);
                8'h02: if (wel) page_data(width, width);
                8'h32: if (wel && !qpi && sr2[1]) page_data(1, 4);
                8'h01, 8'h31: if (wel) status_data(width);
                8'h20, 8'h52, 8'hD8: if (wel) arm(1, width);
                8'hC7, 8'h60: if (wel) arm(0, width);
                8'h06: wel = 1;
                8'h04: wel = 0;
                8'h38: if (sr2[1]) qpi = 1;
                8'hFF: qpi = 0;
                8'hB9: asleep = 1;
                8'h66: reset_next = 1;
                8'h99: if (was_reset_next) begin wel = 0; qpi = 0; end
                default: ;
            endcase
        end
    endtask

    integer i, first, count;
    always @(posedge cs_n) begin
        disable transaction;
        disable get;
        disable put;
        disable stream;
        disable read_after;
        disable quad_io;
        disable page_data;
        disable status_data;
        disable arm;
        disable wake_up;
        disable command;
        if (op == 8'hAB) asleep = 0;
        if (armed) begin
            count = op == 8'h20 ? 4096 : op == 8'h52 ? 32768 : op == 8'hD8 ? 65536 : BYTES;
            first = address - address % count;
            for (i = first; i < first + count; i = i + 1) mem[i] = 8'hFF;
            busy_until = $time + ERASE_TIME;
            wel = 0;
        end else if (got_bytes > 0 && got_bits == 0) begin
            if (op == 8'h01) begin
                sr1 = status_bytes[0] & 8'hFC;
                if (got_bytes > 1) sr2 = status_bytes[1];
            end else if (op == 8'h31) sr2 = status_bytes[0];
            else begin
                first = address - address % 256;
                for (i = 0; i < 256; i = i + 1)
                    if (filled[i]) mem[first + i] = mem[first + i] & buffer[i];
                busy_until = $time + PROGRAM_TIME;
            end
            wel = 0;
        end
        armed = 0;
        got_bytes = 0;
        lanes = 4'd0;
    end

    task finish_report;
        integer at;
        for (at = 0; at < BYTES; at = at + 1) $fdisplay(out, "m %h", mem[at]);
    endtask
endmodule
