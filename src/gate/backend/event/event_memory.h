// The words that a run changes, in one block of memory, so that translated code
// reaches all of them from one register.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gate/backend/event/event_plan.h"

namespace heddle::gate {

/// Values by node, a byte each; bits by place; bits and words of toggles; and a
/// log of watched nodes that toggled.
class EventMemory {
 public:
  EventMemory(const EventPlan& plan, std::uint32_t node_count)
      : places_at_(round_up(node_count)),
        armed_at_(places_at_ + plan.word_count * 8),
        toggles_at_(armed_at_ +
                    (static_cast<std::uint32_t>(plan.toggle_words.size()) + 63) / 64 * 8),
        cluster_runs_at_(toggles_at_ + static_cast<std::uint32_t>(plan.toggle_words.size()) * 8),
        words_(cluster_runs_at_ / 8 + 1, 0) {}

  [[nodiscard]] std::uint8_t* values() { return reinterpret_cast<std::uint8_t*>(words_.data()); }
  [[nodiscard]] const std::uint8_t* values() const {
    return reinterpret_cast<const std::uint8_t*>(words_.data());
  }
  [[nodiscard]] const std::uint64_t* places() const { return words_.data() + places_at_ / 8; }
  [[nodiscard]] std::uint64_t* places() { return words_.data() + places_at_ / 8; }
  /// Bit a toggle word: it may be other than zero.
  [[nodiscard]] std::uint64_t* armed() { return words_.data() + armed_at_ / 8; }
  [[nodiscard]] std::uint64_t* toggles() { return words_.data() + toggles_at_ / 8; }
  /// Clusters run so far.
  [[nodiscard]] std::uint64_t& cluster_runs() { return words_[cluster_runs_at_ / 8]; }
  [[nodiscard]] std::uint64_t cluster_runs() const { return words_[cluster_runs_at_ / 8]; }

  // Offsets from `values()` in bytes, for translated code.
  [[nodiscard]] std::uint32_t place_word_at(std::uint32_t word) const {
    return places_at_ + word * 8;
  }
  [[nodiscard]] std::uint32_t armed_word_at(std::uint32_t word) const {
    return armed_at_ + word * 8;
  }
  [[nodiscard]] std::uint32_t toggles_at(std::uint32_t word) const {
    return toggles_at_ + word * 8;
  }
  [[nodiscard]] std::uint32_t cluster_runs_at() const { return cluster_runs_at_; }

 private:
  static constexpr std::uint32_t round_up(std::uint32_t bytes) { return (bytes + 63) / 64 * 64; }

  std::uint32_t places_at_;
  std::uint32_t armed_at_;
  std::uint32_t toggles_at_;
  std::uint32_t cluster_runs_at_;
  std::vector<std::uint64_t> words_;
};

}  // namespace heddle::gate
