// Numbers that a run reports about itself. Each is declared as a constant with
// name, kind, unit and description; a module lists its own in `kStatistics[]`
// in its `statistics.h`, which tests and the reference page enumerate. Values
// live in a `Statistics` object that hangs from the run's context.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "heddle/base/json.h"

namespace heddle {

enum class StatisticKind : std::uint8_t { Counter, Gauge, Histogram };

/// One row of the table of statistics.
struct StatisticDef {
  std::string_view name;  ///< dotted, lower case: `cosim.edges`
  StatisticKind kind = StatisticKind::Counter;
  std::string_view unit;         ///< of the value: `edges`, `bytes`, `ps`; `1` for a ratio
  std::string_view description;  ///< one sentence
};

/// Only grows.
class Counter {
 public:
  void add(std::uint64_t count = 1) { value_ += count; }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

/// The last value given.
class Gauge {
 public:
  void set(double value) {
    value_ = value;
    is_set_ = true;
  }
  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] bool is_set() const { return is_set_; }

 private:
  double value_ = 0;
  bool is_set_ = false;
};

/// How often values of each magnitude came. Bucket 0 counts zeros, bucket i
/// the values from 2^(i-1) to 2^i - 1.
class Histogram {
 public:
  static constexpr std::size_t kBucketCount = 65;

  void add(std::uint64_t value, std::uint64_t times = 1);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Sum of the values; stays at 2^64 - 1 once it would pass that.
  [[nodiscard]] std::uint64_t sum() const { return sum_; }
  [[nodiscard]] std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }
  /// Zero when nothing was added.
  [[nodiscard]] double mean() const;
  [[nodiscard]] std::uint64_t bucket(std::size_t index) const { return buckets_.at(index); }
  [[nodiscard]] static std::uint64_t bucket_min(std::size_t index);
  [[nodiscard]] static std::uint64_t bucket_max(std::size_t index);

 private:
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = ~std::uint64_t{0};
  std::uint64_t max_ = 0;
  std::array<std::uint64_t, kBucketCount> buckets_{};
};

/// The statistics of one run, or of one worker of it until `merge`.
/// Threads: one at a time. Determinism: written in order of name.
class Statistics {
 public:
  /// The statistic of a definition, made at zero on first use. It stays where it
  /// is as long as this object. `instance` tells several apart (`uart0`) and
  /// goes before the name. Requires: the kind of the definition, and no other
  /// definition under that name (checked).
  Counter& counter(const StatisticDef& def, std::string_view instance = {});
  Gauge& gauge(const StatisticDef& def, std::string_view instance = {});
  Histogram& histogram(const StatisticDef& def, std::string_view instance = {});

  /// Adds counters and histograms of `other`, takes the gauges it has set.
  void merge(const Statistics& other);

  /// One object, a member a statistic: unit, description, value.
  void write_json(JsonWriter& json) const;

  /// One line a statistic: name, value, unit, description.
  [[nodiscard]] std::string to_table() const;

 private:
  using Value = std::variant<Counter, Gauge, Histogram>;
  struct Entry {
    StatisticDef def;
    Value value;
  };

  template <class Kind>
  Kind& get(const StatisticDef& def, std::string_view instance, StatisticKind kind);

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace heddle
