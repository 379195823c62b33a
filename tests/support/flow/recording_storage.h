// A log storage in memory that remembers every operation in order, so that a test
// can make the files as they would be after a crash at any of them: of the process
// (all before is there, the write under way in part) or of the power (what was not
// synced is there, missing or torn, piece by piece).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "heddle/base/random.h"
#include "heddle/flow/log_file.h"

namespace heddle::flow::log::test {

struct FileOperation {
  enum class Kind : std::uint8_t { Create, Write, Extend, Sync, Truncate };
  Kind kind = Kind::Create;
  std::size_t file = 0;
  std::uint64_t offset = 0;  ///< of a write; the size of an extend or truncate
  std::vector<std::byte> bytes = {};
  std::size_t sync_begin = 0;  ///< of a sync: how many operations were done before it began
};

using FileImages = std::vector<std::vector<std::byte>>;

/// Threads: any may work on its files.
class RecordingStorage final : public LogStorage {
 public:
  Result<std::unique_ptr<LogFile>> create(const std::string& path) override;

  [[nodiscard]] std::vector<FileOperation> operations() const;
  /// The files as they are now.
  [[nodiscard]] FileImages files() const;

  /// Called before each write; a failure takes the write's place.
  std::function<Status(const FileOperation&)> on_write = nullptr;

  struct Journal {
    mutable std::mutex mutex;
    std::vector<FileOperation> operations;
    std::vector<std::string> paths;
  };

 private:
  std::shared_ptr<Journal> journal_ = std::make_shared<Journal>();
};

/// The process dies within operation `at`: those before are done, and `at`, if it
/// is a write, up to `torn_bytes`.
[[nodiscard]] FileImages after_kill(const std::vector<FileOperation>& operations, std::size_t at,
                                    std::size_t torn_bytes);

/// The power fails before operation `at`. What a completed sync covers is there;
/// each other write is kept, lost or torn by 512 bytes, as `draw` has it.
[[nodiscard]] FileImages after_power_cut(const std::vector<FileOperation>& operations,
                                         std::size_t at, const RandomStream& draw);

/// Whether a sync that was completed before operation `at` covers write `write`.
[[nodiscard]] bool is_durable(const std::vector<FileOperation>& operations, std::size_t at,
                              std::size_t write);

}  // namespace heddle::flow::log::test
