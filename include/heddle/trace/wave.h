// The wave path: dumps of many nets at a few ns a change.
//
// `change` only appends a word to a log. The log is handed, a buffer at a time,
// to an encoder (FST or VCD), on this thread or on a helper; the encoder spreads
// each source over the signals that show it, drops what did not change, and
// writes. The bytes depend on the values at each instant alone: not on the
// order of changes within it, on repeated or undone ones, on the thread, or on
// where buffers end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/base/units.h"
#include "heddle/trace/wave_hierarchy.h"

namespace heddle::trace {

enum class WaveFormat : std::uint8_t { Fst, Vcd };

/// How FST blocks are packed: fast, or small.
enum class WavePack : std::uint8_t { Lz4, Zlib };

struct WaveWriterParams {
  WaveFormat format = WaveFormat::Fst;
  WavePack pack = WavePack::Lz4;
  bool helper_thread = false;  ///< encode beside the simulation; same bytes
  /// Bytes of encoded changes that an FST block gathers before it is packed and
  /// written (more for designs above 65,536 signals: 256 bytes a signal). Bounds
  /// the memory and what a killed process loses.
  std::uint32_t block_bytes_max = 16U << 20;
  std::string producer = "heddle";  ///< what the file says wrote it
};

/// Figures for a report. Taken after `finish`, they are exact.
struct WaveWriterStats {
  std::uint64_t change_count = 0;   ///< signal changes written
  std::uint64_t instant_count = 0;  ///< instants with a change
  std::uint64_t block_count = 0;    ///< FST value-change blocks
  std::uint64_t written_bytes = 0;  ///< size of the file
};

/// Writes one wave file. Timescale 1 ps. Every signal is x until it changes.
/// Threads: one at a time. Cost: `change` 1-2 ns here, 5-15 ns in the encoder.
class WaveWriter {
 public:
  /// Creates `path` and writes the hierarchy. Errors: file.write-failed.
  [[nodiscard]] static Result<std::unique_ptr<WaveWriter>> open(
      const std::string& path, WaveHierarchy hierarchy, const WaveWriterParams& params = {});
  WaveWriter(const WaveWriter&) = delete;
  WaveWriter& operator=(const WaveWriter&) = delete;
  /// Closes the file; what was not finished is still readable up to a block.
  ~WaveWriter();

  [[nodiscard]] const WaveHierarchy& hierarchy() const { return hierarchy_; }

  /// Begins an instant. Requires: `now` is not before the last one (checked).
  void time(SimTime now);

  /// The source has this value from this instant on; the last call of an
  /// instant counts. Sources that no variable shows are ignored, beyond
  /// `source_count()` too. Requires: `time` was called; source < 2^29.
  void change(WaveSource source, Logic value) {
    *next_++ = source.value() << 2 | static_cast<std::uint32_t>(value);
    if (next_ >= soft_end_) [[unlikely]]
      hand_over();
  }

  /// A signal of words: `value` (and, 4-state, `unknown`) hold its bits, 64 a
  /// word, bit 0 first. Requires: as many words as the width needs.
  void change_words(WaveSignal signal, std::span<const std::uint64_t> value,
                    std::span<const std::uint64_t> unknown = {});

  /// False once a write failed; all later changes are dropped.
  [[nodiscard]] bool ok() const;

  /// Ends the instant and writes what is buffered (FST: as a block, so the bytes
  /// depend on where this is called). Call `time` before the next change; it may
  /// give the same time again.
  /// Errors: file.write-failed.
  [[nodiscard]] Status flush();

  /// Ends the file at the last `time`. No call but `stats` may follow.
  /// Errors: file.write-failed, also of any earlier write.
  [[nodiscard]] Status finish();

  [[nodiscard]] WaveWriterStats stats() const;

 private:
  class Transport;
  WaveWriter(WaveHierarchy hierarchy, std::unique_ptr<Transport> transport);
  void hand_over();
  void take_buffer(std::size_t words);
  void reserve(std::size_t words);

  std::uint32_t* begin_ = nullptr;
  std::uint32_t* next_ = nullptr;
  std::uint32_t* soft_end_ = nullptr;
  std::unique_ptr<Transport> transport_;
  WaveHierarchy hierarchy_;
  SimTime now_;
  bool begun_ = false;
  bool flushed_ = false;
  bool finished_ = false;
};

}  // namespace heddle::trace
