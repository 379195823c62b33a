// Peripheral in the slow clock domain: a counter with an enable and an output pattern.
// Commands arrive by a toggle handshake: `request` changes level, through a synchroniser, while
// `control` and `is_write` hold; the island acts once and answers by bringing `acknowledge` to the
// same level. `snapshot` then holds the counter until the next request.
module slow_island (
    input  wire        clk_slow,
    input  wire        rst_n,           // asynchronous, released in this domain
    input  wire        request,
    input  wire        is_write,
    input  wire [5:0]  control,         // {pattern, clear counter, enable}
    output reg         acknowledge,
    output reg  [31:0] snapshot,
    output reg  [3:0]  slow_o           // counter's low bits xor pattern, at the falling edge
);
    reg [31:0] count;
    reg [3:0]  pattern;
    reg        enable;
    wire       request_here;

    synchroniser #(.WIDTH(1)) from_bus (
        .clk(clk_slow), .rst_n(rst_n), .in(request), .out(request_here)
    );

    always @(negedge clk_slow or negedge rst_n) begin
        if (!rst_n) slow_o <= 4'd0;
        else        slow_o <= count[3:0] ^ pattern;
    end

    always @(posedge clk_slow or negedge rst_n) begin
        if (!rst_n) begin
            count       <= 32'd0;
            pattern     <= 4'd0;
            enable      <= 1'b0;
            acknowledge <= 1'b0;
            snapshot    <= 32'd0;
        end else begin
            if (enable) count <= count + 32'd1;
            if (request_here != acknowledge) begin
                acknowledge <= request_here;
                if (is_write) begin
                    pattern <= control[5:2];
                    enable  <= control[0];
                    if (control[1]) count <= 32'd0;
                end else begin
                    snapshot <= count;
                end
            end
        end
    end
endmodule
