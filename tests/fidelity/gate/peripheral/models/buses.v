// Monitors of four buses, each a few statements at the rising clock edge;
// `bus.vh` says which one is on the pins.
`timescale 1ps/1ps
module tb;
    localparam PINS = 120, CONTROL = 1, DRIVEN = 1;
    `include "bus.vh"  // BUS: 0 APB, 1 Wishbone, 2 pipelined Wishbone, 3 AHB-Lite, 4 AXI4-Lite
    `include "harness.vh"
    assign driven = 1'b0;

    task report(input is_write, input [31:0] address, input [31:0] data, input [7:0] strobe,
                input integer response, input integer waits);
        $fdisplay(out, "t %0d %0s %h %h %h %0d %0d", edge_number, is_write ? "write" : "read",
                  address, data, strobe, response, waits);
    endtask
    task error;
        $fdisplay(out, "t %0d protocol_error", edge_number);
    endtask

    wire [31:0] a = pins[47:16], w = pins[79:48], r = pins[111:80];

    // APB: 0 psel, 1 penable, 2 pwrite, 3 pready, 4 pslverr, 8.. pstrb.
    integer apb_waits = 0;
    always @(posedge clk) if (BUS == 0) begin
        if (!(pins[0] && pins[1])) apb_waits = 0;
        else if (!pins[3]) apb_waits = apb_waits + 1;
        else begin
            report(pins[2], a, pins[2] ? w : r, pins[2] ? pins[11:8] : 4'hF, pins[4], apb_waits);
            apb_waits = 0;
        end
    end

    // Wishbone: 0 cyc, 1 stb, 2 we, 3 ack, 4 err, 5 rty, 6 stall, 8.. sel.
    integer wb_waits = 0;
    wire    answered = pins[3] | pins[4] | pins[5];
    wire [31:0] wb_response = pins[3] ? 0 : pins[4] ? 1 : 2;
    always @(posedge clk) if (BUS == 1) begin
        if (!(pins[0] && pins[1])) wb_waits = 0;
        else if (!answered) wb_waits = wb_waits + 1;
        else begin
            report(pins[2], a, pins[2] ? w : r, pins[11:8], wb_response, wb_waits);
            wb_waits = 0;
        end
    end

    // Queues of what is open, with the cycle of each.
    integer     now = 0;
    always @(posedge clk) now <= now + 1;

    reg [31:0]  q_address [0:15], q_data [0:15];
    reg [3:0]   q_strobe [0:15];
    reg         q_write [0:15];
    integer     q_cycle [0:15];
    integer     head = 0, count = 0;
    always @(posedge clk) if (BUS == 2) begin
        if (!pins[0]) count = 0;
        else begin
            if (pins[1] && !pins[6]) begin
                if (count == 16) error;
                else begin
                    q_address[(head + count) % 16] = a;
                    q_data[(head + count) % 16] = w;
                    q_strobe[(head + count) % 16] = pins[11:8];
                    q_write[(head + count) % 16] = pins[2];
                    q_cycle[(head + count) % 16] = now;
                    count = count + 1;
                end
            end
            if (answered) begin
                if (count == 0) error;
                else begin
                    report(q_write[head], q_address[head], q_write[head] ? q_data[head] : r,
                           q_strobe[head], wb_response, now - q_cycle[head]);
                    head = (head + 1) % 16;
                    count = count - 1;
                end
            end
        end
    end

    // AHB-Lite: 0 hwrite, 1 hready, 2 hresp, 3..4 htrans, 5..7 hsize.
    reg         in_data = 0, data_write = 0;
    reg  [31:0] data_address = 0;
    reg  [2:0]  data_size = 0;
    integer     ahb_waits = 0;
    wire [7:0]  size_lanes = data_size == 0 ? 8'h01 : data_size == 1 ? 8'h03 : 8'h0F;
    wire [7:0]  ahb_lanes = data_size >= 2 ? 8'h0F
                          : data_size == 1 ? size_lanes << {data_address[1], 1'b0}
                                           : size_lanes << data_address[1:0];
    always @(posedge clk) if (BUS == 3) begin
        if (!pins[1]) begin
            if (in_data) ahb_waits = ahb_waits + 1;
        end else begin
            if (in_data) report(data_write, data_address, data_write ? w : r, ahb_lanes, pins[2],
                                ahb_waits);
            in_data = pins[4];
            data_write = pins[0];
            data_address = a;
            data_size = pins[7:5];
            ahb_waits = 0;
        end
    end

    // AXI4-Lite: 0 awvalid .. 9 rready, in pairs; 10..11 bresp, 12..13 rresp, 112.. wstrb. The
    // one address of the pins serves both directions, the one word out is wdata.
    reg [31:0] aw [0:15], wd [0:15], ar [0:15];
    reg [3:0]  ws [0:15];
    integer    aw_cycle [0:15], w_cycle [0:15], ar_cycle [0:15];
    integer    aw_head = 0, aw_count = 0, w_head = 0, w_count = 0, ar_head = 0, ar_count = 0;
    function integer code(input [1:0] response);
        code = response == 0 ? 0 : response == 1 ? 3 : response == 2 ? 4 : 5;
    endfunction
    integer later;
    always @(posedge clk) if (BUS == 4) begin
        if (pins[4] && pins[5]) begin
            if (aw_count == 0 || w_count == 0) error;
            else begin
                later = aw_cycle[aw_head] > w_cycle[w_head] ? aw_cycle[aw_head] : w_cycle[w_head];
                report(1, aw[aw_head], wd[w_head], ws[w_head], code(pins[11:10]), now - later - 1);
                aw_head = (aw_head + 1) % 16;
                aw_count = aw_count - 1;
                w_head = (w_head + 1) % 16;
                w_count = w_count - 1;
            end
        end
        if (pins[8] && pins[9]) begin
            if (ar_count == 0) error;
            else begin
                report(0, ar[ar_head], r, 4'hF, code(pins[13:12]), now - ar_cycle[ar_head] - 1);
                ar_head = (ar_head + 1) % 16;
                ar_count = ar_count - 1;
            end
        end
        if (pins[0] && pins[1]) begin
            if (aw_count == 16) error;
            else begin
                aw[(aw_head + aw_count) % 16] = a;
                aw_cycle[(aw_head + aw_count) % 16] = now;
                aw_count = aw_count + 1;
            end
        end
        if (pins[2] && pins[3]) begin
            if (w_count == 16) error;
            else begin
                wd[(w_head + w_count) % 16] = w;
                ws[(w_head + w_count) % 16] = pins[115:112];
                w_cycle[(w_head + w_count) % 16] = now;
                w_count = w_count + 1;
            end
        end
        if (pins[6] && pins[7]) begin
            if (ar_count == 16) error;
            else begin
                ar[(ar_head + ar_count) % 16] = a;
                ar_cycle[(ar_head + ar_count) % 16] = now;
                ar_count = ar_count + 1;
            end
        end
    end

    task finish_report;
        ;
    endtask
endmodule
