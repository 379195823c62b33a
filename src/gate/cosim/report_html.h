// `report.html`: the report for people, one file with nothing outside of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heddle/gate/cosim.h"

namespace heddle::gate {

/// The page. `picture` is SVG or empty; `uarts` are names and transcripts.
[[nodiscard]] std::string report_html(
    const CosimOutcome& outcome, const std::string& picture,
    const std::vector<std::pair<std::string, std::string>>& uarts);

}  // namespace heddle::gate
