// JTAG debug transport module of the RISC-V debug specification 0.13: the registers DTMCS and DMI
// behind a TAP, and the crossing of one access at a time into the domain of `clk`.
// A toggle carries each request over and another carries its answer back; address and data hold
// still meanwhile. An access that is asked for too early is refused with the sticky status "busy".
module rv_dtm #(
    parameter [31:0] IDCODE = 32'h0000_0001
) (
    input  wire        tck,
    input  wire        trst_n,          // asynchronous, active low
    input  wire        tms,
    input  wire        tdi,
    output wire        tdo,

    // Debug module interface: an access is answered in the cycle in which `dmi_valid` is high.
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low
    output wire        dmi_valid,
    output wire        dmi_write,
    output wire [6:0]  dmi_address,
    output wire [31:0] dmi_wdata,
    input  wire [31:0] dmi_rdata
);
    localparam [4:0] DTMCS = 5'h10, DMI = 5'h11;
    localparam [1:0] OP_READ = 2'd1, OP_WRITE = 2'd2;
    localparam [1:0] STATUS_BUSY = 2'd3;
    localparam DTMCS_DMIRESET = 16, DTMCS_DMIHARDRESET = 17;

    wire [4:0] instruction;
    wire       capture_dr, shift_dr, update_dr;
    wire       is_dtmcs = instruction == DTMCS;
    wire       is_dmi   = instruction == DMI;

    reg [40:0] shift;                   // {address, data, op}; DTMCS uses the low 32 bits
    reg [1:0]  status;                  // sticky
    reg [6:0]  address;
    reg [31:0] data;
    reg        write;
    reg        request;                 // toggles with each access
    reg        answer;                  // follows it in the domain of clk
    reg [31:0] answer_data;
    wire       request_synced, answer_synced;

    wire busy = request != answer_synced;

    jtag_tap #(.IDCODE(IDCODE)) tap (
        .tck(tck), .trst_n(trst_n), .tms(tms), .tdi(tdi), .tdo(tdo), .instruction(instruction),
        .capture_dr(capture_dr), .shift_dr(shift_dr), .update_dr(update_dr),
        .register_selected(is_dtmcs || is_dmi), .register_tdo(shift[0])
    );

    // version 1 (0.13), seven address bits, one idle cycle suggested
    wire [31:0] dtmcs = {17'd0, 3'd1, status, 6'd7, 4'd1};

    always @(posedge tck or negedge trst_n) begin
        if (!trst_n) begin
            shift   <= 41'd0;
            status  <= 2'd0;
            address <= 7'd0;
            data    <= 32'd0;
            write   <= 1'b0;
            request <= 1'b0;
        end else if (is_dtmcs) begin
            if (capture_dr)    shift[31:0] <= dtmcs;
            else if (shift_dr) shift[31:0] <= {tdi, shift[31:1]};
            if (update_dr && (shift[DTMCS_DMIRESET] || shift[DTMCS_DMIHARDRESET])) status <= 2'd0;
        end else if (is_dmi) begin
            if (capture_dr) begin
                shift <= {address, answer_data, busy ? STATUS_BUSY : status};
                if (busy) status <= STATUS_BUSY;
            end else if (shift_dr) begin
                shift <= {tdi, shift[40:1]};
            end else if (update_dr && status == 2'd0
                         && (shift[1:0] == OP_READ || shift[1:0] == OP_WRITE)) begin
                if (busy) begin
                    status <= STATUS_BUSY;
                end else begin
                    address <= shift[40:34];
                    data    <= shift[33:2];
                    write   <= shift[1:0] == OP_WRITE;
                    request <= !request;
                end
            end
        end
    end

    synchroniser to_clk (.clk(clk), .rst_n(rst_n), .in(request), .out(request_synced));
    synchroniser to_tck (.clk(tck), .rst_n(trst_n), .in(answer), .out(answer_synced));

    assign dmi_valid   = request_synced != answer;
    assign dmi_write   = write;
    assign dmi_address = address;
    assign dmi_wdata   = data;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            answer      <= 1'b0;
            answer_data <= 32'd0;
        end else if (dmi_valid) begin
            answer      <= request_synced;
            answer_data <= dmi_rdata;
        end
    end
endmodule
