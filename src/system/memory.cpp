#include "heddle/system/memory.h"

#include <algorithm>
#include <cstring>

namespace heddle::system {

void PagedMemory::write(std::uint64_t address, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t within = address % kPageBytes;
    const std::size_t size = std::min<std::size_t>(bytes.size(), kPageBytes - within);
    std::vector<std::byte>& page = pages_[address / kPageBytes];
    if (page.empty()) page.assign(kPageBytes, kPattern);
    std::memcpy(page.data() + within, bytes.data(), size);
    bytes = bytes.subspan(size);
    address += size;
  }
}

void PagedMemory::read(std::uint64_t address, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const std::uint64_t within = address % kPageBytes;
    const std::size_t size = std::min<std::size_t>(bytes.size(), kPageBytes - within);
    const auto page = pages_.find(address / kPageBytes);
    if (page == pages_.end()) {
      std::fill_n(bytes.begin(), size, kPattern);
    } else {
      std::memcpy(bytes.data(), page->second.data() + within, size);
    }
    bytes = bytes.subspan(size);
    address += size;
  }
}

/// Makes `at` a border between segments, if it is within one.
void VersionMap::split(std::uint64_t at) {
  auto after = segments_.upper_bound(at);
  if (after == segments_.begin()) return;
  auto& [begin, segment] = *std::prev(after);
  if (begin == at || segment.end <= at) return;
  Segment right = segment;
  right.value_offset += at - begin;
  segment.end = at;
  segments_.emplace_hint(after, at, std::move(right));
}

void VersionMap::write(std::uint64_t begin, std::uint64_t size, ValueId value, std::uint64_t offset,
                       const Access& writer) {
  if (size == 0) return;
  split(begin);
  split(begin + size);
  segments_.erase(segments_.lower_bound(begin), segments_.lower_bound(begin + size));
  segments_.emplace(begin, Segment{begin + size, value, offset, writer, {}});
}

std::vector<std::pair<std::uint64_t, Segment*>> VersionMap::overlapping(std::uint64_t begin,
                                                                        std::uint64_t size) {
  std::vector<std::pair<std::uint64_t, Segment*>> found;
  auto at = segments_.upper_bound(begin);
  if (at != segments_.begin() && std::prev(at)->second.end > begin) --at;
  for (; at != segments_.end() && at->first < begin + size; ++at) {
    found.emplace_back(at->first, &at->second);
  }
  return found;
}

void VersionMap::settle() {
  for (auto& [begin, segment] : segments_) {
    segment.writer.tick = 0;
    segment.readers.clear();
  }
}

void VersionMap::renumber(const std::function<ValueId(ValueId)>& renumber) {
  for (auto& [begin, segment] : segments_) segment.value = renumber(segment.value);
}

}  // namespace heddle::system
