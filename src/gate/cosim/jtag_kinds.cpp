#include "gate/cosim/jtag_kinds.h"

#include <memory>

#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/jtag_recording.h"

namespace heddle::gate {
namespace {

/// The same pins behind another name.
struct JtagServer : Jtag {
  static constexpr const char* kName = "jtag_server";
};

std::vector<PeripheralRole> jtag_roles(bool needs_tdo) {
  return {
      {.name = "tck", .first = Jtag::kTck, .is_input = true, .is_required = true},
      {.name = "tms", .first = Jtag::kTms, .is_input = true, .is_required = true},
      {.name = "tdi", .first = Jtag::kTdi, .is_input = true, .is_required = true},
      {.name = "trst_n", .first = Jtag::kTrstN, .is_input = true},
      {.name = "srst_n", .first = Jtag::kSrstN, .is_input = true},
      {.name = "tdo", .first = Jtag::kTdo, .is_required = needs_tdo},
  };
}

std::uint64_t read_hold(ConfigReader& map) {
  return map.optional<std::uint64_t>("hold_edges", 1, {.min = 1, .max = 1U << 20});
}

ModelSetup read_replay(PeripheralSettings& settings) {
  const std::string path = settings.map.required_path("recording");
  const std::uint64_t hold = read_hold(settings.map);
  auto recording = std::make_shared<JtagRecording>();
  const auto load = [&]() -> Status {
    if (path.empty()) return {};
    HEDDLE_TRY(const std::string text, read_file(path));
    HEDDLE_TRY(*recording, read_jtag_recording(text, path));
    return {};
  };
  if (const Status loaded = load(); !loaded) settings.diagnostics->add(loaded.error());
  DigestStream digest;
  for (const JtagStart& start : recording->starts) {
    digest.add_u64(start.operation);
    digest.add_u64(start.edge);
  }
  digest.add_text(
      {reinterpret_cast<const char*>(recording->operations.data()), recording->operations.size()});
  ModelSetup setup = make_setup<Jtag>({.operations = recording->operations.data(),
                                       .end = recording->operations.size(),
                                       .starts = recording->starts.data(),
                                       .start_count = recording->starts.size(),
                                       .hold = hold});
  setup.data = std::move(recording);
  setup.data_digest = digest.digest().value();
  return setup;
}

ModelSetup read_server(PeripheralSettings& settings) {
  LivePeripheral live{.kind = LiveKind::Jtag};
  const std::uint64_t hold = read_hold(settings.map);
  read_live(settings.map, live);
  live.record_file = settings.map.optional<std::string>("record", "", {.min = 0});
  if (live.record_file.find('/') != std::string::npos) {
    settings.map.report(cosim::diag::kBadName, "record", {live.record_file, "a file"});
  }
  settings.live = std::move(live);
  return make_setup<JtagServer>({.hold = hold});
}

}  // namespace

void read_live(ConfigReader& map, LivePeripheral& live) {
  live.port =
      static_cast<std::uint16_t>(map.optional<std::uint32_t>("port", 0, {.min = 0, .max = 65535}));
  live.stops_with_client = map.optional<bool>("stop_with_client", false);
}

PeripheralKindInfo jtag_kind() {
  return {.type = &peripheral_type<Jtag>(), .roles = jtag_roles(false), .read = read_replay};
}

PeripheralKindInfo jtag_server_kind() {
  return {.type = &peripheral_type<JtagServer>(), .roles = jtag_roles(true), .read = read_server};
}

}  // namespace heddle::gate
