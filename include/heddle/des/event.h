// What a discrete-event run executes: events with a total order that depends
// on nothing but the model. The key is (time, priority, source component, how
// many events that source had made before), never a global counter, so it is
// the same for every queue, thread count and partition.
#pragma once

#include <cstdint>

#include "heddle/base/ids.h"
#include "heddle/base/units.h"

namespace heddle::des {

class Kernel;

/// A part of the model that causes events: a PE, a link, a host. Ids follow the
/// order in which the model declares its parts.
using ComponentId = StrongId<struct ComponentTag>;

/// Who goes first at one instant; less is earlier. 0 to 15.
enum class Priority : std::uint8_t { First = 0, Default = 8, Last = 15 };

/// The key but its time, in one word: priority, source, sequence, high to low.
struct EventOrder {
  static constexpr unsigned kSequenceBits = 40;
  static constexpr unsigned kSourceBits = 20;
  static constexpr std::uint32_t kComponentsMax = std::uint32_t{1} << kSourceBits;

  [[nodiscard]] static constexpr std::uint64_t pack(Priority priority, ComponentId source,
                                                    std::uint64_t sequence) {
    return std::uint64_t{static_cast<std::uint8_t>(priority)} << (kSequenceBits + kSourceBits) |
           std::uint64_t{source.value()} << kSequenceBits | sequence;
  }
  [[nodiscard]] static constexpr ComponentId source_of(std::uint64_t order) {
    return ComponentId(static_cast<std::uint32_t>(order >> kSequenceBits) & (kComponentsMax - 1));
  }
};

/// What an event runs when it is no coroutine. The owner keeps it alive as long
/// as an event on it is pending.
class Handler {
 public:
  explicit Handler(ComponentId component) : component_(component) {}
  virtual void on_event(Kernel& kernel) = 0;

  /// The component that the handler acts for: the source of what it schedules.
  [[nodiscard]] ComponentId component() const { return component_; }

 protected:
  Handler(const Handler&) = default;
  Handler& operator=(const Handler&) = default;
  ~Handler() = default;

  ComponentId component_;
};

/// A pending event. `order` is unique within a run, so it also names the event.
struct Event {
  SimTime time;
  std::uint64_t order = 0;
  std::uintptr_t target = 0;  ///< a process, or a handler with the lowest bit set

  /// Smaller is earlier. Requires: times are not negative.
  [[nodiscard]] unsigned __int128 key() const {
    return static_cast<unsigned __int128>(static_cast<std::uint64_t>(time.ps())) << 64 | order;
  }
};

}  // namespace heddle::des
