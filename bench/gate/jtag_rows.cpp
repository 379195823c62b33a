#include "gate/jtag_rows.h"

#include <filesystem>
#include <random>

#include "gate/timing.h"
#include "heddle/base/file.h"
#include "heddle/gate/cosim.h"

namespace heddle::bench {
namespace {

/// A session's characters: instruction scans and data scans in turn.
class Session {
 public:
  void scan(bool is_instruction, unsigned bits, std::uint64_t value) {
    clock(true, false);
    if (is_instruction) clock(true, false);
    clock(false, false);
    clock(false, false);
    for (unsigned i = 0; i < bits; ++i) clock(i + 1 == bits, (value >> i & 1U) != 0);
    clock(true, false);
    clock(false, false);
  }
  void clock(bool tms, bool tdi) {
    const char low = static_cast<char>('0' + 2 * int{tms} + int{tdi});
    text_ += low;
    text_ += 'R';
    text_ += static_cast<char>(low + 4);
    edges_ += 2;
  }
  void reset() {
    text_ += "tr";
    edges_ += 2;
    for (int i = 0; i < 5; ++i) clock(true, false);
    clock(false, false);
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::uint64_t edges() const { return edges_; }

 private:
  std::string text_;
  std::uint64_t edges_ = 0;
};

/// Scan registers of jtag_min, or the debug module of soc_mcu: its registers are
/// read in turn.
std::string make_session(const std::string& design, std::uint64_t edges) {
  std::mt19937_64 random(1);
  const bool is_chip = design != "jtag_min";
  Session session;
  session.reset();
  while (session.edges() < edges) {
    session.scan(true, 5, is_chip ? 0x11 : 8 + random() % 4);
    for (int i = 0; i < 8; ++i) {
      if (is_chip) {
        session.scan(false, 41, (random() & 0x7F) << 34 | 1);
        for (int k = 0; k < 10; ++k) session.clock(false, false);
      } else {
        session.scan(false, 32, random());
      }
    }
  }
  return session.text();
}

std::string run_text(const std::string& netlist, bool is_chip, std::uint64_t edges) {
  const std::string prefix = is_chip ? "jtag_" : "";
  std::string text =
      "design: {netlist: " + netlist +
      "}\nclocks: {clk: {port: clk, period_ps: 20000}}\n"
      "reset: {port: rst_n, active: low, edges: 20}\n"
      "peripherals:\n  jtag:\n    kind: jtag\n    recording: session.txt\n    pins: {";
  for (const char* pin : {"tck", "tms", "tdi", "tdo", "trst_n"}) {
    text += std::string(pin) + ": " + prefix + pin + ", ";
  }
  return text + "}\nstop: {edges: " + std::to_string(edges) + "}\n";
}

class Silence final : public gate::CosimObserver {};

}  // namespace

Outcome<Row> measure_jtag(const std::string& design, std::uint64_t edges, double target_s,
                          const BenchParams& params) {
  std::error_code error;
  const std::filesystem::path netlist =
      std::filesystem::absolute(params.designs + "/" + design + "/generic.json", error);
  if (const Status made = make_directories(params.directory); !made)
    return failed(made.error().to_string());
  const Status written =
      write_file_atomic(join_path(params.directory, "session.txt"), make_session(design, edges));
  if (!written) return failed(written.error().to_string());
  Row row{.name = design + ", JTAG replay of " + std::to_string(edges) + " edges",
          .unit = "s",
          .lower_is_better = true,
          .target = target_s > 0 ? std::optional<double>(target_s) : std::nullopt,
          .command = params.command};
  for (std::size_t round = 1; round <= params.rounds; ++round) {
    params.say(row.name + ", round " + std::to_string(round));
    const double cpu = cpu_now();
    const double wall = wall_now();
    const auto run = gate::read_run_file(run_text(netlist.string(), design != "jtag_min", edges),
                                         join_path(params.directory, "jtag.yaml"));
    if (!run) return failed(run.error().to_string());
    gate::CosimOptions options;
    options.directory = join_path(params.directory, "jtag");
    options.force = true;
    options.host_threads = 1;  // CPU time of one core
    Silence silence;
    SilentProgress progress;
    const auto outcome = gate::run_cosim(*run, options, silence, progress, {});
    if (!outcome) return failed(outcome.error().to_string());
    row.runs.push_back(cpu_now() - cpu);
    row.wall_runs.push_back(wall_now() - wall);
    const gate::BatchTelemetry& batches = outcome->telemetry;
    const std::uint64_t needed = (edges + batches.batch_limit - 1) / batches.batch_limit + 1;
    if (!outcome->passed() || batches.edges != edges || batches.batched_edges != edges ||
        batches.submits > needed) {
      return failed(row.name + ": it did not run in whole batches");
    }
    row.note = std::to_string(outcome->event_count) + " samples of TDO as events, " +
               std::to_string(batches.submits) + " batches, no single-edge commit";
  }
  return row;
}

}  // namespace heddle::bench
