// The core's side of debugging: when it halts and why, the registers DCSR, DPC and two triggers that
// match the address of an instruction. The core stays in debug mode without executing anything; its
// pc is DPC. Triggers are for the debugger alone: instructions cannot see them. While it steps, the
// core takes no interrupt. Counters go on.
module rv_debug_hart (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low

    input  wire        halt_request,
    input  wire        resume,
    output reg         halted,

    // At an instruction boundary, with `pc` the next instruction, the core asks whether to halt.
    input  wire        at_boundary,
    input  wire [31:2] pc,
    output wire        enter,           // halt now
    output wire        ebreak_enters,
    input  wire        ebreak,          // and here is one
    input  wire        step_done,       // an instruction retired or trapped
    output reg         stepping,

    // Registers of the debug specification.
    input  wire [11:0] number,
    input  wire        write,
    input  wire [31:0] wdata,
    output reg  [31:0] rdata,
    output reg         known,
    output wire        write_pc
);
    localparam [11:0]
        TSELECT = 12'h7a0, TDATA1 = 12'h7a1, TDATA2 = 12'h7a2, TINFO = 12'h7a4,
        DCSR = 12'h7b0, DPC = 12'h7b1;
    localparam [2:0] CAUSE_EBREAK = 3'd1, CAUSE_TRIGGER = 3'd2, CAUSE_REQUEST = 3'd3, CAUSE_STEP = 3'd4;

    reg        ebreakm, step, stepped;
    reg [2:0]  cause;
    reg        selected;
    reg [1:0]  trigger_m, trigger_execute;      // a bit a trigger
    reg [31:0] trigger_address_0, trigger_address_1;

    wire [1:0] armed = trigger_m & trigger_execute;
    wire       hit   = (armed[0] && trigger_address_0 == {pc, 2'b00})
                    || (armed[1] && trigger_address_1 == {pc, 2'b00});

    assign enter         = at_boundary && (hit || halt_request || stepped);
    assign ebreak_enters = ebreakm;
    assign write_pc      = write && number == DPC;

    always @* begin
        known = 1'b1;
        case (number)
            TSELECT: rdata = {31'd0, selected};
            // type 2 (address match), debug mode only, enters debug mode
            TDATA1:  rdata = {4'd2, 1'b1, 6'd0, 5'd0, 4'd1, 1'b0, 4'd0, trigger_m[selected], 3'd0,
                              trigger_execute[selected], 2'b00};
            TDATA2:  rdata = selected ? trigger_address_1 : trigger_address_0;
            TINFO:   rdata = 32'd4;
            // version 4 (0.13), machine mode
            DCSR:    rdata = {4'd4, 12'd0, ebreakm, 6'd0, cause, 3'd0, step, 2'b11};
            DPC:     rdata = {pc, 2'b00};
            default: begin
                rdata = 32'd0;
                known = 1'b0;
            end
        endcase
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            halted   <= 1'b0;
            stepping <= 1'b0;
            stepped  <= 1'b0;
            cause    <= 3'd0;
        end else if (enter || ebreak) begin
            halted   <= 1'b1;
            stepping <= 1'b0;
            stepped  <= 1'b0;
            cause    <= enter && hit          ? CAUSE_TRIGGER
                      : ebreak                ? CAUSE_EBREAK
                      : halt_request          ? CAUSE_REQUEST
                      :                         CAUSE_STEP;
        end else if (halted && resume) begin
            halted   <= 1'b0;
            stepping <= step;
        end else if (stepping && step_done) begin
            stepped  <= 1'b1;
        end
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            ebreakm           <= 1'b0;
            step              <= 1'b0;
            selected          <= 1'b0;
            trigger_m         <= 2'b00;
            trigger_execute   <= 2'b00;
            trigger_address_0 <= 32'd0;
            trigger_address_1 <= 32'd0;
        end else if (write) begin
            case (number)
                TSELECT: selected <= wdata[0];
                TDATA1: begin
                    trigger_m[selected]       <= wdata[6];
                    trigger_execute[selected] <= wdata[2];
                end
                TDATA2: if (selected) trigger_address_1 <= wdata;
                        else          trigger_address_0 <= wdata;
                DCSR: begin
                    ebreakm <= wdata[15];
                    step    <= wdata[2];
                end
                default: ;
            endcase
        end
    end
endmodule
