#include "des/event_rows.h"

#include <cstdio>
#include <sstream>

#include "des/workload.h"

namespace heddle::bench {
namespace {

double rate(const EventRun& run) {
  return static_cast<double>(run.events) / run.seconds;
}

Outcome<EventRun> run_peer(const std::vector<std::string>& words) {
  const auto child = run_child(words);
  if (!child) return failed(child.error());
  EventRun run;
  std::istringstream text(child->out.substr(child->out.rfind('\n', child->out.size() - 2) + 1));
  if (!(text >> run.events >> run.seconds >> run.digest)) {
    return failed(words.front() + " printed something else: " + child->out);
  }
  return run;
}

/// One peer beside us, in turn.
Outcome<Row> compare(const EventRowParams& params, const std::string& peer,
                     std::vector<std::string> words, std::uint64_t loops, double target) {
  Row row{.name = "events, 1,024 processes with component work, beside " + peer,
          .unit = "resumptions/s",
          .target = target,
          .peer = peer,
          .note = "each counts the resumptions it makes",
          .command = params.command};
  words.push_back(std::to_string(loops));
  for (std::size_t round = 0; round < params.rounds; ++round) {
    const EventRun ours = run_heddle(loops, des::QueueKind::Heap);
    const auto theirs = run_peer(words);
    if (!theirs) return failed(theirs.error());
    if (ours.digest != theirs->digest) {
      return failed(peer + " has digest " + theirs->digest + ", heddle " + ours.digest);
    }
    row.runs.push_back(rate(ours));
    row.peer_runs.push_back(rate(*theirs));
  }
  return row;
}

Row bare(const EventRowParams& params, std::uint32_t pending, des::QueueKind queue) {
  const bool is_heap = queue == des::QueueKind::Heap;
  Row row{.name = "bare events, " + std::to_string(pending) + " pending, " +
                  (is_heap ? "heap" : "wheel"),
          .unit = "events/s",
          .command = params.command};
  if (pending == 1024 && is_heap) row.target = 10e6;
  for (std::size_t round = 0; round < params.rounds; ++round) {
    row.runs.push_back(rate(run_bare(4000 * params.loops, pending, queue)));
  }
  return row;
}

}  // namespace

Outcome<std::vector<Row>> measure_events(const EventRowParams& params) {
  std::vector<Row> rows;
  for (const std::uint32_t pending : {1024U, 100'000U}) {
    for (const des::QueueKind queue : {des::QueueKind::Heap, des::QueueKind::Wheel}) {
      rows.push_back(bare(params, pending, queue));
    }
  }
  const EventRun heap = run_heddle(params.loops / 10 + 1, des::QueueKind::Heap);
  const EventRun wheel = run_heddle(params.loops / 10 + 1, des::QueueKind::Wheel);
  if (heap.digest != wheel.digest) return failed("heap and wheel have different digests");
  if (!params.systemc_peer.empty()) {
    auto row = compare(params, "SystemC threads", {params.systemc_peer}, params.loops, 5e6);
    if (!row) return failed(row.error());
    rows.push_back(std::move(*row));
  }
  if (!params.simpy_peer.empty()) {
    // A hundredth of the loops: SimPy would take minutes.
    auto row = compare(params, "SimPy", {"/usr/bin/python3", params.simpy_peer},
                       params.loops / 100 + 1, 5e6);
    if (!row) return failed(row.error());
    rows.push_back(std::move(*row));
  }
  return rows;
}

Outcome<Row> measure_partitions(std::uint32_t threads, std::size_t rounds,
                                const std::string& command, std::uint64_t steps) {
  Row row{.name = "partitioned run, 64 packages, dense windows, " + std::to_string(threads) +
                  " threads",
          .unit = "x one thread",
          .command = command};
  if (threads >= 16) row.target = 8.0;
  std::string digest;
  for (std::size_t round = 0; round < rounds; ++round) {
    const ParallelRun one = run_packages(64, 1, steps);
    const ParallelRun many = run_packages(64, threads, steps);
    if (digest.empty()) digest = run_packages(1, 1, steps).digest;
    if (one.digest != digest || many.digest != digest) return failed("partitions differ in digest");
    row.runs.push_back(one.wall_seconds / many.wall_seconds);
    char text[96];
    std::snprintf(text, sizeof text, "%.1f M events/s on one thread, %.1f M on all; wall time",
                  static_cast<double>(one.events) / one.wall_seconds * 1e-6,
                  static_cast<double>(many.events) / many.wall_seconds * 1e-6);
    row.note = text;
  }
  return row;
}

}  // namespace heddle::bench
