// A depthwise convolution, as a producer; its shape arguments stand in the header.
#include "heddle/tile/kernel/depthwise.h"

HEDDLE_TILE_KERNEL(heddle::tile::kernel::Depthwise::kernel);
