// `inputs : present : next`, rows between commas. L/H stands for two rows, and
// the next value that belongs to each stands in the same order.
#include "state_table.h"

#include <algorithm>

namespace heddle::gate::netlist::liberty {
namespace {

constexpr std::uint8_t kLevels = TableRow::kZero | TableRow::kOne;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t at = text.find(separator);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

bool is_choice(std::string_view word) {
  return word == "L/H" || word == "H/L";
}

/// The word that a choice stands for in its first or second row.
std::string_view choose(std::string_view word, std::size_t which) {
  if (!is_choice(word)) return word;
  return word.substr(which == 0 ? 0 : 2, 1);
}

/// Levels of `L`, `H`, `-`; 0 for anything else.
std::uint8_t levels_of(std::string_view word) {
  if (word == "L") return TableRow::kZero;
  if (word == "H") return TableRow::kOne;
  return word == "-" ? kLevels : 0;
}

class RowReader {
 public:
  RowReader(std::size_t inputs, std::size_t nodes, std::size_t node)
      : inputs_(inputs), nodes_(nodes), node_(node) {
    table_.input_count = inputs;
    table_.is_sequential = true;
  }

  bool read(std::string_view text) {
    const std::vector<std::string_view> parts = split(text, ':');
    if (parts.size() != 3) return false;
    const std::vector<std::string> inputs = words_of(parts[0]);
    const std::vector<std::string> present = words_of(parts[1]);
    const std::vector<std::string> next = words_of(parts[2]);
    if (inputs.size() != inputs_ || present.size() != nodes_ || next.size() != nodes_) return false;
    const bool two = std::any_of(inputs.begin(), inputs.end(), is_choice) ||
                     std::any_of(present.begin(), present.end(), is_choice);
    for (std::size_t which = 0; which < (two ? 2U : 1U); ++which) {
      if (!add(inputs, present, choose(next[node_], which), which)) return false;
    }
    return true;
  }

  StorageTable take() { return std::move(table_); }

 private:
  bool add(const std::vector<std::string>& inputs, const std::vector<std::string>& present,
           std::string_view next, std::size_t which) {
    TableRow row;
    bool is_absence = false;  // "~R": whatever happens but that edge
    for (const std::string& word : inputs) {
      const std::string_view text = choose(word, which);
      std::uint8_t mask = levels_of(text);
      if (text == "R" || text == "F") {
        if (row.edge_input >= 0) return false;
        row.edge_input = static_cast<std::int32_t>(row.inputs.size());
        mask = text == "R" ? TableRow::kRise : TableRow::kFall;
      } else if (text == "~R" || text == "~F") {
        is_absence = true;
        mask = kLevels;
      }
      if (mask == 0) return false;
      row.inputs.push_back(mask);
    }
    for (std::size_t i = 0; i < present.size(); ++i) {
      const std::uint8_t levels = levels_of(choose(present[i], which));
      if (levels == 0 || (i != node_ && levels != kLevels)) return false;
      if (i == node_) row.state = levels;
    }
    if (next == "L") row.next = TableRow::Next::Zero;
    if (next == "H") row.next = TableRow::Next::One;
    if (next == "N") row.next = TableRow::Next::Hold;
    if (next != "L" && next != "H" && next != "N" && next != "X") return false;
    // Holding is what happens where no row says otherwise.
    if (is_absence) return row.next == TableRow::Next::Hold;
    if (table_.rows.size() >= kTableRowsMax) return false;
    table_.rows.push_back(std::move(row));
    return true;
  }

  std::size_t inputs_ = 0;
  std::size_t nodes_ = 0;
  std::size_t node_ = 0;
  StorageTable table_;
};

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  static constexpr std::string_view kBlanks = " \t\r\n\\\",";
  std::vector<std::string> out;
  while (true) {
    const std::size_t start = text.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) return out;
    text.remove_prefix(start);
    out.emplace_back(text.substr(0, text.find_first_of(kBlanks)));
    text.remove_prefix(out.back().size());
  }
}

std::optional<StorageTable> read_state_rows(std::string_view text, std::size_t input_count,
                                            std::size_t node_count, std::size_t node,
                                            std::string& why) {
  if (input_count > kTableInputsMax) {
    why = "it has more than " + std::to_string(kTableInputsMax) + " inputs";
    return std::nullopt;
  }
  RowReader reader(input_count, node_count, node);
  std::size_t number = 0;
  for (const std::string_view row : split(text, ',')) {
    if (words_of(row).empty()) continue;
    ++number;
    if (reader.read(row)) continue;
    why = "its row " + std::to_string(number) + " is not understood";
    return std::nullopt;
  }
  return reader.take();
}

}  // namespace heddle::gate::netlist::liberty
