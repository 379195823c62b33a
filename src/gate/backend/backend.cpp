// The list of engines, and batch tokens.
#include "heddle/gate/backend.h"

#include <array>
#include <utility>

#include "gate/backend/cpu_backend.h"
#include "gate/backend/event/event_core.h"
#include "gate/backend/reference_core.h"
#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::array<std::string_view, 2> kNames{"event", "reference"};

}  // namespace

BatchToken::BatchToken(BatchToken&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), slot_(other.slot_) {}

BatchToken& BatchToken::operator=(BatchToken&& other) noexcept {
  if (this != &other) {
    release();
    owner_ = std::exchange(other.owner_, nullptr);
    slot_ = other.slot_;
  }
  return *this;
}

void BatchToken::release() {
  if (owner_ != nullptr) std::exchange(owner_, nullptr)->release_slot(slot_);
}

Snapshot Backend::save() const {
  HEDDLE_CHECK(capabilities().snapshots);
  return {};
}

void Backend::restore(const Snapshot& /*snapshot*/) {
  HEDDLE_CHECK(capabilities().snapshots);
}

std::span<const std::string_view> backend_names() {
  return kNames;
}

Result<std::unique_ptr<Backend>> make_backend(std::string_view engine, const Program& program,
                                              PeripheralBank* bank, const BackendOptions& options) {
  std::unique_ptr<Backend> backend;
  if (engine == "event") {
    const bool observes = options.digests || options.changes;
    const auto make = [&]<bool kObserve, bool kX>() {
      return std::make_unique<CpuBackend<EventCore<kObserve, kX>>>(
          kNames[0], program, bank, options, options.event, options.x);
    };
    if (options.x.is_on) {
      backend = observes ? std::unique_ptr<Backend>(make.template operator()<true, true>())
                         : make.template operator()<false, true>();
    } else {
      backend = observes ? std::unique_ptr<Backend>(make.template operator()<true, false>())
                         : make.template operator()<false, false>();
    }
  } else if (engine == "reference") {
    backend =
        std::make_unique<CpuBackend<ReferenceCore>>(kNames[1], program, bank, options, options.x);
  } else {
    return fail(diag::kUnknownEngine, {}, {engine, "event, reference"});
  }
  return backend;
}

}  // namespace heddle::gate
