// The process of a producer: forked, shut off from what its parent has open, and
// gone when its parent is.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tile/producer/shared_ring.h"

namespace heddle::tile {

class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  /// Forks; the child runs the producer at `path` into `ring` and ends.
  /// Returns an error number, 0 if it worked.
  [[nodiscard]] int start(const std::string& path, const std::vector<std::int64_t>& shape_args,
                          SharedRing& ring);
  /// Kills it if it still runs.
  void end();
  /// How it ended: `was ended by signal 11 (Segmentation fault)`. Waits for it.
  [[nodiscard]] std::string epitaph();

 private:
  pid_t process_ = -1;
};

}  // namespace heddle::tile
