// A buffered output file that sees write errors. The C++ streams lose them;
// here a full disk is a diagnostic, and what was written before stays readable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "heddle/base/byte_sink.h"

namespace heddle {

/// A file being written from its start. A failure sticks (`status`), later
/// writes are dropped, so a hot loop need not look after each one; `close`
/// tells. The destructor writes what is buffered, but cannot report: call
/// `close`. Threads: one at a time.
class OutputFile final : public ByteSink {
 public:
  /// Bytes held back before they go to the system.
  static constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

  /// Creates or empties `path`. Errors: file.write-failed.
  [[nodiscard]] static Result<std::unique_ptr<OutputFile>> create(const std::string& path);

  ~OutputFile() override;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes) override;
  void write(const void* bytes, std::size_t size) {
    write(std::string_view(static_cast<const char*>(bytes), size));
  }

  /// Overwrites bytes already written, a header that learns its size at the
  /// end for instance. Requires: [`offset`, `offset` + size) was written.
  void overwrite(std::uint64_t offset, std::string_view bytes);

  /// Hands everything to the system, so that a crash of ours loses nothing.
  /// Errors: file.write-failed.
  Status flush();

  /// Flushes and closes; writes after it are a bug. Idempotent.
  /// Errors: file.write-failed, the first that happened.
  Status close();

  /// Errors: file.write-failed, the first that happened.
  Status status() const override;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// How many bytes were given to `write`.
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  OutputFile(std::string path, int descriptor);
  void drain();
  void set_failure(int error);

  std::string path_;
  int descriptor_ = -1;
  std::string buffer_;
  std::uint64_t size_bytes_ = 0;
  int failure_ = 0;
};

}  // namespace heddle
