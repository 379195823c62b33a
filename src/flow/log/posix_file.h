// Opening a log file that exists, which only recovery does.
#pragma once

#include "heddle/flow/log_file.h"

namespace heddle::flow::log {

/// Errors: log.write-failed.
[[nodiscard]] Result<std::unique_ptr<LogFile>> open_log_file(const std::string& path);

/// Errors: log.write-failed.
Status remove_log_file(const std::string& path);

}  // namespace heddle::flow::log
