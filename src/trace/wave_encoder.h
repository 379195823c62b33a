// What turns instants into the bytes of a wave file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "heddle/base/output_file.h"
#include "heddle/base/result.h"
#include "heddle/base/units.h"
#include "heddle/trace/wave.h"
#include "trace/wave_state.h"

namespace heddle::trace {

/// One file being written. Write failures stick in the output file and are told
/// by `flush` and `finish`. Threads: one at a time.
class WaveEncoder {
 public:
  WaveEncoder() = default;
  WaveEncoder(const WaveEncoder&) = delete;
  WaveEncoder& operator=(const WaveEncoder&) = delete;
  virtual ~WaveEncoder() = default;

  /// An instant with changes: `state` holds the values, `changed` says which
  /// signals are new (it may be reordered). Times increase.
  virtual void instant(SimTime time, std::span<std::uint32_t> changed, const WaveState& state) = 0;
  virtual void flush(const WaveState& state) = 0;
  /// Ends the file at `end`, not before the last instant.
  virtual void finish(SimTime end, const WaveState& state) = 0;

  [[nodiscard]] virtual Status status() const = 0;
  [[nodiscard]] virtual WaveWriterStats stats() const = 0;
};

/// Writes the file's beginning at once.
[[nodiscard]] std::unique_ptr<WaveEncoder> make_vcd_encoder(std::unique_ptr<OutputFile> file,
                                                            const WaveHierarchy& hierarchy,
                                                            const WaveWriterParams& params);
[[nodiscard]] std::unique_ptr<WaveEncoder> make_fst_encoder(std::unique_ptr<OutputFile> file,
                                                            const WaveHierarchy& hierarchy,
                                                            const WaveWriterParams& params);

}  // namespace heddle::trace
