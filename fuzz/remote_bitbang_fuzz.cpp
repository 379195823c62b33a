// Any text as a remote_bitbang recording: a located diagnostic, or a recording
// that reads again as itself and that a player gets through.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "heddle/base/check.h"
#include "heddle/gate/jtag_recording.h"
#include "heddle/gate/peripheral_bank.h"

namespace {

void play(const heddle::gate::JtagRecording& recording) {
  using namespace heddle::gate;
  BankSpec spec;
  spec.peripherals.push_back({.name = "jtag",
                              .setup = make_setup<Jtag>({.operations = recording.operations.data(),
                                                         .end = recording.operations.size(),
                                                         .starts = recording.starts.data(),
                                                         .start_count = recording.starts.size()}),
                              .pins = {.outputs = {0}, .inputs = {0, 1, 2, 3, 4}}});
  const auto bank = make_bank(std::move(spec));
  std::vector<EdgeOp> drives;
  std::vector<Record> records;
  const std::uint8_t tdo = 1;
  for (std::uint64_t edge = 0; edge < recording.operations.size() + 8; ++edge) {
    const EdgeInfo info{.edge = edge, .rising = edge % 2 == 0 ? 1U : 0U};
    if (bank->due(info)) bank->sample(info, {&tdo, 1}, drives, records);
    for (const EdgeOp& op : drives) HEDDLE_CHECK(op.input < 5);
    drives.clear();
  }
  HEDDLE_CHECK(records.size() <= recording.operations.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto recording = heddle::gate::read_jtag_recording(text, "fuzz.txt");
  if (!recording) {
    HEDDLE_CHECK(recording.error().list()[0].where().line > 0);
    return 0;
  }
  const auto again =
      heddle::gate::read_jtag_recording(heddle::gate::jtag_recording_text(*recording), "fuzz.txt");
  HEDDLE_CHECK(again.has_value());
  HEDDLE_CHECK(again->operations == recording->operations);
  HEDDLE_CHECK(again->starts == recording->starts);
  play(*recording);
  return 0;
}
