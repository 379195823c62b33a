// The keys `logging` and `runtime` of a graph.
#pragma once

#include "heddle/base/config_reader.h"
#include "heddle/flow/graph.h"

namespace heddle::flow {

[[nodiscard]] LoggingOptions read_logging_options(ConfigReader map);
[[nodiscard]] RuntimeOptions read_runtime_options(ConfigReader map);

}  // namespace heddle::flow
