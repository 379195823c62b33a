// Whole runs of a chip's netlist through the command line, as `./run demo` does them.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "fidelity/designs/chip_bench.h"
#include "support/external_tool.h"

namespace heddle::test {

/// A chip in one of its netlist styles.
struct ChipStyle {
  std::string chip;
  std::string style;
};

inline std::vector<ChipStyle> all_chip_styles() {
  return {
      {"soc_mcu", "generic"}, {"soc_mcu", "osu018"}, {"soc_npu", "generic"}, {"soc_npu", "osu018"}};
}

inline std::string chip_style_name(const testing::TestParamInfo<ChipStyle>& info) {
  return info.param.chip + "_" + info.param.style;
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

/// Makes what the run reads: netlist, firmware and the transcript of a fresh Verilator run.
inline void build_chip(const ChipStyle& chip) {
  for (const char* tool : {"yosys", "verilator", "riscv64-unknown-elf-gcc"}) HEDDLE_NEED_TOOL(tool);
  ASSERT_NO_FATAL_FAILURE(run_script(
      "designs/build.sh", {chip.chip, chip.style == "osu018_verilog" ? "osu018" : chip.style}));
  ASSERT_NO_FATAL_FAILURE(run_script("designs/sim/reference.sh", {chip.chip}));
}

/// The Liberty file where its package put it.
inline std::string osu018_liberty() {
  const ProcessResult listed =
      run_process({"sh", "-c", "dpkg -L qflow-tech-osu018 | grep '_stdcells[.]lib$'"}, {});
  return listed.out.substr(0, listed.out.find('\n'));
}

/// The `design:` of a run file for a style; `osu018_verilog` is osu018 as Verilog, its cells
/// from the Liberty file, its SRAM from a manifest.
inline std::string design_of(const ChipStyle& chip) {
  const std::string folder = design_file(chip.chip, "");
  if (chip.style != "osu018_verilog") return "{netlist: " + folder + chip.style + ".json}";
  return "{netlist: " + folder + "osu018.v, cells: [" + osu018_liberty() +
         "], manifest: " + source_file("designs/synth/osu018_cells.yaml") + ", top: " + chip.chip +
         "}";
}

/// Runs the main image with extra options; the run directory is `directory`/run.
inline ProcessResult run_chip(const ChipStyle& chip, const TempDirectory& directory,
                              const std::vector<std::string>& options) {
  std::string text = text_of_file(source_file("examples/soc_npu/run.yaml"));
  text = replaced(text, "soc_npu", chip.chip);
  text = replaced(text, "{netlist: ../../build/designs/" + chip.chip + "/generic.json}",
                  design_of(chip));
  text = replaced(text, "../../", source_file(""));
  const std::string run_file = directory.file("run.yaml");
  std::ofstream(run_file) << text;
  std::vector<std::string> words{HEDDLE_BINARY_DIR "/bin/heddle",
                                 "gate",
                                 "cosim",
                                 run_file,
                                 "--quiet",
                                 "--out",
                                 directory.file("run")};
  words.insert(words.end(), options.begin(), options.end());
  ProcessOptions process;
  process.time_max = std::chrono::seconds(1700);
  return run_process(words, process);
}

/// The UARTs' bytes in events.json as the lines of `reference/stamps.txt`.
inline std::string uart_stamps(const std::string& events_json) {
  std::ostringstream lines;
  for (const auto& event : nlohmann::json::parse(events_json)) {
    if (event["kind"] != "byte") continue;
    lines << event["edge"] << ' ' << event["time_ps"] << ' ' << event["source"].get<std::string>()
          << ' ' << std::hex << std::setfill('0') << std::setw(2) << event["value"].get<int>()
          << std::dec << '\n';
  }
  return lines.str();
}

}  // namespace heddle::test
