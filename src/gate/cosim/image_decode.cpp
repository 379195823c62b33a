// The formats of memory images, each a small reader that bounds-checks all it
// reads and says where a text is wrong.
#include <algorithm>
#include <optional>

#include "gate/cosim/image.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Failure bad(const std::string& file, std::uint32_t line, std::string_view kind,
            const std::string& what) {
  return fail(diag::kBadImage, {file, line, line > 0 ? 1U : 0U}, {kind, what});
}

// ---- ELF: the loadable segments at their physical addresses.

/// Little-endian fields of a 32- or 64-bit ELF.
class ElfView {
 public:
  explicit ElfView(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool is_64() const { return bytes_[4] == 2; }
  [[nodiscard]] bool holds(std::uint64_t at, std::uint64_t size) const {
    return at <= bytes_.size() && size <= bytes_.size() - at;
  }
  [[nodiscard]] std::uint64_t field(std::uint64_t at, unsigned size) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes_[at + i])) << (8 * i);
    }
    return value;
  }
  [[nodiscard]] std::string_view slice(std::uint64_t at, std::uint64_t size) const {
    return bytes_.substr(at, size);
  }

 private:
  std::string_view bytes_;
};

Result<Image> decode_elf(std::string_view content, const std::string& file) {
  constexpr std::uint64_t kLoadable = 1;
  const ElfView elf(content);
  if (!content.starts_with("\x7f"
                           "ELF") ||
      !elf.holds(0, 64)) {
    return bad(file, 0, "ELF", "it has no ELF header");
  }
  if (content[5] != 1) return bad(file, 0, "ELF", "it is not little-endian");
  const bool wide = elf.is_64();
  const std::uint64_t table = wide ? elf.field(32, 8) : elf.field(28, 4);
  const std::uint64_t entry_bytes = elf.field(wide ? 54 : 42, 2);
  const std::uint64_t count = elf.field(wide ? 56 : 44, 2);
  if (entry_bytes < (wide ? 56U : 32U) || !elf.holds(table, entry_bytes * count)) {
    return bad(file, 0, "ELF", "its program headers lie outside of the file");
  }
  Image image;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = table + i * entry_bytes;
    const std::uint64_t offset = wide ? elf.field(at + 8, 8) : elf.field(at + 4, 4);
    const std::uint64_t address = wide ? elf.field(at + 24, 8) : elf.field(at + 12, 4);
    const std::uint64_t size = wide ? elf.field(at + 32, 8) : elf.field(at + 16, 4);
    if (elf.field(at, 4) != kLoadable || size == 0) continue;
    if (!elf.holds(offset, size)) return bad(file, 0, "ELF", "a segment lies outside of the file");
    const std::string_view bytes = elf.slice(offset, size);
    image.runs.push_back({address, {bytes.begin(), bytes.end()}});
  }
  return image;
}

// ---- Intel hex: `:LLAAAATT...CC`.

Result<Image> decode_intel_hex(std::string_view content, const std::string& file) {
  Image image;
  std::uint64_t upper = 0;
  std::uint32_t line_number = 0;
  while (!content.empty()) {
    ++line_number;
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto wrong = [&](const char* what) { return bad(file, line_number, "Intel hex", what); };
    if (line[0] != ':' || line.size() % 2 == 0 || line.size() < 11) {
      return wrong("a record starts with ':' and has at least five bytes");
    }
    std::vector<std::uint8_t> bytes;
    unsigned sum = 0;
    for (std::size_t i = 1; i < line.size(); i += 2) {
      const int high = hex_value(line[i]);
      const int low = hex_value(line[i + 1]);
      if (high < 0 || low < 0) return wrong("this is not a hexadecimal digit");
      bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
      sum += bytes.back();
    }
    if (bytes[0] + 5U != bytes.size()) return wrong("the record is not as long as it says");
    if ((sum & 0xFFU) != 0) return wrong("the checksum does not fit the record");
    const std::uint64_t address = upper + (std::uint64_t{bytes[1]} << 8) + bytes[2];
    switch (bytes[3]) {
      case 0: image.runs.push_back({address, {bytes.begin() + 4, bytes.end() - 1}}); break;
      case 1: return image;
      case 2:
      case 4:
        if (bytes[0] != 2) return wrong("an address record has two bytes");
        upper = (std::uint64_t{bytes[4]} << 8 | bytes[5]) << (bytes[3] == 2 ? 4 : 16);
        break;
      case 3:
      case 5: break;  // where execution starts
      default: return wrong("record types are 00 to 05");
    }
  }
  return bad(file, line_number, "Intel hex", "the end record is missing");
}

