// Arithmetic and logic unit of the core, combinational. `funct3` is that of the OP and OP-IMM
// instructions; `alternate` turns add into sub and a logical right shift into an arithmetic one;
// `subtract` makes the adder subtract without choosing its result, for comparisons of branches.
module rv_alu (
    input  wire [2:0]  funct3,
    input  wire        alternate,
    input  wire        subtract,
    input  wire [31:0] a,
    input  wire [31:0] b,
    output reg  [31:0] result,
    output wire [31:0] sum,             // a + b, or a - b
    output wire        equal,
    output wire        less_signed,     // valid while subtracting
    output wire        less_unsigned
);
    wire        carry;
    wire [31:0] bitwise_xor = a ^ b;

    assign {carry, sum}  = {1'b0, a} + {1'b0, subtract ? ~b : b} + {32'd0, subtract};
    assign equal         = bitwise_xor == 32'd0;
    assign less_unsigned = !carry;
    assign less_signed   = bitwise_xor[31] ? a[31] : !carry;

    // One right shifter serves both directions: a left shift reverses the bits before and after.
    wire        left = funct3 == 3'b001;
    wire [31:0] reversed_a, shifted, reversed_shifted;
    wire [31:0] shift_in = left ? reversed_a : a;
    wire        fill     = alternate && !left && a[31];

    genvar i;
    generate
        for (i = 0; i < 32; i = i + 1) begin : reverse
            assign reversed_a[i]       = a[31 - i];
            assign reversed_shifted[i] = shifted[31 - i];
        end
    endgenerate

    wire [31:0] by_16 = b[4] ? {{16{fill}}, shift_in[31:16]} : shift_in;
    wire [31:0] by_8  = b[3] ? {{8{fill}}, by_16[31:8]}      : by_16;
    wire [31:0] by_4  = b[2] ? {{4{fill}}, by_8[31:4]}       : by_8;
    wire [31:0] by_2  = b[1] ? {{2{fill}}, by_4[31:2]}       : by_4;
    assign shifted    = b[0] ? {fill, by_2[31:1]}            : by_2;

    always @* begin
        case (funct3)
            3'b000: result = sum;
            3'b001: result = reversed_shifted;
            3'b010: result = {31'd0, less_signed};
            3'b011: result = {31'd0, less_unsigned};
            3'b100: result = bitwise_xor;
            3'b101: result = shifted;
            3'b110: result = a | b;
            3'b111: result = a & b;
        endcase
    end
endmodule
