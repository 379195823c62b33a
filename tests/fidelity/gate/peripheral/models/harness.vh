// Shared by all models: plays `stimulus.txt`, a line an edge ("rises pins"), and
// writes `out.txt`: before each edge what the model drives, and between them what
// it reports. An edge is 10 time units: the clock rises on the old pins, then
// data pins change, then control pins (the low `CONTROL` bits), then, where the
// clock rose, `strobe` rises: a sample behind the edge.
    reg  [PINS-1:0]  pins = {PINS{1'b0}};
    reg              clk = 1'b0;
    reg              strobe = 1'b0;
    wire [DRIVEN-1:0] driven;
    integer          stimulus, out, items;
    integer          edge_number = 1;
    reg  [PINS-1:0]  next_pins;
    reg              rises;

    initial begin
        stimulus = $fopen("stimulus.txt", "r");
        out = $fopen("out.txt", "w");
        // The pins are in place before the model looks.
        items = $fscanf(stimulus, "%b %b\n", rises, pins);
        #10;
        while (!$feof(stimulus)) begin
            items = $fscanf(stimulus, "%b %b\n", rises, next_pins);
            $fdisplay(out, "d %b", driven);
            clk = rises;
            #1;
            pins = {next_pins[PINS-1:CONTROL], pins[CONTROL-1:0]};
            #1;
            pins = next_pins;
            #1;
            strobe = rises;
            #1;
            clk = 1'b0;
            strobe = 1'b0;
            #6;
            edge_number = edge_number + 1;
        end
        finish_report;
        $fclose(out);
        $finish;
    end
