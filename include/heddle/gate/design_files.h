// The files that a design comes in: a netlist, the cells that it is made of and
// a manifest of those that no library describes.
//
// A netlist is Yosys JSON or structural Verilog; cells are Liberty, or Verilog
// of gate primitives, assignments and tables. What a file is, its ending tells,
// or its beginning where the ending says nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/design.h"

namespace heddle::gate {

/// Names of files. A relative path counts from the working directory.
struct DesignFiles {
  std::string netlist;
  std::vector<std::string> cells;  ///< of two cells of one name the first counts
  std::string manifest;            ///< empty: none
  /// Nets that a run may force, as `find_nets` takes them: no file, but what is
  /// built from the files depends on it.
  std::vector<std::string> forceable = {};
  /// Keeps nets that are x apart, for X propagation; else they are 0.
  bool keeps_unknown = false;
  /// Inputs whose derived edges sample what stood before the instant: no files either.
  std::vector<std::string> ideal_clocks = {};

  /// Nothing but the netlist.
  [[nodiscard]] bool is_alone() const { return cells.empty() && manifest.empty(); }
};

enum class NetlistFormat : std::uint8_t { Unknown, YosysJson, Verilog, Liberty };

/// By the ending of `path`, else by how `text` begins.
[[nodiscard]] NetlistFormat detect_format(std::string_view path, std::string_view text);

/// All texts of one design together are at most this many bytes.
inline constexpr std::uint64_t kDesignBytesMax = 0xFFFFFFFF - 1024;

/// A file that was read: its name and its text.
struct DesignText {
  std::string file;
  std::string text;
};

/// The texts of the files, netlist first, manifest last.
/// Errors: those of `read_file`, `gate.netlist.file-too-large`.
[[nodiscard]] Result<std::vector<DesignText>> read_design_texts(const DesignFiles& files);

/// Reads what `read_design_texts` gave for the same `files`.
/// A module that the manifest describes is taken from there, another from the
/// netlist if it has contents, else from the first of the cells' files that
/// knows it. A cell type without a function is opaque: its outputs are x.
/// Errors: `gate.netlist.*` of `diagnostics.h` and, in the manifest, `config.*`;
/// several at once. Cost: about 10 ns a byte of Verilog, 1 ns a byte of Liberty.
[[nodiscard]] Result<Design> read_design(const DesignFiles& files, std::vector<DesignText> texts);

/// Reads the files and then the design.
[[nodiscard]] Result<Design> load_design(const DesignFiles& files);

}  // namespace heddle::gate
