// Text we wrote, nothing else: no binaries, no generated bulk, plain names.
#include <algorithm>

#include "rules.h"

namespace heddle::tidy {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{256} << 10;

bool is_plain_name(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' || c == '_' ||
           c == '-';
  });
}

/// How many bytes the UTF-8 sequence at `at` takes; 0 when it is none.
std::size_t utf8_size(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  if (size == 0 || at + size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) return 0;
  }
  return size;
}

bool is_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8_size(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool is_control = byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r';
    if (size == 0 || is_control) return false;
    at += size;
  }
  return true;
}

}  // namespace

void check_blobs(const SourceTree& tree, Findings& findings) {
  for (const auto& [path, text] : tree.files()) {
    if (!is_plain_name(path)) {
      findings.push_back({path, 0, "blob", "names hold letters, digits and . _ - only"});
    }
    const bool is_fuzz_corpus =
        path.starts_with("fuzz/") && path.find("/corpus/") != std::string::npos;
    if (!is_text(text) && !is_fuzz_corpus) {
      findings.push_back({path, 0, "blob", "not UTF-8 text: no binaries in git"});
    }
    if (text.size() > kFileBytesMax) {
      findings.push_back(
          {path, 0, "blob",
           std::to_string(text.size()) + " bytes; at most " + std::to_string(kFileBytesMax)});
    }
  }
}

}  // namespace heddle::tidy
