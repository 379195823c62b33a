designs/rtl/uart_hello.v
designs/rtl/uart_tx.v
