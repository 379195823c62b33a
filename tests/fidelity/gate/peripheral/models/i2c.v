// An I2C slave with 64 registers at address 0x2A, after UM10204: a procedure
// from START that waits for clock edges, cut off by the next START or STOP.
`timescale 1ps/1ps
module tb;
    localparam PINS = 2, CONTROL = 1, DRIVEN = 2;
    `include "harness.vh"

    reg [7:0] mem [0:63];
    initial $readmemh("image.hex", mem);

    reg  pulls = 0;
    wire scl = pins[0];
    wire sda = pins[1] & !pulls;
    assign driven = {sda, scl};

    reg [5:0] pointer = 0;
    reg       selected = 0;

    event started, stopped;
    always @(negedge pins[1]) if (scl && !pulls) -> started;
    always @(posedge pins[1]) if (scl && !pulls) -> stopped;

    task get(output [7:0] value);
        repeat (8) begin
            @(posedge scl);
            value = {value[6:0], sda};
        end
    endtask

    task send;
        integer i;
        reg     enough;
        begin
            // SCL is low here.
            enough = 0;
            while (!enough) begin
                for (i = 7; i >= 0; i = i - 1) begin
                    pulls = !mem[pointer][i];
                    @(negedge scl);
                end
                pulls = 0;
                $fdisplay(out, "t read %0d %0d", pointer, mem[pointer]);
                pointer = pointer + 1;
                @(posedge scl);
                enough = sda;
                if (!enough) @(negedge scl);
            end
        end
    endtask

    always @(started) begin
        disable_all;
        pulls = 0;
    end

    task disable_all;
        begin
            disable talk;
            disable get;
            disable send;
        end
    endtask

    event go;
    always @(started) #0 -> go;

    always @(go) begin : talk
        reg [7:0] value;
        get(value);
        if (value[7:1] == 7'h2A) begin
            @(negedge scl);
            $fdisplay(out, "t select %0d", value);
            selected = 1;
            pulls = 1;
            @(negedge scl);
            pulls = 0;
            if (value[0]) send;
            else begin
                get(value);
                @(negedge scl);
                pointer = value[5:0];
                pulls = 1;
                @(negedge scl);
                pulls = 0;
                forever begin
                    get(value);
                    @(negedge scl);
                    mem[pointer] = value;
                    $fdisplay(out, "t write %0d %0d", pointer, value);
                    pointer = pointer + 1;
                    pulls = 1;
                    @(negedge scl);
                    pulls = 0;
                end
            end
        end else selected = 0;
    end

    always @(stopped) begin
        disable_all;
        if (selected) $fdisplay(out, "t stop");
        selected = 0;
        pulls = 0;
    end

    task finish_report;
        integer at;
        for (at = 0; at < 64; at = at + 1) $fdisplay(out, "m %h", mem[at]);
    endtask
endmodule
