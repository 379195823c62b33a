// APB GPIO, eight pins. Registers: 00 OUT, 04 OE, 08 IN (two-flop synchronised), 0c rising-edge
// interrupt enable, 10 PENDING (rising edges seen, enabled or not; write one to clear).
module apb_gpio (
    input  wire        clk,
    input  wire        rst_n,           // synchronous for registers
    input  wire        psel,
    input  wire        penable,
    input  wire        pwrite,
    input  wire [4:2]  paddr,
    input  wire [7:0]  pwdata,
    output reg  [31:0] prdata,
    output wire        irq,
    output reg  [7:0]  gpio_o,
    output reg  [7:0]  gpio_oe,
    input  wire [7:0]  gpio_i
);
    reg  [7:0] previous, irq_enable, pending;
    wire [7:0] in;
    wire       write = psel && penable && pwrite;

    assign irq = (pending & irq_enable) != 8'd0;

    synchroniser #(.WIDTH(8)) from_pins (.clk(clk), .rst_n(rst_n), .in(gpio_i), .out(in));

    always @* begin
        case (paddr)
            3'd0:    prdata = {24'd0, gpio_o};
            3'd1:    prdata = {24'd0, gpio_oe};
            3'd2:    prdata = {24'd0, in};
            3'd3:    prdata = {24'd0, irq_enable};
            3'd4:    prdata = {24'd0, pending};
            default: prdata = 32'd0;
        endcase
    end

    always @(posedge clk) begin
        if (!rst_n) begin
            gpio_o     <= 8'd0;
            gpio_oe    <= 8'd0;
            irq_enable <= 8'd0;
            previous   <= 8'd0;
            pending    <= 8'd0;
        end else begin
            if (write && paddr == 3'd0) gpio_o     <= pwdata;
            if (write && paddr == 3'd1) gpio_oe    <= pwdata;
            if (write && paddr == 3'd3) irq_enable <= pwdata;
            previous <= in;
            pending  <= (pending & ~(write && paddr == 3'd4 ? pwdata : 8'd0)) | (in & ~previous);
        end
    end
endmodule
