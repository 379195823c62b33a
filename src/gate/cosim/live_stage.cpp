#include "gate/cosim/live_stage.h"

#include <algorithm>

namespace heddle::gate {

Status LiveStage::open(const std::vector<LivePeripheral>& peripherals, bool starts_in_reset,
                       const std::string& directory, const LiveNotice& notice) {
  is_in_reset_ = starts_in_reset;
  for (const LivePeripheral& peripheral : peripherals) {
    HEDDLE_TRY(auto port, make_live_port(peripheral, directory, notice));
    ports_.push_back(std::move(port));
  }
  return {};
}

std::uint32_t LiveStage::before_batch(PeripheralBank& bank, std::uint64_t next_edge,
                                      std::uint32_t limit) {
  if (is_in_reset_) return limit;
  std::uint64_t wanted = 0;
  bool anybody = false;
  for (const std::unique_ptr<LivePort>& port : ports_) {
    if (port->edges_wanted() == 0) port->wait_for_more();
    port->poll(bank, next_edge);
    wanted = std::max(wanted, port->edges_wanted());
    anybody |= port->is_attached();
  }
  if (!anybody && wanted == 0) return limit;
  // Never one edge alone: two serve a client as well, and the engine better.
  constexpr std::uint64_t kEdgesMin = 2;
  const std::uint64_t edges = wanted == 0 ? kLiveBatchEdges : std::max(wanted, kEdgesMin);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(edges, limit));
}

void LiveStage::consume(const BatchView& batch, const EdgeWindow& window) {
  for (const Record& record : batch.records) {
    for (const std::unique_ptr<LivePort>& port : ports_) {
      if (port->spec().source == record.source) port->take(record);
    }
  }
  for (const std::unique_ptr<LivePort>& port : ports_) port->answer();
  if (batch.executed > 0) {
    is_in_reset_ = window.info(batch.first_edge + batch.executed - 1).in_reset != 0;
  }
}

bool LiveStage::has_ended() const {
  return std::any_of(ports_.begin(), ports_.end(),
                     [](const auto& port) { return port->has_ended(); });
}

std::vector<LivePortOutcome> LiveStage::outcomes() const {
  std::vector<LivePortOutcome> all;
  for (const std::unique_ptr<LivePort>& port : ports_) all.push_back(port->outcome());
  return all;
}

bool LiveStage::ok() const {
  return std::all_of(ports_.begin(), ports_.end(), [](const auto& port) { return port->ok(); });
}

Status LiveStage::finish() {
  Diagnostics problems;
  for (const std::unique_ptr<LivePort>& port : ports_) {
    if (const Status finished = port->finish(); !finished) problems.add(finished.error());
  }
  if (problems.has_errors()) return fail(std::move(problems));
  return {};
}

}  // namespace heddle::gate