// ---- `$readmemh`: words, `@address`, comments.

class ReadMemory {
 public:
  ReadMemory(std::string_view content, const std::string& file, std::uint32_t width)
      : content_(content), file_(file), width_(width) {}

  Result<Image> run() {
    while (skip_blank()) {
      const bool is_address = content_[at_] == '@';
      if (is_address) ++at_;
      const SourcePosition where{file_, line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)};
      const std::size_t first = at_;
      while (at_ < content_.size() && !is_blank(content_[at_]) && content_[at_] != '/') ++at_;
      const std::string_view digits = content_.substr(first, at_ - first);
      Result<std::vector<std::uint64_t>> bits = number(digits, is_address ? 63 : width_, where);
      if (!bits) return fail(std::move(bits.error()));
      if (is_address) {
        next_ = bits->front();
      } else {
        image_.words.push_back({next_++, std::move(*bits)});
      }
    }
    if (unfinished_comment_) return bad(file_, line_, "hex", "a comment does not end");
    return std::move(image_);
  }

 private:
  static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
  }

  /// Moves to the next token; false at the end.
  bool skip_blank() {
    while (at_ < content_.size()) {
      if (content_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
      if (is_blank(content_[at_])) {
        ++at_;
      } else if (content_.substr(at_, 2) == "//") {
        at_ = std::min(content_.find('\n', at_), content_.size());
      } else if (content_.substr(at_, 2) == "/*") {
        const std::size_t end = content_.find("*/", at_ + 2);
        unfinished_comment_ = end == std::string_view::npos;
        const std::size_t after = unfinished_comment_ ? content_.size() : end + 2;
        for (; at_ < after; ++at_) {
          if (content_[at_] != '\n') continue;
          ++line_;
          line_start_ = at_ + 1;
        }
      } else {
        return true;
      }
    }
    return false;
  }

  /// Hexadecimal digits; x and z are 0, as everything is in two states.
  Result<std::vector<std::uint64_t>> number(std::string_view digits, std::uint32_t width,
                                            const SourcePosition& where) const {
    std::vector<std::uint64_t> bits((width + 63) / 64, 0);
    std::uint64_t position = 0;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
      if (*digit == '_') continue;
      const bool unknown = *digit == 'x' || *digit == 'X' || *digit == 'z' || *digit == 'Z';
      const int value = unknown ? 0 : hex_value(*digit);
      if (value < 0)
        return fail(diag::kBadImage, where, {"hex", "this is not a hexadecimal digit"});
      for (unsigned i = 0; i < 4; ++i, ++position) {
        if ((value >> i & 1) == 0) continue;
        if (position >= width) {
          return fail(diag::kBadImage, where,
                      {"hex", "the number has more than " + std::to_string(width) + " bits"});
        }
        bits[position / 64] |= std::uint64_t{1} << (position % 64);
      }
    }
    if (position == 0) return fail(diag::kBadImage, where, {"hex", "a number is missing"});
    return bits;
  }

  std::string_view content_;
  const std::string& file_;
  std::uint32_t width_ = 0;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  bool unfinished_comment_ = false;
  std::uint64_t next_ = 0;
  Image image_;
};

}  // namespace

Result<Image> decode_image(std::string_view content, const std::string& file, ImageFormat format,
                           std::uint32_t width) {
  switch (format) {
    case ImageFormat::Elf: return decode_elf(content, file);
    case ImageFormat::IntelHex: return decode_intel_hex(content, file);
    case ImageFormat::Hex: return ReadMemory(content, file, width).run();
    case ImageFormat::Auto:
    case ImageFormat::Binary: break;
  }
  Image image;
  if (!content.empty()) image.runs.push_back({0, {content.begin(), content.end()}});
  return image;
}

ImageFormat guess_format(std::string_view content, std::string_view file) {
  if (content.starts_with("\x7f"
                          "ELF"))
    return ImageFormat::Elf;
  const auto ends = [&](std::string_view ending) { return file.ends_with(ending); };
  if (ends(".ihex") || ends(".ihx")) return ImageFormat::IntelHex;
  if (ends(".hex") || ends(".mem") || ends(".vmem") || ends(".vh")) {
    return content.starts_with(':') ? ImageFormat::IntelHex : ImageFormat::Hex;
  }
  return ImageFormat::Binary;
}

}  // namespace heddle::gate
