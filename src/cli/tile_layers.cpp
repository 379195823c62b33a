#include "cli/tile_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/build_info.h"
#include "cli/diagnostics.h"
#include "heddle/base/file.h"
#include "heddle/tile/layers.h"
#include "heddle/tile/report.h"

namespace heddle::cli {
namespace {

/// What has been played so far, and what it took.
struct Played {
  std::vector<tile::LayerResult> layers;
  double wall_seconds = 0;
  bool is_checked = false;
};

std::string params_of(const TilePlay& play, const tile::LayerList& list) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema_version", 1);
  json.member("version", version_short(build_info()));
  json.member("model", play.name);
  json.key("layers");
  json.begin_array();
  for (const tile::Layer& layer : list.layers) {
    json.begin_inline_object();
    json.member("name", layer.name);
    json.member("kind", tile::layer_kind_text(layer.kind));
    json.member("repeat", layer.repeat);
    json.key("shape_args");
    json.begin_inline_array();
    for (const std::int64_t value : layer.shape) json.value(value);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  write_setting(json, play);
  json.end_object();
  return text.take();
}

void write_layers(JsonWriter& json, const TilePlay& play, const Played& played) {
  std::int64_t cycles = 0;
  for (const tile::LayerResult& layer : played.layers) cycles += layer.result.cycles * layer.repeat;
  json.member("cycles", cycles);
  json.key("layers");
  json.begin_array();
  for (const tile::LayerResult& layer : played.layers) {
    json.begin_object();
    json.member("name", layer.name);
    json.member("repeat", layer.repeat);
    json.key("run");
    tile::write_report(json, play.machine, layer.result);
    json.end_object();
  }
  json.end_array();
}

std::string report_of(const TilePlay& play, const Played& played, std::string_view status) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema_version", 1);
  json.member("status", status);
  json.key("result");
  json.begin_object();
  json.member("model", play.name);
  json.member("machine", play.machine.name);
  write_layers(json, play, played);
  json.end_object();
  json.key("run");
  json.begin_object();
  json.member("version", version_short(build_info()));
  json.member("wall_seconds", played.wall_seconds);
  json.member("checked_against_stepped_engine", played.is_checked);
  json.end_object();
  json.end_object();
  return text.take();
}

/// `timeline-<number>-<layer>`: names are the user's, so anything else than a word is `_`.
std::string picture_stem(std::size_t index, const std::string& layer) {
  constexpr std::size_t kLengthMax = 64;
  std::string word = layer.substr(0, kLengthMax);
  std::replace_if(
      word.begin(), word.end(),
      [](char c) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return !is_letter && !(c >= '0' && c <= '9') && c != '-';
      },
      '_');
  return fmt::format("timeline-{:02}-{}", index + 1, word);
}

/// One layer after another, each from a core that has done nothing yet.
class LayerPlayer {
 public:
  LayerPlayer(const TileRunOptions& options, const TilePlay& play, std::string directory,
              Session& session)
      : options_(options),
        play_(play),
        directory_(std::move(directory)),
        session_(session),
        target_(tile::kernel_target(play.machine)) {}

  Status play_all(const tile::LayerList& list, Played& played) {
    for (const tile::Layer& layer : list.layers) {
      if (session_.interrupt().is_requested()) return {};
      HEDDLE_TRY_STATUS(play_layer(layer, played));
    }
    played.is_checked = options_.check && !session_.interrupt().is_requested();
    return {};
  }

