// One PE with named buffers of fp16, for the tests of kernels.
#pragma once

#include "heddle/base/random.h"
#include "support/system/machines.h"

namespace heddle::system {

using test::bytes_of;
using test::simulator_of;
using test::values_of;

inline std::vector<float> numbers(std::size_t count, std::uint64_t seed = 1) {
  const RandomStream random(seed, "numbers");
  std::vector<float> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<float>(random.between(-8, 8, 0, i));
  }
  return out;
}

inline std::vector<std::byte> as_f16(const std::vector<float>& values) {
  std::vector<std::uint16_t> out;
  for (const float value : values) out.push_back(float_to_f16(value));
  return bytes_of(out);
}

inline std::vector<float> from_f16(const std::vector<std::byte>& bytes) {
  std::vector<float> out;
  for (const std::uint16_t bits : values_of<std::uint16_t>(bytes))
    out.push_back(f16_to_float(bits));
  return out;
}

/// Runs a kernel on PE 0 of the default machine with named buffers of fp16.
class OnePe {
 public:
  explicit OnePe(DataMode mode = DataMode::Eager, Machine machine = {})
      : simulator(simulator_of(machine, {.data = mode})) {}

  Va buffer(const std::string& name, std::size_t count, const std::vector<float>& values = {}) {
    const auto at = simulator->allocate(name, count * 2);
    EXPECT_TRUE(at);
    if (!values.empty()) {
      EXPECT_TRUE(simulator->write(*at, as_f16(values)));
    }
    return *at;
  }
  Status run(const KernelFunction& kernel, const Target& target = 0) {
    const auto launched = simulator->launch("kernel", kernel, target);
    EXPECT_TRUE(launched);
    record = *launched;
    return simulator->run();
  }
  std::vector<float> read(Va at, std::size_t count) {
    const auto bytes = simulator->read(at, count * 2);
    EXPECT_TRUE(bytes) << bytes.error().to_string();
    return bytes ? from_f16(*bytes) : std::vector<float>{};
  }

  std::unique_ptr<Simulator> simulator;
  std::shared_ptr<const LaunchRecord> record;
};

inline des::Task<> unary(Tl& tl, MathOp op, Va in, Va out, Shape shape) {
  const Tile x = co_await tl.load(in, shape, Dtype::F16);
  const Tile y = co_await tl.math(op, x);
  co_await tl.store(out, y);
}

}  // namespace heddle::system
