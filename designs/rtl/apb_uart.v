// APB UART, 8N1. Registers: 00 DATA (write: send, ignored while busy; read: received byte, and
// rx valid is cleared), 04 STATUS (0 tx busy, 1 rx valid, 2 rx overrun, write one to clear: a byte
// came while rx was valid and was dropped), 08 DIV (clock cycles a bit), 0c IRQ enable (0 rx valid).
module apb_uart (
    input  wire        clk,
    input  wire        rst_n,           // asynchronous, active low
    input  wire        psel,
    input  wire        penable,
    input  wire        pwrite,
    input  wire [3:2]  paddr,
    input  wire [15:0] pwdata,
    output reg  [31:0] prdata,
    output wire        irq,
    output wire        tx,
    input  wire        rx
);
    localparam [1:0] REG_DATA = 2'd0, REG_STATUS = 2'd1, REG_DIV = 2'd2, REG_IRQ = 2'd3;

    reg [15:0] div;
    reg [7:0]  received;
    reg        rx_valid, rx_overrun, irq_enable;

    wire       tx_busy, rx_done;
    wire [7:0] rx_data;
    wire       write = psel && penable && pwrite;
    wire       read  = psel && penable && !pwrite;

    assign irq = rx_valid && irq_enable;

    uart_tx transmitter (
        .clk(clk), .rst_n(rst_n), .div(div), .start(write && paddr == REG_DATA),
        .data(pwdata[7:0]), .busy(tx_busy), .tx(tx)
    );
    uart_rx receiver (
        .clk(clk), .rst_n(rst_n), .div(div), .rx(rx), .done(rx_done), .data(rx_data)
    );

    always @* begin
        case (paddr)
            REG_DATA:   prdata = {24'd0, received};
            REG_STATUS: prdata = {29'd0, rx_overrun, rx_valid, tx_busy};
            REG_DIV:    prdata = {16'd0, div};
            REG_IRQ:    prdata = {31'd0, irq_enable};
        endcase
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            div        <= 16'd16;
            received   <= 8'd0;
            rx_valid   <= 1'b0;
            rx_overrun <= 1'b0;
            irq_enable <= 1'b0;
        end else begin
            if (write && paddr == REG_DIV) div        <= pwdata;
            if (write && paddr == REG_IRQ) irq_enable <= pwdata[0];
            if (rx_done && !rx_valid) begin
                received <= rx_data;
                rx_valid <= 1'b1;
            end else if (read && paddr == REG_DATA) begin
                rx_valid <= 1'b0;
            end
            if (rx_done && rx_valid)                              rx_overrun <= 1'b1;
            else if (write && paddr == REG_STATUS && pwdata[2])   rx_overrun <= 1'b0;
        end
    end
endmodule
