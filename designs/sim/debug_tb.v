// Bit-bang bench of soc_mcu's debug module for Icarus: run control, registers, memory, triggers,
// ebreak, steps and reset through JTAG, against the debug specification 0.13. Prints one line for each
// thing that is not as it should be, then "debug_tb: N checks, M failures".
`timescale 1ns / 1ps

module debug_tb;
    localparam [6:0]
        DATA0 = 7'h04, DMCONTROL = 7'h10, DMSTATUS = 7'h11, ABSTRACTCS = 7'h16, COMMAND = 7'h17,
        SBCS = 7'h38, SBADDRESS0 = 7'h39, SBDATA0 = 7'h3c;
    localparam [15:0]
        X5 = 16'h1005, X6 = 16'h1006, X7 = 16'h1007, X8 = 16'h1008, MSCRATCH = 16'h0340, MEPC = 16'h0341,
        TSELECT = 16'h07a0, TDATA1 = 16'h07a1, TDATA2 = 16'h07a2, DCSR = 16'h07b0, DPC = 16'h07b1;
    localparam [31:0] SRAM = 32'h1000_0000;

    reg clk = 0, clk_slow = 0, rst_n = 0;
    reg tck = 0, trst_n = 0, tms = 1, tdi = 0;
    wire tdo, cs_n, sck;
    wire [3:0] io_o;
    reg  miso = 0;

    always #10 clk = !clk;
    always #30.5 clk_slow = !clk_slow;

    soc_mcu chip (
        .clk(clk), .clk_slow(clk_slow), .rst_n(rst_n), .uart0_tx(), .uart0_rx(1'b1), .uart1_tx(),
        .uart1_rx(1'b1), .flash_cs_n(cs_n), .flash_sck(sck), .flash_io_o(io_o), .flash_io_oe(),
        .flash_io_i({2'b00, miso, 1'b0}), .gpio_o(), .gpio_oe(), .gpio_i(8'd0), .slow_o(),
        .jtag_tck(tck), .jtag_trst_n(trst_n), .jtag_tms(tms), .jtag_tdi(tdi), .jtag_tdo(tdo)
    );

    // ---- Flash: command 03 only ----------------------------------------------------------------
    reg [7:0]  image [0:63];
    reg [31:0] taken;
    integer    bits;
    reg [23:0] address;
    always @(negedge cs_n) begin taken = 0; bits = 0; end
    always @(posedge sck) if (!cs_n && bits < 32) begin
        taken = {taken[30:0], io_o[0]};
        bits = bits + 1;
        if (bits == 32) address = taken[23:0];
    end
    always @(negedge sck) if (!cs_n && bits >= 32) begin
        miso = image[address[5:0]][39 - bits];
        bits = bits + 1;
        if (bits == 40) begin bits = 32; address = address + 1; end
    end

    task put(input [5:0] at, input [31:0] word);
        {image[at + 3], image[at + 2], image[at + 1], image[at]} = word;
    endtask

    // ---- JTAG ----------------------------------------------------------------------------------
    task tick(input mode, input data);
        begin
            tms = mode;
            tdi = data;
            #17 tck = 1;
            #16 tck = 0;
            #1;
        end
    endtask

    task instruction(input [4:0] code);
        integer i;
        begin
            tick(1, 0); tick(1, 0); tick(0, 0); tick(0, 0);
            for (i = 0; i < 5; i = i + 1) tick(i == 4, code[i]);
            tick(1, 0); tick(0, 0);
        end
    endtask

    reg [40:0] scanned;
    task scan(input integer length, input [40:0] data);
        integer i;
        begin
            tick(1, 0); tick(0, 0); tick(0, 0);
            scanned = 0;
            for (i = 0; i < length; i = i + 1) begin
                scanned[i] = tdo;
                tick(i == length - 1, data[i]);
            end
            tick(1, 0); tick(0, 0);
        end
    endtask

    task idle; repeat (16) tick(0, 0); endtask

    // ---- Checks --------------------------------------------------------------------------------
    integer checks = 0, failures = 0;
    task expect_equal(input [31:0] found, input [31:0] expected, input [8*40-1:0] what);
        begin
            checks = checks + 1;
            if (found !== expected) begin
                failures = failures + 1;
                $display("debug_tb: %0s: found %h, expected %h", what, found, expected);
            end
        end
    endtask

    // ---- Debug module --------------------------------------------------------------------------
    task dmi_write(input [6:0] where, input [31:0] data);
        begin scan(41, {where, data, 2'd2}); idle; end
    endtask

    reg [31:0] got;
    task dmi_read(input [6:0] where);
        begin
            scan(41, {where, 32'd0, 2'd1});
            idle;
            scan(41, 41'd0);
            got = scanned[33:2];
            expect_equal({30'd0, scanned[1:0]}, 0, "DMI status");
        end
    endtask

    task read_register(input [15:0] number);
        begin
            dmi_write(COMMAND, {16'h0022, number});
            dmi_read(DATA0);
        end
    endtask
    task write_register(input [15:0] number, input [31:0] value);
        begin
            dmi_write(DATA0, value);
            dmi_write(COMMAND, {16'h0023, number});
        end
    endtask
    task expect_command_error(input [2:0] code, input [8*40-1:0] what);
        begin
            dmi_read(ABSTRACTCS);
            expect_equal(got, {21'd0, code, 8'd1}, what);
            dmi_write(ABSTRACTCS, 32'h0000_0700);
        end
    endtask

    task wait_for_bus;
        begin
            dmi_read(SBCS);
            while (got[21]) dmi_read(SBCS);
            expect_equal({31'd0, got[22]}, 0, "nothing was asked too early");
        end
    endtask

    localparam [31:0] READ_ON_ADDRESS = 32'h0010_0000;
    task read_memory(input [2:0] size, input [31:0] where);
        begin
            dmi_write(SBCS, READ_ON_ADDRESS | {12'd0, size, 17'd0});
            dmi_write(SBADDRESS0, where);
            wait_for_bus;
            dmi_read(SBDATA0);
        end
    endtask
    task write_memory(input [2:0] size, input [31:0] where, input [31:0] value);
        begin
            dmi_write(SBCS, {12'd0, size, 17'd0});
            dmi_write(SBADDRESS0, where);
            dmi_write(SBDATA0, value);
            wait_for_bus;
        end
    endtask
    task expect_bus_error(input [2:0] code, input [8*40-1:0] what);
        begin
            dmi_read(SBCS);
            expect_equal({29'd0, got[14:12]}, {29'd0, code}, what);
            dmi_write(SBCS, 32'h0040_7000);
        end
    endtask

    task halt;
        begin dmi_write(DMCONTROL, 32'h8000_0001); dmi_write(DMCONTROL, 32'h0000_0001); end
    endtask
    task resume; dmi_write(DMCONTROL, 32'h4000_0001); endtask
    task expect_halted(input [31:0] where, input [2:0] cause, input [8*40-1:0] what);
        integer tries;
        begin
            got = 0;
            for (tries = 0; tries < 50 && !got[9]; tries = tries + 1) dmi_read(DMSTATUS);
            expect_equal({22'd0, got[11:8], 6'd0}, 32'h0c0, what);
            read_register(DPC);
            expect_equal(got, where, what);
            read_register(DCSR);
            expect_equal({29'd0, got[8:6]}, {29'd0, cause}, what);
        end
    endtask

    integer k;
    reg [31:0] first;
    initial begin
        for (k = 0; k < 64; k = k + 1) image[k] = 8'hff;
        put(6'h00, 32'h100002b7);       //       lui  x5, 0x10000
        put(6'h04, 32'h00100313);       //       li   x6, 1
        put(6'h08, 32'h00130313);       // loop: addi x6, x6, 1
        put(6'h0c, 32'h0062a023);       //       sw   x6, 0(x5)
        put(6'h10, 32'hff9ff06f);       //       j    loop
        #105 rst_n = 1;
        trst_n = 1;
        #2000;
        repeat (5) tick(1, 0);
        tick(0, 0);

        scan(32, 0);
        expect_equal(scanned[31:0], 32'h1484_4d01, "IDCODE after reset");
        instruction(5'h1f);
        scan(8, 8'b1011_0101);
        expect_equal(scanned[7:0], 8'b0110_1010, "BYPASS is one bit");
        instruction(5'h10);
        scan(32, 0);
        expect_equal(scanned[31:0], 32'h0000_1071, "DTMCS");
        instruction(5'h11);

        dmi_read(DMCONTROL);
        expect_equal(got, 0, "inactive at first");
        dmi_write(DMCONTROL, 32'h1000_0001);
        dmi_read(DMSTATUS);
        expect_equal(got, 32'h0000_0c82, "running");
        dmi_write(DMCONTROL, 32'h03ff_ffc1);
        dmi_read(DMCONTROL);
        expect_equal(got, 1, "one hart: hartsel stays 0");
        dmi_write(COMMAND, {16'h0022, X5});
        expect_command_error(4, "register of a running hart");

        halt;
        dmi_read(DMSTATUS);
        expect_equal(got, 32'h0000_0382, "halted");
        read_register(X5);
        expect_equal(got, SRAM, "x5");
        read_register(DCSR);
        expect_equal(got, 32'h4000_00c3, "DCSR: halted on request");
        read_register(X6);
        first = got;
        read_memory(2, SRAM);
        expect_equal(got == first || got == first - 1, 1, "memory follows x6");

        write_register(X7, 32'hdead_beef);
        write_register(MSCRATCH, 32'h1234_5678);
        write_register(16'h1000, 32'hffff_ffff);
        read_register(X7);
        expect_equal(got, 32'hdead_beef, "x7");
        read_register(MSCRATCH);
        expect_equal(got, 32'h1234_5678, "mscratch");
        read_register(16'h1000);
        expect_equal(got, 0, "x0");
        read_register(16'h0301);
        expect_equal(got, 32'h4000_1100, "misa");
        write_register(16'h0f14, 1);
        expect_command_error(3, "write to a read-only CSR");
        read_register(16'h07ff);
        expect_command_error(3, "no such CSR");
        dmi_write(COMMAND, {16'h0032, X5});
        expect_command_error(2, "64 bits");
        dmi_write(COMMAND, {16'h0026, X5});
        expect_command_error(2, "no program buffer");

        write_memory(2, SRAM + 32'h20, 32'h8899_aabb);
        write_memory(0, SRAM + 32'h21, 32'h0000_0011);
        write_memory(1, SRAM + 32'h22, 32'h0000_2233);
        read_memory(2, SRAM + 32'h20);
        expect_equal(got, 32'h2233_11bb, "words, halves and bytes");
        read_memory(0, SRAM + 32'h21);
        expect_equal(got[7:0], 8'h11, "byte");
        read_memory(1, SRAM + 32'h22);
        expect_equal(got[15:0], 16'h2233, "half");
        read_memory(2, 32'h0000_0008);
        expect_equal(got, 32'h0013_0313, "flash");
        read_memory(2, 32'h3000_0000);
        expect_bus_error(2, "no such address");
        write_memory(2, 32'h0000_0000, 0);
        expect_bus_error(2, "flash is read-only");
        read_memory(2, SRAM + 2);
        expect_bus_error(3, "misaligned");
        read_memory(3, SRAM);
        expect_bus_error(4, "64 bits");
        read_memory(2, 32'h4000_6000);
        expect_equal(got, 32'h4844_4c31, "system control id, through APB");
        dmi_write(SBCS, READ_ON_ADDRESS | 32'h0005_8000);
        dmi_write(SBADDRESS0, 32'h0000_0000);
        for (k = 0; k < 3; k = k + 1) begin
            wait_for_bus;
            dmi_read(SBDATA0);
            expect_equal(got, {image[4*k + 3], image[4*k + 2], image[4*k + 1], image[4*k]}, "burst");
        end
        wait_for_bus;
        dmi_write(SBADDRESS0, 32'h0000_0004);
        dmi_read(SBDATA0);
        dmi_read(SBCS);
        expect_equal({31'd0, got[22]}, 1, "asked too early: the read is under way");
        dmi_write(SBCS, 32'h0040_7000);

        write_register(DPC, 32'h0000_0008);
        write_register(X6, 32'd100);
        write_register(DCSR, 32'h0000_0004);
        resume;
        expect_halted(32'h0c, 4, "step over addi");
        resume;
        expect_halted(32'h10, 4, "step over a store");
        resume;
        expect_halted(32'h08, 4, "step over a jump");
        read_memory(2, SRAM);
        expect_equal(got, 32'd101, "the store happened");

        write_register(DCSR, 0);
        write_register(TSELECT, 1);
        write_register(TDATA2, 32'h0000_0010);
        write_register(TDATA1, 32'h2800_1044);
        read_register(TDATA1);
        expect_equal(got, 32'h2800_1044, "TDATA1 is as written");
        resume;
        expect_halted(32'h10, 2, "trigger in flash");
        read_register(X6);
        expect_equal(got, 32'd102, "before the instruction runs");
        write_register(TDATA1, 0);
        read_register(TDATA1);
        expect_equal(got, 32'h2800_1000, "trigger disarmed");

        write_memory(2, SRAM + 32'h100, 32'h0050_0413);     // li x8, 5
        write_memory(2, SRAM + 32'h104, 32'h0010_0073);     // ebreak
        write_register(DCSR, 32'h0000_8000);
        write_register(DPC, SRAM + 32'h100);
        resume;
        expect_halted(SRAM + 32'h104, 1, "ebreak in SRAM");
        read_register(X8);
        expect_equal(got, 32'd5, "x8");
        read_register(MEPC);
        expect_equal(got, 0, "no trap was taken");

        write_memory(2, SRAM + 32'h104, 32'h1050_0073);     // wfi
        write_register(DPC, SRAM + 32'h100);
        resume;
        idle;
        halt;
        expect_halted(SRAM + 32'h108, 3, "halted out of wfi");

        write_register(DPC, 32'h0000_0008);
        resume;
        dmi_read(DMSTATUS);
        expect_equal(got, 32'h0003_0c82, "running again");
        read_memory(2, SRAM);
        first = got;
        idle;
        read_memory(2, SRAM);
        expect_equal(got > first && got < first + 200, 1, "memory of a running hart");

        dmi_write(DMCONTROL, 32'h8000_0003);
        dmi_read(DMSTATUS);
        expect_equal(got, 32'h000f_3082, "in reset");
        dmi_write(DMCONTROL, 32'h8000_0001);
        idle;
        expect_halted(32'h0, 3, "halted at the reset vector");
        dmi_read(DMSTATUS);
        expect_equal({31'd0, got[19]}, 1, "reset is remembered");

        instruction(5'h11);
        scan(41, {DMSTATUS, 32'd0, 2'd1});
        tick(1, 0); tick(0, 0);
        scan(41, {DATA0, 32'd5, 2'd2});
        trst_n = 0;
        #40 trst_n = 1;
        tick(0, 0);
        scan(32, 0);
        expect_equal(scanned[31:0], 32'h1484_4d01, "IDCODE after TRST");

        $display("debug_tb: %0d checks, %0d failures", checks, failures);
        $finish;
    end
endmodule
