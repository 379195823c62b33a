// SPI flash controller: execute in place, and manual transfers.
// A word read sends command 03 with its address; as long as the next request is for the following
// word the burst goes on, SCK stopping in between, and any other request ends it. SPI mode 0,
// SCK = clk / 2. The data pin is taken at the falling edge of clk in the high half of SCK.
// A read request may change or go away until `x_gnt`; its word follows in the next cycle.
// While `manual` is set the controller holds chip select and shifts bytes; reads wait.
module spi_flash (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low

    input  wire        x_req,
    input  wire [23:2] x_address,
    output wire        x_gnt,
    output wire [31:0] x_rdata,         // little endian: the first byte read is the lowest

    input  wire        psel,
    input  wire        penable,
    input  wire        pwrite,
    input  wire [3:2]  paddr,
    input  wire [7:0]  pwdata,
    output reg  [31:0] prdata,

    output reg         cs_n,
    output reg         sck,
    output wire        mosi,
    input  wire        miso
);
    localparam [2:0] IDLE = 3'd0, COMMAND = 3'd1, STREAM = 3'd2, MANUAL = 3'd3, SHIFT = 3'd4;
    localparam [7:0] READ_COMMAND = 8'h03;
    localparam [1:0] DESELECT_CYCLES = 2'd3;
    localparam [1:0] REG_CTRL = 2'd0, REG_DATA = 2'd1, REG_STATUS = 2'd2;

    reg [2:0]  state;
    reg [1:0]  deselect_left;           // cycles that chip select must still be high
    reg [4:0]  bits_left;               // of the transfer, less one
    reg [31:0] shift_out;
    reg [31:0] shift_in;
    reg [23:2] stream_address;          // of the word under way, or of the one in shift_in
    reg        full;                    // shift_in holds a whole word
    reg        manual;
    reg        miso_sampled;

    wire wanted   = x_req && x_address == stream_address;
    wire give_up  = manual || (x_req && !wanted);
    wire last_bit = bits_left == 5'd0;

    assign mosi    = shift_out[31];
    assign x_gnt   = state == STREAM && full && wanted && !manual;
    assign x_rdata = {shift_in[7:0], shift_in[15:8], shift_in[23:16], shift_in[31:24]};

    always @(negedge clk) miso_sampled <= miso;

    wire write      = psel && penable && pwrite;
    wire write_ctrl = write && paddr == REG_CTRL;
    wire write_data = write && paddr == REG_DATA;
    wire busy       = state == SHIFT || manual != (state == MANUAL);

    always @* begin
        case (paddr)
            REG_CTRL:   prdata = {31'd0, manual};
            REG_DATA:   prdata = {24'd0, shift_in[7:0]};
            REG_STATUS: prdata = {31'd0, busy};
            default:    prdata = 32'd0;
        endcase
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            state          <= IDLE;
            cs_n           <= 1'b1;
            sck            <= 1'b0;
            deselect_left  <= 2'd0;
            bits_left      <= 5'd0;
            shift_out      <= 32'd0;
            shift_in       <= 32'd0;
            stream_address <= 22'd0;
            full           <= 1'b0;
            manual         <= 1'b0;
        end else begin
            if (write_ctrl) manual <= pwdata[0];

            // A bit, wherever SCK runs: sample and shift as it falls.
            if (sck) begin
                sck       <= 1'b0;
                shift_out <= {shift_out[30:0], 1'b0};
                shift_in  <= {shift_in[30:0], miso_sampled};
                bits_left <= bits_left - 5'd1;
            end

            case (state)
                IDLE: begin
                    full <= 1'b0;
                    if (deselect_left != 2'd0) begin
                        deselect_left <= deselect_left - 2'd1;
                    end else if (manual) begin
                        cs_n  <= 1'b0;
                        state <= MANUAL;
                    end else if (x_req) begin
                        cs_n           <= 1'b0;
                        shift_out      <= {READ_COMMAND, x_address, 2'b00};
                        bits_left      <= 5'd31;
                        stream_address <= x_address;
                        state          <= COMMAND;
                    end
                end
                COMMAND, STREAM: begin
                    if (sck) begin
                        if (last_bit && state == STREAM)  full  <= 1'b1;
                        if (last_bit && state == COMMAND) state <= STREAM;
                    end else if (give_up) begin
                        cs_n          <= 1'b1;
                        deselect_left <= DESELECT_CYCLES;
                        state         <= IDLE;
                    end else if (x_gnt) begin
                        full           <= 1'b0;
                        stream_address <= stream_address + 22'd1;
                    end else if (wanted) begin
                        sck <= 1'b1;
                    end
                end
                MANUAL: begin
                    if (!manual) begin
                        cs_n          <= 1'b1;
                        deselect_left <= DESELECT_CYCLES;
                        state         <= IDLE;
                    end else if (write_data) begin
                        shift_out <= {pwdata, 24'd0};
                        bits_left <= 5'd7;
                        state     <= SHIFT;
                    end
                end
                SHIFT: begin
                    if (!sck)          sck   <= 1'b1;
                    else if (last_bit) state <= MANUAL;
                end
                default: state <= IDLE;
            endcase
        end
    end
endmodule
