// Words cross from clk_a to clk_b, clocks of one frequency with some picoseconds between them. `valid` is 1
// for one cycle of clk_a with each word. The top `missing` takes it as it is: right as long as clk_b rises
// exactly once while it is 1. The top `correct` sends a level that turns with each word, through two flops.

// A word every eight cycles, held until the next one: 1, 2, 3 and so on.
module producer (input clk_a, input rst_n, output reg [3:0] word, output reg valid, output reg turn);
    reg [2:0] wait_cycles;
    always @(posedge clk_a or negedge rst_n)
        if (!rst_n) begin
            wait_cycles <= 0;
            word <= 0;
            valid <= 0;
            turn <= 0;
        end else begin
            wait_cycles <= wait_cycles + 1;
            valid <= wait_cycles == 7;
            if (wait_cycles == 7) begin
                word <= word + 1;
                turn <= !turn;
            end
        end
endmodule

module consumer (input clk_b, input rst_n, input take, input [3:0] word, output reg [3:0] last);
    always @(posedge clk_b or negedge rst_n)
        if (!rst_n) last <= 0;
        else if (take) last <= word;
    always @(posedge clk_b)
        if (rst_n && take) each_word_once: assert (word == last + 4'd1);
endmodule

module missing (input clk_a, input clk_b, input rst_n, output [3:0] last);
    wire [3:0] word;
    wire valid, turn;
    producer producer (.clk_a(clk_a), .rst_n(rst_n), .word(word), .valid(valid), .turn(turn));
    consumer consumer (.clk_b(clk_b), .rst_n(rst_n), .take(valid), .word(word), .last(last));
endmodule

module correct (input clk_a, input clk_b, input rst_n, output [3:0] last);
    wire [3:0] word;
    wire valid, turn;
    reg [2:0] seen;
    producer producer (.clk_a(clk_a), .rst_n(rst_n), .word(word), .valid(valid), .turn(turn));
    always @(posedge clk_b or negedge rst_n)
        if (!rst_n) seen <= 0;
        else seen <= {seen[1:0], turn};
    consumer consumer (.clk_b(clk_b), .rst_n(rst_n), .take(seen[2] != seen[1]), .word(word), .last(last));
endmodule
