#include "tile/producer/kernel_run.h"

#include <algorithm>

namespace heddle::tile {
namespace {

int result(bool is_accepted) {
  return is_accepted ? 0 : 1;
}

}  // namespace

void DispatchLog::put(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<std::uint8_t>(value));
}

void DispatchLog::put_signed(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  put(value < 0 ? ~(bits << 1) : bits << 1);
}

std::uint64_t DispatchLog::get() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = bytes_.front();
    bytes_.pop_front();
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
}

std::int64_t DispatchLog::get_signed() {
  const std::uint64_t bits = get();
  return static_cast<std::int64_t>((bits & 1) != 0 ? ~(bits >> 1) : bits >> 1);
}

void DispatchLog::add(heddle_tile_function function, std::span<const std::int64_t> shape,
                      std::span<const std::int64_t> induction, std::int64_t key) {
  auto known = std::find(functions_.begin(), functions_.end(), function);
  if (known == functions_.end()) known = functions_.insert(known, function);
  if (shapes_.empty() ||
      !std::equal(shape.begin(), shape.end(), shapes_.back().begin(), shapes_.back().end())) {
    shapes_.emplace_back(shape.begin(), shape.end());
  }
  put(static_cast<std::uint64_t>(known - functions_.begin()));
  put(shapes_.size() - 1);
  put_signed(key);
  put(induction.size());
  for (const std::int64_t value : induction) put_signed(value);
}

bool DispatchLog::take(Entry& entry) {
  if (bytes_.empty()) return false;
  entry.function = functions_[get()];
  entry.shape = &shapes_[get()];
  entry.key = get_signed();
  entry.induction.resize(get());
  for (std::int64_t& value : entry.induction) value = get_signed();
  return true;
}

KernelRun::KernelRun(CallSink& sink) : sink_(sink) {
  context_.calls = &calls();
  context_.run = this;
}

KernelRun& KernelRun::run_of(heddle_tile_context* context) {
  return *static_cast<Context*>(context)->run;
}

// Not one of these may throw: its caller may be C.
const heddle_tile_calls& KernelRun::calls() {
  static constexpr heddle_tile_calls kCalls = {
      .tensor =
          [](heddle_tile_context* context, std::uint32_t id, const char* name,
             std::int64_t elements, std::uint32_t bits) noexcept {
            return result(run_of(context).sink_.tensor({id, name, elements, bits}));
          },
      .buffer =
          [](heddle_tile_context* context, std::uint32_t id, int kind,
             std::int64_t bytes) noexcept {
            return result(run_of(context).sink_.buffer({id, kind, bytes}));
          },
      .dma =
          [](heddle_tile_context* context, int direction, std::uint32_t tensor, std::int64_t offset,
             std::uint32_t ndim, const std::int64_t* dims, const std::int64_t* strides,
             std::uint32_t bits, int is_async, std::uint32_t semaphore, heddle_tile_buffers reads,
             heddle_tile_buffers writes) noexcept {
            return result(run_of(context).sink_.dma({direction,
                                                     tensor,
                                                     offset,
                                                     {dims, ndim},
                                                     {strides, ndim},
                                                     bits,
                                                     is_async,
                                                     semaphore,
                                                     reads,
                                                     writes}));
          },
      .compute =
          [](heddle_tile_context* context, std::uint32_t node, int kind, const std::int64_t* dims,
             std::uint32_t ndim, heddle_tile_buffers reads, heddle_tile_buffers writes) noexcept {
            return result(run_of(context).sink_.compute({node, kind, {dims, ndim}, reads, writes}));
          },
      .memory_barrier =
          [](heddle_tile_context* context, std::uint32_t semaphore,
             std::int64_t elements) noexcept {
            return result(run_of(context).sink_.memory_barrier(semaphore, elements));
          },
      .compute_barrier =
          [](heddle_tile_context* context) noexcept {
            return result(run_of(context).sink_.compute_barrier());
          },
      .dispatch =
          [](heddle_tile_context* context, heddle_tile_function function, const std::int64_t* shape,
             std::uint32_t shape_count, const std::int64_t* induction,
             std::uint32_t induction_count, std::int64_t key) noexcept {
            KernelRun& run = run_of(context);
            const DispatchCall call{.has_function = function != nullptr,
                                    .shape_count = shape_count,
                                    .has_shape = shape_count == 0 || shape != nullptr,
                                    .induction_count = induction_count,
                                    .has_induction = induction_count == 0 || induction != nullptr};
            if (!run.sink_.dispatch(call)) return result(false);
            run.log_.add(function, {shape, shape_count}, {induction, induction_count}, key);
            return result(true);
          },
  };
  return kCalls;
}

bool KernelRun::start(KernelFunction kernel, const std::vector<std::int64_t>& shape_args) {
  const int code =
      kernel(&context_, shape_args.data(), static_cast<std::uint32_t>(shape_args.size()));
  return sink_.kernel_done(code);
}

bool KernelRun::next() {
  if (!log_.take(entry_)) return false;
  if (!sink_.item_begin(entry_.key, entry_.induction)) return true;
  const int code = entry_.function(
      &context_, entry_.shape->data(), static_cast<std::uint32_t>(entry_.shape->size()),
      entry_.induction.data(), static_cast<std::uint32_t>(entry_.induction.size()));
  (void)sink_.item_done(code);
  return true;
}

}  // namespace heddle::tile
