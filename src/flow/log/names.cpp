// The names of logs and of their streams.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "heddle/base/file.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_file.h"
#include "heddle/flow/log_format.h"

namespace heddle::flow::log {
namespace {

constexpr std::string_view kSuffix = ".hlog";

/// `base` of `base.NNN.hlog`; empty when the name is not of that form.
std::string base_of(const std::string& path) {
  constexpr std::size_t kTailBytes = 9;
  if (!path.ends_with(kSuffix) || path.size() <= kTailBytes) return {};
  const std::string tail = path.substr(path.size() - kTailBytes, 4);
  const bool is_numbered = tail[0] == '.' && std::all_of(tail.begin() + 1, tail.end(), [](char c) {
                             return c >= '0' && c <= '9';
                           });
  return is_numbered ? path.substr(0, path.size() - kTailBytes) : std::string();
}

Result<std::string> find_in_directory(const std::string& directory) {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    const std::string base = base_of(at->path().string());
    if (!base.empty() && at->path().string() == log_file_path(base, 0)) found.push_back(base);
  }
  std::sort(found.begin(), found.end());
  if (found.empty()) return fail(diag::kNotFound, {directory}, {directory});
  if (found.size() == 1) return found.front();
  std::string names;
  for (const std::string& base : found) {
    names += (names.empty() ? "" : ", ") + std::string(file_name(base));
  }
  return fail(diag::kAmbiguous, {directory}, {directory, names});
}

}  // namespace

std::string_view stream_name(Stream stream) {
  constexpr std::array<std::string_view, kStreamCount> kNames{
      "meta", "data", "timing", "keyframe", "text", "lifecycle", "footer"};
  const auto index = static_cast<std::size_t>(stream);
  return index < kNames.size() ? kNames[index] : "unknown";
}

std::string log_file_path(const std::string& base, std::uint32_t file_index) {
  return fmt::format("{}.{:03}{}", base, file_index, kSuffix);
}

Result<std::string> find_log(const std::string& named) {
  if (path_exists(log_file_path(named, 0))) return named;
  if (is_directory(named)) return find_in_directory(named);
  const std::string base = base_of(named);
  if (!base.empty() && path_exists(named)) return base;
  return fail(diag::kNotFound, {named}, {named});
}

}  // namespace heddle::flow::log
