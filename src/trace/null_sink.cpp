// The sink that keeps nothing.
#include "heddle/trace/sink.h"

namespace heddle::trace {
namespace {

class NullSink final : public Sink {
 public:
  void track(TrackId, const Track&) override {}
  void event(const Event&) override {}
  Status flush() override { return {}; }
  Status finish(SimTime) override { return {}; }
};

}  // namespace

std::unique_ptr<Sink> make_null_sink() {
  return std::make_unique<NullSink>();
}

}  // namespace heddle::trace
