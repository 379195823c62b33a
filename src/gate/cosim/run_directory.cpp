#include "gate/cosim/run_directory.h"

#include <filesystem>

#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/base/json.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/rerun.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

constexpr std::string_view kSchema = "heddle.gate.run_params/1";

void write_overrides(JsonWriter& json, const RunFile& run) {
  json.begin_object();
  if (run.stop_edges) json.member("edges", *run.stop_edges);
  json.member("seed", run.seed);
  json.member("xprop", run.xprop);
  json.member("wave_format", run.wave_format == WaveFileFormat::Vcd ? "vcd" : "fst");
  json.key("wave_nets");
  json.begin_array();
  for (const Written<std::string>& glob : run.wave_nets) json.value(glob.value);
  json.end_array();
  json.end_object();
}

}  // namespace

Status make_run_directory(const std::string& path, bool force) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (path_exists(path)) {
    const bool ours = path_exists(join_path(path, kRunParamsFile));
    const bool empty = is_directory(path) && fs::is_empty(path, error);
    if (!empty && !force) return fail(diag::kRunExists, {}, {path});
    if (!empty && !ours) {
      return fail(diag::kNotARun, {}, {path, "it has no " + std::string(kRunParamsFile)});
    }
    fs::remove_all(path, error);
  }
  return make_directories(path);
}

Status write_run_params(const std::string& directory, const RunFile& run, const RunParams& params) {
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(run.path, error).string();
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema", kSchema);
  json.member("version", params.version);
  json.member("name", run.name);
  json.member("seed", run.seed);
  json.member("netlist_digest", Digest64(params.netlist_digest).to_hex());
  json.member("image_digest", Digest64(params.image_digest).to_hex());
  json.member("fault", params.fault);
  if (params.has_vpi) json.member("has_vpi", true);
  json.key("overrides");
  write_overrides(json, run);
  json.key("run_file");
  json.begin_object();
  json.member("path", absolute);
  json.member("text", run.text);
  json.end_object();
  json.key("resolved");
  write_json(json, run.resolved);
  json.end_object();
  return write_file_atomic(join_path(directory, kRunParamsFile), text.text());
}

Result<Rerun> load_rerun(const std::string& directory) {
  const std::string path = join_path(directory, kRunParamsFile);
  if (!path_exists(path)) {
    return fail(diag::kNotARun, {}, {directory, "it has no " + std::string(kRunParamsFile)});
  }
  HEDDLE_TRY(const ConfigNode root, load_config(path));
  Diagnostics diagnostics;
  ConfigReader map(root, "run_params.json", diagnostics);
  if (map.required<std::string>("schema") != kSchema && !diagnostics.has_errors()) {
    return fail(diag::kNotARun, map.where("schema"), {directory, "its schema is another"});
  }
  Rerun rerun;
  const auto digest = [&](std::string_view key) {
    const auto value = Digest64::from_hex(map.required<std::string>(key));
    return value ? value->value() : 0;
  };
  rerun.netlist_digest = digest("netlist_digest");
  rerun.image_digest = digest("image_digest");
  rerun.fault = map.optional<std::string>("fault", "", {.min = 0});
  rerun.has_vpi = map.optional<bool>("has_vpi", false);
  ConfigReader file = map.required_map("run_file");
  const std::string run_path = file.required<std::string>("path");
  const std::string text = file.required<std::string>("text", {.max = std::size_t{16} << 20});
  ConfigReader overrides = map.required_map("overrides");
  const auto edges = overrides.maybe<std::uint64_t>("edges");
  const auto seed = overrides.required<std::uint64_t>("seed");
  const auto xprop = overrides.optional<bool>("xprop", false);
  const auto format = overrides.required_choice<WaveFileFormat>(
      "wave_format", {{"fst", WaveFileFormat::Fst}, {"vcd", WaveFileFormat::Vcd}});
  const std::vector<std::string> globs = overrides.list<std::string>("wave_nets");
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  HEDDLE_TRY(rerun.run, read_run_file(text, run_path));
  rerun.run.stop_edges = edges;
  rerun.run.seed = seed;
  rerun.run.xprop = xprop;
  rerun.run.wave_format = format;
  rerun.run.wave_nets.clear();
  for (const std::string& glob : globs) rerun.run.wave_nets.push_back({glob, {path, 0, 0}});
  return rerun;
}

}  // namespace heddle::gate
