// Reads a Liberty file: the functions of its cells, and nothing of their timing.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cell.h"
#include "scanner.h"

namespace heddle::gate::netlist::liberty {

/// Widest bus or bank accepted.
inline constexpr std::int64_t kBusBitsMax = 1 << 16;

class Reader {
 public:
  /// Reads file `file` of the draft. Keeps references.
  Reader(DesignDraft& draft, std::size_t file);

  void read();

 private:
  struct BusType {
    std::int32_t from = 0;
    std::int32_t to = 0;
  };
  using BusTypes = std::map<std::string, BusType, std::less<>>;

  bool read_library();
  bool read_type(const Statement& group, BusTypes& types);
  bool read_cell(const Statement& group);
  bool read_pin(const Statement& group, const BusTypes& types, std::vector<Pin>& pins);
  bool read_pin_body(Pin& pin, const BusTypes& types);
  void pin_attribute(const Statement& statement, const BusTypes& types, Pin& pin);
  bool read_storage(const Statement& group, Cell& cell);
  bool read_state_table(const Statement& group, Cell& cell);
  [[nodiscard]] bool number(std::string_view text, SourceOffset at, std::int64_t& out);

  DesignDraft& draft_;
  Scanner scanner_;
  BusTypes library_types_;
  std::map<std::string, SourceOffset, std::less<>> cells_;
};

}  // namespace heddle::gate::netlist::liberty
