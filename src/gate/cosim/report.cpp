#include "gate/cosim/report.h"

#include "gate/cosim/report_html.h"
#include "gate/cosim/run_directory.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/base/json.h"

namespace heddle::gate {
namespace {

void write_hash(JsonWriter& json, std::string_view key, std::optional<std::uint64_t> hash) {
  json.key(key);
  if (hash) {
    json.value(Digest64(*hash).to_hex());
  } else {
    json.null();
  }
}

/// Assertions and covers of the design; messages are in `display.txt`.
void write_design_checks(JsonWriter& json, const std::vector<DesignCheckOutcome>& checks) {
  json.key("checks");
  json.begin_array();
  for (const DesignCheckOutcome& check : checks) {
    const bool is_cover = check.kind == CheckKind::Cover;
    if (!is_cover && check.kind != CheckKind::Assert && check.kind != CheckKind::Assume) continue;
    json.begin_inline_object();
    json.member("name", check.name);
    json.member("kind", is_cover ? "cover" : check.kind == CheckKind::Assert ? "assert" : "assume");
    json.member("passed", is_cover == (check.count > 0));
    json.member(is_cover ? "hits" : "failures", check.count);
    if (check.count > 0) json.member("first_edge", check.first_edge);
    json.end_object();
  }
  json.end_array();
}

void write_result(JsonWriter& json, const CosimOutcome& outcome) {
  json.begin_object();
  json.member("edges", outcome.edges);
  json.member("time_ps", outcome.time_ps);
  json.member("stop", stop_reason_name(outcome.stop));
  json.key("cycles");
  json.begin_inline_object();
  for (const auto& [clock, cycles] : outcome.cycles) json.member(clock, cycles);
  json.end_object();
  if (!outcome.jitter_ps.empty()) {
    json.member("seed", outcome.seed);
    json.key("jitter_ps");
    json.begin_inline_object();
    for (const auto& [clock, jitter] : outcome.jitter_ps) json.member(clock, jitter);
    json.end_object();
  }
  json.key("uarts");
  json.begin_array();
  for (const UartOutcome& uart : outcome.uarts) {
    json.begin_inline_object();
    json.member("name", uart.name);
    json.member("file", uart.file);
    json.member("bytes", uart.byte_count);
    json.member("framing_errors", uart.framing_errors);
    json.member("parity_errors", uart.parity_errors);
    json.member("digest", Digest64(uart.digest).to_hex());
    json.end_object();
  }
  json.end_array();
  json.member("events", outcome.event_count);
  json.member("event_digest", Digest64(outcome.event_digest).to_hex());
  json.member("fault", outcome.fault);
  json.key("expectations");
  json.begin_array();
  for (const ExpectationOutcome& expectation : outcome.expectations) {
    json.begin_inline_object();
    json.member("what", expectation.what);
    json.member("equal", expectation.equal);
    json.member("difference", expectation.difference);
    json.end_object();
  }
  json.end_array();
  write_design_checks(json, outcome.checks);
  json.end_object();
}

void write_check(JsonWriter& json, const CheckOutcome& check) {
  json.begin_object();
  json.member("asked", check.asked);
  json.member("checked", check.checked);
  if (check.asked) {
    json.member("first_edge", check.window.first);
    json.member("end_edge", check.window.end);
    json.member("compared_edges", check.compared_edges);
    json.member("equal", check.equal);
  }
  if (!check.equal) {
    json.member("edge", check.edge);
    json.member("net", check.net);
    json.member("expected", check.expected);
    json.member("differing_bits", check.differing_count);
    json.member("cone_gates", check.cone_gates);
    json.key("suspects");
    json.begin_inline_array();
    for (const std::string& suspect : check.suspects) json.value(suspect);
    json.end_array();
  }
  json.end_object();
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

void write_batching(JsonWriter& json, const BatchTelemetry& batches) {
  json.begin_object();
  json.member("batch_limit_edges", batches.batch_limit);
  json.member("submits", batches.submits);
  json.member("mean_edges", share(batches.edges, batches.submits));
  json.member("largest_edges", batches.largest);
  json.member("batched_edge_share", share(batches.batched_edges, batches.edges));
  json.member("batched_submit_share", share(batches.batched_submits, batches.submits));
  json.member("single_edge_commits", batches.single_by_limit + batches.single_by_end +
                                         batches.single_by_stop + batches.single_by_bench);
  json.key("single_edge_reasons");
  json.begin_inline_object();
  json.member("batch_limit", batches.single_by_limit);
  json.member("end_of_run", batches.single_by_end);
  json.member("stop_condition", batches.single_by_stop);
  json.member("test_bench", batches.single_by_bench);
  json.end_object();
  json.end_object();
}

void write_live(JsonWriter& json, const std::vector<LivePortOutcome>& ports) {
  json.begin_array();
  for (const LivePortOutcome& port : ports) {
    json.begin_inline_object();
    json.member("name", port.name);
    json.member("clients", port.clients);
    json.member("received_bytes", port.received_bytes);
    json.member("sent_bytes", port.sent_bytes);
    json.member("lost_bytes", port.lost_bytes);
    json.end_object();
  }
  json.end_array();
}

void write_run(JsonWriter& json, const CosimOutcome& outcome) {
  json.begin_object();
  json.member("engine", outcome.engine);
  json.member("seconds", outcome.seconds);
  const double edges = static_cast<double>(outcome.edges);
  json.member("edges_per_second", outcome.seconds > 0 ? edges / outcome.seconds : 0.0);
  write_hash(json, "digest", outcome.digest);
  write_hash(json, "output_hash", outcome.output_hash);
  json.key("statistics");
  outcome.statistics.write_json(json);
  json.key("batching");
  write_batching(json, outcome.telemetry);
  json.key("live");
  write_live(json, outcome.live);
  json.key("check");
  write_check(json, outcome.check);
  json.key("files");
  json.begin_array();
  for (const std::string& file : outcome.files) json.value(file);
  json.end_array();
  json.key("problems");
  json.begin_array();
  for (const Diagnostic& problem : outcome.problems.list()) {
    json.begin_inline_object();
    json.member("code", problem.code());
    json.member("text", problem.text());
    json.member("help", problem.help());
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

std::string report_json(const CosimOutcome& outcome) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema", "heddle.gate.cosim/1");
  json.member("name", outcome.name);
  json.member("status", run_status_name(outcome.status));
  json.member("passed", outcome.passed());
  json.key("result");
  write_result(json, outcome);
  json.key("run");
  write_run(json, outcome);
  json.end_object();
  return text.take();
}

Status write_reports(const CosimOutcome& outcome, const std::string& picture,
                     const std::vector<std::pair<std::string, std::string>>& uarts) {
  const std::string page = report_html(outcome, picture, uarts);
  HEDDLE_TRY_STATUS(write_file_atomic(join_path(outcome.directory, "report.html"), page));
  return write_file_atomic(join_path(outcome.directory, kReportFile), report_json(outcome));
}

}  // namespace heddle::gate
