// Elaborated models and compiled programs on disk, so that a second run of the
// same netlist neither parses nor maps it.
//
// A cache never fails a run: what cannot be read, is damaged or comes from
// another build is made anew and written again. Runs at the same time are safe;
// entries appear by a rename. The oldest unused entries go first.
#pragma once

#include <cstdint>
#include <string>

#include "heddle/base/result.h"
#include "heddle/gate/design_files.h"
#include "heddle/gate/program.h"

namespace heddle::gate {

/// Where and how much.
struct ProgramCacheOptions {
  /// Made when something is first written; empty: nothing is kept.
  std::string directory;
  /// Bounds of what stays in the directory after a write.
  std::uint64_t bytes_max = std::uint64_t{2} << 30;
  std::uint32_t entries_max = 256;
  /// Entries of another identity are misses. 0: that of this build, so that code
  /// which elaborates or maps differently never sees old results.
  std::uint64_t identity = 0;
};

/// What a cache did.
struct ProgramCacheStats {
  std::uint32_t model_hits = 0;
  std::uint32_t model_misses = 0;
  std::uint32_t program_hits = 0;
  std::uint32_t program_misses = 0;
};

/// Threads: one at a time; any number of caches, in any number of processes,
/// may share a directory.
/// Determinism: a hit gives what a miss gives, warnings included.
class ProgramCache {
 public:
  explicit ProgramCache(ProgramCacheOptions options);

  /// `$HEDDLE_CACHE` (set but empty: no cache), else `$XDG_CACHE_HOME/heddle`,
  /// else `$HOME/.cache/heddle`, else empty.
  [[nodiscard]] static std::string default_directory();

  /// The model of a design below `top` (empty: the only candidate). The entry is
  /// found by the bytes of its files and by `top`; they are not parsed then. Warnings are added to
  /// `warnings`; a model with as many as `Diagnostics::kKeptMax` is not kept. Errors: those of
  /// `load_design`, `flatten` and `build_model`. Cost: a hit is one pass over the files and 0.3 us
  /// a cell.
  [[nodiscard]] Result<Model> load_model(const DesignFiles& files, const std::string& top,
                                         Diagnostics& warnings);
  /// The same of a netlist that stands alone.
  [[nodiscard]] Result<Model> load_model(const std::string& path, const std::string& top,
                                         Diagnostics& warnings);

  /// The program of a model. The entry is found by the whole content of the
  /// model and by the options. Errors: those of `compile`.
  [[nodiscard]] Result<Program> compile(Model model, const CompileOptions& options);

  [[nodiscard]] const ProgramCacheStats& stats() const { return stats_; }

 private:
  ProgramCacheOptions options_;
  ProgramCacheStats stats_;
};

}  // namespace heddle::gate
