// Runs the work loads that the firmware shares with the host and prints their checksums as a C
// header, so that the chip's answers are compared with another machine's.
#include <cstdint>
#include <cstdio>

extern "C" {
#include "../compute.h"
#include "../npu.h"
}

namespace {

// As in main.c and product_check.c: the seeds and lengths that the firmware uses.
constexpr std::uint32_t kIterations = COMPUTE_ITERATIONS;
constexpr std::uint32_t kSeed = PRODUCT_SEED;

void print_compute() {
  const compute_result result = compute(kIterations);
  std::printf("#define EXPECTED_COMPUTE 0x%04xu\n", static_cast<unsigned>(result.all));
}

void print_product() {
  static matrices product;
  product_inputs(&product, kSeed);
  for (int row = 0; row < NPU_M; ++row) {
    for (int column = 0; column < NPU_N; ++column) {
      product.c[column / NPU_SIDE][row][column % NPU_SIDE] = product_element(&product, row, column);
    }
  }
  std::printf("#define EXPECTED_PRODUCT 0x%08xu\n", product_checksum(&product));
}

}  // namespace

int main() {
  std::printf("// Made by make_expected.\n");
  print_compute();
  print_product();
  return 0;
}
