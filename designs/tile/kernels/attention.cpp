// Attention, plain or flash, as a producer; its shape arguments stand in the header.
#include "heddle/tile/kernel/attention.h"

HEDDLE_TILE_KERNEL(heddle::tile::kernel::Attention::kernel);
