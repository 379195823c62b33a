// What a run reports: every finished instruction in a fixed order, the digest over them,
// and counts of operations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/tile/simulator.h"
#include "tile/sim/live_item.h"

namespace heddle::tile {

class Recorder {
 public:
  explicit Recorder(Observer* observer) : observer_(observer) {}

  void count(const LiveItem& live);
  /// Remembers what finished in this cycle; the item stays until `flush`.
  void finished(std::uint32_t core, Ref ref) { cycle_.push_back(Finished{core, ref}); }
  /// Reports what finished in the cycle, in order of (core, item, instruction).
  void flush();

  [[nodiscard]] const OperationCounts& counts() const { return counts_; }
  [[nodiscard]] Digest64 digest() const { return digest_.digest(); }

 private:
  struct Finished {
    std::uint32_t core = 0;
    Ref ref;
  };

  Observer* observer_ = nullptr;
  OperationCounts counts_;
  std::vector<Finished> cycle_;
  std::vector<std::byte> bytes_;  ///< of the cycle, for the digest
  DigestStream digest_;
};

}  // namespace heddle::tile
