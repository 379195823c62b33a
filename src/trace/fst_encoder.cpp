// The FST writer: header, geometry and hierarchy first, then one value-change
// section after the other. After each one the header is brought up to date, so
// that the file is readable whenever the process dies; a section that a full
// disk cut short is cut off.
#include <algorithm>
#include <cstring>
#include <filesystem>

#include "heddle/base/check.h"
#include "trace/fst_block.h"
#include "trace/fst_chains.h"
#include "trace/fst_format.h"
#include "trace/packing.h"
#include "trace/wave_encoder.h"
#include "trace/wave_names.h"

namespace heddle::trace {
namespace {

using fst::Section;

constexpr int kHierarchyLevel = 4;
constexpr int kGeometryLevel = 4;
/// A block may hold this many arena bytes a signal before it is full, so that a
/// large design does not end a block at every instant.
constexpr std::size_t kBlockBytesPerSignal = 256;
/// Time deltas within a block must fit 28 bits (the chains of bits).
constexpr std::uint32_t kInstantsMax = 1U << 27;
constexpr std::int8_t kPicoseconds = -12;

std::string fixed_text(std::string_view text, std::size_t size) {
  std::string out(text.substr(0, size - 1));
  out.resize(size, '\0');
  return out;
}

std::string header_section(const WaveHierarchy& hierarchy, const std::string& producer) {
  std::string out(1, static_cast<char>(Section::Header));
  fst::put_u64(out, fst::kHeaderLength);
  fst::put_u64(out, 0);  // start
  fst::put_u64(out, 0);  // end
  char endian[sizeof fst::kEndianTest];
  std::memcpy(endian, &fst::kEndianTest, sizeof endian);
  out.append(endian, sizeof endian);
  fst::put_u64(out, 0);  // memory of the writer: nobody's business
  fst::put_u64(out, hierarchy.scopes().size());
  fst::put_u64(out, hierarchy.variables().size());
  fst::put_u64(out, hierarchy.signal_count());
  fst::put_u64(out, 0);  // value-change sections
  out.push_back(static_cast<char>(kPicoseconds));
  out += fixed_text(producer, fst::kProducerBytes);
  out += fixed_text("", fst::kDateBytes);  // the same run gives the same bytes
  out.push_back(0);                        // file type: Verilog
  fst::put_u64(out, 0);                    // time zero
  HEDDLE_CHECK(out.size() == fst::kHeaderLength + 1);
  return out;
}

std::string geometry_section(const WaveHierarchy& hierarchy) {
  std::string widths;
  for (std::uint32_t i = 0; i < hierarchy.signal_count(); ++i)
    fst::put_varint(widths, hierarchy.width(WaveSignal(i)));
  const std::string packed = pack_zlib(widths, kGeometryLevel);
  const std::string& content = packed.size() < widths.size() ? packed : widths;
  std::string out(1, static_cast<char>(Section::Geometry));
  fst::put_u64(out, content.size() + 24);
  fst::put_u64(out, widths.size());
  fst::put_u64(out, hierarchy.signal_count());
  return out + content;
}

/// A reader numbers handles by first appearance, as `WaveHierarchy` numbers
/// signals: the handle is the signal plus one.
std::string hierarchy_stream(const WaveHierarchy& hierarchy) {
  std::string out;
  std::vector<bool> is_seen(hierarchy.signal_count(), false);
  for (const WaveItem item : hierarchy.items()) {
    if (item.kind == WaveItem::Kind::Leave) {
      out.push_back(static_cast<char>(fst::Tag::UpScope));
    } else if (item.kind == WaveItem::Kind::Enter) {
      const WaveScope& scope = hierarchy.scopes()[item.index];
      out.push_back(static_cast<char>(fst::Tag::Scope));
      out.push_back(static_cast<char>(scope.kind));
      out += file_name_text(scope.name) + '\0';
      if (!scope.component.empty()) out += file_name_text(scope.component);
      out += '\0';
    } else {
      const WaveVariable& variable = hierarchy.variables()[item.index];
      const std::uint32_t width = hierarchy.width(variable.signal);
      const std::string range = range_text(variable.options, width);
      const std::uint32_t signal = variable.signal.value();
      out.push_back(static_cast<char>(variable.options.kind));
      out.push_back(static_cast<char>(variable.options.direction));
      out += file_name_text(variable.name) + (range.empty() ? "" : " " + range) + '\0';
      fst::put_varint(out, width);
      fst::put_varint(out, is_seen[signal] ? signal + 1 : 0);
      is_seen[signal] = true;
    }
  }
  for (std::size_t i = 0; i < hierarchy.depth(); ++i)
    out.push_back(static_cast<char>(fst::Tag::UpScope));
  return out;
}

std::string hierarchy_section(const WaveHierarchy& hierarchy, WavePack pack) {
  const std::string stream = hierarchy_stream(hierarchy);
  const bool is_lz4 = pack == WavePack::Lz4;
  const std::string packed = is_lz4 ? pack_lz4(stream) : pack_gzip(stream, kHierarchyLevel);
  std::string out(1, static_cast<char>(is_lz4 ? Section::HierarchyLz4 : Section::HierarchyGzip));
  fst::put_u64(out, packed.size() + 16);
  fst::put_u64(out, stream.size());
  return out + packed;
}

class FstEncoder final : public WaveEncoder {
 public:
  FstEncoder(std::unique_ptr<OutputFile> file, const WaveHierarchy& hierarchy,
             const WaveWriterParams& params)
      : file_(std::move(file)),
        chains_(static_cast<std::uint32_t>(hierarchy.signal_count())),
        packer_(static_cast<std::uint32_t>(hierarchy.signal_count()), params.pack),
        block_bytes_max_(std::max<std::size_t>(params.block_bytes_max,
                                               hierarchy.signal_count() * kBlockBytesPerSignal)) {
    file_->write(header_section(hierarchy, params.producer));
    file_->write(geometry_section(hierarchy));
    file_->write(hierarchy_section(hierarchy, params.pack));
    sound_bytes_ = file_->size_bytes();
  }
  ~FstEncoder() override { cut_off(); }

