#include "gate/cosim/report_html.h"

#include "heddle/base/digest.h"
#include "heddle/base/progress.h"

namespace heddle::gate {
namespace {

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:76em;margin:2em auto;padding:0 1em;"
    "color:#1c2733;background:#fff}h1{font-size:1.5em}h2{font-size:1.1em;margin-top:1.8em}"
    "table{border-collapse:collapse}td,th{padding:.25em 1em .25em 0;text-align:left;"
    "border-bottom:1px solid #dde3ea;vertical-align:top}pre{background:#f5f7f9;padding:1em;"
    "overflow:auto;max-height:32em}.good{color:#0b7a3b}.bad{color:#b3261e}svg{max-width:100%}"
    "@media(prefers-color-scheme:dark){body{color:#d7dee6;background:#14191f}"
    "td,th{border-color:#2b343e}pre{background:#1c232b}.good{color:#5fd08d}.bad{color:#ff8a80}}";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool printable = (byte >= 0x20 && byte < 0x7F) || c == '\n' || c == '\t';
        if (printable) {
          out += c;
        } else if (c != '\r') {
          out += "\xEF\xBF\xBD";
        }
      }
    }
  }
  return out;
}

std::string row(std::string_view name, std::string_view value) {
  return "<tr><th>" + escape(name) + "</th><td>" + escape(value) + "</td></tr>\n";
}

std::string summary_table(const CosimOutcome& outcome) {
  std::string out = "<table>\n";
  out += row("engine", outcome.engine);
  out += row("edges", std::to_string(outcome.edges));
  out += row("simulated time", std::to_string(outcome.time_ps) + " ps");
  for (const auto& [clock, cycles] : outcome.cycles) {
    out += row("cycles of " + clock, std::to_string(cycles));
  }
  for (const auto& [clock, jitter] : outcome.jitter_ps) {
    out += row("jitter of " + clock,
               std::to_string(jitter) + " ps, seed " + std::to_string(outcome.seed));
  }
  out += row("stopped by", stop_reason_name(outcome.stop));
  if (outcome.seconds > 0) {
    out += row("speed",
               count_to_text(static_cast<double>(outcome.edges) / outcome.seconds) + " edges/s");
  }
  out += row("events", std::to_string(outcome.event_count));
  if (outcome.digest) out += row("digest", Digest64(*outcome.digest).to_hex());
  if (outcome.output_hash) out += row("output hash", Digest64(*outcome.output_hash).to_hex());
  if (!outcome.fault.empty()) out += row("inverted gate", outcome.fault);
  const BatchTelemetry& batches = outcome.telemetry;
  out += row("batches", std::to_string(batches.submits) + " of at most " +
                            std::to_string(batches.batch_limit) + " edges");
  return out + "</table>\n";
}

std::string check_rows(const CosimOutcome& outcome) {
  std::string out;
  const auto add = [&](std::string_view what, bool good, std::string_view text) {
    out += "<tr><th>" + escape(what) + "</th><td class=\"" + (good ? "good" : "bad") + "\">" +
           (good ? "PASS" : "FAIL") + "</td><td>" + escape(text) + "</td></tr>\n";
  };
  for (const ExpectationOutcome& expectation : outcome.expectations) {
    add(expectation.what, expectation.equal,
        expectation.equal ? "as expected" : expectation.difference);
  }
  const CheckOutcome& check = outcome.check;
  if (check.asked) {
    std::string text = std::to_string(check.compared_edges) + " edges compared with the reference";
    if (!check.checked) text = "nothing checked: the engine is the reference";
    if (!check.equal) text = "edge " + std::to_string(check.edge) + " differs at " + check.net;
    add("check", check.equal, text);
  }
  return out;
}

}  // namespace

std::string report_html(const CosimOutcome& outcome, const std::string& picture,
                        const std::vector<std::pair<std::string, std::string>>& uarts) {
  const std::string title = escape(outcome.name) + ": " +
                            std::string(run_status_name(outcome.status)) +
                            (outcome.passed() ? ", passed" : ", not passed");
  std::string out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                    title + "</title>\n<style>" + std::string(kStyle) + "</style></head><body>\n";
  out += "<h1 class=\"" + std::string(outcome.passed() ? "good" : "bad") + "\">" + title +
         "</h1>\n" + summary_table(outcome);
  const std::string checks = check_rows(outcome);
  if (!checks.empty()) out += "<h2>Checks</h2>\n<table>\n" + checks + "</table>\n";
  if (!outcome.problems.empty()) {
    out += "<h2>Problems</h2>\n<pre>" + escape(outcome.problems.to_string()) + "</pre>\n";
  }
  if (!picture.empty()) out += "<h2>Waves</h2>\n" + picture + "\n";
  for (const auto& [name, bytes] : uarts) {
    if (!bytes.empty()) out += "<h2>" + escape(name) + "</h2>\n<pre>" + escape(bytes) + "</pre>\n";
  }
  out += "<h2>Files</h2>\n<ul>\n";
  for (const std::string& file : outcome.files) out += "<li>" + escape(file) + "</li>\n";
  return out + "</ul>\n</body></html>\n";
}

}  // namespace heddle::gate
