// simdjson's search for structure, byte by byte, for builds without its shared
// library. Debian packages no static one; simdjson's headers hold everything
// but this step, which they reach through a virtual interface.
//
// The step finds where each token of a JSON text begins: the characters
// {}[]:, outside strings, the opening quote of each string, and the first
// character of each other scalar. Then the header's on-demand parser walks them.
#pragma once

#include <simdjson.h>

namespace heddle::portable {

/// An implementation for `simdjson::get_active_implementation`. It serves the
/// on-demand parser only; the document parser answers UNSUPPORTED_ARCHITECTURE.
/// Threads: any.
[[nodiscard]] const simdjson::implementation& simdjson_structure();

}  // namespace heddle::portable
