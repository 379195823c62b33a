// Signals and counters of the event model as a VCD or FST file. The tree is
// gathered until the first event, for a wave file begins with all of it.
#include <optional>

#include "heddle/base/output_file.h"
#include "heddle/trace/diagnostics.h"
#include "heddle/trace/sink.h"
#include "heddle/trace/wave.h"

namespace heddle::trace {
namespace {

constexpr std::uint32_t kCounterBits = 64;

bool has_value(TrackKind kind) {
  return kind == TrackKind::Counter || kind == TrackKind::Signal;
}

class WaveSink final : public Sink {
 public:
  WaveSink(std::string path, WaveFormat format) : path_(std::move(path)) {
    params_.format = format;
  }

  void track(TrackId, const Track& track) override {
    if (writer_ != nullptr && has_value(track.kind))
      problems_.add(Diagnostic(diag::kLateTrack, {path_}, {track.name}));
    tracks_.push_back(track);
  }

  void event(const Event& event) override {
    if (!has_value(tracks_[event.track.value()].kind) || !begin()) return;
    if (event.track.value() >= signals_.size()) return;  // declared too late
    writer_->time(event.time);
    const WaveSignal signal = *signals_[event.track.value()];
    if (event.kind == EventKind::Counter) {
      const auto value = static_cast<std::uint64_t>(event.value);
      writer_->change_words(signal, {&value, 1});
      return;
    }
    value_.assign((event.bits.size() + 63) / 64, 0);
    unknown_.assign(value_.size(), 0);
    for (std::size_t i = 0; i < event.bits.size(); ++i) {
      const auto code = static_cast<std::uint64_t>(event.bits[i]);
      value_[i / 64] |= (code & 1) << (i % 64);
      unknown_[i / 64] |= (code >> 1) << (i % 64);
    }
    writer_->change_words(signal, value_, unknown_);
  }

  Status flush() override {
    if (writer_ != nullptr) note(writer_->flush());
    return told();
  }

  Status finish(SimTime end) override {
    if (begin()) {
      writer_->time(end);
      note(writer_->finish());
    }
    return told();
  }

  /// Creates the file, so that a bad path is told at once.
  Status create() {
    HEDDLE_TRY(const std::unique_ptr<OutputFile> file, OutputFile::create(path_));
    return file->close();
  }

 private:
  bool begin() {
    if (writer_ != nullptr) return true;
    if (problems_.has_errors()) return false;
    children_.assign(tracks_.size(), {});
    for (std::uint32_t i = 0; i < tracks_.size(); ++i)
      if (!tracks_[i].parent.is_none()) children_[tracks_[i].parent.value()].push_back(i);
    WaveHierarchy tree;
    signals_.assign(tracks_.size(), std::nullopt);
    for (std::uint32_t i = 0; i < tracks_.size(); ++i)
      if (tracks_[i].parent.is_none()) add(tree, i);
    auto opened = WaveWriter::open(path_, std::move(tree), params_);
    if (!opened) {
      problems_.add(opened.error());
      return false;
    }
    writer_ = std::move(*opened);
    return true;
  }

  void add(WaveHierarchy& tree, std::uint32_t index) {
    const Track& track = tracks_[index];
    if (has_value(track.kind)) {
      const std::uint32_t width = track.kind == TrackKind::Counter ? kCounterBits : track.width;
      WaveOptions options;
      options.has_range = width > 1;
      options.msb = static_cast<std::int32_t>(width - 1);
      signals_[index] = tree.add_words(track.name, width, options);
    }
    if (children_[index].empty()) return;
    tree.enter(track.name);
    for (const std::uint32_t child : children_[index]) add(tree, child);
    tree.leave();
  }

  void note(const Status& status) {
    if (!status && !problems_.has_errors()) problems_.add(status.error());
  }
  Status told() const {
    if (problems_.has_errors()) return fail(problems_);
    return {};
  }

  std::string path_;
  WaveWriterParams params_;
  std::vector<Track> tracks_;
  std::vector<std::vector<std::uint32_t>> children_;  // by track
  std::vector<std::optional<WaveSignal>> signals_;    // by track
  std::vector<std::uint64_t> value_;
  std::vector<std::uint64_t> unknown_;
  std::unique_ptr<WaveWriter> writer_;
  Diagnostics problems_;
};

Result<std::unique_ptr<Sink>> open_wave_sink(const std::string& path, WaveFormat format) {
  auto sink = std::make_unique<WaveSink>(path, format);
  HEDDLE_TRY_STATUS(sink->create());
  return sink;
}

}  // namespace

Result<std::unique_ptr<Sink>> open_vcd_sink(const std::string& path) {
  return open_wave_sink(path, WaveFormat::Vcd);
}

Result<std::unique_ptr<Sink>> open_fst_sink(const std::string& path) {
  return open_wave_sink(path, WaveFormat::Fst);
}

}  // namespace heddle::trace
