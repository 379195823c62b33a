#include "tile/model/l2_slice.h"

#include "heddle/base/check.h"

namespace heddle::tile::model {

L2Slice::L2Slice(const L2Spec& spec, std::uint32_t slices, std::uint32_t sector_bytes)
    : sectors_(spec.line_bytes / sector_bytes),
      ways_(spec.ways),
      mshrs_(spec.mshrs),
      sets_(spec.size_bytes / spec.line_bytes / spec.ways / slices),
      lines_(sets_ * ways_) {
  HEDDLE_CHECK(sectors_ >= 1);
  HEDDLE_CHECK(sectors_ <= 32);
  HEDDLE_CHECK(sets_ >= 1);
}

L2Slice::Line* L2Slice::find(std::uint64_t number) {
  const std::size_t first = number % sets_ * ways_;
  for (std::size_t way = first; way < first + ways_; ++way) {
    if (lines_[way].number == number) return &lines_[way];
  }
  return nullptr;
}

L2Slice::Line& L2Slice::place(std::uint64_t number, std::vector<std::uint64_t>& written_back) {
  ++clock_;
  Line* line = find(number);
  if (line == nullptr) {
    const std::size_t first = number % sets_ * ways_;
    line = &lines_[first];  // the one not used for longest, the first of equals
    for (std::size_t way = first; way < first + ways_; ++way) {
      if (lines_[way].used < line->used) line = &lines_[way];
    }
    for (std::uint32_t sector = 0; sector < sectors_; ++sector) {
      if ((line->dirty >> sector & 1) != 0)
        written_back.push_back(line->number * sectors_ + sector);
    }
    *line = Line{.number = number};
  }
  line->used = clock_;
  return *line;
}

L2Answer L2Slice::read(std::uint64_t local, std::uint32_t id) {
  Line* line = find(local / sectors_);
  if (line != nullptr && (line->valid >> local % sectors_ & 1) != 0) {
    line->used = ++clock_;
    ++hits_;
    return L2Answer::Hit;
  }
  const auto fetch = fetching_.find(local);
  if (fetch == fetching_.end() && fetching_.size() >= mshrs_) return L2Answer::Full;
  ++misses_;
  fetching_[local].push_back(id);
  return fetch == fetching_.end() ? L2Answer::Miss : L2Answer::Joined;
}

void L2Slice::write(std::uint64_t local, std::vector<std::uint64_t>& written_back) {
  const std::uint32_t bit = 1U << local % sectors_;
  Line* old = find(local / sectors_);
  ++(old != nullptr && (old->valid & bit) != 0 ? hits_ : misses_);
  Line& line = place(local / sectors_, written_back);
  line.valid |= bit;
  line.dirty |= bit;
}

void L2Slice::fill(std::uint64_t local, std::vector<std::uint32_t>& waiting,
                   std::vector<std::uint64_t>& written_back) {
  const auto fetch = fetching_.find(local);
  HEDDLE_CHECK(fetch != fetching_.end());
  waiting.insert(waiting.end(), fetch->second.begin(), fetch->second.end());
  fetching_.erase(fetch);
  place(local / sectors_, written_back).valid |= 1U << local % sectors_;
}

}  // namespace heddle::tile::model
