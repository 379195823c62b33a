// What the overlay found, as JSON and as text.
#include <array>
#include <cstdio>

#include "heddle/base/json.h"
#include "heddle/gate/timing_diagnostics.h"
#include "heddle/gate/timing_overlay.h"

namespace heddle::gate {
namespace {

constexpr double kFsPerPs = 1000.0;

double ps(std::int64_t fs) {
  return static_cast<double>(fs) / kFsPerPs;
}

/// Picoseconds with the femtoseconds behind the point.
std::string ps_text(std::int64_t fs) {
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.3f", ps(fs));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

void write_finding(JsonWriter& json, const TimingFinding& finding) {
  json.begin_object();
  json.member("kind", timing_check_name(finding.kind));
  json.member("flop", finding.instance);
  json.member("cell", finding.cell);
  json.member("net", finding.net);
  json.member("pin", finding.data_pin);
  json.member("reference", finding.reference_pin);
  json.member("edge", finding.edge);
  json.member("data_ps", ps(finding.data_fs));
  json.member("reference_ps", ps(finding.reference_fs));
  json.member("limit_ps", ps(finding.limit_fs));
  json.member("slack_ps", ps(finding.slack_fs));
  json.key("path");
  json.begin_array();
  for (const TimingPoint& point : finding.path) {
    json.begin_inline_object();
    json.member("pin", point.pin);
    json.member("rises", point.rises);
    json.member("at_ps", ps(point.at_fs));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

std::string finding_text(const TimingFinding& finding) {
  std::string text = std::string(timing_check_name(finding.kind)) + " of " + finding.instance +
                     " (" + finding.cell + ", drives " + finding.net + ") at edge " +
                     std::to_string(finding.edge) + ": " + finding.data_pin + " at " +
                     ps_text(finding.data_fs) + " ps, " + finding.reference_pin + " at " +
                     ps_text(finding.reference_fs) + " ps, limit " + ps_text(finding.limit_fs) +
                     " ps, slack " + ps_text(finding.slack_fs) + " ps\n";
  for (const TimingPoint& point : finding.path) {
    text +=
        "    " + ps_text(point.at_fs) + (point.rises ? " rises " : " falls ") + point.pin + "\n";
  }
  return text;
}

}  // namespace

void write_json(const TimingReport& report, ByteSink& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("schema", "heddle.gate.timing/1");
  json.member("cells", report.cell_count);
  json.member("arcs", report.arc_count);
  json.member("checks", report.check_count);
  json.member("edges", report.edges);
  json.member("transitions", report.transitions);
  json.member("untimed_transitions", report.untimed);
  json.member("ignored_conditions", report.ignored_conditions);
  json.key("kinds");
  json.begin_object();
  for (std::size_t i = 0; i < kTimingCheckKinds; ++i) {
    const TimingCheckSummary& summary = report.checks[i];
    json.key(timing_check_name(static_cast<TimingCheckKind>(i)));
    json.begin_object();
    json.member("checked", summary.checked);
    json.member("violated", summary.violated);
    json.key("worst");
    if (summary.any) {
      write_finding(json, summary.worst);
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_object();
  json.member("violation_count", report.violation_count);
  json.key("violations");
  json.begin_array();
  for (const TimingFinding& finding : report.violations) write_finding(json, finding);
  json.end_array();
  json.key("arrivals");
  json.begin_array();
  for (const TimingArrival& arrival : report.arrivals) {
    json.begin_inline_object();
    json.member("net", arrival.net);
    json.member("edge", arrival.edge);
    json.member("delay_ps", ps(arrival.delay_fs));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

std::string to_text(const TimingReport& report) {
  constexpr std::size_t kShownMax = 5;
  std::string text = "timing: " + std::to_string(report.cell_count) + " cells, " +
                     std::to_string(report.arc_count) + " delays, " +
                     std::to_string(report.check_count) + " checks, " +
                     std::to_string(report.transitions) + " transitions";
  if (report.untimed > 0) text += ", " + std::to_string(report.untimed) + " of them untimed";
  text += "\n";
  for (std::size_t i = 0; i < kTimingCheckKinds; ++i) {
    const TimingCheckSummary& summary = report.checks[i];
    if (summary.checked == 0) continue;
    text += "  " + std::string(timing_check_name(static_cast<TimingCheckKind>(i))) + ": " +
            std::to_string(summary.violated) + " of " + std::to_string(summary.checked) +
            " violated, worst slack " + ps_text(summary.worst.slack_fs) + " ps at " +
            summary.worst.instance + "\n";
  }
  for (std::size_t i = 0; i < std::min(kShownMax, report.violations.size()); ++i) {
    text += "VIOLATED " + finding_text(report.violations[i]);
  }
  if (report.violation_count > kShownMax) {
    text += "... and " + std::to_string(report.violation_count - kShownMax) + " more\n";
  }
  for (const TimingArrival& arrival : report.arrivals) {
    text += "  " + arrival.net + " at " + ps_text(arrival.delay_fs) + " ps (edge " +
            std::to_string(arrival.edge) + ")\n";
  }
  return text;
}

void add_violations(const TimingReport& report, Diagnostics& problems) {
  if (report.violations.empty()) return;
  const TimingFinding& first = report.violations.front();
  const std::string flop = first.instance + " (" + first.net + ")";
  problems.add(
      Diagnostic(timing::diag::kViolated, {report.sdf_file, 0, 0},
                 {timing_check_name(first.kind), flop, std::to_string(first.edge),
                  std::to_string(first.slack_fs / 1000), std::to_string(report.violation_count)}));
}

}  // namespace heddle::gate
