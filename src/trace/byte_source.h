// Random access to the bytes of a file or of a string, for the wave readers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "heddle/base/result.h"

namespace heddle::trace {

/// Threads: one at a time.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// What diagnostics call it.
  [[nodiscard]] virtual const std::string& name() const = 0;
  /// Reads [at, at + size). Requires: within the size.
  /// Errors: file.read-failed.
  [[nodiscard]] virtual Result<std::string> read(std::uint64_t at, std::size_t size) = 0;
};

/// Errors: file.not-found, file.read-failed.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path);
[[nodiscard]] std::unique_ptr<ByteSource> make_string_source(std::string bytes, std::string name);

/// The readers of each format over a source.
class WaveReader;
[[nodiscard]] Result<std::unique_ptr<WaveReader>> open_vcd(std::unique_ptr<ByteSource> source);
[[nodiscard]] Result<std::unique_ptr<WaveReader>> open_fst(std::unique_ptr<ByteSource> source);

}  // namespace heddle::trace
