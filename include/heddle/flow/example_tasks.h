// The task types of the examples and benchmarks, so that `heddle flow` runs their
// graphs as they are.
#pragma once

#include "heddle/flow/registry.h"

namespace heddle::flow {

/// `Counter` (source of u64: 0, 1, 2, ...), `Stage` (adds 1, after `turns`
/// multiplications),
/// `Discard` (sink): the chain and the caterpillar.
void register_caterpillar_tasks(TaskRegistry& registry);

/// `MandelbrotSource`, `MandelbrotStart`, `MandelbrotBand`, `MandelbrotAssemble`,
/// `MandelbrotDrain`: a picture a list; each band iterates all points 16 times further.
void register_mandelbrot_tasks(TaskRegistry& registry);

/// `BalanceSensor`, `BalanceEstimator`, `BalanceController`, `BalanceMotor`,
/// `BalanceJudge` and the resource `BalancePlant`: a pole on a cart.
void register_balancebot_tasks(TaskRegistry& registry);

/// All of them.
void register_example_tasks(TaskRegistry& registry);

}  // namespace heddle::flow
