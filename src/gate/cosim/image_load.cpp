// Decoded images placed into memories and flashes.
#include <algorithm>
#include <optional>

#include "gate/cosim/image.h"
#include "heddle/base/file.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

constexpr std::uint64_t kImageBytesMax = std::uint64_t{1} << 30;

Result<Image> load_image(const ImageEntry& entry, const std::string& name, std::uint32_t width,
                         Diagnostics& warnings) {
  HEDDLE_TRY(const std::string content, read_file(entry.path.value, kImageBytesMax));
  const ImageFormat format =
      entry.format == ImageFormat::Auto ? guess_format(content, entry.path.value) : entry.format;
  HEDDLE_TRY(Image image, decode_image(content, entry.path.value, format, width));
  if (image.empty()) warnings.add(Diagnostic(diag::kImageEmpty, entry.path.where, {name}));
  return image;
}

/// `address` - base + offset where that is below `limit` and leaves room for `count`.
std::optional<std::uint64_t> place(const ImageEntry& entry, std::uint64_t address,
                                   std::uint64_t count, std::uint64_t base, std::uint64_t limit) {
  if (address < base) return std::nullopt;
  const std::uint64_t at = address - base;
  if (at > limit || entry.offset > limit - at) return std::nullopt;
  if (count > limit - at - entry.offset) return std::nullopt;
  return at + entry.offset;
}

Failure too_large(const ImageEntry& entry, std::uint64_t address, std::uint64_t limit,
                  std::string_view unit, const std::string& name) {
  return fail(diag::kImageTooLarge, entry.path.where,
              {entry.path.value, std::to_string(address), std::to_string(limit), unit, name});
}

}  // namespace

Status load_memory(const ImageEntry& entry, const std::string& name, std::uint32_t width,
                   std::uint64_t depth, std::uint64_t start_offset, std::span<std::uint64_t> rows,
                   Diagnostics& warnings) {
  HEDDLE_TRY(const Image image, load_image(entry, name, width, warnings));
  const std::size_t row_words = (width + 63) / 64;
  for (const Image::Word& word : image.words) {
    const auto row = place(entry, word.address, 1, entry.base + start_offset, depth);
    if (!row) return too_large(entry, word.address, depth, "words", name);
    std::copy(word.bits.begin(), word.bits.end(),
              rows.begin() + static_cast<std::ptrdiff_t>(*row * row_words));
  }
  if (!image.runs.empty() && width % 8 != 0) {
    return fail(diag::kBadImage, entry.path.where,
                {"byte", "'" + name + "' has words of " + std::to_string(width) +
                             " bits, which are not whole bytes; use a hex file"});
  }
  const std::uint64_t word_bytes = width / 8;
  for (const Image::Run& run : image.runs) {
    const std::uint64_t limit = depth * word_bytes;
    const auto first = place(entry, run.address, run.bytes.size(), entry.base, limit);
    if (!first) return too_large(entry, run.address + run.bytes.size(), limit, "bytes", name);
    for (std::size_t i = 0; i < run.bytes.size(); ++i) {
      const std::uint64_t at = *first + i;
      std::uint64_t& word = rows[at / word_bytes * row_words + at % word_bytes / 8];
      const unsigned shift = static_cast<unsigned>(at % word_bytes % 8 * 8);
      word = (word & ~(std::uint64_t{0xFF} << shift)) | std::uint64_t{run.bytes[i]} << shift;
    }
  }
  return {};
}

Result<FlashImage> load_flash(const ImageEntry& entry, const std::string& name,
                              std::uint32_t capacity_bytes, Diagnostics& warnings) {
  HEDDLE_TRY(Image image, load_image(entry, name, 8, warnings));
  for (const Image::Word& word : image.words) {
    image.runs.push_back({word.address, {static_cast<std::uint8_t>(word.bits[0])}});
  }
  std::uint64_t first = capacity_bytes;
  std::uint64_t end = 0;
  for (Image::Run& run : image.runs) {
    const auto at = place(entry, run.address, run.bytes.size(), entry.base, capacity_bytes);
    if (!at) {
      return too_large(entry, run.address + run.bytes.size(), capacity_bytes, "bytes", name);
    }
    run.address = *at;
    first = std::min(first, run.address);
    end = std::max(end, run.address + run.bytes.size());
  }
  FlashImage flash;
  if (image.runs.empty()) return flash;
  flash.first = static_cast<std::uint32_t>(first);
  flash.bytes.assign(end - first, 0xFF);
  for (const Image::Run& run : image.runs) {
    std::copy(run.bytes.begin(), run.bytes.end(),
              flash.bytes.begin() + static_cast<std::ptrdiff_t>(run.address - first));
  }
  return flash;
}

std::string dump_memory(std::string_view name, std::span<const std::uint64_t> rows,
                        std::uint32_t width, std::uint64_t start_offset,
                        std::span<const std::uint64_t> unknown) {
  const std::size_t row_words = (width + 63) / 64;
  if (name.ends_with(".bin")) {
    std::string bytes;
    for (std::size_t row = 0; row < rows.size(); row += row_words) {
      for (std::size_t i = 0; i < (width + 7) / 8; ++i) {
        bytes += static_cast<char>(rows[row + i / 8] >> (i % 8 * 8));
      }
    }
    return bytes;
  }
  const std::size_t digits = (width + 3) / 4;
  std::string text;
  if (start_offset != 0) {
    std::string address;
    for (std::uint64_t rest = start_offset; rest != 0; rest >>= 4) {
      address.insert(address.begin(), "0123456789abcdef"[rest & 15]);
    }
    text += "@" + address + "\n";
  }
  for (std::size_t row = 0; row < rows.size(); row += row_words) {
    for (std::size_t digit = digits; digit-- > 0;) {
      const auto nibble = [&](std::span<const std::uint64_t> words) {
        return words.empty() ? 0 : words[row + digit / 16] >> (digit % 16 * 4) & 15U;
      };
      text += nibble(unknown) != 0 ? 'x' : "0123456789abcdef"[nibble(rows)];
    }
    text += '\n';
  }
  return text;
}

}  // namespace heddle::gate
