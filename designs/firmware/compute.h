// A CoreMark-like work load of our own: linked list, matrix, state machine, CRC. Plain C over its
// own arrays, so that the build also compiles it on the host to learn the right checksum.
#ifndef COMPUTE_H
#define COMPUTE_H

#include <stdint.h>

#ifdef HEDDLE_HOST
#define COMPUTE_CODE
#else
#include "soc.h"
#define COMPUTE_CODE FAST
#endif

struct compute_result {
  uint16_t list;
  uint16_t matrix;
  uint16_t state;
  uint16_t all;  // the three and the results of the iterations before, chained
};

// Runs `iterations` of the work load. The answer depends on that number alone.
struct compute_result compute(uint32_t iterations);

#endif
