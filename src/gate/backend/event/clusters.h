// Which functions are computed together.
//
// A cluster runs as a whole whenever one of its inputs toggles. Joining two saves
// a run where they would both have run, and computes in vain where only one of
// them would have. How often that is, a look at the run itself has told; without
// one every function stays alone.
#pragma once

#include <cstdint>
#include <vector>

#include "gate/backend/event/activity.h"
#include "heddle/gate/program.h"

namespace heddle::gate {

/// One function of the program, and where its value goes.
struct Element {
  enum class Kind : std::uint8_t {
    Lut,      ///< node `first_lut + index`
    Toggle,   ///< state `index` at its clock
    Force,    ///< state `index` at once
    Breaker,  ///< state `index` at the end of a sweep
  };
  Kind kind = Kind::Lut;
  std::uint32_t index = 0;

  /// Its function, of `program`.
  [[nodiscard]] const LutNode& function(const Program& program) const;
  /// Nodes whose toggles can change what it does. A force reads its own state,
  /// but what moves that state leaves a closed gate closed and goes no further
  /// than an open one let it; only a gate that moves with the clocks, which
  /// may open between sample and commit, has to look again.
  [[nodiscard]] std::vector<std::uint32_t> triggers(const Program& program) const;
};

/// Something that runs: a cluster, or a port that looks something up.
struct EventItem {
  enum class Kind : std::uint8_t { Cluster, Read, Select };
  Kind kind = Kind::Cluster;
  std::uint32_t index = 0;  ///< of the cluster, or of the program's port
  bool is_in_cone = false;  ///< it may run while clock inputs settle
  /// Of a cluster that only toggles states of one group with an enable, that
  /// group: it may wait until they are clocked. Else -1.
  std::int32_t waits_for = -1;
};

/// The whole of it. `items` is in an order in which each comes after what it
/// reads within one sweep; those of the clock cone come first, those that wait
/// for an enable last.
struct Clustering {
  std::vector<std::vector<Element>> clusters;
  std::vector<EventItem> items;
  /// By node: whether more than its own cluster reads it, so that it is stored.
  std::vector<std::uint8_t> is_stored;
};

/// `activity` null: each function is a cluster of its own.
/// Cost: about 2 us a LUT. Determinism: a function of the arguments.
[[nodiscard]] Clustering make_clusters(const Program& program, const Activity* activity);

}  // namespace heddle::gate
