// IEEE 1149.1 TAP controller: the sixteen states, a 5-bit instruction register, IDCODE and BYPASS.
// Other data registers live outside: they capture and shift while `capture_dr` and `shift_dr` are
// high and `instruction` selects them, and give their last bit as `register_tdo`.
// Instruction and data registers update with the rising edge that leaves their update state, half a
// cycle later than the standard's falling edge; nothing outside can tell.
module jtag_tap #(
    parameter [31:0] IDCODE = 32'h0000_0001
) (
    input  wire       tck,
    input  wire       trst_n,           // asynchronous, active low
    input  wire       tms,
    input  wire       tdi,
    output reg        tdo,              // changes with the falling edge

    output reg  [4:0] instruction,
    output wire       capture_dr,
    output wire       shift_dr,
    output wire       update_dr,
    input  wire       register_selected,
    input  wire       register_tdo
);
    localparam [4:0] IDCODE_INSTRUCTION = 5'h01;

    localparam [3:0]
        TEST_LOGIC_RESET = 4'd0, RUN_TEST_IDLE = 4'd1,
        SELECT_DR = 4'd2, CAPTURE_DR = 4'd3, SHIFT_DR = 4'd4, EXIT1_DR = 4'd5, PAUSE_DR = 4'd6,
        EXIT2_DR = 4'd7, UPDATE_DR = 4'd8,
        SELECT_IR = 4'd9, CAPTURE_IR = 4'd10, SHIFT_IR = 4'd11, EXIT1_IR = 4'd12, PAUSE_IR = 4'd13,
        EXIT2_IR = 4'd14, UPDATE_IR = 4'd15;

    reg [3:0]  state, next_state;
    reg [4:0]  instruction_shift;
    reg [31:0] idcode_shift;
    reg        bypass;

    always @* begin
        case (state)
            TEST_LOGIC_RESET: next_state = tms ? TEST_LOGIC_RESET : RUN_TEST_IDLE;
            SELECT_DR:        next_state = tms ? SELECT_IR : CAPTURE_DR;
            CAPTURE_DR:       next_state = tms ? EXIT1_DR : SHIFT_DR;
            SHIFT_DR:         next_state = tms ? EXIT1_DR : SHIFT_DR;
            EXIT1_DR:         next_state = tms ? UPDATE_DR : PAUSE_DR;
            PAUSE_DR:         next_state = tms ? EXIT2_DR : PAUSE_DR;
            EXIT2_DR:         next_state = tms ? UPDATE_DR : SHIFT_DR;
            SELECT_IR:        next_state = tms ? TEST_LOGIC_RESET : CAPTURE_IR;
            CAPTURE_IR:       next_state = tms ? EXIT1_IR : SHIFT_IR;
            SHIFT_IR:         next_state = tms ? EXIT1_IR : SHIFT_IR;
            EXIT1_IR:         next_state = tms ? UPDATE_IR : PAUSE_IR;
            PAUSE_IR:         next_state = tms ? EXIT2_IR : PAUSE_IR;
            EXIT2_IR:         next_state = tms ? UPDATE_IR : SHIFT_IR;
            default:          next_state = tms ? SELECT_DR : RUN_TEST_IDLE;
        endcase
    end

    assign capture_dr = state == CAPTURE_DR;
    assign shift_dr   = state == SHIFT_DR;
    assign update_dr  = state == UPDATE_DR;

    always @(posedge tck or negedge trst_n) begin
        if (!trst_n) begin
            state             <= TEST_LOGIC_RESET;
            instruction       <= IDCODE_INSTRUCTION;
            instruction_shift <= 5'd0;
            idcode_shift      <= 32'd0;
            bypass            <= 1'b0;
        end else begin
            state <= next_state;
            case (state)
                TEST_LOGIC_RESET: instruction       <= IDCODE_INSTRUCTION;
                CAPTURE_IR:       instruction_shift <= 5'b00001;
                SHIFT_IR:         instruction_shift <= {tdi, instruction_shift[4:1]};
                UPDATE_IR:        instruction       <= instruction_shift;
                CAPTURE_DR: begin
                    if (instruction == IDCODE_INSTRUCTION) idcode_shift <= IDCODE;
                    bypass <= 1'b0;
                end
                SHIFT_DR: begin
                    if (instruction == IDCODE_INSTRUCTION)
                        idcode_shift <= {tdi, idcode_shift[31:1]};
                    bypass <= tdi;
                end
                default: ;
            endcase
        end
    end

    wire data_out = register_selected                 ? register_tdo
                  : instruction == IDCODE_INSTRUCTION ? idcode_shift[0]
                  :                                     bypass;

    always @(negedge tck or negedge trst_n) begin
        if (!trst_n)                 tdo <= 1'b0;
        else if (state == SHIFT_IR)  tdo <= instruction_shift[0];
        else if (state == SHIFT_DR)  tdo <= data_out;
    end
endmodule
