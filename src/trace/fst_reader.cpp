// Reading FST: the sections are found by their lengths, the tree is read at
// once, value changes when they are asked for. Nothing of fstapi is used.
#include <algorithm>

#include "heddle/trace/diagnostics.h"
#include "trace/byte_source.h"
#include "trace/fst_block_reader.h"
#include "trace/fst_cursor.h"
#include "trace/fst_format.h"
#include "trace/fst_tree.h"
#include "trace/packing.h"
#include "trace/wave_window.h"

namespace heddle::trace {
namespace {

using fst::Cursor;
using fst::Section;

constexpr std::uint64_t kLengthBytes = 8;
/// Exponents of ten that a sound file may have: 1000 s to 10^-21 s.
constexpr int kExponentMin = -21;
constexpr int kExponentMax = 3;

std::string trimmed(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return std::string(text);
}

class FstReader final : public WaveReader {
 public:
  explicit FstReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  Status open();
  const WaveInfo& info() const override { return info_; }
  const WaveHierarchy& hierarchy() const override { return tree_.hierarchy; }
  Status read(std::span<const WaveSignal> signals, SimTime from, SimTime to,
              WaveVisitor& visitor) override;

 private:
  struct Geometry {
    std::string widths;
    std::uint64_t count = 0;
  };

  Status unwrap();
  Status find_sections();
  Status section(Section type, std::uint64_t at, std::uint64_t size);
  Status header(std::string_view content);
  Status geometry(std::string_view content);
  Status tree(Section type, std::string_view content);
  Status block(Section type, std::uint64_t at, std::uint64_t size);
  Status settle_times();
  Status read_block(const fst::BlockPlace& place, bool is_first, bool& goes_on, WaveWindow& window);
  [[nodiscard]] std::size_t first_block(SimTime from) const;
  [[nodiscard]] tl::unexpected<Diagnostics> corrupt(std::string_view what, std::uint64_t at) const {
    return fail(diag::kFstCorrupt, {source_->name()}, {what, std::to_string(at)});
  }

