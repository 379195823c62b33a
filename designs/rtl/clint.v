// Machine timer and software interrupt: mtime (counts every clock cycle), mtimecmp, msip.
// Registers: 00 mtime low, 04 mtime high, 08 mtimecmp low, 0c mtimecmp high, 10 msip.
// Reads answer in the cycle after `select`.
module clint (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low
    input  wire        select,
    input  wire        write,
    input  wire [4:2]  address,
    input  wire [31:0] wdata,
    output reg  [31:0] rdata,
    output reg         irq_timer,
    output wire        irq_software
);
    reg [63:0] mtime, mtimecmp;
    reg        msip;

    assign irq_software = msip;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            mtime     <= 64'd0;
            mtimecmp  <= 64'hffff_ffff_ffff_ffff;
            msip      <= 1'b0;
            rdata     <= 32'd0;
            irq_timer <= 1'b0;
        end else begin
            mtime     <= mtime + 64'd1;
            irq_timer <= mtime >= mtimecmp;
            if (select && write) begin
                case (address)
                    3'd0:    mtime[31:0]     <= wdata;
                    3'd1:    mtime[63:32]    <= wdata;
                    3'd2:    mtimecmp[31:0]  <= wdata;
                    3'd3:    mtimecmp[63:32] <= wdata;
                    3'd4:    msip            <= wdata[0];
                    default: ;
                endcase
            end
            if (select && !write) begin
                case (address)
                    3'd0:    rdata <= mtime[31:0];
                    3'd1:    rdata <= mtime[63:32];
                    3'd2:    rdata <= mtimecmp[31:0];
                    3'd3:    rdata <= mtimecmp[63:32];
                    3'd4:    rdata <= {31'd0, msip};
                    default: rdata <= 32'd0;
                endcase
            end
        end
    end
endmodule
