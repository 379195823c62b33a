// From virtual to physical: a page table that the host fills, and a TLB a PE.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "heddle/base/units.h"
#include "heddle/system/address.h"

namespace heddle::system {

enum class PageSize : std::uint64_t { Small = 64 << 10, Large = 2 << 20 };

struct PageAccess {
  bool can_read = true;
  bool can_write = true;
};

/// Who asks for a translation, for the text of a fault.
struct AccessOrigin {
  std::string pe;
  std::string operation;
  SimTime time;
};

/// A part of a range that lies within one page.
struct Fragment {
  Pa address;
  std::uint64_t size_bytes = 0;
  std::uint64_t page = 0;  ///< its number, as the TLB knows it
};

/// Pages of one size. Threads: one at a time.
class PageTable {
 public:
  explicit PageTable(PageSize page_size = PageSize::Large)
      : page_bytes_(static_cast<std::uint64_t>(page_size)) {}

  [[nodiscard]] std::uint64_t page_bytes() const { return page_bytes_; }

  /// Maps one page. Requires nothing; errors: system.bad-mapping (an address
  /// within a page, a page mapped twice).
  Status map(Va page, Pa to, PageAccess access = {});

  /// The fragments of a range, in order. Errors: system.page-fault (unmapped,
  /// no permission).
  [[nodiscard]] Result<std::vector<Fragment>> translate(Va from, std::uint64_t size_bytes,
                                                        bool is_write,
                                                        const AccessOrigin& origin) const;

 private:
  struct Entry {
    Pa address;
    PageAccess access;
  };

  std::uint64_t page_bytes_ = 0;
  std::map<std::uint64_t, Entry> entries_;
};

/// The last 64 pages that a PE has used. Threads: one at a time.
class Tlb {
 public:
  static constexpr std::size_t kEntryCount = 64;

  /// Whether the page is held; afterwards it is, and the most recent one.
  bool look_up(std::uint64_t page);

  [[nodiscard]] std::uint64_t hit_count() const { return hits_; }
  [[nodiscard]] std::uint64_t walk_count() const { return walks_; }

 private:
  std::vector<std::uint64_t> pages_;  ///< least recent first
  std::uint64_t hits_ = 0;
  std::uint64_t walks_ = 0;
};

}  // namespace heddle::system
