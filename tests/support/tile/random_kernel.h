// Kernels and machines drawn from a seed: everything that an instruction can be and a
// machine can say, within what a producer may describe.
#pragma once

#include <cstdint>
#include <memory>

#include "heddle/tile/machine.h"
#include "support/tile/builder.h"

namespace heddle::tile::test {

struct RandomRun {
  Machine machine;
  std::unique_ptr<ListSource> source;
};

[[nodiscard]] RandomRun random_run(std::uint64_t seed);

}  // namespace heddle::tile::test
