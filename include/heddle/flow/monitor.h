// Watches a run through its commit stage: latency of every task, end to end, rate
// and bandwidth. What it finds is shown live, drawn, or taken as the costs of the
// next plan. Costs some nanoseconds a step, so it is only there when asked for.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/json.h"
#include "heddle/base/statistics.h"
#include "heddle/flow/flow.h"

namespace heddle::flow {

/// How often durations of each size came: 16 buckets a power of two, so a quantile
/// is right within 1/16. Threads: one at a time.
class LatencyHistogram {
 public:
  void add(std::uint64_t ns);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t max_ns() const { return max_ns_; }
  [[nodiscard]] double mean_ns() const;
  /// Standard deviation: the jitter.
  [[nodiscard]] double deviation_ns() const;
  /// The least duration that `share` of them did not pass, by its bucket's upper
  /// end; never above `max_ns`. Zero when empty. Requires: 0 <= share <= 1.
  [[nodiscard]] std::uint64_t quantile_ns(double share) const;

 private:
  static constexpr std::size_t kPerPower = 16;
  static constexpr std::size_t kBucketCount = 64 * kPerPower;
  [[nodiscard]] static std::size_t bucket_of(std::uint64_t ns);
  [[nodiscard]] static std::uint64_t bucket_max(std::size_t bucket);

  std::array<std::uint64_t, kBucketCount> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ns_ = 0;
  double sum_ns_ = 0;
  double square_sum_ = 0;
};

/// One task, or the whole of a list.
struct LatencyReport {
  std::string name = {};
  std::uint64_t count = 0;
  double mean_ns = 0;
  std::uint64_t p50_ns = 0;
  std::uint64_t p99_ns = 0;
  std::uint64_t max_ns = 0;
  double jitter_ns = 0;  ///< standard deviation
};

struct MonitorReport {
  std::uint64_t lists = 0;
  double seconds = 0;  ///< from the first list's begin to the last one's end
  double lists_per_second = 0;
  double data_bytes_per_second = 0;       ///< of data records
  LatencyReport end_to_end = {};          ///< first start to last end of a list
  std::vector<LatencyReport> tasks = {};  ///< in order of the graph's tasks
};

/// Forwards lists to another sink and keeps count. Threads: as `CommitSink`;
/// `report` from any.
class Monitor final : public CommitSink {
 public:
  /// `next` outlives the monitor. `counts_data`: also encodes each list to learn its
  /// size, which a sink that writes them would know.
  explicit Monitor(CommitSink& next, bool counts_data = false)
      : next_(next), counts_data_(counts_data) {}

  Status start(const RunDescription& run) override;
  bool commit(const ListView& list) override;
  Status status() const override { return next_.status(); }
  Status finish(const RunEnding& ending) override { return next_.finish(ending); }

  /// All since the start. Without stamps, times are zero.
  [[nodiscard]] MonitorReport report() const;

 private:
  CommitSink& next_;
  bool counts_data_ = false;
  mutable std::mutex mutex_;
  ClockScale scale_;
  std::vector<std::string> names_;  ///< in order of task
  std::vector<std::size_t> step_of_task_;
  std::vector<LatencyHistogram> tasks_;
  LatencyHistogram end_to_end_;
  std::uint64_t lists_ = 0;
  std::uint64_t data_bytes_ = 0;
  std::uint64_t first_ticks_ = 0;
  std::uint64_t last_ticks_ = 0;
  std::vector<std::byte> buffer_;
};

/// A table: a line a task, then the whole.
[[nodiscard]] std::string to_text(const MonitorReport& report);
/// One JSON object.
void write_json(JsonWriter& json, const MonitorReport& report);
/// Median nanoseconds a task, for `PlanOptions::costs_ns`: a task that was taken off the
/// processor once is not dear.
[[nodiscard]] std::vector<double> costs_of(const MonitorReport& report);
/// The numbers of `statistics.h`.
void add_statistics(const RunSummary& summary, const MonitorReport& report, Statistics& statistics);

}  // namespace heddle::flow
