// Sequencer and DMA of the NPU. A command loads the weights, then streams rows: read eight
// activations (two words), step the array, and once its latency has passed write the eight sums of
// the row that comes out, added to what the destination held unless `clear` is set.
// The SRAM answers a granted read in the next cycle; requests hold until they are granted.
module npu_dma #(
    parameter ADDRESS_BITS = 13         // of SRAM words
) (
    input  wire                    clk,
    input  wire                    rst_n,       // asynchronous, active low

    input  wire                    command,     // taken while not busy
    input  wire                    load,        // load weights first
    input  wire                    run,         // then stream rows
    input  wire                    clear,
    input  wire [ADDRESS_BITS-1:0] source,
    input  wire [ADDRESS_BITS-1:0] weights,
    input  wire [ADDRESS_BITS-1:0] destination,
    input  wire [15:0]             rows,
    output wire                    busy,
    output wire                    finish,      // last busy cycle

    output wire                    m_req,
    output wire                    m_write,
    output wire [ADDRESS_BITS-1:0] m_address,
    output wire [31:0]             m_wdata,
    input  wire                    m_gnt,
    input  wire [31:0]             m_rdata,

    output wire                    step,
    output wire                    weight_write,
    output wire [3:0]              weight_index,
    output wire [31:0]             weight_word,
    output wire [63:0]             a_row,
    input  wire [255:0]            sum_row
);
    localparam [2:0] IDLE = 3'd0, WEIGHTS = 3'd1, READ = 3'd2, STEP = 3'd3,
                     OLD = 3'd4, WRITE = 3'd5, FINISH = 3'd6;
    localparam [3:0] LATENCY = 4'd15;   // steps from a row of activations to its row of sums

    reg [2:0]              state;
    reg                    runs, adds;          // the command's `run` and not `clear`
    reg [ADDRESS_BITS-1:0] address;             // of the next source or weight word
    reg [ADDRESS_BITS-1:0] out_address;         // of the next destination word
    reg [4:0]              word;                // of the state's words, the next to ask for
    reg                    answered;            // m_rdata is the answer to our read
    reg [15:0]             rows_in;             // rows of activations still to come, and
    reg [15:0]             rows_out;            // rows of sums still to write
    reg [3:0]              warm_up;             // steps that bring no row of sums yet
    reg [63:0]             activations;
    reg [31:0]             old_held;

    // ---- Memory side ---------------------------------------------------------------------------
    wire asks_weights = state == WEIGHTS && !word[4];
    wire asks_row     = state == READ && word[1:0] != 2'd2;
    wire [31:0] old   = answered ? m_rdata : old_held;

    assign m_req     = asks_weights || asks_row || state == OLD || state == WRITE;
    assign m_write   = state == WRITE;
    assign m_address = state == OLD || state == WRITE ? out_address : address;
    assign m_wdata   = sum_row[{word[2:0], 5'd0} +: 32] + (adds ? old : 32'd0);

    // The answer of word i comes when `word` is i + 1.
    wire [4:0] answer_word = word - 5'd1;

    assign weight_write = state == WEIGHTS && answered;
    assign weight_index = answer_word[3:0];
    assign weight_word  = m_rdata;

    // ---- Array side ----------------------------------------------------------------------------
    assign busy   = state != IDLE;
    assign finish = state == FINISH;
    assign step   = state == STEP;
    assign a_row  = rows_in != 16'd0 ? activations : 64'd0;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            state       <= IDLE;
            runs        <= 1'b0;
            adds        <= 1'b0;
            address     <= {ADDRESS_BITS{1'b0}};
            out_address <= {ADDRESS_BITS{1'b0}};
            word        <= 5'd0;
            answered    <= 1'b0;
            rows_in     <= 16'd0;
            rows_out    <= 16'd0;
            warm_up     <= 4'd0;
            activations <= 64'd0;
            old_held    <= 32'd0;
        end else begin
            answered <= m_gnt && !m_write;
            old_held <= old;
            if (m_gnt && (asks_weights || asks_row)) begin
                word    <= word + 5'd1;
                address <= address + {{ADDRESS_BITS-1{1'b0}}, 1'b1};
            end

            case (state)
                IDLE: if (command) begin
                    runs        <= run && rows != 16'd0;
                    adds        <= !clear;
                    address     <= load ? weights : source;
                    out_address <= destination;
                    word        <= 5'd0;
                    rows_in     <= rows;
                    rows_out    <= rows;
                    warm_up     <= LATENCY - 4'd1;
                    state       <= load ? WEIGHTS : run && rows != 16'd0 ? READ : FINISH;
                end
                WEIGHTS: if (answered && answer_word == 5'd15) begin
                    address <= source;
                    word    <= 5'd0;
                    state   <= runs ? READ : FINISH;
                end
                READ: if (answered) begin
                    if (answer_word[0]) activations[63:32] <= m_rdata;
                    else                activations[31:0]  <= m_rdata;
                    if (answer_word[0]) state <= STEP;
                end
                STEP: begin
                    word <= 5'd0;
                    if (rows_in != 16'd0) rows_in <= rows_in - 16'd1;
                    if (warm_up != 4'd0) begin
                        warm_up <= warm_up - 4'd1;
                        state   <= rows_in > 16'd1 ? READ : STEP;
                    end else begin
                        state <= adds ? OLD : WRITE;
                    end
                end
                OLD: if (m_gnt) state <= WRITE;
                WRITE: if (m_gnt) begin
                    out_address <= out_address + {{ADDRESS_BITS-1{1'b0}}, 1'b1};
                    word        <= word + 5'd1;
                    if (word[2:0] == 3'd7) begin
                        word     <= 5'd0;
                        rows_out <= rows_out - 16'd1;
                        state    <= rows_out == 16'd1 ? FINISH : rows_in != 16'd0 ? READ : STEP;
                    end else if (adds) begin
                        state <= OLD;
                    end
                end
                default: state <= IDLE;
            endcase
        end
    end
endmodule
