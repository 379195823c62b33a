// Peripherals: models attached to the pins, stepped inside the engine, exact
// at every edge whatever the batch.
//
// A kind of peripheral is one struct with a trivially copyable `Config` and
// `State` and a `step` that compiles for host and device alike, so that the
// text the CPU engines run is the text a GPU kernel runs. Its reply is seen by
// the next edge, never by the same one. It is called only when it has
// something to see: an observed pin changed, its wake-up cycle came, a command
// arrived or reset changed; calling it at every edge must give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/edge.h"

#if defined(__CUDACC__) || defined(__HIPCC__)
#define HEDDLE_HOST_DEVICE __host__ __device__
#else
#define HEDDLE_HOST_DEVICE
#endif

namespace heddle::gate {

/// One decoded happening, stamped at the sample of its edge.
struct Record {
  std::uint64_t edge = 0;
  std::int64_t time_ps = 0;
  std::uint16_t source = 0;  ///< index of the peripheral in the run
  std::uint16_t kind = 0;    ///< meaning is the source's; see `record_kind_name`
  std::uint32_t value = 0;

  friend bool operator==(const Record&, const Record&) = default;
};

/// Something a script or a user tells a peripheral to do at the sample of an
/// edge (a UART: let the next bytes of its stream go; GPIO: drive pins).
struct Command {
  std::uint16_t target = 0;  ///< index of the peripheral in the run
  std::uint16_t kind = 0;    ///< meaning is the target's
  std::uint32_t value = 0;
};

/// Why a run ended inside a batch.
enum class StopReason : std::uint8_t {
  None,
  Edges,
  Time,
  Net,
  UartText,
  Script,
  Finish,
  Client,
  Bench,  ///< of a batch: a test bench wants to look; of a run: it ended it
};

struct PeripheralDescription;

/// The peripherals of a run behind the pins of one engine: CPU engines own
/// one and call it at step (4) of every edge.
/// Threads: belongs to the thread that runs the batch.
class PeripheralBank {
 public:
  virtual ~PeripheralBank() = default;

  /// Output bits of the model that it looks at, in the order of `pins` below.
  [[nodiscard]] virtual std::span<const std::uint32_t> observed_outputs() const = 0;
  /// Drives before edge 0: the idle value of every driven input.
  [[nodiscard]] virtual std::vector<EdgeOp> idle_drives() const = 0;

  /// Whether `sample` has to be called at this edge although no pin changed.
  /// Must be asked at every edge, in order: it counts the clocks' cycles.
  [[nodiscard]] virtual bool due(const EdgeInfo& edge) = 0;
  /// Step (4). `pins[i]` is output `observed_outputs()[i]`. Appends the input
  /// changes that step (1) of the next edge applies, and what was decoded.
  virtual StopReason sample(const EdgeInfo& edge, std::span<const std::uint8_t> pins,
                            std::vector<EdgeOp>& drives, std::vector<Record>& records) = 0;

  /// With X propagation: which pins are x. Before the `sample` of an edge at which
  /// one has changed, and after `restore`, when it is nothing new.
  virtual void see_unknown(std::span<const std::uint8_t> /*is_x*/) {}

  /// All mutable state, for checkpoints and digests: the same bytes for the
  /// same run, whatever the batch.
  [[nodiscard]] virtual std::vector<std::byte> save() const = 0;
  /// Goes back to what a bank of the same spec saved; false, and nothing has
  /// changed, when these bytes are not of one.
  virtual bool restore(std::span<const std::byte> saved) = 0;

  // For those who feed a peripheral while a run goes, between its batches. What
  // changes is seen at the sample of the next edge.
  /// The settings of a peripheral, a `Config` of its kind, to be changed in place.
  [[nodiscard]] virtual std::span<std::byte> settings(std::uint16_t source) = 0;
  /// The state of a peripheral, a `State` of its kind.
  [[nodiscard]] virtual std::span<const std::byte> state(std::uint16_t source) const = 0;
  /// Hands a command over.
  virtual void post(const Command& command) = 0;

  /// What a peripheral keeps in its store: the cells of a memory. Empty without.
  [[nodiscard]] virtual std::vector<std::uint8_t> stored(std::size_t source) const = 0;

  /// The state of every peripheral in words, in the order of the run file.
  [[nodiscard]] virtual std::vector<PeripheralDescription> describe() const = 0;
};

}  // namespace heddle::gate
