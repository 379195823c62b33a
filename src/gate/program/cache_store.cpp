// Nothing here reports: a cache that cannot be used is a slower run.
#include "gate/program/cache_store.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/base/file.h"

namespace heddle::gate::cache {
namespace {

namespace fs = std::filesystem;

/// What a file begins with. Every field must be as expected.
struct Header {
  std::array<char, 8> magic{'h', 'e', 'd', 'd', 'l', 'e', 'g', '1'};
  std::uint64_t byte_order = 0x0102030405060708;
  std::uint64_t identity = 0;
  std::uint64_t key = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t checksum = 0;
  friend bool operator==(const Header&, const Header&) = default;
};

constexpr std::size_t kKeyDigits = 16;

std::string file_of(const ProgramCacheOptions& options, std::string_view kind, std::uint64_t key) {
  return join_path(options.directory, Digest64(key).to_hex() + "." + std::string(kind));
}

Header header_of(const ProgramCacheOptions& options, std::uint64_t key, std::string_view bytes) {
  Header header;
  header.identity = options.identity;
  header.key = key;
  header.size_bytes = bytes.size();
  header.checksum = digest_of(bytes).value();
  return header;
}

/// Ours: sixteen digits and a dot. What a crash left half written is too.
bool is_entry_name(std::string_view name) {
  return name.size() > kKeyDigits && name[kKeyDigits] == '.' &&
         Digest64::from_hex(name.substr(0, kKeyDigits)).has_value();
}

struct Kept {
  fs::file_time_type used;
  std::string path;
  std::uint64_t size_bytes = 0;
};

std::vector<Kept> kept_entries(const std::string& directory) {
  std::vector<Kept> kept;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;  // another run may remove it meanwhile
    if (!is_entry_name(at->path().filename().string())) continue;
    const fs::file_time_type used = at->last_write_time(gone);
    const std::uint64_t size_bytes = gone ? 0 : at->file_size(gone);
    if (!gone) kept.push_back({used, at->path().string(), size_bytes});
  }
  return kept;
}

void remove_oldest(const ProgramCacheOptions& options, const std::string& written) {
  std::vector<Kept> kept = kept_entries(options.directory);
  std::sort(kept.begin(), kept.end(), [&written](const Kept& a, const Kept& b) {
    const auto rank = [&written](const Kept& entry) {
      return std::tuple(entry.path == written, entry.used, std::string_view(entry.path));
    };
    return rank(a) < rank(b);
  });
  std::uint64_t bytes = 0;
  for (const Kept& entry : kept) bytes += entry.size_bytes;
  std::size_t count = kept.size();
  for (const Kept& entry : kept) {
    if (bytes <= options.bytes_max && count <= options.entries_max) return;
    std::error_code error;
    fs::remove(entry.path, error);
    bytes -= entry.size_bytes;
    --count;
  }
}

}  // namespace

std::optional<Entry> read_entry(const ProgramCacheOptions& options, std::string_view kind,
                                std::uint64_t key) {
  if (options.directory.empty()) return {};
  const std::string path = file_of(options, kind, key);
  Result<std::string> file = read_file(path, options.bytes_max);
  Header header;
  if (!file || file->size() < sizeof(Header)) return {};
  std::memcpy(&header, file->data(), sizeof(Header));
  Entry entry{std::move(*file), sizeof(Header)};
  if (header != header_of(options, key, entry.bytes())) return {};
  std::error_code error;  // a directory that is read only keeps the older time
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
  return entry;
}

void write_entry(const ProgramCacheOptions& options, std::string_view kind, std::uint64_t key,
                 std::string_view bytes) {
  if (options.directory.empty() || bytes.size() + sizeof(Header) > options.bytes_max) return;
  if (!make_directories(options.directory)) return;
  const Header header = header_of(options, key, bytes);
  std::string file(reinterpret_cast<const char*>(&header), sizeof(Header));
  file += bytes;
  const std::string path = file_of(options, kind, key);
  if (write_file_atomic(path, file)) remove_oldest(options, path);
}

}  // namespace heddle::gate::cache
