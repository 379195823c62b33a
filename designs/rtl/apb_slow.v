// APB side of the slow island. Registers: 00 CTRL (0 enable counter, 1 clear counter, 7:4 pattern;
// bit 1 reads as 0), 04 COUNT (reads wait for the other domain),
// 08 STATUS (0 busy: a CTRL write is on its way). A CTRL write returns at once; a COUNT read goes
// through the handshake, so the bus waits. Either waits for a command still under way.
module apb_slow (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low
    input  wire        clk_slow,
    input  wire        slow_rst_n,
    input  wire        psel,
    input  wire        penable,
    input  wire        pwrite,
    input  wire [3:2]  paddr,
    input  wire [5:0]  pwdata,          // {bits 7:4, bits 1:0} of the register
    output reg  [31:0] prdata,
    output wire        pready,
    output wire [3:0]  slow_o
);
    localparam [1:0] REG_CTRL = 2'd0, REG_COUNT = 2'd1, REG_STATUS = 2'd2;

    reg         request, is_write;
    reg  [5:0]  control;
    reg         read_sent;              // the COUNT read under way is this access's own
    wire        acknowledge, acknowledge_here;
    wire [31:0] snapshot;

    slow_island island (
        .clk_slow(clk_slow), .rst_n(slow_rst_n), .request(request), .is_write(is_write),
        .control(control), .acknowledge(acknowledge), .snapshot(snapshot), .slow_o(slow_o)
    );
    synchroniser #(.WIDTH(1)) from_island (
        .clk(clk), .rst_n(rst_n), .in(acknowledge), .out(acknowledge_here)
    );

    wire busy       = request != acknowledge_here;
    wire access     = psel && penable;
    wire write_ctrl = access && pwrite && paddr == REG_CTRL;
    wire read_count = access && !pwrite && paddr == REG_COUNT;

    assign pready = write_ctrl ? !busy : read_count ? read_sent && !busy : 1'b1;

    always @* begin
        case (paddr)
            REG_CTRL:   prdata = {24'd0, control[5:2], 3'd0, control[0]};
            REG_COUNT:  prdata = snapshot;
            REG_STATUS: prdata = {31'd0, busy};
            default:    prdata = 32'd0;
        endcase
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            request   <= 1'b0;
            is_write  <= 1'b0;
            control   <= 6'd0;
            read_sent <= 1'b0;
        end else if (!busy) begin
            if (write_ctrl) begin
                request  <= !request;
                is_write <= 1'b1;
                control  <= pwdata;
            end else if (read_count) begin
                if (!read_sent) begin
                    request  <= !request;
                    is_write <= 1'b0;
                end
                read_sent <= !read_sent;
            end
        end
    end
endmodule
