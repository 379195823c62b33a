// Weight-stationary systolic array, 8 x 8 int8 elements, 32-bit sums. Each step takes a row of
// eight activations; element k of it is delayed by k steps on its way in, and column n's sum by
// 7 - n on its way out, so a whole row of sums appears after 15 steps (LATENCY).
// A weight word holds four neighbours of a row: word i is row i/2, columns 4*(i%2) and up.
module npu_array (
    input  wire         clk,
    input  wire         step,           // takes `a_row` and moves everything by one step
    input  wire         weight_write,
    input  wire [3:0]   weight_index,
    input  wire [31:0]  weight_word,
    input  wire [63:0]  a_row,          // element k in bits 8k and up
    output wire [255:0] sum_row         // column n in bits 32n and up
);
    wire step_clk;

    clock_gate gate_step (.clk(clk), .enable(step), .gated_clk(step_clk));

    // Wires between elements: a[k][n] enters element (k, n) from the left, sum[k][n] from above.
    wire [7:0]  a   [0:8*9-1];
    wire [31:0] sum [0:9*8-1];

    genvar k, n, i;
    generate
        for (k = 0; k < 8; k = k + 1) begin : row
            // Element k of the activations waits k steps.
            if (k == 0) begin : entry
                assign a[0] = a_row[7:0];
            end else begin : entry
                reg [8*k-1:0] delay;
                if (k == 1) begin : first
                    always @(posedge step_clk) delay <= a_row[8*k +: 8];
                end else begin : first
                    always @(posedge step_clk) delay <= {delay[8*k-9:0], a_row[8*k +: 8]};
                end
                assign a[9*k] = delay[8*k-1 -: 8];
            end

            for (n = 0; n < 8; n = n + 1) begin : column
                npu_pe element (
                    .clk(clk), .step_clk(step_clk),
                    .weight_write(weight_write && weight_index == 2*k + n/4),
                    .weight_in(weight_word[8*(n%4) +: 8]),
                    .a_in(a[9*k + n]), .sum_in(sum[8*k + n]),
                    .a_out(a[9*k + n + 1]), .sum_out(sum[8*(k + 1) + n])
                );
            end
        end

        for (i = 0; i < 8; i = i + 1) begin : exit
            assign sum[i] = 32'd0;
            if (i == 7) begin : align
                assign sum_row[32*i +: 32] = sum[64 + i];
            end else begin : align
                reg [32*(7-i)-1:0] delay;
                if (i == 6) begin : first
                    always @(posedge step_clk) delay <= sum[64 + i];
                end else begin : first
                    always @(posedge step_clk) delay <= {delay[32*(6-i)-1:0], sum[64 + i]};
                end
                assign sum_row[32*i +: 32] = delay[32*(7-i)-1 -: 32];
            end
        end
    endgenerate
endmodule
