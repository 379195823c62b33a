// `heddle tile timeline`: plays a kernel and shows what ran when.
#include <fmt/format.h>

#include "cli/diagnostics.h"
#include "cli/session.h"
#include "cli/tile_commands.h"
#include "cli/tile_layers.h"
#include "cli/tile_play.h"
#include "heddle/base/file.h"
#include "heddle/tile/timeline.h"
#include "heddle/trace/sink.h"

namespace heddle::cli {
namespace {

struct TimelineOptions {
  TilePlayOptions play;
  std::string svg;
  std::string perfetto;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint64_t width = 0;
};

/// Cycles of a run fit in 53 bits with room to spare.
constexpr std::uint64_t kCycleMax = std::uint64_t{1} << 40;

Status write_perfetto(const std::string& path, const tile::Timeline& timeline) {
  HEDDLE_TRY(auto sink, trace::open_perfetto_sink(path));
  std::vector<std::unique_ptr<trace::Sink>> sinks;
  sinks.push_back(std::move(sink));
  trace::Recorder recorder(std::move(sinks));
  tile::write_timeline(timeline, recorder);
  return recorder.finish(timeline.end());
}

Status show(const TimelineOptions& options, const TilePlay& play, Session& session) {
  HEDDLE_TRY(const auto source, play.open(options.play, session.interrupt()));
  tile::Timeline timeline(play.machine, source->kernel());
  tile::RunOptions run = play.run_options(session.interrupt());
  run.observer = &timeline;
  HEDDLE_TRY(const tile::RunResult result,
             tile::simulate(play.machine, {{.source = source.get(), .cores = {}}}, run));
  timeline.close(result.end);
  if (timeline.is_cut()) session.note("the timeline holds the first instructions only");
  const auto edge = [&](std::uint64_t cycle) {
    return play.machine.core_clock.edge(static_cast<std::int64_t>(std::min(cycle, kCycleMax)));
  };
  tile::TimelineView view;
  view.title = fmt::format("{} on {}: {}{} cycles", play.name, play.machine.name,
                           result.is_interrupted ? "interrupted after " : "", result.cycles);
  view.clock = play.machine.core_clock;
  view.from = edge(options.from);
  view.to = options.to == 0 ? result.end : edge(options.to);
  if (!options.perfetto.empty()) HEDDLE_TRY_STATUS(write_perfetto(options.perfetto, timeline));
  if (!options.svg.empty()) {
    HEDDLE_TRY_STATUS(write_file_atomic(options.svg, tile::timeline_svg(timeline, view)));
  }
  view.width = static_cast<std::uint32_t>(std::min<std::uint64_t>(options.width, 1000));
  session.out().write(tile::timeline_text(timeline, view));
  return {};
}

ExitCode timeline_command(const TimelineOptions& options, Session& session) {
  const std::string& kernel = options.play.kernel;
  if (is_layer_list(kernel)) {
    return session.report(Diagnostic(
        diag::kBadUsage, {},
        {"a list of layers has a timeline a layer: `heddle tile run " + kernel + " --trace`",
         "heddle tile timeline"}));
  }
  const auto play = prepare_tile_play(options.play);
  if (!play) return session.report(play.error());
  const Status ran = show(options, *play, session);
  if (!ran) return report_failed(*play, ran.error(), session);
  return session.interrupt().is_requested() ? ExitCode::Interrupted : ExitCode::Ok;
}

}  // namespace

Command tile_timeline_command() {
  auto options = std::make_shared<TimelineOptions>();
  Command command{.name = "timeline", .summary = "Show what a kernel keeps busy, and when"};
  command.description =
      "A line a unit; the height of a column is how busy the unit is in it. DRAM bars are as "
      "long as their bytes take on all channels together.";
  command.options = tile_play_options(options->play);
  command.options.push_back({"--svg", "FILE", "draw it too, a colour a work-item", &options->svg});
  command.options.push_back(
      {"--perfetto", "FILE", "write it for ui.perfetto.dev", &options->perfetto});
  command.options.push_back({"--from", "CYCLE", "begin at this core cycle", &options->from});
  command.options.push_back({"--to", "CYCLE", "end at this one; default the end", &options->to});
  command.options.push_back({"--width", "N", "columns of text; default 100", &options->width});
  command.examples = {
      {"heddle tile timeline gemm --shape 512,512,512 --svg gemm.svg", "see and draw a product"},
      {"heddle tile timeline gemm --shape 1024,1024,1024 --from 0 --to 5000", "its beginning"}};
  command.stops_on_request = true;
  command.run = [options](Session& session) { return timeline_command(*options, session); };
  return command;
}

}  // namespace heddle::cli
