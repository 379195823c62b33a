// Telling the formats apart.
#include "heddle/trace/wave_reader.h"

#include <algorithm>

#include "heddle/trace/diagnostics.h"
#include "trace/byte_source.h"
#include "trace/fst_format.h"

namespace heddle::trace {

Result<std::unique_ptr<WaveReader>> WaveReader::open(const std::string& path) {
  HEDDLE_TRY(std::unique_ptr<ByteSource> source, open_file_source(path));
  constexpr std::uint64_t kLook = 64;
  const auto size = static_cast<std::size_t>(std::min(source->size(), kLook));
  HEDDLE_TRY(const std::string head, source->read(0, size));
  const auto first = static_cast<std::uint8_t>(head.empty() ? 'x' : head.front());
  if (first == static_cast<std::uint8_t>(fst::Section::Header) ||
      first == static_cast<std::uint8_t>(fst::Section::Wrapper))
    return open_fst(std::move(source));
  const std::size_t word = head.find_first_not_of(" \t\r\n");
  if (word != std::string::npos && head[word] == '$') return open_vcd(std::move(source));
  return fail(diag::kUnknownFormat, {path}, {path});
}

}  // namespace heddle::trace
