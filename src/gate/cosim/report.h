// `report.json`: schema-versioned, its `result` part a function of the inputs
// alone, its `run` part how this run went. Written last, by a rename.
#pragma once

#include <string>

#include "heddle/base/result.h"
#include "heddle/gate/cosim.h"

namespace heddle::gate {

/// The text of the report.
[[nodiscard]] std::string report_json(const CosimOutcome& outcome);

/// Writes `report.html`, a self-contained page, then `report.json`.
/// `picture` is an SVG of the waves, or empty. Errors: file.write-failed.
[[nodiscard]] Status write_reports(const CosimOutcome& outcome, const std::string& picture,
                                   const std::vector<std::pair<std::string, std::string>>& uarts);

}  // namespace heddle::gate
