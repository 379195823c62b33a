#include "heddle/system/mmu.h"

#include <algorithm>

#include "heddle/system/diagnostics.h"

namespace heddle::system {

Status PageTable::map(Va page, Pa to, PageAccess access) {
  if (page.offset() % page_bytes_ != 0) {
    return fail(diag::kBadMapping, {}, {page.to_string(), "it is within a page"});
  }
  if (to.bits() % page_bytes_ != 0) {
    return fail(diag::kBadMapping, {},
                {page.to_string(), "physical address " + to.to_string() + " is within a page"});
  }
  if (!entries_.emplace(page.offset() / page_bytes_, Entry{to, access}).second) {
    return fail(diag::kBadMapping, {}, {page.to_string(), "its page is mapped already"});
  }
  return {};
}

Result<std::vector<Fragment>> PageTable::translate(Va from, std::uint64_t size_bytes, bool is_write,
                                                   const AccessOrigin& origin) const {
  std::vector<Fragment> fragments;
  std::uint64_t at = from.offset();
  const std::uint64_t end = at + size_bytes;
  while (at < end) {
    const std::uint64_t page = at / page_bytes_;
    const std::uint64_t within = at % page_bytes_;
    const auto found = entries_.find(page);
    const char* problem = nullptr;
    if (found == entries_.end()) {
      problem = "is not mapped";
    } else if (!(is_write ? found->second.access.can_write : found->second.access.can_read)) {
      problem = is_write ? "may not be written" : "may not be read";
    }
    if (problem != nullptr) {
      return fail(diag::kPageFault, {},
                  {origin.pe, origin.operation, std::to_string(origin.time.ps()),
                   Va(at).to_string(), problem});
    }
    const std::uint64_t size = std::min(end - at, page_bytes_ - within);
    fragments.push_back({Pa(found->second.address.bits() + within), size, page});
    at += size;
  }
  return fragments;
}

bool Tlb::look_up(std::uint64_t page) {
  const auto found = std::find(pages_.begin(), pages_.end(), page);
  const bool is_hit = found != pages_.end();
  if (is_hit) {
    pages_.erase(found);
  } else if (pages_.size() == kEntryCount) {
    pages_.erase(pages_.begin());
  }
  pages_.push_back(page);
  ++(is_hit ? hits_ : walks_);
  return is_hit;
}

}  // namespace heddle::system
