// Which nodes toggle together, seen over some edges of the run itself.
//
// Each node has one bit a sampled edge: it toggled in that edge. The union of
// the bits of a cluster's inputs then says exactly how often it would have run.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace heddle::gate {

/// Samples of one run. They choose clusters, which change speed and nothing else.
class Activity {
 public:
  static constexpr std::uint32_t kSamples = 2048;
  static constexpr std::uint32_t kWords = kSamples / 64;

  explicit Activity(std::uint32_t node_count) : bits_(std::size_t{node_count} * kWords, 0) {}

  /// A node toggled in the edge at hand.
  void note(std::uint32_t node) {
    bits_[std::size_t{node} * kWords + sample_ / 64] |= std::uint64_t{1} << (sample_ % 64);
  }
  /// The next edge is another sample; the oldest gives way.
  void next_sample() { sample_ = (sample_ + 1) % kSamples; }

  [[nodiscard]] std::span<const std::uint64_t> of(std::uint32_t node) const {
    return std::span(bits_).subspan(std::size_t{node} * kWords, kWords);
  }

 private:
  std::vector<std::uint64_t> bits_;
  std::uint32_t sample_ = 0;
};

/// The union of some nodes' samples.
class Trigger {
 public:
  Trigger() : words_(Activity::kWords, 0) {}

  void add(std::span<const std::uint64_t> samples) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= samples[i];
    count_ = 0;
    for (const std::uint64_t word : words_)
      count_ += static_cast<std::uint32_t>(std::popcount(word));
  }
  [[nodiscard]] std::span<const std::uint64_t> words() const { return words_; }
  /// In how many samples any of the nodes toggled.
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] std::uint32_t count_with(const Trigger& other) const {
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      count += static_cast<std::uint32_t>(std::popcount(words_[i] | other.words_[i]));
    }
    return count;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::uint32_t count_ = 0;
};

}  // namespace heddle::gate
