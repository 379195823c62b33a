// Debug module of the RISC-V debug specification 0.13, for one hart: run control, abstract access to
// registers (no program buffer), and a system bus master for 8, 16 and 32 bits.
// An abstract command takes one cycle, so it is over before the transport brings the next access.
module rv_debug (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low: not the reset of the hart

    input  wire        dmi_valid,
    input  wire        dmi_write,
    input  wire [6:0]  dmi_address,
    input  wire [31:0] dmi_wdata,
    output reg  [31:0] dmi_rdata,

    // The hart, and its reset.
    output reg         ndmreset,
    input  wire        hart_rst_n,
    input  wire        hart_halted,
    output reg         hart_halt,
    output reg         hart_resume,     // one cycle
    output reg         access,          // one cycle: read or write a register of the halted hart
    output reg         access_write,
    output reg  [12:0] access_number,   // bit 12: a general register
    output wire [31:0] access_wdata,
    input  wire [31:0] access_rdata,
    input  wire        access_legal,

    // System bus: the request holds until it is granted, `sb_valid` answers it later.
    output wire        sb_req,
    output reg         sb_write,
    output reg  [3:0]  sb_enable,
    output wire [31:2] sb_bus_address,
    output reg  [31:0] sb_wdata,
    input  wire        sb_gnt,
    input  wire        sb_valid,
    input  wire [31:0] sb_rdata,
    input  wire        sb_bus_error
);
    localparam [6:0]
        DATA0 = 7'h04, DMCONTROL = 7'h10, DMSTATUS = 7'h11, ABSTRACTCS = 7'h16, COMMAND = 7'h17,
        SBCS = 7'h38, SBADDRESS0 = 7'h39, SBDATA0 = 7'h3c, HALTSUM0 = 7'h40;
    localparam [2:0] ERROR_UNSUPPORTED = 3'd2, ERROR_EXCEPTION = 3'd3, ERROR_STATE = 3'd4;
    localparam [2:0] SB_BAD_ADDRESS = 3'd2, SB_MISALIGNED = 3'd3, SB_BAD_SIZE = 3'd4;
    localparam [1:0] SB_IDLE = 2'd0, SB_REQUEST = 2'd1, SB_ANSWER = 2'd2;

    reg        active, resume_acked, have_reset;
    reg [2:0]  command_error;
    reg [31:0] data0;

    wire write         = dmi_valid && dmi_write;
    wire write_control = write && dmi_address == DMCONTROL;
    wire write_command = write && dmi_address == COMMAND;

    // ---- Run control ---------------------------------------------------------------------------
    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            active       <= 1'b0;
            ndmreset     <= 1'b0;
            hart_halt    <= 1'b0;
            hart_resume  <= 1'b0;
            resume_acked <= 1'b0;
            have_reset   <= 1'b1;
        end else begin
            hart_resume <= 1'b0;
            if (hart_resume) resume_acked <= 1'b1;
            if (write_control) begin
                active    <= dmi_wdata[0];
                ndmreset  <= dmi_wdata[0] && dmi_wdata[1];
                hart_halt <= dmi_wdata[0] && dmi_wdata[31];
                if (dmi_wdata[0] && dmi_wdata[30] && !dmi_wdata[31]) begin
                    hart_resume  <= 1'b1;
                    resume_acked <= 1'b0;
                end
                if (dmi_wdata[0] && dmi_wdata[28]) have_reset <= 1'b0;
            end
            if (!hart_rst_n) have_reset <= 1'b1;
        end
    end

    // ---- Abstract commands ---------------------------------------------------------------------
    wire [7:0]  kind      = dmi_wdata[31:24];
    wire [2:0]  size      = dmi_wdata[22:20];
    wire        increment = dmi_wdata[19];
    wire        postexec  = dmi_wdata[18];
    wire        transfer  = dmi_wdata[17];
    wire        is_gpr    = dmi_wdata[15:5] == 11'h080;             // 1000 to 101f
    wire        is_csr    = dmi_wdata[15:12] == 4'h0;
    // Kind: access register. Size: 32 bits. No program buffer, no increment.
    wire        supported = kind == 8'd0 && !increment && !postexec
                         && (!transfer || size == 3'd2);

    assign access_wdata = data0;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            access        <= 1'b0;
            access_write  <= 1'b0;
            access_number <= 13'd0;
            command_error <= 3'd0;
            data0         <= 32'd0;
        end else if (!active) begin
            access        <= 1'b0;
            command_error <= 3'd0;
            data0         <= 32'd0;
        end else begin
            access <= 1'b0;
            if (write && dmi_address == DATA0) data0 <= dmi_wdata;
            if (write && dmi_address == ABSTRACTCS)
                command_error <= command_error & ~dmi_wdata[10:8];
            if (write_command && command_error == 3'd0) begin
                if (!supported)                                 command_error <= ERROR_UNSUPPORTED;
                else if (!hart_halted)                          command_error <= ERROR_STATE;
                else if (transfer && !is_gpr && !is_csr)        command_error <= ERROR_EXCEPTION;
                else begin
                    access        <= transfer;
                    access_write  <= dmi_wdata[16];
                    access_number <= {is_gpr, dmi_wdata[11:0]};
                end
            end
            if (access) begin
                if (!access_legal)      command_error <= ERROR_EXCEPTION;
                else if (!access_write) data0         <= access_rdata;
            end
        end
    end

    // ---- System bus ----------------------------------------------------------------------------
    reg [1:0]  sb_state;
    reg [31:0] sb_address, sb_data;
    reg [2:0]  sb_size;                 // as in SBCS: 0 byte, 1 half, 2 word
    reg        sb_busy_error, sb_read_on_address, sb_read_on_data, sb_increment;
    reg [2:0]  sb_error;

    wire write_sbcs    = write && dmi_address == SBCS;
    wire touch_address = write && dmi_address == SBADDRESS0;
    wire touch_data    = dmi_valid && dmi_address == SBDATA0;
    wire sb_busy       = sb_state != SB_IDLE;
    wire sb_ready      = !sb_busy && !sb_busy_error && sb_error == 3'd0;
    wire sb_start      = sb_ready && (touch_address ? sb_read_on_address
                                                    : touch_data && (dmi_write || sb_read_on_data));
    wire [1:0] sb_offset  = touch_address ? dmi_wdata[1:0] : sb_address[1:0];
    wire sb_misaligned = (sb_size == 3'd1 && sb_offset[0]) || (sb_size == 3'd2 && sb_offset != 2'd0);

    assign sb_req         = sb_state == SB_REQUEST;
    assign sb_bus_address = sb_address[31:2];

    always @* begin
        case (sb_size[1:0])
            2'd0: begin
                sb_enable = 4'b0001 << sb_address[1:0];
                sb_wdata  = {4{sb_data[7:0]}};
            end
            2'd1: begin
                sb_enable = {{2{sb_address[1]}}, {2{!sb_address[1]}}};
                sb_wdata  = {2{sb_data[15:0]}};
            end
            default: begin
                sb_enable = 4'b1111;
                sb_wdata  = sb_data;
            end
        endcase
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            sb_state           <= SB_IDLE;
            sb_write           <= 1'b0;
            sb_address         <= 32'd0;
            sb_data            <= 32'd0;
            sb_size            <= 3'd2;
            sb_busy_error      <= 1'b0;
            sb_read_on_address <= 1'b0;
            sb_read_on_data    <= 1'b0;
            sb_increment       <= 1'b0;
            sb_error           <= 3'd0;
        end else if (!active) begin
            sb_state           <= SB_IDLE;
            sb_size            <= 3'd2;
            sb_busy_error      <= 1'b0;
            sb_read_on_address <= 1'b0;
            sb_read_on_data    <= 1'b0;
            sb_increment       <= 1'b0;
            sb_error           <= 3'd0;
        end else begin
            if (write_sbcs) begin
                sb_size            <= dmi_wdata[19:17];
                sb_read_on_address <= dmi_wdata[20];
                sb_read_on_data    <= dmi_wdata[15];
                sb_increment       <= dmi_wdata[16];
                sb_error           <= sb_error & ~dmi_wdata[14:12];
                if (dmi_wdata[22]) sb_busy_error <= 1'b0;
            end
            if ((touch_address || touch_data) && sb_busy) sb_busy_error <= 1'b1;
            if (touch_address && sb_ready)              sb_address <= dmi_wdata;
            if (touch_data && dmi_write && sb_ready)    sb_data    <= dmi_wdata;

            case (sb_state)
                SB_IDLE: if (sb_start) begin
                    if (sb_size > 3'd2)     sb_error <= SB_BAD_SIZE;
                    else if (sb_misaligned) sb_error <= SB_MISALIGNED;
                    else begin
                        sb_state <= SB_REQUEST;
                        sb_write <= touch_data && dmi_write;
                    end
                end
                SB_REQUEST: if (sb_gnt) sb_state <= SB_ANSWER;
                default: if (sb_valid) begin
                    sb_state <= SB_IDLE;
                    if (sb_bus_error)   sb_error <= SB_BAD_ADDRESS;
                    else begin
                        if (!sb_write)    sb_data    <= sb_rdata >> {sb_address[1:0], 3'd0};
                        if (sb_increment) sb_address <= sb_address + (32'd1 << sb_size[1:0]);
                    end
                end
            endcase
            if (!hart_rst_n) sb_state <= SB_IDLE;       // the bus is in reset, too
        end
    end

    // ---- Reads ---------------------------------------------------------------------------------
    wire running = hart_rst_n && !hart_halted;
    wire halted  = hart_rst_n && hart_halted;

    always @* begin
        case (dmi_address)
            DATA0:      dmi_rdata = data0;
            DMCONTROL:  dmi_rdata = {hart_halt, 29'd0, ndmreset, active};
            // authenticated, version 2 (0.13)
            DMSTATUS:   dmi_rdata = {12'd0, {2{have_reset}}, {2{resume_acked}}, 2'b00, {2{!hart_rst_n}},
                                     {2{running}}, {2{halted}}, 1'b1, 3'd0, 4'd2};
            ABSTRACTCS: dmi_rdata = {21'd0, command_error, 4'd0, 4'd1};
            // version 1, 32 address bits, access sizes 32, 16 and 8
            SBCS:       dmi_rdata = {3'd1, 6'd0, sb_busy_error, sb_busy, sb_read_on_address, sb_size,
                                     sb_increment, sb_read_on_data, sb_error, 7'd32, 5'b00111};
            SBADDRESS0: dmi_rdata = sb_address;
            SBDATA0:    dmi_rdata = sb_data;
            HALTSUM0:   dmi_rdata = {31'd0, halted};
            default:    dmi_rdata = 32'd0;
        endcase
    end
endmodule
