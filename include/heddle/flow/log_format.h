// The unified log as bytes: what stands where in a `.hlog` file. Everything is
// little-endian; records start at multiples of eight bytes.
//
//   file    = file header, batch, batch, ..., zeros up to the end of the extent
//   batch   = record, ..., footer          written by one system call
//   record  = header {crc32c, length, stream, kind, flags, sequence}, payload, zeros
//
// A batch counts only with its footer. docs/reference/log-format.md says it in full.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace heddle::flow::log {

inline constexpr std::array<char, 8> kMagic{'H', 'D', 'L', 'F', 'L', 'O', 'G', '\x1A'};
inline constexpr std::uint32_t kVersion = 1;
/// Reads as something else on a machine of the other byte order.
inline constexpr std::uint32_t kEndianTag = 0x0102'0304;
inline constexpr std::uint64_t kFooterMagic = 0x5245'544F'4F46'4C48;  // "HLFOOTER"

inline constexpr std::size_t kFileHeaderBytes = 64;
inline constexpr std::size_t kRecordHeaderBytes = 16;
inline constexpr std::size_t kFooterPayloadBytes = 64;
inline constexpr std::size_t kFooterBytes = kRecordHeaderBytes + kFooterPayloadBytes;
inline constexpr std::size_t kAlignBytes = 8;
/// The payload of one record is at most this.
inline constexpr std::size_t kPayloadBytesMax = std::size_t{1} << 30;
/// A file set has at most this many files.
inline constexpr std::uint32_t kFileCountMax = 1000;

/// What a record belongs to.
enum class Stream : std::uint8_t {
  Meta = 0,       ///< what a reader needs to know: schemas, tasks, strings, texts
  Data = 1,       ///< one record a list; the only stream that digests cover
  Timing = 2,     ///< when each step of a list began and ended
  Keyframe = 3,   ///< the frozen state of one task before a list
  Text = 4,       ///< text lines of tasks
  Lifecycle = 5,  ///< start, stop, errors, gaps, the end marker
  Footer = 6,     ///< ends a batch
};
inline constexpr std::size_t kStreamCount = 7;

/// `data`, `timing`, ...
[[nodiscard]] std::string_view stream_name(Stream stream);

/// Kinds of `Stream::Meta`; docs/reference/log-format.md has their payloads.
enum class MetaKind : std::uint8_t {
  Build = 1,    ///< which program wrote the log
  Type = 2,     ///< a type of payload: name and fields
  Task = 3,     ///< a task: id, type, kind
  Message = 4,  ///< a message of the list: name, task, type, whether recorded
  Format = 5,   ///< an interned format of text lines: id, text, kinds of arguments
  Config = 6,   ///< the graph file, resolved
  Plan = 7,     ///< the plan
  Clock = 8,    ///< how ticks of the timing stream become nanoseconds
  Step = 9,     ///< a step of the plan, as the timing stream counts them: task
};

/// The one kind of `Stream::Data` and `Stream::Keyframe`.
inline constexpr std::uint8_t kKindOnly = 1;

/// Kinds of `Stream::Timing`.
enum class TimingKind : std::uint8_t {
  Short = 1,  ///< ticks of 32 bits after a common one
  Long = 2,   ///< ticks of 64 bits
};

/// Kinds of `Stream::Text`.
enum class TextKind : std::uint8_t {
  Line = 1,
  Lost = 2,  ///< how many lines of a list did not fit
};

/// Kinds of `Stream::Lifecycle`.
enum class LifecycleKind : std::uint8_t {
  Start = 1,       ///< the run began: clid of its first list
  Stop = 2,        ///< the run ended: how, and why
  Gap = 3,         ///< lists that were dropped: first, last, count
  End = 4,         ///< the end marker: nothing was lost, the log is complete
  TaskFailed = 5,  ///< a task failed in the list that follows: clid, task
};

/// Which run a file or a record belongs to. Chosen by whoever starts the run.
struct LogId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const LogId&, const LogId&) = default;
};

/// `bytes` rounded up to the alignment of records.
[[nodiscard]] constexpr std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + (kAlignBytes - 1)) & ~std::uint64_t{kAlignBytes - 1};
}

/// The space that a record with such a payload takes.
[[nodiscard]] constexpr std::uint64_t record_bytes(std::uint64_t payload_bytes) {
  return kRecordHeaderBytes + aligned(payload_bytes);
}

}  // namespace heddle::flow::log
