// What `heddle flow run` shows while it runs: progress, or with `--monitor` a table
// of tasks that is drawn again in place on a terminal.
#pragma once

#include <memory>

#include "cli/session.h"
#include "heddle/flow/monitor.h"

namespace heddle::cli {

/// Threads: one at a time; the flow's watchdog calls it while the run's caller waits.
class LiveView {
 public:
  LiveView(Session& session, const flow::Monitor& monitor, const flow::Graph& graph,
           bool shows_table);

  void show(const flow::FlowProgress& progress);
  void show_stall(const flow::StallReport& stall);
  void finish();

 private:
  void show_table(const flow::FlowProgress& progress);

  Session& session_;
  const flow::Monitor& monitor_;
  std::optional<std::uint64_t> lists_;
  bool shows_table_ = false;
  std::unique_ptr<Progress> progress_;
  std::uint64_t call_count_ = 0;
  std::size_t drawn_lines_ = 0;
};

}  // namespace heddle::cli
