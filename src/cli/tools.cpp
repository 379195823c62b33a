#include "cli/tools.h"

#include "cli/machine.h"

namespace heddle::cli {
namespace {

constexpr ToolRule kTools[] = {
    {"yosys", "-V", "yosys", "making gate netlists from RTL"},
    {"riscv64-unknown-elf-gcc", "--version", "gcc-riscv64-unknown-elf", "building firmware"},
    {"gtkwave", "", "gtkwave", "looking at FST and VCD waves"},
    {"fst2vcd", "", "gtkwave", "checking FST waves from outside"},
    {"verilator", "--version", "verilator", "checking engines against Verilator, and the bench"},
    {"iverilog", "-V", "iverilog", "checking engines against Icarus Verilog"},
    {"protoc", "--version", "protobuf-compiler", "decoding Perfetto traces back in tests"},
    {"rsvg-convert", "--version", "librsvg2-bin", "turning drawn waves from SVG into PNG"},
    {"g++", "--version", "g++", "building heddle"},
    {"cmake", "--version", "cmake", "building heddle"},
    {"ninja", "--version", "ninja-build", "building heddle"},
    {"ccache", "--version", "ccache", "shorter second builds"},
    {"clang++-22", "--version", "clang-22", "fuzz targets, the second compiler"},
    {"clang-format-22", "--version", "clang-format-22", "the format check of ./run"},
    {"clang-tidy-22", "--version", "clang-tidy-22", "the lint step of ./run"},
    {"shellcheck", "", "shellcheck", "the lint step of ./run"},
    {"git", "--version", "git", "the commit in heddle --version"},
};

}  // namespace

std::span<const ToolRule> tool_rules() {
  return kTools;
}

std::vector<ToolState> find_tools(const std::string& search_path) {
  std::vector<ToolState> states;
  for (const ToolRule& rule : tool_rules()) {
    ToolState state{.rule = rule, .path = {}, .version = {}};
    if (const auto path = find_program(std::string(rule.program), search_path)) {
      state.path = *path;
      if (!rule.version_argument.empty()) {
        state.version = first_line_of(*path, std::string(rule.version_argument));
      }
    }
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace heddle::cli
