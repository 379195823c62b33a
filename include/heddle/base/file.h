// Whole files: read one, write one so that a reader never sees half of it, and
// the few path operations that the rest needs. Errors carry the path and what
// the system said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "heddle/base/result.h"

namespace heddle {

/// A file above this is refused by `read_file` unless the caller allows more.
inline constexpr std::uint64_t kReadBytesMax = std::uint64_t{4} << 30;

/// The whole content of a regular file or a pipe.
/// Errors: file.not-found, file.read-failed, file.too-large.
[[nodiscard]] Result<std::string> read_file(const std::string& path,
                                            std::uint64_t bytes_max = kReadBytesMax);

/// Writes `path` by way of a temporary neighbour and a rename: a reader sees
/// the old file or the whole new one. Data reaches the disk before the name.
/// Errors: file.write-failed (the temporary file is removed again).
Status write_file_atomic(const std::string& path, std::string_view bytes);

/// Makes a directory and its missing parents; one that exists is fine.
/// Errors: file.write-failed.
Status make_directories(const std::string& path);

/// Whether something is there, a dangling link counting as nothing.
[[nodiscard]] bool path_exists(const std::string& path);
[[nodiscard]] bool is_directory(const std::string& path);

/// `name` seen from `directory`: an absolute `name` stays, an empty
/// `directory` adds nothing.
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);

/// All before the last `/` (`/` itself for a file in the root); empty when
/// there is none.
[[nodiscard]] std::string_view parent_path(std::string_view path);

/// All after the last `/`.
[[nodiscard]] std::string_view file_name(std::string_view path);

}  // namespace heddle
