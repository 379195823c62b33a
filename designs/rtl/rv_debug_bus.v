// Shares the data port of the bus between the core and the debug module: the core goes first, and
// whoever has a request on the port keeps it until the answer.
module rv_debug_bus (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low

    input  wire        core_req,
    input  wire        core_write,
    input  wire [3:0]  core_enable,
    input  wire [31:2] core_address,
    input  wire [31:0] core_wdata,
    output wire        core_gnt,
    output wire        core_valid,

    input  wire        debug_req,
    input  wire        debug_write,
    input  wire [3:0]  debug_enable,
    input  wire [31:2] debug_address,
    input  wire [31:0] debug_wdata,
    output wire        debug_gnt,
    output wire        debug_valid,

    output wire        d_req,
    output wire        d_write,
    output wire [3:0]  d_enable,
    output wire [31:2] d_address,
    output wire [31:0] d_wdata,
    input  wire        d_gnt,
    input  wire        d_valid
);
    reg  busy;                          // a granted request has no answer yet
    reg  debug_owns;                    // the request on the port, or the answer, is the debugger's

    wire debug_turn = debug_owns || (!busy && debug_req && !core_req);

    assign d_req       = !busy && (debug_turn ? debug_req : core_req);
    assign d_write     = debug_turn ? debug_write   : core_write;
    assign d_enable    = debug_turn ? debug_enable  : core_enable;
    assign d_address   = debug_turn ? debug_address : core_address;
    assign d_wdata     = debug_turn ? debug_wdata   : core_wdata;
    assign core_gnt    = !busy && !debug_turn && d_gnt;
    assign debug_gnt   = !busy && debug_turn && d_gnt;
    assign core_valid  = d_valid && !debug_owns;
    assign debug_valid = d_valid && debug_owns;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            busy       <= 1'b0;
            debug_owns <= 1'b0;
        end else if (busy) begin
            if (d_valid) begin
                busy       <= 1'b0;
                debug_owns <= 1'b0;
            end
        end else begin
            busy       <= d_req && d_gnt;
            debug_owns <= debug_turn;
        end
    end
endmodule
