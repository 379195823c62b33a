#include "heddle/flow/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "heddle/base/progress.h"
#include "heddle/flow/statistics.h"

namespace heddle::flow {
namespace {

LatencyReport report_of(std::string name, const LatencyHistogram& histogram) {
  return {std::move(name),
          histogram.count(),
          histogram.mean_ns(),
          histogram.quantile_ns(0.5),
          histogram.quantile_ns(0.99),
          histogram.max_ns(),
          histogram.deviation_ns()};
}

std::string line(const LatencyReport& report, std::size_t width) {
  return fmt::format("{:<{}} {:>10} {:>10.0f} {:>10} {:>10} {:>10} {:>10.0f}\n", report.name, width,
                     report.count, report.mean_ns, report.p50_ns, report.p99_ns, report.max_ns,
                     report.jitter_ns);
}

void write_latency(JsonWriter& json, const LatencyReport& report) {
  json.begin_inline_object();
  json.member("name", report.name);
  json.member("count", report.count);
  json.member("mean_ns", report.mean_ns);
  json.member("p50_ns", report.p50_ns);
  json.member("p99_ns", report.p99_ns);
  json.member("max_ns", report.max_ns);
  json.member("jitter_ns", report.jitter_ns);
  json.end_object();
}

}  // namespace

std::size_t LatencyHistogram::bucket_of(std::uint64_t ns) {
  if (ns < kPerPower) return static_cast<std::size_t>(ns);
  const auto power = static_cast<std::size_t>(std::bit_width(ns)) - 1;  // at least 4
  const auto within = static_cast<std::size_t>((ns >> (power - 4)) & (kPerPower - 1));
  return (power - 3) * kPerPower + within;
}

std::uint64_t LatencyHistogram::bucket_max(std::size_t bucket) {
  if (bucket < kPerPower) return bucket;
  const std::size_t power = bucket / kPerPower + 3;
  const std::uint64_t step = std::uint64_t{1} << (power - 4);
  return (std::uint64_t{1} << power) + (bucket % kPerPower + 1) * step - 1;
}

void LatencyHistogram::add(std::uint64_t ns) {
  ++buckets_[bucket_of(ns)];
  ++count_;
  max_ns_ = std::max(max_ns_, ns);
  const auto value = static_cast<double>(ns);
  sum_ns_ += value;
  square_sum_ += value * value;
}

double LatencyHistogram::mean_ns() const {
  return count_ == 0 ? 0 : sum_ns_ / static_cast<double>(count_);
}

double LatencyHistogram::deviation_ns() const {
  if (count_ == 0) return 0;
  const double mean = mean_ns();
  return std::sqrt(std::max(0.0, square_sum_ / static_cast<double>(count_) - mean * mean));
}

std::uint64_t LatencyHistogram::quantile_ns(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBucketCount; ++bucket) {
    seen += buckets_[bucket];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return std::min(bucket_max(bucket), max_ns_);
  }
  return max_ns_;
}

Status Monitor::start(const RunDescription& run) {
  const std::lock_guard lock(mutex_);
  scale_ = run.clock_scale;
  for (const GraphTask& task : run.graph->tasks) names_.push_back(task.id);
  step_of_task_.assign(run.layout->step_of_task.begin(), run.layout->step_of_task.end());
  tasks_.resize(names_.size());
  return next_.start(run);
}

bool Monitor::commit(const ListView& list) {
  if (!next_.commit(list)) return false;
  std::uint64_t begin = ~std::uint64_t{0};
  std::uint64_t end = 0;
  const std::lock_guard lock(mutex_);
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    const StepTimes times = list.times(step_of_task_[task]);
    begin = std::min(begin, times.begin_ticks);
    end = std::max(end, times.end_ticks);
    tasks_[task].add(static_cast<std::uint64_t>(scale_.to_ns(times.end_ticks) -
                                                scale_.to_ns(times.begin_ticks)));
  }
  end_to_end_.add(static_cast<std::uint64_t>(scale_.to_ns(end) - scale_.to_ns(begin)));
  if (lists_++ == 0) first_ticks_ = begin;
  last_ticks_ = end;
  if (counts_data_) {
    if (buffer_.size() < list.data_bytes_max()) buffer_.resize(list.data_bytes_max());
    data_bytes_ += list.encode_data(buffer_.data());
  }
  return true;
}

MonitorReport Monitor::report() const {
  const std::lock_guard lock(mutex_);
  MonitorReport out{.lists = lists_};
  out.seconds = static_cast<double>(scale_.to_ns(last_ticks_) - scale_.to_ns(first_ticks_)) / 1e9;
  if (out.seconds > 0) {
    out.lists_per_second = static_cast<double>(lists_) / out.seconds;
    out.data_bytes_per_second = static_cast<double>(data_bytes_) / out.seconds;
  }
  out.end_to_end = report_of("end to end", end_to_end_);
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    out.tasks.push_back(report_of(names_[task], tasks_[task]));
  }
  return out;
}

std::string to_text(const MonitorReport& report) {
  std::size_t width = report.end_to_end.name.size();
  for (const LatencyReport& task : report.tasks) width = std::max(width, task.name.size());
  std::string out = fmt::format("{:<{}} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}\n", "task", width,
                                "lists", "mean ns", "p50 ns", "p99 ns", "max ns", "jitter ns");
  for (const LatencyReport& task : report.tasks) out += line(task, width);
  out += line(report.end_to_end, width);
  out += fmt::format("{} lists/s", count_to_text(report.lists_per_second));
  if (report.data_bytes_per_second > 0) {
    out += fmt::format(", {}B/s of data", count_to_text(report.data_bytes_per_second));
  }
  return out + "\n";
}

void write_json(JsonWriter& json, const MonitorReport& report) {
  json.begin_object();
  json.member("lists", report.lists);
  json.member("seconds", report.seconds);
  json.member("lists_per_second", report.lists_per_second);
  json.member("data_bytes_per_second", report.data_bytes_per_second);
  json.key("end_to_end");
  write_latency(json, report.end_to_end);
  json.key("tasks");
  json.begin_array();
  for (const LatencyReport& task : report.tasks) write_latency(json, task);
  json.end_array();
  json.end_object();
}

std::vector<double> costs_of(const MonitorReport& report) {
  std::vector<double> costs;
  for (const LatencyReport& task : report.tasks) costs.push_back(static_cast<double>(task.p50_ns));
  return costs;
}

void add_statistics(const RunSummary& summary, const MonitorReport& report,
                    Statistics& statistics) {
  statistics.counter(stat::kLists).add(summary.lists);
  statistics.counter(stat::kAborted).add(summary.aborted);
  statistics.counter(stat::kIgnored).add(summary.ignored);
  statistics.counter(stat::kMissedPeriods).add(summary.missed_periods);
  statistics.gauge(stat::kRate).set(report.lists_per_second);
  statistics.gauge(stat::kDataRate).set(report.data_bytes_per_second);
  statistics.gauge(stat::kEndToEndP50).set(static_cast<double>(report.end_to_end.p50_ns));
  statistics.gauge(stat::kEndToEndP99).set(static_cast<double>(report.end_to_end.p99_ns));
  for (const LatencyReport& task : report.tasks) {
    statistics.gauge(stat::kTaskP50, task.name).set(static_cast<double>(task.p50_ns));
    statistics.gauge(stat::kTaskP99, task.name).set(static_cast<double>(task.p99_ns));
    statistics.gauge(stat::kTaskMax, task.name).set(static_cast<double>(task.max_ns));
    statistics.gauge(stat::kTaskJitter, task.name).set(task.jitter_ns);
  }
}

}  // namespace heddle::flow
