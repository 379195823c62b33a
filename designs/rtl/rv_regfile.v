// Register file of flops: x1 to x31, two asynchronous reads, one write. x0 reads as zero.
// It is not reset; start-up code writes every register.
module rv_regfile (
    input  wire        clk,
    input  wire        write,
    input  wire [4:0]  rd,
    input  wire [31:0] wdata,
    input  wire [4:0]  rs1,
    input  wire [4:0]  rs2,
    output wire [31:0] rs1_value,
    output wire [31:0] rs2_value
);
    wire [32*32-1:0] values;

    assign values[31:0] = 32'd0;

    genvar i;
    generate
        for (i = 1; i < 32; i = i + 1) begin : x
            reg [31:0] value;
            always @(posedge clk)
                if (write && rd == i[4:0]) value <= wdata;
            assign values[32*i +: 32] = value;
        end
    endgenerate

    assign rs1_value = values[{rs1, 5'd0} +: 32];
    assign rs2_value = values[{rs2, 5'd0} +: 32];
endmodule
