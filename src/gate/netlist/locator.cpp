// Line counting by blocks.
#include "locator.h"

#include <algorithm>

namespace heddle::gate::netlist {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

}  // namespace

void Locator::scan() {
  Block at;
  for (std::size_t start = 0; start <= text_.size(); start += kBlockBytes) {
    blocks_.push_back(at);
    const std::string_view block = text_.substr(start, kBlockBytes);
    at.lines_before += static_cast<std::uint32_t>(std::count(block.begin(), block.end(), '\n'));
    const std::size_t last = block.rfind('\n');
    if (last != std::string_view::npos) at.line_start = start + last + 1;
  }
}

SourcePosition Locator::position(std::uint64_t offset) {
  if (blocks_.empty()) scan();
  const std::uint64_t at = std::min<std::uint64_t>(offset, text_.size());
  const std::uint64_t block_start = at - at % kBlockBytes;
  Block block = blocks_[at / kBlockBytes];
  for (std::uint64_t i = block_start; i < at; ++i) {
    if (text_[i] != '\n') continue;
    ++block.lines_before;
    block.line_start = i + 1;
  }
  return {std::string(file_), block.lines_before + 1,
          static_cast<std::uint32_t>(at - block.line_start + 1)};
}

DesignLocator::DesignLocator(const DesignData& data) : data_(data) {
  for (const SourceFile& file : data.files) {
    files_.emplace_back(std::string_view(data.text).substr(file.start, file.bytes), file.name);
  }
}

SourcePosition DesignLocator::position(SourceOffset offset) {
  const auto after =
      std::upper_bound(data_.files.begin(), data_.files.end(), offset,
                       [](SourceOffset at, const SourceFile& file) { return at < file.start; });
  const auto index = static_cast<std::size_t>(after - data_.files.begin()) - 1;
  return files_[index].position(offset - data_.files[index].start);
}

}  // namespace heddle::gate::netlist
