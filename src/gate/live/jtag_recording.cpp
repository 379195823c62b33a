// One pass over the text. Lines are counted only where a message needs them.
#include "heddle/gate/jtag_recording.h"

#include <algorithm>
#include <charconv>

#include "heddle/base/json.h"
#include "heddle/gate/live_diagnostics.h"

namespace heddle::gate {

namespace diag = live::diag;

namespace {

class RecordingReader {
 public:
  RecordingReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Result<JtagRecording> read() {
    out_.operations.reserve(text_.size());
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (Jtag::is_operation(static_cast<std::uint8_t>(c))) {
        out_.operations.push_back(static_cast<std::uint8_t>(c));
        ++at_;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '@') {
        HEDDLE_TRY_STATUS(read_start());
      } else {
        return fail(diag::kBadCharacter, position(at_), {json_quote(text_.substr(at_, 1))});
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] SourcePosition position(std::size_t at) const {
    const std::string_view before = text_.substr(0, at);
    const std::size_t line_end = before.rfind('\n');
    const std::size_t line_begin = line_end == std::string_view::npos ? 0 : line_end + 1;
    return {file_, static_cast<std::uint32_t>(1 + std::count(before.begin(), before.end(), '\n')),
            static_cast<std::uint32_t>(at - line_begin + 1)};
  }

  Status read_start() {
    const SourcePosition where = position(at_);
    const char* const begin = text_.data() + at_ + 1;
    const char* const end = text_.data() + text_.size();
    JtagStart start{.operation = out_.operations.size()};
    const auto [rest, error] = std::from_chars(begin, end, start.edge);
    if (error == std::errc::result_out_of_range) {
      return fail(diag::kBadStart, where, {" that fits into 64 bits"});
    }
    if (error != std::errc()) return fail(diag::kBadStart, where, {""});
    at_ = static_cast<std::size_t>(rest - text_.data());
    // Else `@12` and a character 3 would read as one number.
    const bool ends = rest == end || std::string_view(" \t\r\n#@").find(*rest) != std::string::npos;
    if (!ends) return fail(diag::kBadStart, where, {" and a blank"});
    if (start.edge < last_edge_) {
      return fail(diag::kStartsBackwards, where,
                  {std::to_string(start.edge), std::to_string(last_edge_)});
    }
    last_edge_ = start.edge;
    const bool same = !out_.starts.empty() && out_.starts.back().operation == start.operation;
    if (same) out_.starts.pop_back();
    out_.starts.push_back(start);
    return {};
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::uint64_t last_edge_ = 0;
  JtagRecording out_;
};

}  // namespace

Result<JtagRecording> read_jtag_recording(std::string_view text, const std::string& file) {
  return RecordingReader(text, file).read();
}

std::string jtag_recording_text(const JtagRecording& recording) {
  constexpr std::size_t kLineCharacters = 100;
  std::string text;
  std::size_t start = 0;
  std::size_t column = 0;
  for (std::size_t i = 0; i <= recording.operations.size(); ++i) {
    if (start < recording.starts.size() && recording.starts[start].operation == i) {
      if (column > 0) text += '\n';
      text += '@' + std::to_string(recording.starts[start].edge) + '\n';
      ++start;
      column = 0;
    }
    if (i == recording.operations.size()) break;
    text += static_cast<char>(recording.operations[i]);
    if (++column == kLineCharacters) {
      text += '\n';
      column = 0;
    }
  }
  if (column > 0) text += '\n';
  return text;
}

}  // namespace heddle::gate
