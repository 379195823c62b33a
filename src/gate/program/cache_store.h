// Files of a cache directory: found by key, checked, renamed into place, bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "heddle/gate/program_cache.h"

namespace heddle::gate::cache {

/// What tells this build of our code from another: a digest of the linker's
/// build id, or a constant where it left none.
[[nodiscard]] std::uint64_t build_identity();

/// One entry as it was read. Its bytes end at the end of `file`.
struct Entry {
  std::string file;
  std::size_t begin = 0;
  [[nodiscard]] std::string_view bytes() const { return std::string_view(file).substr(begin); }
};

/// Two kinds of entries; the name ends a file's name.
inline constexpr std::string_view kModel = "model";
inline constexpr std::string_view kProgram = "program";

/// The entry of a key, unless it is absent, damaged or of another identity.
[[nodiscard]] std::optional<Entry> read_entry(const ProgramCacheOptions& options,
                                              std::string_view kind, std::uint64_t key);

/// Keeps `bytes` under a key, if the directory lets it, then removes the entries
/// longest unused until the bounds hold.
void write_entry(const ProgramCacheOptions& options, std::string_view kind, std::uint64_t key,
                 std::string_view bytes);

}  // namespace heddle::gate::cache
