// Standard Delay Format (IEEE 1497): a streaming reader that hands on delays and
// timing checks one by one, so that a file of any size takes little memory.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "heddle/base/result.h"

namespace heddle::gate {

/// Minimum, typical and maximum of one value, in femtoseconds; a part that a
/// file leaves out takes the nearest that is there.
struct SdfValue {
  bool present = false;  ///< false for `()`: the annotation leaves it as it is
  std::int64_t min_fs = 0;
  std::int64_t typ_fs = 0;
  std::int64_t max_fs = 0;
};

enum class SdfEdge : std::uint8_t { Any, Rise, Fall };

/// A pin, with the edge and the condition that it is limited to.
struct SdfPort {
  std::string name;  ///< unescaped, as it stands: `A`, `u1/A` in an interconnect
  SdfEdge edge = SdfEdge::Any;
  std::string condition;  ///< Verilog text; empty: always
};

/// A delay from one pin to another. Of an interconnect and a port delay, `to`
/// is the load.
struct SdfDelay {
  enum class Kind : std::uint8_t { IoPath, Interconnect, Port, Device };
  Kind kind = Kind::IoPath;
  bool increment = false;  ///< to be added to what was there
  SdfPort from;
  std::string to;
  SdfValue rise;
  SdfValue fall;
};

enum class SdfCheckKind : std::uint8_t {
  Setup,
  Hold,
  SetupHold,
  Recovery,
  Removal,
  RecRem,
  Width,
  Period
};

/// A timing check: `data` against `reference`.
struct SdfCheck {
  SdfCheckKind kind = SdfCheckKind::Setup;
  SdfPort data;
  SdfPort reference;               ///< of a width or period empty
  std::array<SdfValue, 2> limits;  ///< the second of `SetupHold` and `RecRem` only
};

/// What the file says of itself.
struct SdfHeader {
  std::string version;
  std::string design;
  char divider = '.';
};

/// Takes what is read, in order. `cell` comes before what belongs to it.
class SdfVisitor {
 public:
  virtual ~SdfVisitor() = default;
  virtual void header(const SdfHeader&) {}
  /// `instance` is unescaped, its parts joined by dots; empty for the design.
  virtual void cell(const std::string& type, const std::string& instance,
                    const SourcePosition& where) = 0;
  virtual void delay(const SdfDelay& delay) = 0;
  virtual void check(const SdfCheck& check) = 0;

 protected:
  SdfVisitor() = default;
  SdfVisitor(const SdfVisitor&) = default;
  SdfVisitor& operator=(const SdfVisitor&) = default;
};

/// Reads a file. Skew and no-change checks, path pulses and timing environments
/// are passed over.
/// Errors: sdf.syntax, sdf.bad-number, each with its place; file.not-found,
/// file.read-failed. Cost: about 50 ns a word.
[[nodiscard]] Status read_sdf(const std::string& path, SdfVisitor& visitor);
/// The same from a text; `name` stands for the file.
[[nodiscard]] Status read_sdf_text(std::string_view text, const std::string& name,
                                   SdfVisitor& visitor);

/// A hierarchical SDF name without its escapes, its parts joined by dots.
[[nodiscard]] std::string sdf_path(std::string_view name, char divider);

}  // namespace heddle::gate
