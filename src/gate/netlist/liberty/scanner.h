// Statements of Liberty text: `name : value;`, `name (arguments);` and
// `name (arguments) { ... }`. What nobody asks for is stepped over without
// being taken apart, which is most of a file: its tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gate/netlist/design_draft.h"

namespace heddle::gate::netlist::liberty {

/// One statement. Of a group, the scanner stands behind its '{'.
struct Statement {
  enum class Kind : std::uint8_t { End, Attribute, Call, Group };
  Kind kind = Kind::End;
  std::string_view name;
  std::string_view value;  ///< of an attribute, without quotes
  SourceOffset value_at = 0;
  std::vector<std::string_view> arguments;  ///< of the others, without quotes
  SourceOffset at = 0;

  [[nodiscard]] std::string_view argument(std::size_t index) const {
    return index < arguments.size() ? arguments[index] : std::string_view();
  }
};

class Scanner {
 public:
  Scanner(DesignDraft& draft, std::string_view text);

  /// The next statement whose name is in `wanted` (empty: any), others being
  /// stepped over; `End` behind the '}' of the group at hand or at the end of
  /// the text. False after a fault that cannot be followed.
  [[nodiscard]] bool next(std::span<const std::string_view> wanted, Statement& out);
  /// Steps over the rest of the group at hand.
  [[nodiscard]] bool leave();
  [[nodiscard]] bool at_end();
  [[nodiscard]] SourceOffset offset() const { return offset_of(at_); }
  [[nodiscard]] SourceOffset offset_of(const char* at) const;
  void error(const char* at, std::string_view found, std::string_view expected);

 private:
  void skip_blanks();
  [[nodiscard]] bool skip_comment();
  [[nodiscard]] bool skip_string();
  [[nodiscard]] std::string_view word();
  [[nodiscard]] bool read_value(std::string_view& out);
  [[nodiscard]] bool read_arguments(std::vector<std::string_view>& out);
  [[nodiscard]] bool skip_balanced(char open, char close);
  [[nodiscard]] bool finish_call(Statement& out);

  DesignDraft& draft_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::size_t depth_ = 0;
};

}  // namespace heddle::gate::netlist::liberty
