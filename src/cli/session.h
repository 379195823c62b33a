// What a command works with beside its options: where to print, in what form,
// and whether the user has asked it to stop. Commands print through here only.
#pragma once

#include <memory>
#include <string_view>

#include "cli/command.h"
#include "heddle/base/byte_sink.h"
#include "heddle/base/interrupt.h"
#include "heddle/base/progress.h"

namespace heddle::cli {

/// What is true of the terminal and of the options common to all commands.
struct SessionOptions {
  bool is_quiet = false;         ///< `--quiet`: no progress and no notes
  bool is_json = false;          ///< `--json`: the result as one JSON value on `out`
  bool err_has_colour = false;   ///< `err` is a terminal that takes colours
  bool err_is_terminal = false;  ///< progress may redraw its line
};

/// Threads: one at a time.
class Session {
 public:
  /// The sinks outlive the session.
  Session(ByteSink& out, ByteSink& err, SessionOptions options, Interrupt interrupt)
      : out_(out), err_(err), options_(options), interrupt_(interrupt) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The result of the command.
  [[nodiscard]] ByteSink& out() { return out_; }
  /// Everything said about the work: diagnostics, progress.
  [[nodiscard]] ByteSink& err() { return err_; }
  [[nodiscard]] SessionOptions& options() { return options_; }
  [[nodiscard]] const SessionOptions& options() const { return options_; }

  /// A line on `err`, unless `--quiet`.
  void note(std::string_view line);

  /// Prints the diagnostics on `err` (warnings and notes not under `--quiet`)
  /// and tells the exit code of the first error; Ok when there is none.
  ExitCode report(const Diagnostics& diagnostics);

  /// What long work asks whether Ctrl-C was pressed. Only a command that says
  /// `stops_on_request` ever sees it requested: else the first one ends it.
  [[nodiscard]] Interrupt interrupt() const { return interrupt_; }

  /// What long work reports to: one line redrawn on a terminal, a line now and
  /// then elsewhere, nothing under `--quiet`. Outlived by the session.
  [[nodiscard]] std::unique_ptr<Progress> make_progress();

 private:
  ByteSink& out_;
  ByteSink& err_;
  SessionOptions options_;
  Interrupt interrupt_;
};

}  // namespace heddle::cli
