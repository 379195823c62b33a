// One JSON object a line: easy to grep, and to read from any language.
#include "heddle/base/json.h"
#include "heddle/base/output_file.h"
#include "heddle/trace/sink.h"
#include "trace/value_text.h"

namespace heddle::trace {
namespace {

std::string_view kind_text(TrackKind kind) {
  switch (kind) {
    case TrackKind::Group: return "group";
    case TrackKind::Slices: return "slices";
    case TrackKind::Counter: return "counter";
    case TrackKind::Signal: return "signal";
  }
  return "";
}

class JsonLinesSink final : public Sink {
 public:
  explicit JsonLinesSink(std::unique_ptr<OutputFile> file) : file_(std::move(file)) {}

  void track(TrackId id, const Track& track) override {
    JsonWriter json(*file_, JsonStyle::Compact);
    json.begin_object();
    json.member("track", id.value());
    json.member("name", track.name);
    json.member("kind", kind_text(track.kind));
    if (!track.parent.is_none()) json.member("parent", track.parent.value());
    if (!track.unit.empty()) json.member("unit", track.unit);
    if (track.width > 0) json.member("width", track.width);
    json.end_object();
    file_->write("\n");
  }

  void event(const Event& event) override {
    JsonWriter json(*file_, JsonStyle::Compact);
    json.begin_object();
    json.member("time_ps", event.time.ps());
    json.member("on", event.track.value());
    switch (event.kind) {
      case EventKind::SliceBegin: json.member("begin", event.name); break;
      case EventKind::SliceEnd: json.member("end", true); break;
      case EventKind::Instant: json.member("instant", event.name); break;
      case EventKind::Counter: json.member("value", event.value); break;
      case EventKind::Signal: json.member("bits", bit_text(event.bits)); break;
    }
    json.end_object();
    file_->write("\n");
  }

  Status flush() override { return file_->flush(); }

  Status finish(SimTime end) override {
    file_->write("{\"end_ps\":" + std::to_string(end.ps()) + "}\n");
    return file_->close();
  }

 private:
  std::unique_ptr<OutputFile> file_;
};

}  // namespace

Result<std::unique_ptr<Sink>> open_json_lines_sink(const std::string& path) {
  HEDDLE_TRY(std::unique_ptr<OutputFile> file, OutputFile::create(path));
  return std::make_unique<JsonLinesSink>(std::move(file));
}

}  // namespace heddle::trace
