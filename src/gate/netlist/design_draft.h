// A design while its files are read: the tables, the names and what was found
// wrong so far. Every front end adds its modules here; `finish` decides which
// of several modules of one name counts and what positional connections mean.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "design_data.h"
#include "heddle/base/result.h"
#include "heddle/gate/design.h"
#include "locator.h"

namespace heddle::gate::netlist {

/// Where a module comes from; of two with one name the stronger counts, of
/// equals the first. An opaque or unreadable one gives way to any other.
enum class ModuleOrigin : std::uint8_t { Manifest, Netlist, Library };

/// A cell by its place in the tables.
struct CellPlace {
  std::uint32_t module = 0;
  std::uint32_t cell = 0;
};

class DesignDraft {
 public:
  /// Takes the texts of all files; they do not move afterwards.
  explicit DesignDraft(std::vector<std::pair<std::string, std::string>> files);

  [[nodiscard]] DesignData& data() { return *data_; }
  [[nodiscard]] NamePool& names() { return names_; }
  [[nodiscard]] std::string_view text(std::size_t file) const {
    const SourceFile& source = data_->files[file];
    return std::string_view(data_->text).substr(source.start, source.bytes);
  }

  /// Adds a module and tells its index.
  std::uint32_t add_module(Module module, ModuleOrigin origin);
  /// The origin of modules that a reader added to the tables by itself.
  void set_origin(ModuleOrigin origin) { origins_.resize(data_->modules.size(), origin); }
  /// A module for every cell type that a pattern with `*` and `?` matches.
  void add_pattern(std::string_view pattern, Module module) {
    patterns_.push_back({std::string(pattern), std::move(module)});
  }

  /// The connections of a cell go by position until `finish` names them.
  void add_open(CellPlace cell) { open_.push_back(cell); }
  /// The connection holds a constant without a size: it takes the port's width.
  void add_unsized(CellPlace cell, std::uint32_t connection) {
    unsized_.push_back({cell, connection});
  }
  /// The cell gives parameters; its module may have been read without them.
  void add_overriding(CellPlace cell) { overriding_.push_back(cell); }
  void set_parametric(std::uint32_t module) { parametric_.push_back(module); }

  void error(const DiagnosticRule& rule, SourceOffset at,
             std::initializer_list<std::string_view> arguments) {
    errors_.add(Diagnostic(rule, locator_.position(at), arguments));
  }
  [[nodiscard]] SourcePosition position(SourceOffset at) { return locator_.position(at); }
  [[nodiscard]] Diagnostics& errors() { return errors_; }
  [[nodiscard]] bool too_many() const { return errors_.error_count() >= 1000; }

  /// The design. Errors: those found by the readers and here.
  [[nodiscard]] Result<Design> finish();

 private:
  struct Pattern {
    std::string text;
    Module module;
  };
  struct UnsizedConnection {
    CellPlace cell;
    std::uint32_t connection = 0;
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  void apply_patterns();
  void choose_modules();
  void name_open_connections();
  void size_constants();
  void check_parameters();
  void drop_modules();
  [[nodiscard]] bool is_stronger(std::uint32_t a, std::uint32_t b) const;
  [[nodiscard]] ModuleCell& cell(CellPlace place) {
    return data_->modules[place.module].cells[place.cell];
  }
  [[nodiscard]] const Module* module_of(NameId type) const;

  std::unique_ptr<DesignData> data_;
  NamePool names_;
  DesignLocator locator_;
  Diagnostics errors_;
  std::vector<ModuleOrigin> origins_;  ///< parallel to the modules
  std::vector<std::uint32_t> chosen_;  ///< module by `NameId`
  std::vector<Pattern> patterns_;
  std::vector<CellPlace> open_;
  std::vector<UnsizedConnection> unsized_;
  std::vector<CellPlace> overriding_;
  std::vector<std::uint32_t> parametric_;
};

}  // namespace heddle::gate::netlist
