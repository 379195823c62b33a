// RV32IM core, machine mode only. rv_fetch brings instructions; this module decodes and executes
// them one at a time: most take one cycle, loads and stores one more than the bus, multiplication
// and division 34. An instruction stays at the head of the fetch queue until it retires or traps,
// so operands and the ALU's address hold while it waits.
// With DEBUG, rv_debug_hart may halt it between two instructions; a debugger then reaches the registers.
module rv_core #(
    parameter DEBUG = 0
) (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low

    // Instruction bus: the answer comes in the cycle after the grant.
    output wire        i_req,
    output wire [31:2] i_address,
    input  wire        i_gnt,
    input  wire [31:0] i_rdata,
    input  wire        i_error,

    // Data bus: `d_valid` answers a granted request, one or more cycles after it.
    output wire        d_req,
    output wire        d_write,
    output wire [3:0]  d_enable,        // byte lanes
    output wire [31:2] d_address,
    output wire [31:0] d_wdata,
    input  wire        d_gnt,
    input  wire        d_valid,
    input  wire [31:0] d_rdata,
    input  wire        d_error,

    input  wire        irq_software,
    input  wire        irq_timer,
    input  wire        irq_external,

    // Debugger, with DEBUG. A register is read or written while the core is halted.
    input  wire        debug_halt,
    input  wire        debug_resume,
    output wire        debug_halted,
    input  wire        debug_access,
    input  wire        debug_write,
    input  wire [12:0] debug_number,    // bit 12: a general register, else a CSR
    input  wire [31:0] debug_wdata,
    output wire [31:0] debug_rdata,
    output wire        debug_legal
);
    localparam [1:0] EXECUTE = 2'd0, MEMORY = 2'd1, MULDIV = 2'd2, WAIT = 2'd3;

    localparam [4:0]
        OP_LOAD = 5'b00000, OP_FENCE = 5'b00011, OP_IMM = 5'b00100, OP_AUIPC = 5'b00101,
        OP_STORE = 5'b01000, OP_OP = 5'b01100, OP_LUI = 5'b01101, OP_BRANCH = 5'b11000,
        OP_JALR = 5'b11001, OP_JAL = 5'b11011, OP_SYSTEM = 5'b11100;

    localparam [4:0]
        CAUSE_JUMP_MISALIGNED = 5'd0, CAUSE_FETCH_FAULT = 5'd1, CAUSE_ILLEGAL = 5'd2,
        CAUSE_BREAKPOINT = 5'd3, CAUSE_LOAD_MISALIGNED = 5'd4, CAUSE_LOAD_FAULT = 5'd5,
        CAUSE_STORE_MISALIGNED = 5'd6, CAUSE_STORE_FAULT = 5'd7, CAUSE_ECALL = 5'd11;

    reg [1:0]  state;
    reg [31:2] pc;                      // of the next instruction to execute

    // ---- Debugging: all of it is constant without DEBUG ----------------------------------------
    wire        halted, halt_now, stepping, ebreak_enters, debug_csr_known, debug_write_pc;
    wire [31:0] debug_csr_rdata;
    wire        debug_ebreak, step_done;
    wire        debug_gpr       = debug_number[12];
    wire        debug_write_gpr = debug_access && debug_write && debug_gpr;
    wire        debug_write_csr = debug_access && debug_write && !debug_gpr;
    wire        debug_restart   = halted && debug_resume;

    generate
        if (DEBUG) begin : debug
            rv_debug_hart control (
                .clk(clk), .rst_n(rst_n),
                .halt_request(debug_halt), .resume(debug_resume), .halted(halted),
                .at_boundary(state == EXECUTE && !halted), .pc(pc), .enter(halt_now),
                .ebreak_enters(ebreak_enters), .ebreak(debug_ebreak), .step_done(step_done),
                .stepping(stepping),
                .number(debug_number[11:0]), .write(debug_write_csr), .wdata(debug_wdata),
                .rdata(debug_csr_rdata), .known(debug_csr_known), .write_pc(debug_write_pc)
            );
        end else begin : no_debug
            assign halted          = 1'b0;
            assign halt_now        = 1'b0;
            assign stepping        = 1'b0;
            assign ebreak_enters   = 1'b0;
            assign debug_csr_known = 1'b0;
            assign debug_csr_rdata = 32'd0;
            assign debug_write_pc  = 1'b0;
            wire unused = &{1'b0, step_done, debug_halt};
        end
    endgenerate

    // ---- Fetch ---------------------------------------------------------------------------------
    wire        flush, retire;
    reg  [31:2] flush_pc;
    wire        fetched, fetch_fault;
    wire [31:0] instruction;

    rv_fetch fetch (
        .clk(clk), .rst_n(rst_n),
        .i_req(i_req), .i_address(i_address), .i_gnt(i_gnt), .i_rdata(i_rdata), .i_error(i_error),
        .flush(flush), .flush_pc(flush_pc), .pop(retire),
        .valid(fetched), .instruction(instruction), .fault(fetch_fault)
    );

    // ---- Decode --------------------------------------------------------------------------------
    wire [4:0] opcode = instruction[6:2];
    wire [2:0] funct3 = instruction[14:12];
    wire [6:0] funct7 = instruction[31:25];
    wire [4:0] rd     = instruction[11:7];
    wire [4:0] rs1    = instruction[19:15];
    wire [4:0] rs2    = instruction[24:20];

    wire is_load   = opcode == OP_LOAD;
    wire is_store  = opcode == OP_STORE;
    wire is_branch = opcode == OP_BRANCH;
    wire is_jal    = opcode == OP_JAL;
    wire is_jalr   = opcode == OP_JALR;
    wire is_op     = opcode == OP_OP;
    wire is_imm    = opcode == OP_IMM;
    wire is_lui    = opcode == OP_LUI;
    wire is_auipc  = opcode == OP_AUIPC;
    wire is_fence  = opcode == OP_FENCE;
    wire is_system = opcode == OP_SYSTEM;
    wire is_muldiv = is_op && funct7 == 7'b0000001;
    wire is_csr    = is_system && funct3[1:0] != 2'b00;
    wire is_ecall  = instruction[31:7] == 25'h0000000 && is_system;
    wire is_ebreak = instruction[31:7] == 25'h0002000 && is_system;
    wire is_mret   = instruction[31:7] == 25'h0604000 && is_system;
    wire is_wfi    = instruction[31:7] == 25'h020a000 && is_system;
    wire is_memory = is_load || is_store;

    wire [31:0] imm_i = {{20{instruction[31]}}, instruction[31:20]};
    wire [31:0] imm_s = {{20{instruction[31]}}, instruction[31:25], instruction[11:7]};
    wire [31:0] imm_u = {instruction[31:12], 12'd0};
    wire [31:0] imm_b = {{20{instruction[31]}}, instruction[7], instruction[30:25],
                         instruction[11:8], 1'b0};
    wire [31:0] imm_j = {{12{instruction[31]}}, instruction[19:12], instruction[20],
                         instruction[30:21], 1'b0};

    wire csr_legal;
    reg  legal;

    always @* begin
        case (opcode)
            OP_LUI, OP_AUIPC, OP_JAL: legal = 1'b1;
            OP_JALR:   legal = funct3 == 3'b000;
            OP_BRANCH: legal = funct3[2:1] != 2'b01;
            OP_LOAD:   legal = funct3 != 3'b011 && funct3[2:1] != 2'b11;
            OP_STORE:  legal = !funct3[2] && funct3[1:0] != 2'b11;
            OP_IMM:    legal = funct3 == 3'b001 ? funct7 == 7'b0000000
                             : funct3 == 3'b101 ? {funct7[6], funct7[4:0]} == 6'd0
                             :                    1'b1;
            OP_OP:     legal = funct7 == 7'b0000000 || funct7 == 7'b0000001
                             || (funct7 == 7'b0100000 && (funct3 == 3'b000 || funct3 == 3'b101));
            OP_FENCE:  legal = funct3[2:1] == 2'b00;
            OP_SYSTEM: legal = is_csr ? csr_legal : is_ecall || is_ebreak || is_mret || is_wfi;
            default:   legal = 1'b0;
        endcase
        if (instruction[1:0] != 2'b11) legal = 1'b0;
    end

    // ---- Operands, ALU and addresses -----------------------------------------------------------
    wire [31:0] rs1_value, rs2_value;
    wire        rd_write;
    reg  [31:0] rd_value;

    rv_regfile registers (
        .clk(clk), .write(rd_write || (halted && debug_write_gpr)),
        .rd(halted ? debug_number[4:0] : rd), .wdata(halted ? debug_wdata : rd_value),
        .rs1(halted ? debug_number[4:0] : rs1), .rs2(rs2), .rs1_value(rs1_value), .rs2_value(rs2_value)
    );

    wire        compute   = is_op || is_imm;    // else the ALU adds (addresses) or compares
    wire        compare   = is_branch || (compute && funct3[2:1] == 2'b01);
    wire        alternate = funct7[5] && (is_op || funct3 == 3'b101);
    wire [31:0] alu_b     = is_op || is_branch ? rs2_value : is_store ? imm_s : imm_i;
    wire [31:0] alu_result, alu_sum;
    wire        equal, less_signed, less_unsigned;

    rv_alu alu (
        .funct3(funct3), .alternate(alternate),
        .subtract(compare || (is_op && alternate)),
        .a(rs1_value), .b(alu_b),
        .result(alu_result), .sum(alu_sum),
        .equal(equal), .less_signed(less_signed), .less_unsigned(less_unsigned)
    );

    wire [31:0] pc_offset = is_auipc ? imm_u : is_jal ? imm_j : imm_b;
    wire [31:0] pc_sum    = {pc, 2'b00} + pc_offset;
    wire [31:2] pc_next   = pc + 30'd1;

    wire condition  = funct3[2] ? (funct3[1] ? less_unsigned : less_signed) : equal;
    wire jumps      = is_jal || is_jalr || (is_branch && condition != funct3[0]);
    wire [31:1] jump_target = is_jalr ? alu_sum[31:1] : pc_sum[31:1];

    wire misaligned = (funct3[1:0] == 2'b01 && alu_sum[0])
                   || (funct3[1:0] == 2'b10 && alu_sum[1:0] != 2'b00);

    // ---- What happens in this cycle ------------------------------------------------------------
    wire       interrupt, wake;
    wire [3:0] interrupt_cause;
    wire       muldiv_done;

    wire executing      = state == EXECUTE && !halted && !halt_now;
    wire take_interrupt = executing && interrupt && !stepping;
    wire run            = executing && !take_interrupt && fetched;  // look at the instruction
    wire sound          = !fetch_fault && legal;
    wire bad_jump       = jumps && jump_target[1];
    wire refuse         = !sound || is_ecall || is_ebreak || bad_jump || (is_memory && misaligned);
    wire go             = run && !refuse;                       // start it
    wire bus_fault      = state == MEMORY && d_valid && d_error;
    wire trap           = take_interrupt || (run && refuse && !debug_ebreak) || bus_fault;
    wire go_jump        = go && jumps;
    wire go_mret        = go && is_mret;
    wire go_fence_i     = go && is_fence && funct3[0];          // refetches what follows

    assign retire = (go && !is_memory && !is_muldiv)
                 || (state == MEMORY && d_valid && !d_error)
                 || (state == MULDIV && muldiv_done);
    assign flush  = trap || go_jump || go_mret || go_fence_i || debug_restart || debug_write_pc;

    assign debug_ebreak = run && sound && is_ebreak && ebreak_enters;
    assign step_done    = retire || trap;

    reg [4:0]  trap_cause;
    reg [31:0] trap_value;

    always @* begin
        trap_value = 32'd0;
        if (take_interrupt) begin
            trap_cause = {1'b1, interrupt_cause};
        end else if (bus_fault) begin
            trap_cause = is_store ? CAUSE_STORE_FAULT : CAUSE_LOAD_FAULT;
            trap_value = alu_sum;
        end else if (fetch_fault) begin
            trap_cause = CAUSE_FETCH_FAULT;
            trap_value = {pc, 2'b00};
        end else if (!legal) begin
            trap_cause = CAUSE_ILLEGAL;
            trap_value = instruction;
        end else if (is_ecall) begin
            trap_cause = CAUSE_ECALL;
        end else if (is_ebreak) begin
            trap_cause = CAUSE_BREAKPOINT;
        end else if (bad_jump) begin
            trap_cause = CAUSE_JUMP_MISALIGNED;
            trap_value = {jump_target, 1'b0};
        end else begin
            trap_cause = is_store ? CAUSE_STORE_MISALIGNED : CAUSE_LOAD_MISALIGNED;
            trap_value = alu_sum;
        end
    end

    wire [31:2] trap_vector, return_pc;

    always @* begin
        if (trap)                flush_pc = trap_vector;
        else if (go_mret)        flush_pc = return_pc;
        else if (go_jump)        flush_pc = jump_target[31:2];
        else if (debug_write_pc) flush_pc = debug_wdata[31:2];
        else if (debug_restart)  flush_pc = pc;
        else                     flush_pc = pc_next;
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            state <= EXECUTE;
            pc    <= 30'd0;
        end else begin
            if (flush)       pc <= flush_pc;
            else if (retire) pc <= pc_next;
            case (state)
                EXECUTE: if (d_req && d_gnt)       state <= MEMORY;
                         else if (go && is_muldiv) state <= MULDIV;
                         else if (go && is_wfi)    state <= WAIT;
                MEMORY:  if (d_valid)              state <= EXECUTE;
                MULDIV:  if (muldiv_done)          state <= EXECUTE;
                WAIT:    if (wake || (DEBUG != 0 && (debug_halt || stepping))) state <= EXECUTE;
            endcase
        end
    end

    // ---- Data bus ------------------------------------------------------------------------------
    wire [4:0]  bit_offset = {alu_sum[1:0], 3'd0};
    wire [31:0] loaded     = d_rdata >> bit_offset;

    assign d_req     = go && is_memory;
    assign d_write   = is_store;
    assign d_address = alu_sum[31:2];
    assign d_enable  = funct3[1] ? 4'b1111
                     : funct3[0] ? {{2{alu_sum[1]}}, {2{!alu_sum[1]}}}
                     :             4'b0001 << alu_sum[1:0];
    assign d_wdata   = funct3[1] ? rs2_value
                     : funct3[0] ? {2{rs2_value[15:0]}}
                     :             {4{rs2_value[7:0]}};

    // ---- Multiplier and CSRs -------------------------------------------------------------------
    wire [31:0] muldiv_result, csr_rdata;

    rv_muldiv muldiv (
        .clk(clk), .rst_n(rst_n), .start(go && is_muldiv), .funct3(funct3),
        .a(rs1_value), .b(rs2_value), .done(muldiv_done), .result(muldiv_result)
    );

    rv_csr csr (
        .clk(clk), .rst_n(rst_n),
        .address(halted ? debug_number[11:0] : instruction[31:20]),
        .operation(halted ? 2'b01 : funct3[1:0]),
        .source(halted ? debug_wdata : funct3[2] ? {27'd0, rs1} : rs1_value),
        .write_request(halted ? debug_write : funct3[1:0] == 2'b01 || rs1 != 5'd0),
        .commit((go && is_csr) || (halted && debug_write_csr && csr_legal)),
        .rdata(csr_rdata), .legal(csr_legal),
        .trap(trap), .trap_pc(pc), .trap_cause(trap_cause), .trap_value(trap_value),
        .mret(go_mret), .trap_vector(trap_vector), .return_pc(return_pc),
        .irq_software(irq_software), .irq_timer(irq_timer), .irq_external(irq_external),
        .interrupt(interrupt), .interrupt_cause(interrupt_cause), .wake(wake),
        .retire(retire)
    );

    // ---- Write-back ----------------------------------------------------------------------------
    assign rd_write = retire && !is_store && !is_branch && !is_fence;

    always @* begin
        if (is_load) begin
            case (funct3)
                3'b000:  rd_value = {{24{loaded[7]}}, loaded[7:0]};
                3'b001:  rd_value = {{16{loaded[15]}}, loaded[15:0]};
                3'b100:  rd_value = {24'd0, loaded[7:0]};
                3'b101:  rd_value = {16'd0, loaded[15:0]};
                default: rd_value = loaded;
            endcase
        end else if (is_muldiv)        rd_value = muldiv_result;
        else if (is_csr)               rd_value = csr_rdata;
        else if (is_lui)               rd_value = imm_u;
        else if (is_auipc)             rd_value = pc_sum;
        else if (is_jal || is_jalr)    rd_value = {pc_next, 2'b00};
        else                           rd_value = alu_result;
    end

    // ---- What the debugger reads ---------------------------------------------------------------
    assign debug_halted = halted;
    assign debug_rdata  = debug_gpr ? rs1_value : debug_csr_known ? debug_csr_rdata : csr_rdata;
    assign debug_legal  = debug_gpr || debug_csr_known || csr_legal;
endmodule
