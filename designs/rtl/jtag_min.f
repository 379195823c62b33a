designs/rtl/jtag_min.v
designs/rtl/jtag_tap.v
designs/rtl/jtag_scan.v
designs/rtl/synchroniser.v
