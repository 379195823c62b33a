// System control. Registers: 00 ID, 04 CLKEN (0 uart1, 1 timer, 2 gpio, 3 npu: their clocks),
// 08 SCRATCH, 10 external interrupt causes (0 uart0, 1 uart1, 2 gpio, 3 timer, 4 npu).
module apb_sysctrl #(
    parameter [31:0] ID = 32'h0
) (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low
    input  wire        psel,
    input  wire        penable,
    input  wire        pwrite,
    input  wire [4:2]  paddr,
    input  wire [31:0] pwdata,
    output reg  [31:0] prdata,
    output reg  [3:0]  clock_enable,
    input  wire [4:0]  irq_causes
);
    reg [31:0] scratch;
    wire       write = psel && penable && pwrite;

    always @* begin
        case (paddr)
            3'd0:    prdata = ID;
            3'd1:    prdata = {28'd0, clock_enable};
            3'd2:    prdata = scratch;
            3'd4:    prdata = {27'd0, irq_causes};
            default: prdata = 32'd0;
        endcase
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            clock_enable <= 4'hf;
            scratch      <= 32'd0;
        end else begin
            if (write && paddr == 3'd1) clock_enable <= pwdata[3:0];
            if (write && paddr == 3'd2) scratch      <= pwdata;
        end
    end
endmodule
