// The two tables that users meet, diagnostics and statistics, read from the
// headers that declare them, and the reference pages made from them.
#pragma once

#include "source_tree.h"

namespace heddle::tidy {

/// How one of the tables is written down.
struct Table {
  std::string_view rule;  ///< as findings name it
  std::string_view type;  ///< of a row: `DiagnosticRule`
  std::string_view list;  ///< the array of all rows
  std::string_view file;  ///< where a module declares its rows
  std::string_view name;  ///< what a row's name looks like
  std::string_view page;  ///< the reference page
  std::string_view head;  ///< what opens the page
};

[[nodiscard]] const Table& diagnostics_table();
[[nodiscard]] const Table& statistics_table();

/// One declared constant: `fields` are its initialisers, strings without quotes.
struct Row {
  std::string constant;
  std::size_t line = 0;
  std::vector<std::string> fields;

  [[nodiscard]] const std::string& name() const { return fields.front(); }
};

/// The rows that a header declares, in its order.
[[nodiscard]] std::vector<Row> rows_of(std::string_view header, const Table& table);

/// The text that `table.page` has to have.
[[nodiscard]] std::string reference_page(const SourceTree& tree, const Table& table);

}  // namespace heddle::tidy
