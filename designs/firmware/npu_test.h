// Directed tests of the NPU: see directed.h for the convention.
#ifndef NPU_TEST_H
#define NPU_TEST_H

#include "soc.h"

uint32_t npu_cases(uint32_t *cases);

#endif
