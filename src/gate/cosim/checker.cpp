#include "gate/cosim/checker.h"

#include "gate/cosim/divergence.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

Status Checker::open() {
  if (!outcome_.checked) return {};
  HEDDLE_TRY(reference_, EngineRun::start(kReference, program_, plan_, {.digests = true}));
  return {};
}

void Checker::consume(const BatchView& batch, const EdgeWindow&) {
  if (reference_ == nullptr || !outcome_.equal || problems_.has_errors()) return;
  if (batch.first_edge >= outcome_.window.end || batch.executed == 0) return;
  const Result<BatchView> good = reference_->advance(batch.executed);
  if (!good) {
    problems_.add(good.error());
    return;
  }
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    const std::uint64_t edge = batch.first_edge + i;
    if (edge < outcome_.window.first || edge >= outcome_.window.end) continue;
    ++outcome_.compared_edges;
    // A reference that stopped early has no digest here, and differs.
    if (i < good->executed && good->digests[i] == batch.digests[i]) continue;
    outcome_.equal = false;
    outcome_.edge = edge;
    return;
  }
}

bool Checker::ok() const {
  return outcome_.equal && !problems_.has_errors();
}

Status Checker::finish() {
  reference_.reset();
  if (problems_.has_errors()) return fail(problems_);
  return outcome_.equal ? Status() : explain();
}

Result<std::unique_ptr<EngineRun>> Checker::rerun(std::string_view engine) const {
  constexpr std::uint64_t kBatch = 4096;
  HEDDLE_TRY(auto run, EngineRun::start(engine, program_, plan_, {}));
  while (run->schedule().next_edge() <= outcome_.edge) {
    const std::uint64_t left = outcome_.edge + 1 - run->schedule().next_edge();
    HEDDLE_TRY(const BatchView batch,
               run->advance(static_cast<std::uint32_t>(std::min(left, kBatch))));
    if (batch.stop != StopReason::None || batch.executed == 0) break;
  }
  return run;
}

Status Checker::explain() {
  HEDDLE_TRY(const auto good, rerun(kReference));
  HEDDLE_TRY(const auto found, rerun(engine_));
  const std::vector<Difference> differences =
      find_differences(program_.model, good->backend(), found->backend());
  const Cone cone = common_cone(program_.model, differences);
  outcome_.differing_count = differences.size();
  outcome_.cone_gates = cone.gates;
  outcome_.suspects = cone.suspects;
  outcome_.net = differences.empty() ? "a value that has changed back" : differences[0].name;
  outcome_.expected = !differences.empty() && differences[0].expected;
  std::string help = std::to_string(differences.size()) + " bits differ there; the cone of the " +
                     "first has " + std::to_string(cone.gates) + " gates";
  if (!cone.suspects.empty()) help += "; all of them depend on ";
  for (std::size_t i = 0; i < cone.suspects.size(); ++i) {
    help += (i == 0 ? "" : ", ") + cone.suspects[i];
  }
  return fail(cosim::diag::kDiverged, {},
              {std::to_string(outcome_.edge), engine_,
               outcome_.net + " (expected " + (outcome_.expected ? "1)" : "0)"), help});
}

}  // namespace heddle::gate