 private:
  Status play_layer(const tile::Layer& layer, Played& played) {
    std::optional<tile::Timeline> timeline;
    if (options_.trace) {
      HEDDLE_TRY(const auto source, tile::make_layer_source(layer, target_));
      timeline.emplace(play_.machine, source->kernel());
    }
    const double begin = wall_now();
    HEDDLE_TRY(auto result,
               play_once(layer, tile::EngineKind::Event, timeline ? &*timeline : nullptr));
    played.wall_seconds += wall_now() - begin;
    if (result.is_interrupted) return {};
    if (timeline) {
      timeline->close(result.end);
      if (timeline->is_cut()) {
        session_.note(layer.name + ": the timeline holds the first instructions only");
      }
      const std::string stem = picture_stem(played.layers.size(), layer.name);
      HEDDLE_TRY_STATUS(write_pictures(join_path(directory_, stem), layer.name, play_.machine,
                                       *timeline, result.cycles));
    }
    played.layers.push_back({.name = layer.name, .result = result, .repeat = layer.repeat});
    if (!options_.check) return {};
    HEDDLE_TRY(const auto stepped, play_once(layer, tile::EngineKind::CycleStepped, nullptr));
    if (stepped.is_interrupted) return {};
    return check_engines_agree(layer.name, result, stepped);
  }

  Result<tile::RunResult> play_once(const tile::Layer& layer, tile::EngineKind engine,
                                    tile::Observer* observer) {
    HEDDLE_TRY(const auto source, tile::make_layer_source(layer, target_));
    tile::RunOptions run = play_.run_options(session_.interrupt());
    run.engine = engine;
    run.observer = observer;
    return tile::simulate(play_.machine, {{.source = source.get(), .cores = {}}}, run);
  }

  const TileRunOptions& options_;
  const TilePlay& play_;
  std::string directory_;
  Session& session_;
  tile::kernel::Target target_;
};

Status play_into(const TileRunOptions& options, const TilePlay& play, const tile::LayerList& list,
                 const std::string& directory, Session& session, Played& played) {
  HEDDLE_TRY_STATUS(
      write_file_atomic(join_path(directory, "run_params.json"), params_of(play, list)));
  return LayerPlayer(options, play, directory, session).play_all(list, played);
}

void print(const TilePlay& play, const Played& played, const std::string& report,
           Session& session) {
  if (session.options().is_json) {
    session.out().write(report);
  } else if (!session.options().is_quiet) {
    session.out().write(tile::layer_table(play.machine, played.layers));
    if (played.is_checked) {
      session.out().write("the cycle-stepped engine agrees, instruction by instruction\n");
    }
  }
}

}  // namespace

bool is_layer_list(const std::string& path_or_name) {
  const std::vector<std::string_view> models = tile::shipped_model_names();
  if (std::find(models.begin(), models.end(), path_or_name) != models.end()) return true;
  const std::string& path = path_or_name;
  return path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".csv");
}

ExitCode run_layers(const TileRunOptions& options, Session& session) {
  if (!options.play.shape.empty()) {
    return session.report(Diagnostic(
        diag::kBadUsage, {},
        {"`--shape` is for a kernel; a list of layers has its own sizes", "heddle tile run"}));
  }
  const auto play = prepare_tile_play(options.play);
  if (!play) return session.report(play.error());
  const auto list = tile::load_layers(options.play.kernel);
  if (!list) return session.report(list.error());
  const auto directory = claim_run_directory(options, *play, params_of(*play, *list));
  if (!directory) return session.report(directory.error());
  Played played;
  const Status ran = play_into(options, *play, *list, *directory, session, played);
  const bool is_interrupted = session.interrupt().is_requested();
  const char* const status = is_interrupted ? "interrupted" : ran ? "complete" : "failed";
  const std::string report = report_of(*play, played, status);
  const Status written = write_file_atomic(join_path(*directory, "report.json"), report);
  if (!ran && !is_interrupted) return session.report(ran.error());
  if (!written) return session.report(written.error());
  print(*play, played, report, session);
  if (is_interrupted) {
    session.note(fmt::format("interrupted: {} of {} layers were played", played.layers.size(),
                             list->layers.size()));
  }
  session.note("run directory: " + *directory);
  return is_interrupted ? ExitCode::Interrupted : ExitCode::Ok;
}

}  // namespace heddle::cli
