// Instruction fetch: asks for words in order and keeps up to two of them for the execute stage.
// The bus answers a granted request in the next cycle; a request may change until it is granted.
// `flush` throws away everything fetched or under way and goes on at `flush_pc`.
module rv_fetch #(
    parameter [31:0] RESET_PC = 32'h0000_0000
) (
    input  wire        clk,
    input  wire        rst_n,       // asynchronous, active low

    output wire        i_req,
    output wire [31:2] i_address,
    input  wire        i_gnt,
    input  wire [31:0] i_rdata,     // in the cycle after the grant
    input  wire        i_error,

    input  wire        flush,
    input  wire [31:2] flush_pc,
    input  wire        pop,
    output wire        valid,       // `instruction` is the one at the execute stage's pc
    output wire [31:0] instruction,
    output wire        fault        // its fetch was answered with an error
);
    reg [31:2] next_pc;
    reg        pending;             // the answer to a request still wanted comes in this cycle
    reg [1:0]  held;                // words held: 0, 1 or 2
    reg [32:0] head, tail;          // {fault, word}

    assign i_req       = !held[1] && !(held[0] && pending);
    assign i_address   = next_pc;
    assign valid       = held != 2'd0;
    assign fault       = head[32];
    assign instruction = head[31:0];

    wire [32:0] answer = {i_error, i_rdata};

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            next_pc <= RESET_PC[31:2];
            pending <= 1'b0;
            held    <= 2'd0;
        end else if (flush) begin
            next_pc <= flush_pc;
            pending <= 1'b0;
            held    <= 2'd0;
        end else begin
            pending <= i_req && i_gnt;
            if (i_req && i_gnt) next_pc <= next_pc + 30'd1;
            held <= held + {1'b0, pending} - {1'b0, pop};
        end
    end

    always @(posedge clk) begin
        if (pending && (held == 2'd0 || (held == 2'd1 && pop))) head <= answer;
        else if (pop)                                           head <= tail;
        if (pending)                                            tail <= answer;
    end
endmodule
