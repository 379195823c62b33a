// The simulation's side of the wave path: filling log buffers.
#include <utility>

#include "heddle/base/check.h"
#include "heddle/base/output_file.h"
#include "heddle/trace/wave.h"
#include "trace/wave_encoder.h"
#include "trace/wave_log.h"
#include "trace/wave_transport.h"

namespace heddle::trace {

class WaveWriter::Transport : public WaveTransport {
 public:
  using WaveTransport::WaveTransport;
};

Result<std::unique_ptr<WaveWriter>> WaveWriter::open(const std::string& path,
                                                     WaveHierarchy hierarchy,
                                                     const WaveWriterParams& params) {
  for (std::uint32_t i = 0; i < hierarchy.signal_count(); ++i)
    HEDDLE_CHECK(hierarchy.width(WaveSignal(i)) > 0);
  HEDDLE_TRY(std::unique_ptr<OutputFile> file, OutputFile::create(path));
  std::unique_ptr<WaveEncoder> encoder = params.format == WaveFormat::Fst
                                             ? make_fst_encoder(std::move(file), hierarchy, params)
                                             : make_vcd_encoder(std::move(file), hierarchy, params);
  HEDDLE_TRY_STATUS(encoder->status());
  auto reader = std::make_unique<WaveLogReader>(hierarchy, std::move(encoder));
  auto transport = std::make_unique<Transport>(std::move(reader), params.helper_thread);
  return std::unique_ptr<WaveWriter>(new WaveWriter(std::move(hierarchy), std::move(transport)));
}

WaveWriter::WaveWriter(WaveHierarchy hierarchy, std::unique_ptr<Transport> transport)
    : transport_(std::move(transport)), hierarchy_(std::move(hierarchy)) {
  take_buffer(0);
}

WaveWriter::~WaveWriter() {
  if (!finished_) static_cast<void>(finish());
}

void WaveWriter::take_buffer(std::size_t words) {
  const std::span<std::uint32_t> buffer = transport_->buffer(words + kLogTimeWords);
  begin_ = buffer.data();
  next_ = begin_;
  soft_end_ = begin_ + buffer.size();
}

void WaveWriter::hand_over() {
  transport_->hand_over(static_cast<std::size_t>(next_ - begin_));
  take_buffer(0);
}

void WaveWriter::reserve(std::size_t words) {
  if (static_cast<std::size_t>(soft_end_ - next_) > words) return;
  transport_->hand_over(static_cast<std::size_t>(next_ - begin_));
  take_buffer(words);
}

void WaveWriter::time(SimTime now) {
  HEDDLE_CHECK(now.ps() >= 0);
  if (begun_ && now == now_ && !flushed_) return;
  const bool goes_on = !begun_ || now >= now_;
  HEDDLE_CHECK(goes_on);
  begun_ = true;
  flushed_ = false;
  now_ = now;
  reserve(kLogTimeWords);
  const auto ps = static_cast<std::uint64_t>(now.ps());
  *next_++ = kLogTime;
  *next_++ = static_cast<std::uint32_t>(ps);
  *next_++ = static_cast<std::uint32_t>(ps >> 32);
}

void WaveWriter::change_words(WaveSignal signal, std::span<const std::uint64_t> value,
                              std::span<const std::uint64_t> unknown) {
  const std::uint32_t words = log_words(hierarchy_.width(signal));
  HEDDLE_CHECK(value.size() * 2 == words);
  const bool fits = unknown.empty() || unknown.size() * 2 == words;
  HEDDLE_CHECK(fits);
  HEDDLE_CHECK(hierarchy_.bits(signal).empty());
  reserve(std::size_t{2} + std::size_t{words} * 2);
  *next_++ = unknown.empty() ? kLogWords : kLogWords4;
  *next_++ = signal.value();
  for (const auto plane : {value, unknown}) {
    for (const std::uint64_t word : plane) {
      *next_++ = static_cast<std::uint32_t>(word);
      *next_++ = static_cast<std::uint32_t>(word >> 32);
    }
  }
}

bool WaveWriter::ok() const {
  return transport_->ok();
}

Status WaveWriter::flush() {
  HEDDLE_CHECK(!finished_);
  hand_over();
  flushed_ = true;
  return transport_->flush();
}

Status WaveWriter::finish() {
  HEDDLE_CHECK(!finished_);
  if (!begun_) time(SimTime());  // a file without an instant is none
  hand_over();
  finished_ = true;
  return transport_->finish();
}

WaveWriterStats WaveWriter::stats() const {
  return transport_->stats();
}

}  // namespace heddle::trace
