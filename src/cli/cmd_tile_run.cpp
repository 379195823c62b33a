// `heddle tile run`: a kernel on a machine, into a run directory: report.json,
// run_params.json, and a timeline if it is asked for.
#include <fmt/format.h>

#include <optional>

#include "cli/build_info.h"
#include "cli/diagnostics.h"
#include "cli/session.h"
#include "cli/tile_commands.h"
#include "cli/tile_layers.h"
#include "cli/tile_play.h"
#include "heddle/base/file.h"
#include "heddle/tile/report.h"
#include "heddle/tile/timeline.h"

namespace heddle::cli {
namespace {

/// A run's result, and what it took.
struct Played {
  tile::RunResult result;
  double wall_seconds = 0;
};

void write_play(JsonWriter& json, const TilePlay& play) {
  json.member("kernel", play.name);
  json.key("shape_args");
  json.begin_inline_array();
  for (const std::int64_t value : play.shape_args) json.value(value);
  json.end_array();
}

std::string params_text(const TilePlay& play) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema_version", 1);
  json.member("version", version_short(build_info()));
  write_play(json, play);
  write_setting(json, play);
  json.end_object();
  return text.take();
}

std::string report_json(const TilePlay& play, const std::optional<Played>& played,
                        std::string_view status, bool is_checked) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema_version", 1);
  json.member("status", status);
  json.key("result");
  json.begin_object();
  write_play(json, play);
  json.member("machine", play.machine.name);
  if (played) {
    json.key("run");
    tile::write_report(json, play.machine, played->result);
  }
  json.end_object();
  json.key("run");
  json.begin_object();
  json.member("version", version_short(build_info()));
  json.member("wall_seconds", played ? played->wall_seconds : 0.0);
  json.member("checked_against_stepped_engine", is_checked);
  json.end_object();
  json.end_object();
  return text.take();
}

Result<tile::RunResult> play_once(const TilePlay& play, tile::WorkItemSource& source,
                                  tile::EngineKind engine, tile::Observer* observer,
                                  Interrupt interrupt) {
  tile::RunOptions run = play.run_options(interrupt);
  run.engine = engine;
  run.observer = observer;
  return tile::simulate(play.machine, {{.source = &source, .cores = {}}}, run);
}

Status run_all(const TileRunOptions& options, const TilePlay& play, tile::WorkItemSource& source,
               const std::string& directory, Session& session, std::optional<Played>& played) {
  HEDDLE_TRY_STATUS(write_file_atomic(join_path(directory, "run_params.json"), params_text(play)));
  std::optional<tile::Timeline> timeline;
  if (options.trace) timeline.emplace(play.machine, source.kernel());
  const double begin = wall_now();
  HEDDLE_TRY(auto result, play_once(play, source, tile::EngineKind::Event,
                                    timeline ? &*timeline : nullptr, session.interrupt()));
  played = Played{std::move(result), wall_now() - begin};
  if (played->result.is_interrupted) return {};
  if (timeline) {
    timeline->close(played->result.end);
    if (timeline->is_cut()) session.note("the timeline holds the first instructions only");
    const std::string stem = join_path(directory, "timeline");
    HEDDLE_TRY_STATUS(
        write_pictures(stem, play.name, play.machine, *timeline, played->result.cycles));
  }
  if (!options.check) return {};
  HEDDLE_TRY(const auto again, play.open(options.play, session.interrupt()));
  HEDDLE_TRY(const auto stepped,
             play_once(play, *again, tile::EngineKind::CycleStepped, nullptr, session.interrupt()));
  if (stepped.is_interrupted) return {};
  return check_engines_agree(play.name, played->result, stepped);
}

void print(const TilePlay& play, const tile::RunResult& result, bool is_checked, Session& session) {
  if (session.options().is_quiet) return;
  if (result.is_interrupted) {
    session.note(fmt::format("interrupted after {} cycles", result.cycles));
    return;
  }
  session.out().write(play.name + ": " + tile::report_text(play.machine, result));
  if (is_checked)
    session.out().write("the cycle-stepped engine agrees, instruction by instruction\n");
}

ExitCode run_kernel(const TileRunOptions& options, Session& session) {
  const auto play = prepare_tile_play(options.play);
  if (!play) return session.report(play.error());
  // Before the directory, so that a producer that cannot be loaded leaves none behind.
  const auto source = play->open(options.play, session.interrupt());
  if (!source) return report_failed(*play, source.error(), session);
  const auto directory = claim_run_directory(options, *play, params_text(*play));
  if (!directory) return session.report(directory.error());
  std::optional<Played> played;
  const Status ran = run_all(options, *play, **source, *directory, session, played);
  const bool is_interrupted = session.interrupt().is_requested();
  const char* const status = is_interrupted ? "interrupted" : ran ? "complete" : "failed";
  const bool is_checked = options.check && ran && !is_interrupted;
  const std::string report = report_json(*play, played, status, is_checked);
  const Status written = write_file_atomic(join_path(*directory, "report.json"), report);
  if (!ran && !is_interrupted) return report_failed(*play, ran.error(), session);
  if (!written) return session.report(written.error());
  if (session.options().is_json) {
    session.out().write(report);
  } else if (played) {
    print(*play, played->result, is_checked, session);
  }
  session.note("run directory: " + *directory);
  return is_interrupted ? ExitCode::Interrupted : ExitCode::Ok;
}

ExitCode run_command(const TileRunOptions& options, Session& session) {
  return is_layer_list(options.play.kernel) ? run_layers(options, session)
                                            : run_kernel(options, session);
}

}  // namespace

Command tile_run_command() {
  auto options = std::make_shared<TileRunOptions>();
  Command command{.name = "run", .summary = "Time a kernel on a machine"};
  command.description =
      "Writes a run directory with the report. Exit code 1 when `--check` finds a difference.";
  command.options = tile_play_options(options->play);
  command.options.push_back(
      {"--check", "", "run the cycle-stepped engine too; both must agree", &options->check});
  command.options.push_back(
      {"--trace", "", "write the timeline, for Perfetto and as a picture", &options->trace});
  command.options.push_back({"--out", "DIR",
                             "the run directory; default runs/<kernel>-<machine>-<digest>",
                             &options->out});
  command.options.push_back(
      {"--force", "", "write into a run directory that exists", &options->force});
  command.examples = {
      {"heddle tile run gemm --shape 1024,1024,1024", "a product of two matrices on a TPUv3"},
      {"heddle tile run softmax --shape 4096,1024 --machine tpuv4 --trace", "with a timeline"},
      {"heddle tile run resnet50", "a model, a line a layer"},
      {"heddle tile run ./kernel.so --machine npu.yaml --check", "a producer of your own"}};
  command.stops_on_request = true;
  command.run = [options](Session& session) { return run_command(*options, session); };
  return command;
}

}  // namespace heddle::cli
