// An SPI slave with 32 registers, in the mode of `mode.vh`: bits are counted
// from CS on, and a register file answers.
`timescale 1ps/1ps
module tb;
    localparam PINS = 3, CONTROL = 2, DRIVEN = 1;
    `include "mode.vh"
    `include "harness.vh"

    reg [7:0] mem [0:31];
    initial $readmemh("image.hex", mem);

    wire cs_n = pins[0];
    wire active = pins[1] ^ (MODE >= 2);  // high in the leading half
    wire takes = active ^ (MODE % 2 == 1);
    wire mosi = pins[2];
    reg  miso = 0;
    assign driven = miso;

    integer   bits = 0;
    reg [7:0] header = 0, data = 0;
    wire [4:0] place = header[4:0] + (bits / 8 - 1);

    always @(posedge takes) if (!cs_n) begin
        if (bits < 8) header = {header[6:0], mosi};
        else data = {data[6:0], mosi};
        bits = bits + 1;
        if (bits > 8 && bits % 8 == 0) begin : byte_end
            reg [4:0] at;
            at = header[4:0] + (bits / 8 - 2);
            if (header[7]) $fdisplay(out, "t read %0d %0d", at, mem[at]);
            else begin
                mem[at] = data;
                $fdisplay(out, "t write %0d %0d", at, data);
            end
        end
    end

    always @(negedge takes) if (!cs_n && bits >= 8 && header[7]) miso = mem[place][7 - bits % 8];

    always @(cs_n) begin
        bits = 0;
        miso = 0;
    end

    task finish_report;
        integer at;
        for (at = 0; at < 32; at = at + 1) $fdisplay(out, "m %h", mem[at]);
    endtask
endmodule
