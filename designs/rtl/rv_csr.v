// Machine-mode control and status registers, traps and interrupt selection.
// mstatus holds MIE and MPIE (MPP reads as machine mode), mtvec is direct mode only.
module rv_csr (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low

    // Access by a CSR instruction. `write_request` says that the instruction writes.
    input  wire [11:0] address,
    input  wire [1:0]  operation,       // funct3[1:0]: 1 write, 2 set bits, 3 clear bits
    input  wire [31:0] source,
    input  wire        write_request,
    input  wire        commit,          // the instruction retires in this cycle
    output reg  [31:0] rdata,
    output wire        legal,

    // Traps and returns.
    input  wire        trap,
    input  wire [31:2] trap_pc,
    input  wire [4:0]  trap_cause,      // bit 4: interrupt
    input  wire [31:0] trap_value,
    input  wire        mret,
    output wire [31:2] trap_vector,
    output wire [31:2] return_pc,

    // Interrupt lines, and what to do about them.
    input  wire        irq_software,
    input  wire        irq_timer,
    input  wire        irq_external,
    output wire        interrupt,       // take an interrupt before the next instruction
    output wire [3:0]  interrupt_cause,
    output wire        wake,            // WFI ends

    input  wire        retire
);
    localparam [31:0] MISA = 32'h40001100;      // RV32IM

    localparam [11:0]
        MSTATUS = 12'h300, MISA_ADDRESS = 12'h301, MIE = 12'h304, MTVEC = 12'h305,
        MSTATUSH = 12'h310, MCOUNTINHIBIT = 12'h320,
        MSCRATCH = 12'h340, MEPC = 12'h341, MCAUSE = 12'h342, MTVAL = 12'h343, MIP = 12'h344,
        MCYCLE = 12'hb00, MINSTRET = 12'hb02, MCYCLEH = 12'hb80, MINSTRETH = 12'hb82,
        MVENDORID = 12'hf11, MARCHID = 12'hf12, MIMPID = 12'hf13, MHARTID = 12'hf14,
        MCONFIGPTR = 12'hf15;

    reg        status_mie, status_mpie;
    reg        enable_software, enable_timer, enable_external;
    reg [31:2] mtvec, mepc;
    reg [31:0] mscratch, mtval;
    reg [4:0]  mcause;
    reg [63:0] mcycle, minstret;

    reg        known;

    always @* begin
        known = 1'b1;
        rdata = 32'd0;
        case (address)
            MSTATUS:      rdata = {19'd0, 2'b11, 3'd0, status_mpie, 3'd0, status_mie, 3'd0};
            MISA_ADDRESS: rdata = MISA;
            MIE:          rdata = {20'd0, enable_external, 3'd0, enable_timer, 3'd0,
                                   enable_software, 3'd0};
            MIP:          rdata = {20'd0, irq_external, 3'd0, irq_timer, 3'd0, irq_software, 3'd0};
            MTVEC:        rdata = {mtvec, 2'b00};
            MSCRATCH:     rdata = mscratch;
            MEPC:         rdata = {mepc, 2'b00};
            MCAUSE:       rdata = {mcause[4], 27'd0, mcause[3:0]};
            MTVAL:        rdata = mtval;
            MCYCLE:       rdata = mcycle[31:0];
            MCYCLEH:      rdata = mcycle[63:32];
            MINSTRET:     rdata = minstret[31:0];
            MINSTRETH:    rdata = minstret[63:32];
            MSTATUSH, MCOUNTINHIBIT, MVENDORID, MARCHID, MIMPID, MHARTID, MCONFIGPTR:
                          rdata = 32'd0;
            default:      known = 1'b0;
        endcase
    end

    wire read_only = address[11:10] == 2'b11;
    assign legal   = known && !(read_only && write_request);

    wire        write = commit && write_request;
    wire [31:0] wdata = operation == 2'b01 ? source
                      : operation == 2'b10 ? rdata | source
                      :                      rdata & ~source;

    assign trap_vector = mtvec;
    assign return_pc   = mepc;

    // Priority: external, software, timer.
    wire take_external = irq_external && enable_external;
    wire take_software = irq_software && enable_software;
    wire take_timer    = irq_timer && enable_timer;
    assign wake            = take_external || take_software || take_timer;
    assign interrupt       = status_mie && wake;
    assign interrupt_cause = take_external ? 4'd11 : take_software ? 4'd3 : 4'd7;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            status_mie      <= 1'b0;
            status_mpie     <= 1'b0;
            enable_software <= 1'b0;
            enable_timer    <= 1'b0;
            enable_external <= 1'b0;
            mtvec           <= 30'd0;
            mepc            <= 30'd0;
            mscratch        <= 32'd0;
            mtval           <= 32'd0;
            mcause          <= 5'd0;
        end else if (trap) begin
            status_mpie <= status_mie;
            status_mie  <= 1'b0;
            mepc        <= trap_pc;
            mcause      <= trap_cause;
            mtval       <= trap_value;
        end else if (mret) begin
            status_mie  <= status_mpie;
            status_mpie <= 1'b1;
        end else if (write) begin
            case (address)
                MSTATUS: begin
                    status_mie  <= wdata[3];
                    status_mpie <= wdata[7];
                end
                MIE: begin
                    enable_software <= wdata[3];
                    enable_timer    <= wdata[7];
                    enable_external <= wdata[11];
                end
                MTVEC:    mtvec    <= wdata[31:2];
                MSCRATCH: mscratch <= wdata;
                MEPC:     mepc     <= wdata[31:2];
                MCAUSE:   mcause   <= {wdata[31], wdata[3:0]};
                MTVAL:    mtval    <= wdata;
                default:  ;
            endcase
        end
    end

    // Counters: a write by software wins over the increment.
    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            mcycle   <= 64'd0;
            minstret <= 64'd0;
        end else begin
            if (write && address == MCYCLE)         mcycle[31:0]  <= wdata;
            else if (write && address == MCYCLEH)   mcycle[63:32] <= wdata;
            else                                    mcycle        <= mcycle + 64'd1;
            if (write && address == MINSTRET)       minstret[31:0]  <= wdata;
            else if (write && address == MINSTRETH) minstret[63:32] <= wdata;
            else if (retire)                        minstret        <= minstret + 64'd1;
        end
    end
endmodule