  void instant(SimTime time, std::span<std::uint32_t> changed, const WaveState& state) override;
  void flush(const WaveState& state) override;
  void finish(SimTime end, const WaveState& state) override;
  Status status() const override { return file_->status(); }
  WaveWriterStats stats() const override {
    WaveWriterStats stats = stats_;
    stats.written_bytes = sound_bytes_;
    return stats;
  }

 private:
  void begin_instant(SimTime time, const WaveState& state);
  void write_block(const WaveState& state);
  void update_header();
  void cut_off();

  std::unique_ptr<OutputFile> file_;
  fst::Chains chains_;
  fst::BlockPacker packer_;
  std::size_t block_bytes_max_ = 0;
  std::uint64_t sound_bytes_ = 0;  // what is whole of the file
  std::string frame_;              // all values where the block begins
  std::string time_deltas_;
  std::uint32_t time_count_ = 0;
  std::uint64_t block_begin_ = 0;
  std::uint64_t now_ = 0;
  std::uint64_t start_ = 0;
  WaveWriterStats stats_;
};

void FstEncoder::begin_instant(SimTime time, const WaveState& state) {
  const auto now = static_cast<std::uint64_t>(time.ps());
  if (stats_.instant_count == 0) {
    // The first block has no past: its frame is x and all values are changes.
    frame_.assign(state.values().size(), 'x');
    start_ = now;
    block_begin_ = now;
  } else if (time_count_ == 0) {
    // Later blocks begin with the last instant of the one before.
    block_begin_ = now_;
    fst::put_varint(time_deltas_, now_);
    time_count_ = 1;
  }
  fst::put_varint(time_deltas_, time_count_ == 0 ? now : now - now_);
  ++time_count_;
  now_ = now;
}

void FstEncoder::instant(SimTime time, std::span<std::uint32_t> changed, const WaveState& state) {
  begin_instant(time, state);
  ++stats_.instant_count;
  stats_.change_count += changed.size();
  const std::uint32_t index = time_count_ - 1;
  chains_.add(changed, index, state);
  if (chains_.used_bytes() >= block_bytes_max_ || time_count_ >= kInstantsMax) write_block(state);
}

void FstEncoder::write_block(const WaveState& state) {
  if (time_count_ == 0) return;
  if (file_->status()) {
    file_->write(packer_.pack(
        chains_, {block_begin_, now_, frame_, time_deltas_, std::uint64_t{time_count_}}));
    if (file_->flush()) {
      ++stats_.block_count;
      sound_bytes_ = file_->size_bytes();
      update_header();
    }
  }
  chains_.clear();
  time_deltas_.clear();
  time_count_ = 0;
  frame_ = state.values();
}

void FstEncoder::update_header() {
  std::string times;
  fst::put_u64(times, start_);
  fst::put_u64(times, now_);
  file_->overwrite(fst::kStartTimeAt, times);
  std::string sections;
  fst::put_u64(sections, stats_.block_count);
  file_->overwrite(fst::kSectionCountAt, sections);
}

void FstEncoder::flush(const WaveState& state) {
  write_block(state);
  static_cast<void>(file_->flush());  // its failure sticks; `status` tells it
}

void FstEncoder::finish(SimTime end, const WaveState& state) {
  if (static_cast<std::uint64_t>(end.ps()) > now_) begin_instant(end, state);
  write_block(state);
  static_cast<void>(file_->close());
  cut_off();
}

void FstEncoder::cut_off() {
  if (file_->status()) return;
  std::error_code ignored;  // the write failure is what the user is told
  if (std::filesystem::is_regular_file(file_->path(), ignored))
    std::filesystem::resize_file(file_->path(), sound_bytes_, ignored);
}

}  // namespace

std::unique_ptr<WaveEncoder> make_fst_encoder(std::unique_ptr<OutputFile> file,
                                              const WaveHierarchy& hierarchy,
                                              const WaveWriterParams& params) {
  return std::make_unique<FstEncoder>(std::move(file), hierarchy, params);
}

}  // namespace heddle::trace
