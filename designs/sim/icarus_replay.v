// Replays recorded inputs, edge by edge, into a chip (RTL or netlist) and dumps its outputs.
// Macros: DUT (module name), JTAG (it has a debugger, kept in reset), EDGES, INPUTS (file of soc_tb --record-inputs), OUTPUTS (file to write).
`timescale 1ps / 1ps

module icarus_replay;
  reg [16:0] recorded [0:`EDGES-1];
  reg [16:0] now;
  reg        clk, clk_slow, rst_n, uart0_rx, uart1_rx;
  reg  [3:0] flash_io_i;
  reg  [7:0] gpio_i;
  wire       uart0_tx, uart1_tx, flash_cs_n, flash_sck;
  wire [3:0] flash_io_o, flash_io_oe, slow_o;
  wire [7:0] gpio_o, gpio_oe;
`ifdef JTAG
  wire       jtag_tdo;
`endif
  integer    edge_number, file;

  `DUT dut (
    .clk(clk), .clk_slow(clk_slow), .rst_n(rst_n), .uart0_tx(uart0_tx), .uart0_rx(uart0_rx),
    .uart1_tx(uart1_tx), .uart1_rx(uart1_rx), .flash_cs_n(flash_cs_n), .flash_sck(flash_sck),
    .flash_io_o(flash_io_o), .flash_io_oe(flash_io_oe), .flash_io_i(flash_io_i), .gpio_o(gpio_o),
    .gpio_oe(gpio_oe), .gpio_i(gpio_i), .slow_o(slow_o)
`ifdef JTAG
    , .jtag_tck(1'b0), .jtag_trst_n(1'b0), .jtag_tms(1'b0), .jtag_tdi(1'b0), .jtag_tdo(jtag_tdo)
`endif
  );

  initial begin
    $readmemh(`INPUTS, recorded);
    file = $fopen(`OUTPUTS, "w");
    {clk_slow, clk} = 2'b00;
    for (edge_number = 0; edge_number < `EDGES; edge_number = edge_number + 1) begin
      now = recorded[edge_number];
      {gpio_i, flash_io_i, uart1_rx, uart0_rx, rst_n} = now[14:0];
      #1 {clk_slow, clk} = now[16:15];
`ifdef JTAG
      #1 $fwrite(file, "%h\n", {uart1_tx, uart0_tx, slow_o, jtag_tdo, gpio_oe, gpio_o, flash_sck,
                                flash_io_oe, flash_io_o, flash_cs_n});
`else
      #1 $fwrite(file, "%h\n", {uart1_tx, uart0_tx, slow_o, gpio_oe, gpio_o, flash_sck,
                                flash_io_oe, flash_io_o, flash_cs_n});
`endif
    end
    $fclose(file);
    $finish(0);
  end
endmodule
