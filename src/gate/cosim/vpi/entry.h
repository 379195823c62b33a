// The functions that VPI modules call. They are looked up in the program when a module
// is loaded, so the program has to hold and to export them.
#pragma once

namespace heddle::gate::vpi {

/// Does nothing; whoever calls it has the functions linked in.
void keep_entry_points();

}  // namespace heddle::gate::vpi
