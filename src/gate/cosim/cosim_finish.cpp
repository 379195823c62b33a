// The end of a run: closing, comparing, reporting.
#include <algorithm>

#include "gate/cosim/cosim_run.h"
#include "gate/cosim/image.h"
#include "gate/cosim/report.h"
#include "gate/cosim/run_directory.h"
#include "gate/cosim/wave_picture.h"
#include "heddle/base/file.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/cosim_statistics.h"
#include "heddle/gate/peripheral_type.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

/// Printable around a place where two texts part.
std::string excerpt(std::string_view text, std::size_t at) {
  constexpr std::size_t kBefore = 16;
  constexpr std::size_t kAfter = 16;
  if (at >= text.size()) return "its end";
  const std::size_t first = at > kBefore ? at - kBefore : 0;
  return json_quote(text.substr(first, at - first + kAfter));
}

/// Where two transcripts part, for people; empty when they are equal.
std::string text_difference(std::string_view expected, std::string_view found) {
  if (expected == found) return "";
  const auto [in_expected, in_found] =
      std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
  const auto at = static_cast<std::size_t>(in_expected - expected.begin());
  const auto line = 1 + std::count(expected.begin(), in_expected, '\n');
  return "byte " + std::to_string(at) + " (line " + std::to_string(line) + "): expected " +
         excerpt(expected, at) + ", found " + excerpt(found, at);
}

std::string event_difference(const EventDifference& difference) {
  const auto text = [](const std::optional<RunEvent>& event) {
    return event ? event_text(*event) : std::string("nothing");
  };
  return "event " + std::to_string(difference.index) + ": expected " + text(difference.expected) +
         ", found " + text(difference.found);
}

}  // namespace

CosimOutcome CosimRun::finish() {
  if (vpi_ != nullptr) {
    vpi_->end();
    print_line_by_line(vpi_text_.empty() || vpi_text_.ends_with('\n') ? "" : "\n");
    outcome_.problems.add(vpi_->faults());
  }
  close_stages();
  dump_memories();
  dump_stores();
  explain_uarts();
  fill_outcome();
  fill_statistics();
  if (outcome_.status == RunStatus::Complete) compare();
  std::vector<std::pair<std::string, std::string>> uarts;
  for (const UartTranscript& uart : events_->transcripts())
    uarts.emplace_back(uart.name, uart.bytes);
  if (const Status written = write_reports(outcome_, picture(), uarts); !written) {
    fail_with(written.error());
  }
  return std::move(outcome_);
}

void CosimRun::close_stages() {
  for (BatchStage* stage : stages_) {
    if (const Status finished = stage->finish(); !finished) fail_with(finished.error());
  }
}

void CosimRun::dump_memories() {
  for (const MemoryDump& dump : plan_.dumps) {
    const Memory& memory = program_.model.memories[dump.memory];
    const std::string text =
        dump_memory(dump.file, engine_->backend().memory(dump.memory), memory.width,
                    memory.start_offset, engine_->backend().x_memory(dump.memory));
    const Status written = write_file_atomic(in_directory(dump.file), text);
    if (!written) fail_with(written.error());
    outcome_.files.push_back(dump.file);
  }
}

void CosimRun::dump_stores() {
  for (const StoreDump& dump : plan_.store_dumps) {
    const std::vector<std::uint8_t> bytes = engine_->bank().stored(dump.source);
    const std::vector<std::uint64_t> rows(bytes.begin(), bytes.end());
    const Status written =
        write_file_atomic(in_directory(dump.file), dump_memory(dump.file, rows, 8, 0));
    if (!written) fail_with(written.error());
    outcome_.files.push_back(dump.file);
  }
}

/// Says of a UART that heard nonsense how long the bits on its line really are.
void CosimRun::explain_uarts() {
  const std::vector<PeripheralDescription>& states = last_->peripherals;
  for (const UartTranscript& uart : events_->transcripts()) {
    const std::uint64_t wrong = uart.framing_errors + uart.parity_errors;
    const auto* setup = std::get_if<UartSetup>(&plan_.bank.peripherals[uart.source].setup);
    const std::string pulse(states[uart.source].find("shortest_pulse_cycles"));
    if (wrong == 0 || setup == nullptr || pulse == "0") continue;
    const bool same = pulse == std::to_string(setup->divisor);
    outcome_.problems.add(Diagnostic(
        diag::kUartBaud, {},
        {uart.name, std::to_string(wrong), std::to_string(wrong + uart.bytes.size()), pulse,
         std::to_string(setup->divisor),
         same ? "compare data_bits, parity and stop_bits with what the design sends"
              : "the baud rate of the design differs from the run file's: see its divisor, and "
                "which clock the UART counts"}));
  }
}

