// Runs of the loop design in a directory of the test's own.
#pragma once

#include <gtest/gtest.h>

#include "heddle/gate/cosim.h"
#include "heddle/gate/event_list.h"
#include "support/gate_cosim/loop_design.h"
#include "support/temp_directory.h"

namespace heddle::gate {

using heddle::test::text_of_file;

/// The script that most tests run: three bytes to the UART, one GPIO change.
inline constexpr std::string_view kScript =
    "events:\n"
    "  input_commands:\n"
    "    - {wait: {edge: 100}, action: {uart: uart, send: \"ab\"}}\n"
    "    - {wait: {edge: 700}, action: {gpio: gpio, drive: 9}}\n"
    "    - {wait: {uart: uart, text: b}, action: {uart: uart, send: c}}\n";

class CosimTest : public testing::Test {
 protected:
  CosimTest() { directory_.write("loop.json", test::loop_design()); }

  Result<RunFile> file(const std::string& more) {
    return read_run_file(test::loop_run(more), directory_.file("loop.yaml"));
  }

  /// Runs; the directory is `out` below the test's own.
  Result<CosimOutcome> run(const RunFile& run, const std::string& out, CosimOptions options = {},
                           CosimObserver* observer = nullptr, Interrupt interrupt = {}) {
    CosimObserverDefault silent;
    SilentProgress progress;
    options.directory = directory_.file(out);
    return run_cosim(run, options, observer != nullptr ? *observer : silent, progress, interrupt);
  }

  CosimOutcome must_run(const std::string& more, const std::string& out,
                        const CosimOptions& options = {}) {
    const Result<RunFile> run_file = file(more);
    EXPECT_TRUE(run_file.has_value()) << run_file.error().to_string();
    Result<CosimOutcome> outcome = run(*run_file, out, options);
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    return outcome ? std::move(*outcome) : CosimOutcome();
  }

  std::vector<RunEvent> events_of(const std::string& out) {
    const std::string path = directory_.file(out + "/events.json");
    const auto events = read_event_list(text_of_file(path), path);
    EXPECT_TRUE(events.has_value()) << events.error().to_string();
    return events ? *events : std::vector<RunEvent>();
  }

  class CosimObserverDefault final : public CosimObserver {};
  heddle::test::TempDirectory directory_;
};

}  // namespace heddle::gate
