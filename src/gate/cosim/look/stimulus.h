// The signals of a wave file that drive the inputs of a design.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gate/cosim/look/wave_names.h"
#include "heddle/gate/model.h"
#include "heddle/gate/ports.h"
#include "heddle/trace/wave_reader.h"

namespace heddle::gate {

/// Where the characters of one signal's value go.
struct StimulusSignal {
  trace::WaveSignal signal;
  std::uint32_t port = 0;             ///< into `PortTable::ports`
  std::vector<std::uint32_t> inputs;  ///< of each character, left-most first
};

struct StimulusMap {
  std::string scope;
  std::vector<StimulusSignal> signals;
  std::vector<std::string> missing;  ///< ports without a signal that may be
};

/// Matches the inputs of a design with the signals below `scope`, or below the
/// scope that has most of them.
/// Errors: look.missing-port, look.port-width, look.unknown-port, look.unknown-name.
[[nodiscard]] Result<StimulusMap> match_stimulus(const trace::WaveHierarchy& hierarchy,
                                                 const PortTable& inputs,
                                                 const std::optional<std::string>& scope,
                                                 const std::vector<std::string>& allow_missing,
                                                 const std::string& file);

}  // namespace heddle::gate
