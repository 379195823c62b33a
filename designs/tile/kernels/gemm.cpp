// A matrix product, as a producer; its shape arguments stand in the header.
#include "heddle/tile/kernel/gemm.h"

HEDDLE_TILE_KERNEL(heddle::tile::kernel::Gemm::kernel);
