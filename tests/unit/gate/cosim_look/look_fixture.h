// Runs of the loop design, and looks into them.
#pragma once

#include <gtest/gtest.h>

#include <sstream>

#include "heddle/base/file.h"
#include "heddle/gate/cosim.h"
#include "heddle/gate/diff.h"
#include "heddle/gate/dump.h"
#include "heddle/gate/window.h"
#include "support/gate_cosim/loop_design.h"
#include "support/temp_directory.h"

namespace heddle::gate {

using heddle::test::text_of_file;

class LookTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kEdges = 4000;

  LookTest() { directory_.write("loop.json", test::loop_design()); }

  /// A run of 4000 edges that sends and drives all the while, with every net in
  /// `waves.vcd` and every digest in `digests.txt`.
  CosimOutcome run(const std::string& out, CosimOptions options = {}) {
    std::string more = "events:\n  input_commands:\n";
    for (int i = 0; i < 20; ++i) {
      more += "    - {wait: {edge: " + std::to_string(100 + 180 * i) +
              "}, action: {uart: uart, send: \"" + std::string(1, static_cast<char>('a' + i)) +
              "\"}}\n    - {wait: {edge: " + std::to_string(190 + 180 * i) +
              "}, action: {gpio: gpio, drive: " + std::to_string((i * 7 + 3) % 15) + "}}\n";
    }
    more += "stop: {edges: " + std::to_string(kEdges) + "}\nwaves: {nets: ['*']}\n";
    Result<RunFile> file = read_run_file(test::loop_run(more), directory_.file("loop.yaml"));
    EXPECT_TRUE(file.has_value()) << file.error().to_string();
    file->wave_format = WaveFileFormat::Vcd;
    file->batch_edges = 128;
    options.directory = directory_.file(out);
    options.digest_file = directory_.file("digests.txt");
    CosimObserverDefault silent;
    SilentProgress progress;
    Result<CosimOutcome> outcome = run_cosim(*file, options, silent, progress, {});
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    EXPECT_TRUE(outcome->passed());
    return std::move(*outcome);
  }

  Result<WindowOutcome> window(const std::string& run, WindowOptions options) {
    SilentProgress progress;
    Diagnostics warnings;
    if (options.wave_file.empty()) options.wave_file = directory_.file("window.fst");
    return run_window(directory_.file(run), options, warnings, progress, {});
  }

  Result<Dump> dump(const std::string& run, const DumpOptions& options) {
    SilentProgress progress;
    Diagnostics warnings;
    return dump_run(directory_.file(run), options, warnings, progress, {});
  }

  static std::vector<std::string> lines_of(const std::string& path) {
    std::istringstream text(text_of_file(path));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  class CosimObserverDefault final : public CosimObserver {};
  heddle::test::TempDirectory directory_;
};

}  // namespace heddle::gate
