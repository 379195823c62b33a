#include "cli/tile_layers.h"

#include "cli/build_info.h"
#include "cli/diagnostics.h"
#include "heddle/base/file.h"
#include "heddle/tile/layers.h"
#include "heddle/tile/report.h"

namespace heddle::cli {
namespace {

std::string report_of(const TilePlay& play, const std::vector<tile::LayerResult>& layers,
                      std::string_view status) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema_version", 1);
  json.member("status", status);
  json.key("result");
  json.begin_object();
  json.member("model", play.name);
  json.member("machine", play.machine.name);
  std::int64_t cycles = 0;
  for (const tile::LayerResult& layer : layers) cycles += layer.result.cycles * layer.repeat;
  json.member("cycles", cycles);
  json.key("layers");
  json.begin_array();
  for (const tile::LayerResult& layer : layers) {
    json.begin_object();
    json.member("name", layer.name);
    json.member("repeat", layer.repeat);
    json.key("run");
    tile::write_report(json, play.machine, layer.result);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.key("run");
  json.begin_object();
  json.member("version", version_short(build_info()));
  json.key("machine");
  write_json(json, play.machine_resolved);
  json.end_object();
  json.end_object();
  return text.take();
}

Status play_layers(const TilePlay& play, const tile::LayerList& list, Session& session,
                   std::vector<tile::LayerResult>& results) {
  const tile::kernel::Target target = tile::kernel_target(play.machine);
  for (const tile::Layer& layer : list.layers) {
    if (session.interrupt().is_requested()) return {};
    HEDDLE_TRY(const auto source, tile::make_layer_source(layer, target));
    HEDDLE_TRY(auto result, tile::simulate(play.machine, {{.source = source.get(), .cores = {}}},
                                           play.run_options(session.interrupt())));
    if (result.is_interrupted) return {};
    results.push_back({.name = layer.name, .result = std::move(result), .repeat = layer.repeat});
  }
  return {};
}

}  // namespace

bool is_layer_list(const std::string& path) {
  return path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".csv");
}

ExitCode run_layers(const TilePlayOptions& options, const std::string& out, bool force,
                    Session& session) {
  const auto play = prepare_tile_play(options);
  if (!play) return session.report(play.error());
  const auto list = tile::load_layers(options.kernel);
  if (!list) return session.report(list.error());
  const std::string directory = out.empty() ? "runs/" + play->name + "-" + play->machine.name : out;
  if (path_exists(directory) && !force) {
    return session.report(Diagnostic(diag::kRunExists, {}, {directory}));
  }
  const Status made = make_directories(directory);
  if (!made) return session.report(made.error());
  std::vector<tile::LayerResult> results;
  const Status ran = play_layers(*play, *list, session, results);
  const bool is_interrupted = session.interrupt().is_requested();
  const char* const status = is_interrupted ? "interrupted" : ran ? "complete" : "failed";
  const std::string report = report_of(*play, results, status);
  const Status written = write_file_atomic(join_path(directory, "report.json"), report);
  if (!ran && !is_interrupted) return session.report(ran.error());
  if (!written) return session.report(written.error());
  if (session.options().is_json) {
    session.out().write(report);
  } else if (!session.options().is_quiet) {
    session.out().write(tile::layer_table(play->machine, results));
  }
  session.note("run directory: " + directory);
  return is_interrupted ? ExitCode::Interrupted : ExitCode::Ok;
}

}  // namespace heddle::cli
