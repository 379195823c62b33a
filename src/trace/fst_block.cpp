// A value-change section: times and length, the frame (all values at its
// begin), the chains, their positions, the time table. Two chains with equal
// bytes share one; the second's position then names the first's signal.
#include "trace/fst_block.h"

#include <lz4.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "heddle/base/check.h"
#include "heddle/base/digest.h"
#include "trace/fst_format.h"
#include "trace/packing.h"

namespace heddle::trace::fst {
namespace {

/// Chains up to this length are stored as they are: the format's own bound.
constexpr std::size_t kPackedMin = 33;
/// Shorter chains are not worth a look for an equal one.
constexpr std::size_t kSharedMin = 4;
constexpr int kLevel = 4;      // of chains and frames, as fstapi packs them
constexpr int kTimeLevel = 1;  // of time tables: regular, so any level is small

constexpr std::size_t kLengthAt = 1;
constexpr std::size_t kMemoryAt = 1 + 8 + 8 + 8;

/// zlib when it helps; the reader tells by the length.
void put_packed(std::string& out, std::string_view bytes, std::string_view packed) {
  out.append(packed.size() < bytes.size() ? packed : bytes);
}

}  // namespace

void BlockPacker::FreeStream::operator()(LZ4_stream_u* stream) const {
  LZ4_freeStream(stream);
}

BlockPacker::BlockPacker(std::uint32_t signal_count, WavePack pack)
    : signal_count_(signal_count), pack_(pack), lz4_(LZ4_createStream()), stored_(signal_count) {
  HEDDLE_CHECK(lz4_ != nullptr);
  std::size_t size = 64;
  while (size < std::size_t{signal_count} * 2) size *= 2;
  table_.resize(size);
}

void BlockPacker::put_u64_at(std::size_t at, std::uint64_t value) {
  std::string bytes;
  put_u64(bytes, value);
  section_.replace(at, bytes.size(), bytes);
}

std::string_view BlockPacker::pack(const Chains& chains, const BlockFrame& frame) {
  section_.clear();
  section_.push_back(static_cast<char>(Section::ChangesAlias2));
  put_u64(section_, 0);  // the section's length, known later
  put_u64(section_, frame.begin_time);
  put_u64(section_, frame.end_time);
  put_u64(section_, 0);  // bytes of all chains unpacked, known later

  const std::string packed = pack_zlib(frame.values, kLevel);
  put_varint(section_, frame.values.size());
  put_varint(section_, std::min(packed.size(), frame.values.size()));
  put_varint(section_, signal_count_);
  put_packed(section_, frame.values, packed);

  put_varint(section_, signal_count_);
  const std::size_t chains_begin = section_.size();
  section_.push_back(pack_ == WavePack::Lz4 ? '4' : 'Z');
  std::fill(table_.begin(), table_.end(), 0U);
  std::uint64_t unpacked_bytes = 0;
  for (std::uint32_t signal = 0; signal < signal_count_; ++signal) {
    stored_[signal] = Stored();
    if (!chains.has(signal)) continue;
    chain_.clear();
    chains.gather(signal, chain_);
    unpacked_bytes += chain_.size();
    put_chain(signal, chains_begin);
  }
  put_positions();
  put_times(frame);
  put_u64_at(kLengthAt, section_.size() - 1);
  put_u64_at(kMemoryAt, unpacked_bytes);
  return section_;
}

void BlockPacker::put_chain(std::uint32_t signal, std::size_t chains_begin) {
  const std::size_t begin = section_.size();
  std::size_t packed_size = chain_.size();
  if (chain_.size() >= kPackedMin) {
    const int size = static_cast<int>(chain_.size());
    if (pack_ == WavePack::Lz4) {
      packed_.resize(static_cast<std::size_t>(LZ4_compressBound(size)));
      // Spares the clearing of a 16 KB table for each chain; the result is the
      // same: nothing before the reset is ever referred to.
      LZ4_resetStream_fast(lz4_.get());
      packed_size = static_cast<std::size_t>(LZ4_compress_fast_continue(
          lz4_.get(), chain_.data(), packed_.data(), size, static_cast<int>(packed_.size()), 1));
    } else {
      packed_ = pack_zlib(chain_, kLevel);
      packed_size = packed_.size();
    }
    HEDDLE_CHECK(packed_size > 0);
  }
  const bool is_packed = packed_size < chain_.size();
  put_varint(section_, is_packed ? chain_.size() : 0);
  section_.append(is_packed ? packed_.data() : chain_.data(),
                  is_packed ? packed_size : chain_.size());
  stored_[signal] = {static_cast<std::int64_t>(begin - chains_begin),
                     static_cast<std::uint32_t>(section_.size() - begin)};
  if (chain_.size() >= kSharedMin && reuse_equal(signal, chains_begin, begin))
    section_.resize(begin);
}

bool BlockPacker::reuse_equal(std::uint32_t signal, std::size_t chains_begin,
                              std::size_t chain_begin) {
  const std::string_view mine(section_.data() + chain_begin, stored_[signal].size);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = digest_of(mine).value() & mask;; slot = (slot + 1) & mask) {
    if (table_[slot] == 0) {
      table_[slot] = signal + 1;
      return false;
    }
    const Stored& other = stored_[table_[slot] - 1];
    const std::string_view theirs(
        section_.data() + chains_begin + static_cast<std::size_t>(other.at), other.size);
    if (theirs == mine) {
      stored_[signal].at = -static_cast<std::int64_t>(table_[slot]);
      return true;
    }
  }
}

void BlockPacker::put_positions() {
  const std::size_t begin = section_.size();
  std::int64_t previous = 0;
  std::int64_t previous_alias = 0;
  std::uint64_t empty_run = 0;
  for (const Stored& chain : stored_) {
    if (chain.at == 0) {
      ++empty_run;
      continue;
    }
    if (empty_run > 0) put_varint(section_, empty_run << 1);
    empty_run = 0;
    if (chain.at > 0) {
      put_signed_varint(section_, (chain.at - previous) * 2 + 1);
      previous = chain.at;
    } else {  // zero stands for the alias before
      put_signed_varint(section_, chain.at == previous_alias ? 1 : chain.at * 2 + 1);
      previous_alias = chain.at;
    }
  }
  if (empty_run > 0) put_varint(section_, empty_run << 1);
  put_u64(section_, section_.size() - begin);
}

void BlockPacker::put_times(const BlockFrame& frame) {
  const std::string packed = pack_zlib(frame.time_deltas, kTimeLevel);
  put_packed(section_, frame.time_deltas, packed);
  put_u64(section_, frame.time_deltas.size());
  put_u64(section_, std::min(packed.size(), frame.time_deltas.size()));
  put_u64(section_, frame.time_count);
}

}  // namespace heddle::trace::fst
