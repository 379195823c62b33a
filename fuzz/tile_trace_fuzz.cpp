// Any text as a trace: located diagnostics, or a trace that is written and read
// again as the same text.
#include <cstddef>
#include <cstdint>
#include <string>

#include "heddle/base/check.h"
#include "heddle/tile/trace_text.h"

namespace {

/// The whole trace as text, or nothing if it has a mistake.
std::string played(const std::string& text) {
  auto source = heddle::tile::parse_trace(text, "fuzz.txt");
  heddle::StringSink sink;
  heddle::Status done = source ? heddle::tile::write_trace(**source, sink)
                               : heddle::Status(heddle::fail(std::move(source.error())));
  if (done) return sink.take();
  for (const heddle::Diagnostic& problem : done.error().list()) {
    HEDDLE_CHECK(problem.where().line > 0);
  }
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = played(std::string(reinterpret_cast<const char*>(data), size));
  if (!text.empty()) HEDDLE_CHECK(played(text) == text);
  return 0;
}