  std::unique_ptr<ByteSource> source_;
  WaveInfo info_;
  fst::Tree tree_;
  bool has_header_ = false;
  bool has_tree_ = false;
  std::optional<Geometry> geometry_;
  std::uint64_t start_ticks_ = 0;
  std::uint64_t end_ticks_ = 0;
  std::vector<fst::BlockPlace> blocks_;
};

Status FstReader::open() {
  HEDDLE_TRY_STATUS(unwrap());
  HEDDLE_TRY_STATUS(find_sections());
  if (!has_header_) return corrupt("no header", 0);
  if (!has_tree_) return corrupt("no hierarchy", source_->size());
  if (geometry_) {
    if (const auto problem = fst::check_geometry(geometry_->widths, geometry_->count, tree_))
      return corrupt(*problem, 0);
  }
  return settle_times();
}

/// A file that was packed as a whole becomes a string.
Status FstReader::unwrap() {
  if (source_->size() < 1 + kLengthBytes) return corrupt("no header", 0);
  HEDDLE_TRY(const std::string head, source_->read(0, 1));
  if (static_cast<std::uint8_t>(head[0]) != static_cast<std::uint8_t>(Section::Wrapper)) return {};
  HEDDLE_TRY(const std::string all, source_->read(0, static_cast<std::size_t>(source_->size())));
  Cursor in(std::string_view(all).substr(1));
  static_cast<void>(in.u64());
  const auto size = static_cast<std::size_t>(in.u64());
  if (!in.ok()) return corrupt("a wrapper without a length", 0);
  auto unpacked = unpack_gzip(in.take(in.left()), size);
  if (!unpacked) return corrupt("a wrapper that does not unpack", 0);
  source_ = make_string_source(std::move(*unpacked), source_->name());
  return {};
}

Status FstReader::find_sections() {
  for (std::uint64_t at = 0; at < source_->size();) {
    if (source_->size() - at < 1 + kLengthBytes) return corrupt("a section without a length", at);
    HEDDLE_TRY(const std::string head, source_->read(at, 1 + kLengthBytes));
    Cursor in(head);
    const auto type = static_cast<Section>(in.byte());
    const std::uint64_t length = in.u64();
    if (type == Section::Skip && length == 0) return {};  // its writer died within it
    const std::uint64_t content = at + 1 + kLengthBytes;
    if (length < kLengthBytes || length - kLengthBytes > source_->size() - content)
      return corrupt("a section that reaches beyond the file", at);
    HEDDLE_TRY_STATUS(section(type, content, length - kLengthBytes));
    at += 1 + length;
  }
  return {};
}

Status FstReader::section(Section type, std::uint64_t at, std::uint64_t size) {
  if (!has_header_ && type != Section::Header) return corrupt("no header", 0);
  switch (type) {
    case Section::Changes:
    case Section::ChangesAlias:
    case Section::ChangesAlias2: return block(type, at, size);
    case Section::Blackout:
    case Section::Skip: return {};
    case Section::Wrapper: return corrupt("a wrapper within the file", at);
    case Section::Header:
    case Section::Geometry:
    case Section::HierarchyGzip:
    case Section::HierarchyLz4:
    case Section::HierarchyLz4Duo: break;
  }
  HEDDLE_TRY(const std::string content, source_->read(at, static_cast<std::size_t>(size)));
  switch (type) {
    case Section::Header: return header(content);
    case Section::Geometry: return geometry(content);
    case Section::HierarchyGzip:
    case Section::HierarchyLz4:
    case Section::HierarchyLz4Duo: return tree(type, content);
    default: return corrupt("a section of an unknown type", at);
  }
}

Status FstReader::header(std::string_view content) {
  if (has_header_) return corrupt("a second header", 0);
  Cursor in(content);
  start_ticks_ = in.u64();
  end_ticks_ = in.u64();
  const std::string_view endian = in.take(sizeof fst::kEndianTest);
  for (int i = 0; i < 5; ++i) static_cast<void>(in.u64());  // memory and counts
  // Two's complement in a byte.
  const int raw_exponent = in.byte();
  const int exponent = raw_exponent < 128 ? raw_exponent : raw_exponent - 256;
  info_.producer = trimmed(in.take(fst::kProducerBytes));
  info_.date = trimmed(in.take(fst::kDateBytes));
  if (!in.ok()) return corrupt("a header that is too short", 0);
  double test = 0;
  std::copy(endian.begin(), endian.end(), reinterpret_cast<char*>(&test));
  if (test != fst::kEndianTest) {
    return fail(diag::kFstUnsupported, {source_->name()}, {"reals of another byte order"});
  }
  if (exponent < kExponentMin || exponent > kExponentMax)
    return corrupt("an impossible timescale", 0);
  info_.timescale_exponent = exponent;
  has_header_ = true;
  return {};
}

Status FstReader::geometry(std::string_view content) {
  Cursor in(content);
  const std::uint64_t size = in.u64();
  Geometry geometry;
  geometry.count = in.u64();
  if (!in.ok()) return corrupt("a geometry that is too short", 0);
  const std::string_view packed = in.take(in.left());
  if (packed.size() == size) {
    geometry.widths = packed;
  } else {
    auto unpacked = unpack_zlib(packed, static_cast<std::size_t>(size));
    if (!unpacked) return corrupt("a geometry that does not unpack", 0);
    geometry.widths = std::move(*unpacked);
  }
  geometry_ = std::move(geometry);
  return {};
}

Status FstReader::tree(Section type, std::string_view content) {
  if (has_tree_) return corrupt("a second hierarchy", 0);
  Cursor in(content);
  const auto size = static_cast<std::size_t>(in.u64());
  const auto middle = type == Section::HierarchyLz4Duo ? static_cast<std::size_t>(in.u64()) : 0;
  if (!in.ok()) return corrupt("a hierarchy without a length", 0);
  const std::string_view packed = in.take(in.left());
  std::optional<std::string> stream;
  if (type == Section::HierarchyGzip) {
    stream = unpack_gzip(packed, size);
  } else if (type == Section::HierarchyLz4) {
    stream = unpack_lz4(packed, size);
  } else if (const auto once = unpack_lz4(packed, middle)) {
    stream = unpack_lz4(*once, size);
  }
  if (!stream) return corrupt("a hierarchy that does not unpack", 0);
  if (const auto problem = fst::parse_tree(*stream, tree_)) return corrupt(*problem, 0);
  has_tree_ = true;
  return {};
}

Status FstReader::block(Section type, std::uint64_t at, std::uint64_t size) {
  constexpr std::size_t kHead = 16;
  if (size < kHead) return corrupt("a section that ends within its head", at);
  HEDDLE_TRY(const std::string head, source_->read(at, kHead));
  Cursor in(head);
  fst::BlockPlace place = {type, at, size, in.u64(), 0};
  place.end = in.u64();
  const std::uint64_t previous = blocks_.empty() ? 0 : blocks_.back().end;
  if (place.end < place.begin || place.begin < previous)
    return corrupt("sections that go back in time", at);
  blocks_.push_back(place);
  return {};
}

Status FstReader::settle_times() {
  if (start_ticks_ == 0 && end_ticks_ == 0 && !blocks_.empty()) {  // never brought up to date
    start_ticks_ = blocks_.front().begin;
    end_ticks_ = blocks_.back().end;
  }
  const auto start = time_of_ticks(start_ticks_, info_.timescale_exponent);
  const auto end = time_of_ticks(end_ticks_, info_.timescale_exponent);
  if (!start || !end) return corrupt("a time beyond 2^63 ps", 0);
  info_.start = *start;
  info_.end = *end;
  return {};
}

std::size_t FstReader::first_block(SimTime from) const {
  for (std::size_t i = 0; i + 1 < blocks_.size(); ++i) {
    const auto end = time_of_ticks(blocks_[i].end, info_.timescale_exponent);
    if (!end || *end >= from) return i;
  }
  return blocks_.empty() ? 0 : blocks_.size() - 1;
}

Status FstReader::read(std::span<const WaveSignal> signals, SimTime from, SimTime to,
                       WaveVisitor& visitor) {
  std::vector<bool> is_real;
  is_real.reserve(tree_.signals.size());
  for (const fst::StoredSignal& signal : tree_.signals) is_real.push_back(signal.is_real);
  WaveWindow window(tree_.hierarchy, is_real, signals, from, to, visitor);
  const std::size_t first = first_block(from);
  bool goes_on = true;
  for (std::size_t i = first; i < blocks_.size() && goes_on; ++i)
    HEDDLE_TRY_STATUS(read_block(blocks_[i], i == first, goes_on, window));
  window.finish();
  return {};
}

Status FstReader::read_block(const fst::BlockPlace& place, bool is_first, bool& goes_on,
                             WaveWindow& window) {
  HEDDLE_TRY(const std::string content,
             source_->read(place.at, static_cast<std::size_t>(place.size)));
  fst::BlockReader block(tree_, info_.timescale_exponent);
  if (const auto problem = block.open(place.type, content)) return corrupt(*problem, place.at);
  // The file's first block may repeat its frame as changes; then those count.
  const bool is_frame_news =
      is_first && (place.at != blocks_.front().at || !block.begins_with_changes());
  if (is_frame_news) {
    if (const auto problem = block.tell_frame(window, goes_on)) return corrupt(*problem, place.at);
    if (!goes_on) return {};
  }
  if (const auto problem = block.tell_changes(window, goes_on)) return corrupt(*problem, place.at);
  return {};
}

}  // namespace

Result<std::unique_ptr<WaveReader>> open_fst(std::unique_ptr<ByteSource> source) {
  auto reader = std::make_unique<FstReader>(std::move(source));
  HEDDLE_TRY_STATUS(reader->open());
  return reader;
}

Result<std::unique_ptr<WaveReader>> read_fst(std::string bytes, std::string name) {
  return open_fst(make_string_source(std::move(bytes), std::move(name)));
}

}  // namespace heddle::trace
