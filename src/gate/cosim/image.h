// Files with the contents of memories: ELF, Verilog `$readmemh` text, Intel
// hex and plain bytes. Decoding gives runs of bytes or of words at addresses;
// placing them into a memory or a flash is the second half.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/run_file.h"

namespace heddle::gate {

/// Decoded contents. `$readmemh` counts its addresses in words, the rest in bytes.
struct Image {
  struct Run {
    std::uint64_t address = 0;
    std::vector<std::uint8_t> bytes = {};
  };
  struct Word {
    std::uint64_t address = 0;
    std::vector<std::uint64_t> bits = {};  ///< bit 0 first
  };
  std::vector<Run> runs;
  std::vector<Word> words;

  [[nodiscard]] bool empty() const { return runs.empty() && words.empty(); }
};

/// Decodes a text; `file` names it. `width` is that of a word, for `$readmemh`;
/// `format` is not Auto. Errors: cosim.bad-image with line and column.
[[nodiscard]] Result<Image> decode_image(std::string_view content, const std::string& file,
                                         ImageFormat format, std::uint32_t width);

/// The format of a file by its first bytes, then by the ending of its name.
[[nodiscard]] ImageFormat guess_format(std::string_view content, std::string_view file);

/// Loads what the entry names over the rows of a memory, `rows.size()` words.
/// Errors: those of `read_file`; cosim.bad-image, cosim.image-too-large.
/// Warns: cosim.image-empty.
[[nodiscard]] Status load_memory(const ImageEntry& entry, const std::string& name,
                                 std::uint32_t width, std::uint64_t depth,
                                 std::uint64_t start_offset, std::span<std::uint64_t> rows,
                                 Diagnostics& warnings);

/// Bytes of a flash and the address of the first.
struct FlashImage {
  std::uint32_t first = 0;
  std::vector<std::uint8_t> bytes = {};
};

/// Loads a flash; what the file leaves out between its parts is erased.
/// Errors and warnings: as `load_memory`.
[[nodiscard]] Result<FlashImage> load_flash(const ImageEntry& entry, const std::string& name,
                                            std::uint32_t capacity_bytes, Diagnostics& warnings);

/// The rows of a memory as the file `name` is to hold them: `$readmemh` text, or,
/// where the name ends in `.bin`, each row in whole bytes, the lowest first. A digit of
/// the text with a bit of `unknown` (empty: none) in it is x; bytes know no x.
[[nodiscard]] std::string dump_memory(std::string_view name, std::span<const std::uint64_t> rows,
                                      std::uint32_t width, std::uint64_t start_offset,
                                      std::span<const std::uint64_t> unknown = {});

}  // namespace heddle::gate