void CosimRun::fill_outcome() {
  for (const UartTranscript& uart : events_->transcripts()) {
    outcome_.uarts.push_back({.name = uart.name,
                              .file = uart.file,
                              .byte_count = uart.bytes.size(),
                              .framing_errors = uart.framing_errors,
                              .parity_errors = uart.parity_errors,
                              .digest = digest_of(std::string_view(uart.bytes)).value()});
    outcome_.files.push_back(uart.file);
  }
  for (std::string& file : events_->bus_files()) outcome_.files.push_back(std::move(file));
  outcome_.event_count = events_->event_count();
  outcome_.event_digest = events_->digest().value();
  if (digest_ != nullptr) outcome_.digest = digest_->digest().value();
  if (output_hash_ != nullptr) outcome_.output_hash = output_hash_->hash().value();
  if (checker_ != nullptr) outcome_.check = checker_->outcome();
  if (live_ != nullptr) outcome_.live = live_->outcomes();
  for (const LivePeripheral& live : plan_.live) {
    if (!live.record_file.empty()) outcome_.files.push_back(live.record_file);
  }
  for (const std::string_view file :
       {"events.json", "trace.perfetto-trace", "run_params.json", "report.json", "report.html"}) {
    outcome_.files.emplace_back(file);
  }
  if (!wave_file_.empty()) {
    outcome_.files.push_back(wave_file_);
    outcome_.files.emplace_back(file_name(waves_->save_file()));
  }
  look_.list_files(outcome_.files);
  look_.conclude(outcome_);
  look_.conclude_x(file_.engine, program_, plan_, outcome_);
  for (const std::uint32_t output : plan_.fail_outputs) {
    if (outcome_.stop != StopReason::Net || !engine_->backend().output(output) ||
        engine_->backend().is_x_output(output)) {
      continue;
    }
    outcome_.problems.add(Diagnostic(diag::kFailNet, file_.fail_net.where,
                                     {file_.fail_net.value, std::to_string(outcome_.edges - 1)}));
  }
  std::sort(outcome_.files.begin(), outcome_.files.end());
}

void CosimRun::fill_statistics() {
  namespace stat = cosim::stat;
  Statistics& out = outcome_.statistics;
  const BatchTelemetry& batches = outcome_.telemetry;
  const BackendProfile& profile = last_->profile;
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  out.counter(stat::kEdges).add(batches.edges);
  out.counter(stat::kSubmits).add(batches.submits);
  out.gauge(stat::kBatchedEdgeShare).set(share(batches.batched_edges, batches.edges));
  out.gauge(stat::kBatchedSubmitShare).set(share(batches.batched_submits, batches.submits));
  out.counter(stat::kSingleByLimit).add(batches.single_by_limit);
  out.counter(stat::kSingleByEnd).add(batches.single_by_end);
  out.counter(stat::kSingleByStop).add(batches.single_by_stop);
  out.counter(stat::kPatchedEdges).add(profile.patched_edges);
  out.counter(stat::kEvents).add(outcome_.event_count);
  out.counter(stat::kClusterRuns).add(profile.cluster_runs);
  out.counter(stat::kClockRounds).add(profile.rounds);
  if (waves_ != nullptr) {
    out.counter(stat::kWaveChanges).add(waves_->stats().change_count);
    out.counter(stat::kWaveBytes).add(waves_->stats().written_bytes);
  }
}

void CosimRun::compare() {
  const auto note = [&](std::string what, const std::string& file, std::string difference) {
    if (!difference.empty()) {
      outcome_.problems.add(Diagnostic(diag::kUnexpected, {file, 0, 0},
                                       {what + " is not what was expected", difference}));
    }
    outcome_.expectations.push_back({.what = std::move(what),
                                     .file = file,
                                     .equal = difference.empty(),
                                     .difference = std::move(difference)});
  };
  for (const ExpectedTranscript& expected : plan_.expected_uart) {
    for (const UartTranscript& uart : events_->transcripts()) {
      if (uart.source != expected.source) continue;
      note(uart.name, expected.path, text_difference(expected.bytes, uart.bytes));
    }
  }
  for (const ExpectedEvents& expected : plan_.expected_events) {
    const auto difference = first_difference(expected.events, events_->events());
    note("events", expected.path, difference ? event_difference(*difference) : "");
  }
}

std::string CosimRun::picture() const {
  if (wave_file_.empty()) return "";
  return wave_picture(in_directory(wave_file_));
}

}  // namespace heddle::gate
