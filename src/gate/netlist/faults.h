// Where the flattener puts what it finds wrong, with the places of the text.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "design_data.h"
#include "heddle/base/diagnostic.h"
#include "locator.h"

namespace heddle::gate::netlist {

/// Past this many faults a pass gives up looking for more.
inline constexpr std::size_t kFaultsMax = 1000;

/// Diagnostics of one design, placed by byte offset.
class Faults {
 public:
  explicit Faults(const DesignData& data) : locator_(data) {}

  void add(const DiagnosticRule& rule, SourceOffset at,
           std::initializer_list<std::string_view> arguments) {
    (rule.severity == Severity::Error ? errors_ : warnings_)
        .add(Diagnostic(rule, locator_.position(at), arguments));
  }
  void add_whole(const DiagnosticRule& rule, std::initializer_list<std::string_view> arguments) {
    errors_.add(Diagnostic(rule, locator_.whole(), arguments));
  }

  [[nodiscard]] bool any() const { return errors_.has_errors(); }
  [[nodiscard]] bool too_many() const { return errors_.error_count() >= kFaultsMax; }
  [[nodiscard]] Diagnostics take_errors() { return std::move(errors_); }
  [[nodiscard]] Diagnostics take_warnings() { return std::move(warnings_); }
  [[nodiscard]] const Diagnostics& warnings() const { return warnings_; }

 private:
  DesignLocator locator_;
  Diagnostics errors_;
  Diagnostics warnings_;
};

/// "did you mean 'x'?" with the nearest of `known`, else `otherwise`. Names of
/// absurd length are never near to anything.
[[nodiscard]] std::string nearest_help(std::string_view name,
                                       const std::vector<std::string_view>& known,
                                       std::string_view otherwise);

}  // namespace heddle::gate::netlist
