// The two ways to run a producer, as sources of work-items.
#include <fmt/format.h>

#include <algorithm>

#include "heddle/base/diagnostics.h"
#include "heddle/base/file.h"
#include "heddle/tile/diagnostics.h"
#include "heddle/tile/producer.h"
#include "tile/producer/child.h"
#include "tile/producer/frames.h"
#include "tile/producer/kernel_run.h"
#include "tile/producer/recorder.h"
#include "tile/producer/shared_object.h"

namespace heddle::tile {
namespace {

RecorderLimits limits_of(const ProducerOptions& options) {
  return {std::min(options.work_items_max, kWorkItemsMax),
          std::min(options.item_instructions_max, kItemInstructionsMax)};
}

Status check_shape_args(const ProducerOptions& options, const SourcePosition& where) {
  if (options.shape_args.size() <= HEDDLE_TILE_MAX_SHAPE_ARGS) return {};
  return fail(diag::kTooMany, where,
              {"the kernel function", fmt::format("{}", HEDDLE_TILE_MAX_SHAPE_ARGS),
               "shape arguments", ""});
}

/// `gemm` of `build/lib/gemm.so`.
std::string kernel_name(const std::string& path) {
  const std::string_view file = file_name(path);
  return std::string(file.substr(0, file.rfind('.')));
}

class InProcessSource final : public WorkItemSource {
 public:
  InProcessSource(const std::string& name, const SourcePosition& where,
                  const ProducerOptions& options)
      : recorder_(name, where, limits_of(options)), run_(recorder_) {}

  LoadProblem open(const std::string& path) { return object_.open(path); }
  Status start(KernelFunction function, const ProducerOptions& options) {
    (void)run_.start(function == nullptr ? object_.kernel() : function, options.shape_args);
    if (recorder_.failure()) return fail(*recorder_.failure());
    return {};
  }

  const KernelInfo& kernel() const override { return recorder_.kernel(); }

  Result<bool> next(WorkItem& item) override {
    const bool has_more = !recorder_.failure() && run_.next();
    if (recorder_.failure()) return fail(*recorder_.failure());
    if (has_more) recorder_.take(item);
    return has_more;
  }

 private:
  SharedObject object_;
  Recorder recorder_;
  KernelRun run_;
};

class ChildSource final : public WorkItemSource {
 public:
  ChildSource(std::string path, const ProducerOptions& options)
      : path_(std::move(path)),
        stall_ms_max_(options.stall_ms_max),
        interrupt_(options.interrupt),
        recorder_(kernel_name(path_), {path_, 0, 0}, limits_of(options)) {}

  Status start(const std::vector<std::int64_t>& shape_args) {
    int error = ring_.create();
    if (error == 0) error = child_.start(path_, shape_args, ring_);
    if (error != 0) {
      return fail(diag::kProducerStart, {path_, 0, 0}, {std::generic_category().message(error)});
    }
    while (!recorder_.is_kernel_done()) {
      if (!step()) return fail(std::move(*failure_));
    }
    return {};
  }

  const KernelInfo& kernel() const override { return recorder_.kernel(); }

  Result<bool> next(WorkItem& item) override {
    while (!failure_ && !is_finished_ && !recorder_.is_item_done()) (void)step();
    if (failure_) return fail(*failure_);
    if (!recorder_.is_item_done()) return false;
    recorder_.take(item);
    return true;
  }

 private:
  static constexpr int kSliceMs = 50;  ///< between looks at the interrupt

  /// Plays one frame, or waits for one.
  bool step() {
    switch (ring_.read(frame_)) {
      case SharedRing::Read::Frame: silent_ms_ = 0; return play();
      case SharedRing::Read::Empty: return wait();
      case SharedRing::Read::Garbled: break;
    }
    return give_up(diag::kProducerGarbled, {recorder_.place()});
  }

  bool play() {
    LoadProblem problem;
    switch (play_frame(frame_, recorder_, problem)) {
      case FrameKind::Garbled: return give_up(diag::kProducerGarbled, {recorder_.place()});
      case FrameKind::Finished: is_finished_ = true; break;
      case FrameKind::Loaded:
        if (problem.kind == LoadProblem::Kind::None) break;
        return stop(load_failure(path_, problem).value());
      case FrameKind::Call: break;
    }
    return !recorder_.failure() || stop(*recorder_.failure());
  }

  bool wait() {
    if (interrupt_.is_requested()) return give_up(diag::kInterrupted, {recorder_.place()});
    const std::uint32_t left = stall_ms_max_ - std::min(stall_ms_max_, silent_ms_);
    if (left == 0) {
      return give_up(diag::kProducerStalled, {recorder_.place(), fmt::format("{}", stall_ms_max_)});
    }
    const int slice = std::min(kSliceMs, static_cast<int>(std::min<std::uint32_t>(left, 1000)));
    switch (ring_.wait(slice)) {
      case SharedRing::Wait::Ready: return true;
      case SharedRing::Wait::Silent: silent_ms_ += static_cast<std::uint32_t>(slice); return true;
      case SharedRing::Wait::Closed: break;
    }
    return give_up(diag::kProducerDied, {recorder_.place(), child_.epitaph(),
                                         "`--in-process` under a debugger shows where"});
  }

  bool give_up(const DiagnosticRule& rule, std::initializer_list<std::string_view> arguments) {
    (void)recorder_.refuse(rule, arguments);
    return stop(*recorder_.failure());
  }

  bool stop(Diagnostics why) {
    failure_ = std::move(why);
    child_.end();
    return false;
  }

  std::string path_;
  std::uint32_t stall_ms_max_ = 0;
  Interrupt interrupt_;
  Recorder recorder_;
  SharedRing ring_;
  Child child_;
  std::string frame_;
  std::uint32_t silent_ms_ = 0;
  bool is_finished_ = false;
  std::optional<Diagnostics> failure_;
};

}  // namespace

Result<std::unique_ptr<WorkItemSource>> load_producer(const std::string& path,
                                                      const ProducerOptions& options) {
  const SourcePosition where{path, 0, 0};
  if (!path_exists(path)) return fail(heddle::diag::kFileNotFound, where, {path});
  HEDDLE_TRY_STATUS(check_shape_args(options, where));
  if (options.isolation == Isolation::Child) {
    auto source = std::make_unique<ChildSource>(path, options);
    HEDDLE_TRY_STATUS(source->start(options.shape_args));
    return std::unique_ptr<WorkItemSource>(std::move(source));
  }
  auto source = std::make_unique<InProcessSource>(kernel_name(path), where, options);
  const LoadProblem problem = source->open(path);
  if (problem.kind != LoadProblem::Kind::None) return load_failure(path, problem);
  HEDDLE_TRY_STATUS(source->start(nullptr, options));
  return std::unique_ptr<WorkItemSource>(std::move(source));
}

Result<std::unique_ptr<WorkItemSource>> run_kernel(const std::string& name, KernelFunction kernel,
                                                   const ProducerOptions& options) {
  const SourcePosition where{name, 0, 0};
  HEDDLE_TRY_STATUS(check_shape_args(options, where));
  auto source = std::make_unique<InProcessSource>(name, where, options);
  HEDDLE_TRY_STATUS(source->start(kernel, options));
  return std::unique_ptr<WorkItemSource>(std::move(source));
}

}  // namespace heddle::tile
