// Every diagnostic of the tile module. What a producer did names the work-item
// and the instruction; what a file says is named by its line and column.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::tile::diag {

inline constexpr DiagnosticRule kBadTensor{"tile.bad-tensor", Severity::Error, "tensor {}: {}",
                                           "expected {}"};

inline constexpr const DiagnosticRule* kRules[] = {
    &kBadTensor,
};

}  // namespace heddle::tile::diag
