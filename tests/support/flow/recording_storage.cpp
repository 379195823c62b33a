#include "support/flow/recording_storage.h"

#include <algorithm>
#include <cstring>

#include "heddle/flow/log_diagnostics.h"

namespace heddle::flow::log::test {
namespace {

using Kind = FileOperation::Kind;

class RecordedFile final : public LogFile {
 public:
  RecordedFile(std::shared_ptr<RecordingStorage::Journal> journal, std::size_t index,
               std::function<Status(const FileOperation&)> on_write)
      : journal_(std::move(journal)), index_(index), on_write_(std::move(on_write)) {}

  Status write(std::uint64_t offset, ByteParts parts) override {
    FileOperation operation{.kind = Kind::Write, .file = index_, .offset = offset};
    for (const auto& part : parts) {
      operation.bytes.insert(operation.bytes.end(), part.begin(), part.end());
    }
    if (on_write_) HEDDLE_TRY_STATUS(on_write_(operation));
    return add(std::move(operation));
  }
  Status extend(std::uint64_t bytes) override {
    return add({.kind = Kind::Extend, .file = index_, .offset = bytes});
  }
  Status sync() override {
    std::size_t begin = 0;
    {
      const std::lock_guard lock(journal_->mutex);
      begin = journal_->operations.size();
    }
    return add({.kind = Kind::Sync, .file = index_, .sync_begin = begin});
  }
  Status truncate(std::uint64_t bytes) override {
    return add({.kind = Kind::Truncate, .file = index_, .offset = bytes});
  }

 private:
  Status add(FileOperation operation) {
    const std::lock_guard lock(journal_->mutex);
    journal_->operations.push_back(std::move(operation));
    return {};
  }

  std::shared_ptr<RecordingStorage::Journal> journal_;
  std::size_t index_ = 0;
  std::function<Status(const FileOperation&)> on_write_;
};

std::vector<std::byte>& file_at(FileImages& images, std::size_t file) {
  if (images.size() <= file) images.resize(file + 1);
  return images[file];
}

void put(std::vector<std::byte>& file, std::uint64_t offset, std::span<const std::byte> bytes) {
  const std::size_t end = static_cast<std::size_t>(offset) + bytes.size();
  if (file.size() < end) file.resize(end);
  std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(offset));
}

void do_operation(FileImages& images, const FileOperation& operation) {
  std::vector<std::byte>& file = file_at(images, operation.file);
  const auto size = static_cast<std::size_t>(operation.offset);
  switch (operation.kind) {
    case Kind::Create:
    case Kind::Sync: break;
    case Kind::Write: put(file, operation.offset, operation.bytes); break;
    case Kind::Extend: file.resize(std::max(file.size(), size)); break;
    case Kind::Truncate: file.resize(size); break;
  }
}

}  // namespace

Result<std::unique_ptr<LogFile>> RecordingStorage::create(const std::string& path) {
  const std::lock_guard lock(journal_->mutex);
  auto& paths = journal_->paths;
  if (std::find(paths.begin(), paths.end(), path) != paths.end()) {
    return fail(diag::kExists, {path}, {path});
  }
  paths.push_back(path);
  const std::size_t index = paths.size() - 1;
  journal_->operations.push_back({.kind = Kind::Create, .file = index});
  return std::unique_ptr<LogFile>(std::make_unique<RecordedFile>(journal_, index, on_write));
}

std::vector<FileOperation> RecordingStorage::operations() const {
  const std::lock_guard lock(journal_->mutex);
  return journal_->operations;
}

FileImages RecordingStorage::files() const {
  const std::vector<FileOperation> all = operations();
  return after_kill(all, all.size(), 0);
}

FileImages after_kill(const std::vector<FileOperation>& operations, std::size_t at,
                      std::size_t torn_bytes) {
  FileImages images;
  for (std::size_t i = 0; i < at; ++i) do_operation(images, operations[i]);
  if (at < operations.size() && operations[at].kind == Kind::Write) {
    FileOperation torn = operations[at];
    torn.bytes.resize(std::min(torn_bytes, torn.bytes.size()));
    do_operation(images, torn);
  }
  return images;
}

bool is_durable(const std::vector<FileOperation>& operations, std::size_t at, std::size_t write) {
  for (std::size_t i = write + 1; i < at; ++i) {
    const FileOperation& sync = operations[i];
    if (sync.kind == Kind::Sync && sync.file == operations[write].file && sync.sync_begin > write) {
      return true;
    }
  }
  return false;
}

FileImages after_power_cut(const std::vector<FileOperation>& operations, std::size_t at,
                           const RandomStream& draw) {
  constexpr std::size_t kSectorBytes = 512;
  FileImages images;
  for (std::size_t i = 0; i < at; ++i) {
    const FileOperation& operation = operations[i];
    if (operation.kind != Kind::Write || is_durable(operations, at, i)) {
      do_operation(images, operation);
      continue;
    }
    std::vector<std::byte>& file = file_at(images, operation.file);
    const std::uint64_t fate = draw.below(3, 0, i);
    if (fate == 0) do_operation(images, operation);
    if (fate != 1) continue;
    for (std::size_t begin = 0; begin < operation.bytes.size(); begin += kSectorBytes) {
      if (draw.below(2, 1, i * 4096 + begin / kSectorBytes) == 0) continue;
      const std::size_t count = std::min(kSectorBytes, operation.bytes.size() - begin);
      put(file, operation.offset + begin, std::span(operation.bytes).subspan(begin, count));
    }
  }
  return images;
}

}  // namespace heddle::flow::log::test
