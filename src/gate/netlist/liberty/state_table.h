// Rows of a Liberty state table as those of a `StorageTable`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gate/netlist/storage_table.h"

namespace heddle::gate::netlist::liberty {

/// The words of `"CK E SE"`.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

/// What the table says of internal node `node`; or `why` it cannot be read.
[[nodiscard]] std::optional<StorageTable> read_state_rows(std::string_view text,
                                                          std::size_t input_count,
                                                          std::size_t node_count, std::size_t node,
                                                          std::string& why);

}  // namespace heddle::gate::netlist::liberty
