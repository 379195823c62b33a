// APB timer: a down counter behind a prescaler. Registers: 00 CTRL (0 enable, 1 auto reload, 2 irq
// enable), 04 RELOAD (a write also loads COUNT), 08 COUNT, 0c PENDING (write one to clear),
// 10 PRESCALER. While enabled it ticks every PRESCALER + 1 cycles; the tick that finds COUNT at 0
// sets PENDING and reloads, or stops the timer when auto reload is off: RELOAD + 1 ticks a period.
module apb_timer (
    input  wire        clk,
    input  wire        rst_n,           // synchronous, active low
    input  wire        psel,
    input  wire        penable,
    input  wire        pwrite,
    input  wire [4:2]  paddr,
    input  wire [31:0] pwdata,
    output reg  [31:0] prdata,
    output wire        irq
);
    reg        enable, auto_reload, irq_enable, pending;
    reg [31:0] reload, count;
    reg [15:0] prescaler, prescale_count;

    wire write  = psel && penable && pwrite;
    wire tick   = enable && prescale_count == 16'd0;
    wire expire = tick && count == 32'd0;

    assign irq = pending && irq_enable;

    always @* begin
        case (paddr)
            3'd0:    prdata = {29'd0, irq_enable, auto_reload, enable};
            3'd1:    prdata = reload;
            3'd2:    prdata = count;
            3'd3:    prdata = {31'd0, pending};
            3'd4:    prdata = {16'd0, prescaler};
            default: prdata = 32'd0;
        endcase
    end

    always @(posedge clk) begin
        if (!rst_n) begin
            enable         <= 1'b0;
            auto_reload    <= 1'b0;
            irq_enable     <= 1'b0;
            pending        <= 1'b0;
            reload         <= 32'd0;
            count          <= 32'd0;
            prescaler      <= 16'd0;
            prescale_count <= 16'd0;
        end else begin
            if (!enable || tick) prescale_count <= prescaler;
            else                 prescale_count <= prescale_count - 16'd1;

            if (expire)    count <= auto_reload ? reload : 32'd0;
            else if (tick) count <= count - 32'd1;

            if (expire && !auto_reload) enable <= 1'b0;
            if (expire)                                        pending <= 1'b1;
            else if (write && paddr == 3'd3 && pwdata[0])      pending <= 1'b0;

            if (write) begin
                case (paddr)
                    3'd0:    {irq_enable, auto_reload, enable} <= pwdata[2:0];
                    3'd1:    begin
                        reload <= pwdata;
                        count  <= pwdata;
                    end
                    3'd2:    count     <= pwdata;
                    3'd4:    prescaler <= pwdata[15:0];
                    default: ;
                endcase
            end
        end
    end
endmodule
