// Values, merging and the two ways to print them.
#include "heddle/base/statistics.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "heddle/base/check.h"

namespace heddle {
namespace {

std::uint64_t add_saturating(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t sum = a + b;
  return sum < a ? ~std::uint64_t{0} : sum;
}

std::uint64_t multiply_saturating(std::uint64_t a, std::uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return product >> 64 != 0 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(product);
}

void write_histogram(JsonWriter& json, const Histogram& histogram) {
  json.member("count", histogram.count());
  json.member("sum", histogram.sum());
  json.member("min", histogram.min());
  json.member("max", histogram.max());
  json.key("buckets");
  json.begin_array();
  for (std::size_t i = 0; i < Histogram::kBucketCount; ++i) {
    if (histogram.bucket(i) == 0) continue;
    json.begin_inline_object();
    json.member("from", Histogram::bucket_min(i));
    json.member("to", Histogram::bucket_max(i));
    json.member("count", histogram.bucket(i));
    json.end_object();
  }
  json.end_array();
}

std::string histogram_text(const Histogram& histogram) {
  return "n " + std::to_string(histogram.count()) + ", " + std::to_string(histogram.min()) + ".." +
         std::to_string(histogram.max()) + ", mean " + real_to_text(histogram.mean());
}

}  // namespace

void Histogram::add(std::uint64_t value, std::uint64_t times) {
  if (times == 0) return;
  count_ = add_saturating(count_, times);
  sum_ = add_saturating(sum_, multiply_saturating(value, times));
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  buckets_[static_cast<std::size_t>(std::bit_width(value))] += times;
}

void Histogram::merge(const Histogram& other) {
  count_ = add_saturating(count_, other.count_);
  sum_ = add_saturating(sum_, other.sum_);
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  for (std::size_t i = 0; i < kBucketCount; ++i) buckets_[i] += other.buckets_[i];
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::uint64_t Histogram::bucket_min(std::size_t index) {
  HEDDLE_CHECK(index < kBucketCount);
  return index == 0 ? 0 : std::uint64_t{1} << (index - 1);
}

std::uint64_t Histogram::bucket_max(std::size_t index) {
  HEDDLE_CHECK(index < kBucketCount);
  return index == 0 ? 0 : ~std::uint64_t{0} >> (64 - index);
}

template <class Kind>
Kind& Statistics::get(const StatisticDef& def, std::string_view instance, StatisticKind kind) {
  HEDDLE_CHECK(def.kind == kind);
  std::string name(instance);
  if (!name.empty()) name += '.';
  name += def.name;
  const auto [at, is_new] = entries_.try_emplace(std::move(name), Entry{def, Kind()});
  HEDDLE_CHECK(at->second.def.description == def.description);
  HEDDLE_CHECK(at->second.def.unit == def.unit);
  HEDDLE_CHECK(at->second.def.kind == kind);
  return std::get<Kind>(at->second.value);
}

Counter& Statistics::counter(const StatisticDef& def, std::string_view instance) {
  return get<Counter>(def, instance, StatisticKind::Counter);
}

Gauge& Statistics::gauge(const StatisticDef& def, std::string_view instance) {
  return get<Gauge>(def, instance, StatisticKind::Gauge);
}

Histogram& Statistics::histogram(const StatisticDef& def, std::string_view instance) {
  return get<Histogram>(def, instance, StatisticKind::Histogram);
}

void Statistics::merge(const Statistics& other) {
  for (const auto& [name, entry] : other.entries_) {
    const auto [at, is_new] = entries_.try_emplace(name, entry);
    if (is_new) continue;
    HEDDLE_CHECK(at->second.def.kind == entry.def.kind);
    Value& mine = at->second.value;
    if (const auto* counter = std::get_if<Counter>(&entry.value)) {
      std::get<Counter>(mine).add(counter->value());
    } else if (const auto* gauge = std::get_if<Gauge>(&entry.value)) {
      if (gauge->is_set()) std::get<Gauge>(mine) = *gauge;
    } else {
      std::get<Histogram>(mine).merge(std::get<Histogram>(entry.value));
    }
  }
}

void Statistics::write_json(JsonWriter& json) const {
  json.begin_object();
  for (const auto& [name, entry] : entries_) {
    json.key(name);
    json.begin_object();
    json.member("unit", entry.def.unit);
    json.member("description", entry.def.description);
    if (const auto* counter = std::get_if<Counter>(&entry.value)) {
      json.member("value", counter->value());
    } else if (const auto* gauge = std::get_if<Gauge>(&entry.value)) {
      json.key("value");
      gauge->is_set() ? json.value(gauge->value()) : json.null();
    } else {
      write_histogram(json, std::get<Histogram>(entry.value));
    }
    json.end_object();
  }
  json.end_object();
}

std::string Statistics::to_table() const {
  struct Row {
    std::string_view name;
    std::string value;
    const StatisticDef& def;
  };
  std::vector<Row> rows;
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const auto& [name, entry] : entries_) {
    std::string text = "-";
    if (const auto* counter = std::get_if<Counter>(&entry.value)) {
      text = std::to_string(counter->value());
    } else if (const auto* gauge = std::get_if<Gauge>(&entry.value)) {
      if (gauge->is_set()) text = real_to_text(gauge->value());
    } else {
      text = histogram_text(std::get<Histogram>(entry.value));
    }
    name_width = std::max(name_width, name.size());
    value_width = std::max(value_width, text.size());
    rows.push_back({name, std::move(text), entry.def});
  }
  std::string out;
  for (const Row& row : rows) {
    out += row.name;
    out.append(name_width - row.name.size() + 2 + value_width - row.value.size(), ' ');
    out += row.value + " ";
    out += row.def.unit;
    out += "  # ";
    out += row.def.description;
    out += '\n';
  }
  return out;
}

}  // namespace heddle
