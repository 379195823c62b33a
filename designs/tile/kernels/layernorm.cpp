// Layernorm of rows, as a producer; its shape arguments stand in the header.
#include "heddle/tile/kernel/rowwise.h"

HEDDLE_TILE_KERNEL(heddle::tile::kernel::Layernorm::kernel);
