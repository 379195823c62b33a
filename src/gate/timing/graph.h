// Delays and checks attached to the nets of a design: what the overlay walks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "heddle/gate/model.h"
#include "heddle/gate/sdf.h"
#include "heddle/gate/timing_overlay.h"

namespace heddle::gate::timing {

/// Bounds of a delay.
struct Range {
  std::int64_t early = 0;
  std::int64_t late = 0;
};

/// By the direction of a transition: falling, rising.
using ByDirection = std::array<Range, 2>;

inline constexpr std::int32_t kAlways = -1;

/// From a change of one net to a change of another, through a cell.
struct Arc {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t instance = 0;
  SdfEdge from_edge = SdfEdge::Any;
  std::int32_t condition = kAlways;
  std::array<bool, 2> has{};  ///< by direction of `to`
  bool is_cut = false;        ///< it would close a loop
  ByDirection delay{};        ///< by direction of `to`
  ByDirection wire{};         ///< before the cell, by direction of `from`
};

struct CheckPin {
  std::string name;
  std::uint32_t net = 0;
  SdfEdge edge = SdfEdge::Any;
  std::int32_t condition = kAlways;
  ByDirection wire{};
};

struct Check {
  TimingCheckKind kind = TimingCheckKind::Setup;
  std::uint32_t instance = 0;
  CheckPin data;
  CheckPin reference;
  std::int64_t limit_fs = 0;
};

struct Instance {
  std::string path;
  std::string type;
  std::vector<std::pair<std::string, std::uint32_t>> pins;  ///< name and net
  std::string output_pin;                                   ///< the one that arcs lead to
  std::uint32_t output = 0;
};

/// A condition in reverse Polish notation: nets, constants, operators.
struct Condition {
  enum class Op : std::uint8_t { Net, Zero, One, Not, And, Or, Xor, Equal };
  struct Step {
    Op op = Op::Zero;
    std::uint32_t net = 0;
  };
  std::vector<Step> steps;
};

/// Reads the Verilog text of a condition on the pins of a cell; empty steps when
/// it says more than this knows.
[[nodiscard]] Condition read_condition(const std::string& text, const Instance& instance);

struct Net {
  std::string name;
  Lit lit;
  std::int32_t input = -1;  ///< into `Model::inputs`, for a port of the design
};

struct Graph {
  std::vector<Net> nets;
  std::vector<Instance> instances;
  std::vector<Condition> conditions;
  std::vector<Arc> arcs;                  ///< by `to`
  std::vector<std::uint32_t> arcs_begin;  ///< by net, one more at the end
  std::vector<Check> checks;
  std::vector<std::vector<std::uint32_t>> checks_of_data;       ///< by net
  std::vector<std::vector<std::uint32_t>> checks_of_reference;  ///< by net
  std::vector<std::uint32_t> rank;  ///< by net: its place in topological order
  std::size_t annotated_cells = 0;
  std::size_t ignored_conditions = 0;
};

/// Errors and warnings: those of `TimingOverlay::load`.
[[nodiscard]] Result<Graph> build_graph(const Design& design, const Model& model,
                                        const TimingParams& params, Diagnostics& warnings);

}  // namespace heddle::gate::timing
