// Small netlists of library cells in Icarus and in every engine: all circuits of
// a suite run in one bench with one stimulus, so a suite costs one simulation.
//
// Every circuit is a module with inputs c0, c1, d[7:0] and output y[15:0]. Data
// change first, then the clocks, then outputs are sampled. d[7] is low for the
// first rows: an active-low reset. Cells start with x in Icarus and with 0 in
// the engines, so rows are compared from where all has been reset.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <string>
#include <vector>

#include "heddle/gate/design_files.h"
#include "heddle/gate/netlist.h"
#include "support/gate/random_model.h"
#include "support/gate/stepper.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate::testing {

inline constexpr std::uint32_t kCellRows = 400;
inline constexpr std::uint32_t kResetRows = 24;
inline constexpr std::uint32_t kComparedFrom = 40;

struct CellCircuit {
  std::string name;
  std::string body;
};

inline std::string module_text(const CellCircuit& circuit) {
  return "module " + circuit.name +
         "(c0, c1, d, y);\n  input c0, c1;\n  input [7:0] d;\n  output [15:0] y;\n" + circuit.body +
         "\nendmodule\n";
}

/// d in bits 9 to 2, then c1, c0.
inline std::vector<std::uint32_t> cell_stimulus(std::uint64_t seed) {
  Draw draw(seed);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < kCellRows; ++row) {
    const std::uint32_t last = rows.empty() ? 0 : rows.back();
    std::uint32_t d = draw.one_in(3) ? last >> 2 : draw.below(256);
    d = row < kResetRows || draw.one_in(20) ? d & 0x7F : d | 0x80;
    rows.push_back(d << 2 | ((last & 3) ^ (1 + draw.below(3))));
  }
  return rows;
}

inline std::string binary_text(std::uint32_t value, std::uint32_t width) {
  std::string out;
  while (width-- > 0) out += (value >> width & 1) != 0 ? '1' : '0';
  return out;
}

/// What Icarus shows at every row: `outputs[row]` holds one word a circuit.
inline std::vector<std::vector<std::string>> icarus_outputs(
    const heddle::test::TempDirectory& directory, const std::vector<CellCircuit>& circuits,
    const std::vector<std::string>& files, const std::vector<std::uint32_t>& rows) {
  std::string bench =
      "module bench;\n  reg c0 = 0, c1 = 0;\n  reg [7:0] d = 0;\n  integer i;\n"
      "  reg [9:0] rows [0:" +
      std::to_string(kCellRows - 1) + "];\n";
  std::string show;
  for (const CellCircuit& circuit : circuits) {
    bench += "  wire [15:0] y_" + circuit.name + ";\n  " + circuit.name + " u_" + circuit.name +
             "(.c0(c0), .c1(c1), .d(d), .y(y_" + circuit.name + "));\n";
    show += "      $write(\"%b \", y_" + circuit.name + ");\n";
  }
  bench += "  initial begin\n    $readmemb(\"rows.txt\", rows);\n    #10;\n    for (i = 0; i < " +
           std::to_string(kCellRows) +
           "; i = i + 1) begin\n      d = rows[i][9:2];\n"
           "      #10 {c1, c0} = rows[i][1:0];\n      #10;\n" +
           show + "      $display(\"\");\n    end\n  end\nendmodule\n";
  directory.write("bench.v", bench);
  std::string text;
  for (const std::uint32_t row : rows) text += binary_text(row, 10) + "\n";
  directory.write("rows.txt", text);
  std::vector<std::string> words{"iverilog", "-g2005", "-o", "bench", "bench.v"};
  words.insert(words.end(), files.begin(), files.end());
  const auto built = heddle::test::run_process(words, {.directory = directory.path()});
  EXPECT_EQ(built.code, 0) << built.out << built.err;
  const auto run =
      heddle::test::run_process({"vvp", "-n", "bench"}, {.directory = directory.path()});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  std::vector<std::vector<std::string>> out;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream parts(line);
    std::vector<std::string>& row = out.emplace_back();
    for (std::string word; parts >> word;) row.push_back(word);
  }
  return out;
}

/// Runs one circuit in every engine and expects what Icarus showed.
inline void expect_outputs(const DesignFiles& files, const std::string& top,
                           const std::vector<std::uint32_t>& rows,
                           const std::vector<std::string>& expected) {
  const Result<Design> design = load_design(files);
  ASSERT_TRUE(design.has_value()) << design.error().to_string();
  const Result<FlatNetlist> flat = flatten(*design, top);
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  Diagnostics warnings;
  Result<Model> model = build_model(*flat, warnings);
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  const Program program = program_of(std::move(*model));
  for (const std::string_view engine : backend_names()) {
    Stepper stepper(program, engine);
    bool has_moved = false;
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
      std::vector<EdgeOp> data;
      for (std::uint32_t bit = 0; bit < 8; ++bit) {
        data.push_back(
            {stepper.input("d[" + std::to_string(bit) + "]"), rows[row] >> (bit + 2) & 1});
      }
      const std::array clocks{EdgeOp{stepper.input("c0"), rows[row] & 1},
                              EdgeOp{stepper.input("c1"), rows[row] >> 1 & 1}};
      ASSERT_TRUE(stepper.edge(data, clocks)) << stepper.error();
      if (row < kComparedFrom) continue;
      std::string seen;
      for (std::uint32_t bit = 16; bit-- > 0;) {
        seen += stepper.output("y[" + std::to_string(bit) + "]") ? '1' : '0';
      }
      ASSERT_EQ(seen, expected[row])
          << top << " in " << engine << " at row " << row << ": " << binary_text(rows[row - 1], 10)
          << " " << binary_text(rows[row], 10);
      has_moved = has_moved || expected[row] != expected[kComparedFrom];
    }
    EXPECT_TRUE(has_moved) << top << ": its outputs never changed, so nothing was compared";
  }
}

/// Compares all circuits; `netlist` holds them, `oracle` are Icarus's files.
inline void expect_suite(const heddle::test::TempDirectory& directory,
                         const std::vector<CellCircuit>& circuits, const DesignFiles& files,
                         const std::vector<std::string>& oracle, std::uint64_t seed) {
  const std::vector<std::uint32_t> rows = cell_stimulus(seed);
  const auto outputs = icarus_outputs(directory, circuits, oracle, rows);
  ASSERT_EQ(outputs.size(), rows.size());
  for (std::size_t i = 0; i < circuits.size(); ++i) {
    SCOPED_TRACE(circuits[i].name);
    std::vector<std::string> expected;
    for (const auto& row : outputs) {
      ASSERT_EQ(row.size(), circuits.size());
      expected.push_back(row[i]);
    }
    expect_outputs(files, circuits[i].name, rows, expected);
  }
}

}  // namespace heddle::gate::testing
