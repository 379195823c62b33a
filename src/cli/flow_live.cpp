#include "cli/flow_live.h"

#include <fmt/format.h>

#include <algorithm>

namespace heddle::cli {
namespace {

constexpr std::uint64_t kPlainEvery = 10;  // calls, ten a second

}  // namespace

LiveView::LiveView(Session& session, const flow::Monitor& monitor, const flow::Graph& graph,
                   bool shows_table)
    : session_(session),
      monitor_(monitor),
      lists_(graph.runtime.lists),
      shows_table_(shows_table && !session.options().is_quiet),
      progress_(session.make_progress()) {}

void LiveView::show(const flow::FlowProgress& progress) {
  if (shows_table_) {
    show_table(progress);
  } else {
    progress_->report({"running", "lists", progress.committed, lists_});
  }
}

void LiveView::show_table(const flow::FlowProgress& progress) {
  const bool redraws = session_.options().err_is_terminal;
  if (!redraws && call_count_++ % kPlainEvery != 0) return;
  const std::uint64_t used = progress.admitted - std::min(progress.admitted, progress.committed);
  std::string text;
  if (redraws && drawn_lines_ > 0) text = fmt::format("\x1b[{}A\x1b[J", drawn_lines_);
  const std::string table = flow::to_text(monitor_.report());
  text += table;
  text +=
      fmt::format("{} lists done, {} of {} slots free\n", progress.committed,
                  progress.slots - std::min<std::uint64_t>(used, progress.slots), progress.slots);
  drawn_lines_ = static_cast<std::size_t>(std::count(table.begin(), table.end(), '\n')) + 1;
  session_.err().write(text);
}

void LiveView::show_stall(const flow::StallReport& stall) {
  session_.note(
      stall.is_waiting
          ? fmt::format("worker {} hangs before '{}' in list {}: it waits for '{}'", stall.worker,
                        stall.task, stall.clid, stall.waits_for)
          : fmt::format("worker {} hangs in '{}', list {}", stall.worker, stall.task, stall.clid));
  drawn_lines_ = 0;
}

void LiveView::finish() {
  progress_->finish();
}

}  // namespace heddle::cli
