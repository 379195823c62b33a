// Reads VCD and FST files alike: the hierarchy first, then the changes of chosen
// signals in a window of time. Memory stays bounded by the hierarchy and one
// FST block; a damaged file gives a diagnostic.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "heddle/base/result.h"
#include "heddle/base/units.h"
#include "heddle/trace/wave_hierarchy.h"

namespace heddle::trace {

/// What the file says of itself. Times finer than 1 ps are rounded down.
struct WaveInfo {
  SimTime start;
  SimTime end;
  std::int32_t timescale_exponent = -12;  ///< a tick of the file is 10^this s
  std::string producer;
  std::string date;
};

/// One value. Valid during the call.
struct WaveValue {
  std::string_view bits;  ///< `width` characters of `01xz` (others as found),
                          ///< left-most bit first; the text of a string
  double real = 0.0;      ///< of a real
  bool is_real = false;
};

/// Called in order of time; within one instant in order of signal.
class WaveVisitor {
 public:
  virtual ~WaveVisitor() = default;
  /// First once for each chosen signal with its value at the window's start,
  /// then for each change. Return false to stop reading.
  virtual bool value(SimTime time, WaveSignal signal, const WaveValue& value) = 0;
};

/// Threads: one at a time.
class WaveReader {
 public:
  /// Opens a file and reads its hierarchy; the format is found by its content.
  /// Errors: file.not-found, file.read-failed, trace.unknown-format, trace.vcd-syntax,
  /// trace.fst-corrupt, trace.fst-unsupported.
  [[nodiscard]] static Result<std::unique_ptr<WaveReader>> open(const std::string& path);

  WaveReader() = default;
  WaveReader(const WaveReader&) = delete;
  WaveReader& operator=(const WaveReader&) = delete;
  virtual ~WaveReader() = default;

  [[nodiscard]] virtual const WaveInfo& info() const = 0;
  [[nodiscard]] virtual const WaveHierarchy& hierarchy() const = 0;

  /// Visits `signals` (each once) in [from, to].
  /// Errors: trace.vcd-syntax, trace.vcd-unknown-code,
  /// trace.vcd-time-backwards, trace.fst-corrupt.
  [[nodiscard]] virtual Status read(std::span<const WaveSignal> signals, SimTime from, SimTime to,
                                    WaveVisitor& visitor) = 0;
};

/// A reader of bytes in memory, as the fuzz targets use it; `name` is for
/// diagnostics. Errors: as `WaveReader::open`.
[[nodiscard]] Result<std::unique_ptr<WaveReader>> read_vcd(std::string text, std::string name);
[[nodiscard]] Result<std::unique_ptr<WaveReader>> read_fst(std::string bytes, std::string name);

}  // namespace heddle::trace
