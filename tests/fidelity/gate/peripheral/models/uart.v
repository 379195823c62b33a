// A UART by the book: a receiver that waits bit lengths from the start bit, and
// a sender that holds each bit; frame format and divisor from `frame.vh`, the
// bytes to send from `send.txt` ("cycle byte", with a cycle to start at or after).
`timescale 1ps/1ps
module tb;
    localparam PINS = 2, CONTROL = 1, DRIVEN = 1;
    `include "frame.vh"  // DIVISOR_Q16, DATA_BITS, PARITY (0 none .. 4 space), STOP_HALF_BITS
    `include "harness.vh"

    wire tx = pins[0];
    reg  rx = 1;
    assign driven = rx;

    integer cycle = 0;
    event   sample;
    always @(posedge strobe) begin
        cycle = cycle + 1;
        -> sample;
    end

    function parity_of(input [7:0] data);
        case (PARITY)
            1: parity_of = ^data;
            2: parity_of = !(^data);
            3: parity_of = 1;
            default: parity_of = 0;
        endcase
    endfunction

    // Cycles from a frame's start to `half_bits` halves of a bit later, rounded down.
    function integer after(input integer half_bits);
        reg [63:0] wide;
        begin
            wide = half_bits;
            wide = (wide * DIVISOR_Q16) >> 17;
            after = wide;
        end
    endfunction

    task wait_for(input integer goal);
        while (cycle < goal) @(sample);
    endtask

    always begin : receiver
        integer   start, i;
        reg [7:0] data;
        reg       wrong;
        @(sample);
        if (!tx) begin
            start = cycle;
            data = 0;
            wrong = 0;
            for (i = 0; i < DATA_BITS; i = i + 1) begin
                wait_for(start + after(2 * i + 3));
                data[i] = tx;
            end
            if (PARITY != 0) begin
                wait_for(start + after(2 * DATA_BITS + 3));
                wrong = tx != parity_of(data);
            end
            wait_for(start + after(2 * DATA_BITS + (PARITY != 0 ? 5 : 3)));
            $fdisplay(out, "t %0d %0s %0d", edge_number,
                      !tx ? "framing_error" : wrong ? "parity_error" : "byte", data);
        end
    end

    task wait_until(input integer goal);
        while (cycle < goal) @(posedge strobe) #0 ;
    endtask

    initial begin : sender
        integer   file, got, not_before, start, i, done;
        reg [7:0] data;
        file = $fopen("send.txt", "r");
        done = 0;
        start = 0;
        while (!$feof(file)) begin
            got = $fscanf(file, "%d %d\n", not_before, data);
            data = data & ((1 << DATA_BITS) - 1);
            start = done > not_before ? done : not_before;
            wait_until(start);
            rx = 0;
            for (i = 0; i < DATA_BITS; i = i + 1) begin
                wait_until(start + after(2 * i + 2));
                rx = data[i];
            end
            i = DATA_BITS + 1;
            if (PARITY != 0) begin
                wait_until(start + after(2 * i));
                rx = parity_of(data);
                i = i + 1;
            end
            wait_until(start + after(2 * i));
            rx = 1;
            done = start + after(2 * i + STOP_HALF_BITS);
        end
    end

    task finish_report;
        ;
    endtask
endmodule
