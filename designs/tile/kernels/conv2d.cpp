// A 2-D convolution, as a producer; its shape arguments stand in the header.
#include "heddle/tile/kernel/conv2d.h"

HEDDLE_TILE_KERNEL(heddle::tile::kernel::Conv2d::kernel);
