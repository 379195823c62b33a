// Serial multiplier and divider (the M extension), one result bit a cycle on magnitudes, signs
// restored at the end. A pulse on `start` takes the operands; 33 cycles later `done` is high for
// one cycle with `result`. Division is restoring; it needs no special case for a zero divisor
// (every trial succeeds: quotient of ones, remainder the dividend) nor for overflow.
module rv_muldiv (
    input  wire        clk,
    input  wire        rst_n,       // asynchronous, active low
    input  wire        start,
    input  wire [2:0]  funct3,
    input  wire [31:0] a,
    input  wire [31:0] b,
    output wire        done,
    output wire [31:0] result
);
    localparam [5:0] STEPS = 6'd32;

    reg [31:0] high;            // product's upper half, or remainder
    reg [31:0] low;             // multiplier and product's lower half, or dividend and quotient
    reg [31:0] operand;         // multiplicand or divisor
    reg [5:0]  steps_left;
    reg        finished;
    reg        divide;
    reg        want_high;       // the result is in `high`
    reg        negate;

    // Operand signs: MULHSU has a signed `a` only; MULHU, DIVU and REMU have no signs.
    wire a_signed   = funct3[2] ? !funct3[0] : funct3[1:0] != 2'b11;
    wire b_signed   = funct3[2] ? !funct3[0] : !funct3[1];
    wire a_negative = a_signed && a[31];
    wire b_negative = b_signed && b[31];
    wire remainder  = funct3[2] && funct3[1];
    wire quotient   = funct3[2] && !funct3[1];

    // One adder adds the multiplicand or subtracts the divisor.
    wire [32:0] left_term  = divide ? {high, low[31]} : {1'b0, high};
    wire [32:0] right_term = divide ? ~{1'b0, operand} : {1'b0, low[0] ? operand : 32'd0};
    wire [33:0] total      = {1'b0, left_term} + {1'b0, right_term} + {33'd0, divide};

    // The upper half of a negated product takes a carry only when the lower half is zero.
    wire [31:0] chosen = want_high ? high : low;
    wire        carry  = divide || !want_high || low == 32'd0;

    assign done   = finished;
    assign result = negate ? ~chosen + {31'd0, carry} : chosen;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            high       <= 32'd0;
            low        <= 32'd0;
            operand    <= 32'd0;
            steps_left <= 6'd0;
            finished   <= 1'b0;
            divide     <= 1'b0;
            want_high  <= 1'b0;
            negate     <= 1'b0;
        end else if (start) begin
            high       <= 32'd0;
            low        <= a_negative ? -a : a;
            operand    <= b_negative ? -b : b;
            steps_left <= STEPS;
            divide     <= funct3[2];
            want_high  <= remainder || (!funct3[2] && funct3[1:0] != 2'b00);
            negate     <= remainder ? a_negative
                                    : (a_negative != b_negative) && !(quotient && b == 32'd0);
        end else if (steps_left != 6'd0) begin
            if (divide) begin
                high <= total[33] ? total[31:0] : left_term[31:0];
                low  <= {low[30:0], total[33]};
            end else begin
                high <= total[32:1];
                low  <= {total[0], low[31:1]};
            end
            steps_left <= steps_left - 6'd1;
            finished   <= steps_left == 6'd1;
        end else begin
            finished <= 1'b0;
        end
    end
endmodule
