// The words of VCD for kinds of variable and scope.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "heddle/trace/wave_hierarchy.h"

namespace heddle::trace {

[[nodiscard]] std::string_view kind_name(WaveKind kind);
[[nodiscard]] std::string_view scope_kind_name(WaveScopeKind kind);
[[nodiscard]] std::optional<WaveKind> kind_from_name(std::string_view name);
[[nodiscard]] std::optional<WaveScopeKind> scope_kind_from_name(std::string_view name);

/// Whether values of this kind are doubles.
[[nodiscard]] constexpr bool is_real_kind(WaveKind kind) {
  return kind == WaveKind::Real || kind == WaveKind::RealParameter || kind == WaveKind::RealTime ||
         kind == WaveKind::ShortReal;
}

/// A name as it goes into a file: white space and control characters, which
/// both formats cannot hold, become `_`; an empty name becomes `_`.
[[nodiscard]] std::string file_name_text(std::string_view name);

}  // namespace heddle::trace
