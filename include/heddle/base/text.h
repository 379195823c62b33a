// Small things done to text in more than one module.
#pragma once

#include <string>
#include <string_view>

namespace heddle {

/// Whether `text` matches `pattern`: `*` is any run of characters (dots too),
/// `?` any one; everything else stands for itself.
/// Cost: the product of both lengths at most.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

/// `text` as it may stand in an element or an attribute of XML and HTML; control
/// characters, which XML does not know, become blanks.
[[nodiscard]] std::string escape_xml(std::string_view text);

/// `text` as it may stand between the quotes of a Graphviz string.
[[nodiscard]] std::string escape_dot(std::string_view text);

}  // namespace heddle
