// `heddle tile machines`: the shipped machines as a table, or one as its file.
#include <fmt/format.h>

#include "cli/session.h"
#include "cli/tile_commands.h"
#include "heddle/tile/machine.h"

namespace heddle::cli {
namespace {

struct Row {
  std::string name;
  tile::Machine machine;
  double tera_operations = 0;
  double gigabytes = 0;
};

Result<Row> row_of(std::string_view name) {
  Row row;
  row.name = name;
  HEDDLE_TRY(row.machine, tile::load_machine(row.name));
  const tile::Machine& m = row.machine;
  row.tera_operations = 2e-12 * m.cores * m.array.count * m.array.rows * m.array.columns *
                        static_cast<double>(m.core_clock.hz);
  row.gigabytes = static_cast<double>(m.dram.peak_bandwidth().count()) * 1e-9;
  return row;
}

void write_rows(const std::vector<Row>& rows, ByteSink& out) {
  JsonWriter json(out);
  json.begin_array();
  for (const Row& row : rows) {
    json.begin_inline_object();
    json.member("name", row.name);
    json.member("cores", row.machine.cores);
    json.member("arrays_per_core", row.machine.array.count);
    json.member("array_rows", row.machine.array.rows);
    json.member("array_columns", row.machine.array.columns);
    json.member("core_clock_hz", row.machine.core_clock.hz);
    json.member("peak_operations_per_second", row.tera_operations * 1e12);
    json.member("scratchpad_bytes", row.machine.scratchpad.size_bytes);
    json.member("dram_bytes_per_second", row.machine.dram.peak_bandwidth().count());
    json.end_object();
  }
  json.end_array();
}

std::string table_of(const std::vector<Row>& rows) {
  std::string text = fmt::format("{:<16} {:>5} {:>14} {:>8} {:>9} {:>11} {:>9}\n", "machine",
                                 "cores", "arrays a core", "MHz", "Tops/s", "scratchpad", "GB/s");
  for (const Row& row : rows) {
    const tile::Machine& m = row.machine;
    text +=
        fmt::format("{:<16} {:>5} {:>14} {:>8.0f} {:>9.2f} {:>7} KiB {:>9.1f}\n", row.name, m.cores,
                    fmt::format("{} of {}x{}", m.array.count, m.array.rows, m.array.columns),
                    static_cast<double>(m.core_clock.hz) * 1e-6, row.tera_operations,
                    m.scratchpad.size_bytes >> 10, row.gigabytes);
  }
  return text;
}

Status show(const std::string& name, Session& session) {
  if (!name.empty()) {
    const std::string_view text = tile::shipped_machine_text(name);
    if (text.empty()) {
      HEDDLE_TRY(const tile::Machine machine, tile::load_machine(name));  // says what is known
      (void)machine;
    }
    session.out().write(text);
    return {};
  }
  std::vector<Row> rows;
  for (const std::string_view each : tile::shipped_machine_names()) {
    HEDDLE_TRY(Row row, row_of(each));
    rows.push_back(std::move(row));
  }
  if (session.options().is_json) {
    write_rows(rows, session.out());
  } else {
    session.out().write(table_of(rows));
  }
  return {};
}

}  // namespace

Command tile_machines_command() {
  auto name = std::make_shared<std::string>();
  Command command{.name = "machines", .summary = "List the shipped machines, or print one's file"};
  command.options = {{"machine", "NAME", "print this one, to copy and change", name.get()}};
  command.examples = {{"heddle tile machines", "all of them"},
                      {"heddle tile machines tpuv3 > mine.yaml", "begin a machine of your own"}};
  command.run = [name](Session& session) {
    const Status shown = show(*name, session);
    return shown ? ExitCode::Ok : session.report(shown.error());
  };
  return command;
}

}  // namespace heddle::cli
