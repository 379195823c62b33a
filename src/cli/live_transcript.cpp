#include "cli/live_transcript.h"

#include <algorithm>

namespace heddle::cli {

void LiveTranscript::start(const std::vector<std::string>& sources) {
  lines_.assign(sources.size(), "");
  std::size_t width = 0;
  for (const std::string& name : sources) width = std::max(width, name.size());
  const auto uarts = std::count_if(sources.begin(), sources.end(),
                                   [](const std::string& name) { return !name.empty(); });
  for (const std::string& name : sources) {
    prefixes_.push_back(uarts < 2 ? "" : name + std::string(width - name.size(), ' ') + "| ");
  }
}

void LiveTranscript::add(std::size_t source, char byte) {
  if (is_silent_ || byte == '\r') return;
  if (byte == '\n') {
    show(source);
    return;
  }
  // What a terminal would act upon is shown as a dot.
  const auto code = static_cast<unsigned char>(byte);
  const bool printable = (code >= 0x20 && code != 0x7F) || byte == '\t';
  lines_[source] += printable ? byte : '.';
  if (lines_[source].size() >= kLineBytesMax) show(source);
}

void LiveTranscript::finish() {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!lines_[i].empty()) show(i);
  }
}

void LiveTranscript::show(std::size_t source) {
  out_.write(prefixes_[source] + lines_[source] + "\n");
  lines_[source].clear();
}

}  // namespace heddle::cli
