// A picture of the beginning of a wave file for the report.
#pragma once

#include <string>

namespace heddle::gate {

/// SVG, or empty when the file cannot be drawn: a report does without it.
[[nodiscard]] std::string wave_picture(const std::string& path);

}  // namespace heddle::gate
