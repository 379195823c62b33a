// A section is read from both ends: times and lengths first, the time table and
// the positions of the chains from the back.
#include "trace/fst_block_reader.h"

#include <algorithm>
#include <cstring>

#include "trace/fst_cursor.h"
#include "trace/packing.h"

namespace heddle::trace::fst {
namespace {

constexpr std::uint64_t kTailBytes = 24;
constexpr std::uint64_t kPositionsLengthBytes = 8;

/// `packed`, or unpacked by zlib where the sizes differ.
std::optional<std::string> unpack_section(std::string_view packed, std::uint64_t size) {
  if (packed.size() == size) return std::string(packed);
  return unpack_zlib(packed, static_cast<std::size_t>(size));
}

}  // namespace

BlockReader::Problem BlockReader::open(Section type, std::string_view content) {
  type_ = type;
  Cursor head(content);
  begin_ = head.u64();
  const std::uint64_t end = head.u64();
  static_cast<void>(head.u64());  // memory that fstapi would need
  frame_size_ = head.varint();
  const std::uint64_t frame_packed = head.varint();
  frame_count_ = head.varint();
  frame_ = head.take(frame_packed);
  chain_count_ = head.varint();
  if (!head.ok()) return "a section that ends within its head";
  if (frame_count_ > tree_.signals.size() || chain_count_ > tree_.signals.size())
    return "a section with more signals than the hierarchy";

  if (head.left() < kTailBytes + kPositionsLengthBytes + 1) return "a section without a tail";
  Cursor tail(content.substr(content.size() - kTailBytes));
  const std::uint64_t times_size = tail.u64();
  const std::uint64_t times_packed = tail.u64();
  const std::uint64_t time_count = tail.u64();
  std::string_view rest = content.substr(head.at(), head.left() - kTailBytes);
  if (times_packed > rest.size() - kPositionsLengthBytes) return "a time table that does not fit";
  const std::string_view times = rest.substr(rest.size() - times_packed);
  rest.remove_suffix(times.size());
  Cursor length(rest.substr(rest.size() - kPositionsLengthBytes));
  const std::uint64_t positions_size = length.u64();
  rest.remove_suffix(kPositionsLengthBytes);
  if (rest.empty() || positions_size > rest.size() - 1)
    return "a table of chains that does not fit";
  positions_ = rest.substr(rest.size() - positions_size);
  chains_ = rest.substr(0, rest.size() - positions_size);
  if (const Problem problem = read_times(times, times_size, time_count)) return problem;
  if (!times_.empty() && (times_.front() < begin_ || times_.back() > end))
    return "times outside their section";
  return std::nullopt;
}

BlockReader::Problem BlockReader::read_times(std::string_view packed, std::uint64_t size,
                                             std::uint64_t count) {
  const auto unpacked = unpack_section(packed, size);
  if (!unpacked) return "a time table that does not unpack";
  if (count > unpacked->size()) return "a time table with fewer times than it claims";
  times_.clear();
  Cursor in(*unpacked);
  std::uint64_t now = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t delta = in.varint();
    if (!in.ok() || now + delta < now || !time_of_ticks(now + delta, exponent_))
      return "a time beyond 2^63 ps";
    times_.push_back(now += delta);
  }
  return std::nullopt;
}

BlockReader::Problem BlockReader::tell_frame(WaveWindow& window, bool& goes_on) {
  const auto frame = unpack_section(frame_, frame_size_);
  if (!frame) return "a frame that does not unpack";
  const auto begin = time_of_ticks(begin_, exponent_);
  if (!begin) return "a time beyond 2^63 ps";
  goes_on = window.time(*begin);
  if (!goes_on) return std::nullopt;
  Cursor in(*frame);
  for (std::uint32_t signal = 0; signal < frame_count_; ++signal) {
    const StoredSignal& stored = tree_.signals[signal];
    const std::string_view value = in.take(stored.width);
    if (!in.ok()) return "a frame that is too short";
    if (stored.is_real) {
      double real = 0;
      std::memcpy(&real, value.data(), sizeof real);
      window.set_real(signal, real);
    } else if (stored.width > 0) {
      window.set(signal, value);
    }
  }
  return std::nullopt;
}

BlockReader::Problem BlockReader::tell_changes(WaveWindow& window, bool& goes_on) {
  changes_.clear();
  unpacked_.clear();
  known_.clear();
  unpacked_of_.assign(tree_.signals.size(), 0);
  if (const Problem problem = read_positions()) return problem;
  for (const std::uint32_t signal : window.chosen()) {
    if (signal >= chain_count_ || chain_of_[signal].at == 0) continue;
    if (const Problem problem = unpack_chain(signal)) return problem;
    if (const Problem problem = decode_chain(signal)) return problem;
  }
  sort_by_time();
  goes_on = true;
  for (const Change& change : changes_) {
    goes_on = window.time(*time_of_ticks(times_[change.time], exponent_));
    if (!goes_on) break;
    tell(change, window);
  }
  return std::nullopt;
}

BlockReader::Problem BlockReader::read_positions() {
  if (type_ != Section::ChangesAlias2) return read_old_positions();
  std::vector<std::int64_t> table;  // > 0: offset; < 0: -(signal + 1) of an equal chain
  Cursor in(positions_);
  std::int64_t offset = 0;
  std::int64_t alias = 0;
  while (!in.at_end()) {
    const bool is_entry = (static_cast<unsigned char>(positions_[in.at()]) & 1) != 0;
    if (is_entry) {
      const std::int64_t step = in.signed_varint() >> 1;
      const bool is_sound = step <= static_cast<std::int64_t>(chains_.size()) &&
                            step >= -static_cast<std::int64_t>(chain_count_);
      if (!in.ok() || !is_sound) return "a table of chains with an impossible entry";
      if (step > 0) {
        table.push_back(offset += step);
      } else {
        if (step < 0) alias = step;
        table.push_back(alias);
      }
    } else {
      const std::uint64_t run = in.varint() >> 1;
      if (!in.ok() || run > chain_count_ - table.size())
        return "a table of chains with too many entries";
      table.insert(table.end(), static_cast<std::size_t>(run), 0);
    }
    if (table.size() > chain_count_) return "a table of chains with too many entries";
  }
  return resolve(table);
}

BlockReader::Problem BlockReader::read_old_positions() {
  std::vector<std::int64_t> table;
  Cursor in(positions_);
  std::int64_t offset = 0;
  while (!in.at_end()) {
    const std::uint64_t entry = in.varint();
    if (entry == 0) {
      const std::uint64_t alias = in.varint();
      if (!in.ok() || alias == 0 || alias > chain_count_)
        return "a table of chains with an impossible entry";
      table.push_back(-static_cast<std::int64_t>(alias));
    } else if ((entry & 1) != 0) {
      if (!in.ok() || (entry >> 1) > chains_.size())
        return "a table of chains with an impossible entry";
      table.push_back(offset += static_cast<std::int64_t>(entry >> 1));
    } else {
      if (!in.ok() || (entry >> 1) > chain_count_ - table.size())
        return "a table of chains with too many entries";
      table.insert(table.end(), static_cast<std::size_t>(entry >> 1), 0);
    }
    if (table.size() > chain_count_) return "a table of chains with too many entries";
  }
  return resolve(table);
}

/// Gives every signal its chain: its own, which ends where the next one begins,
/// or that of an earlier signal.
BlockReader::Problem BlockReader::resolve(const std::vector<std::int64_t>& table) {
  chain_of_.assign(tree_.signals.size(), Chain());
  Chain* last = nullptr;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] > 0) {
      const auto at = static_cast<std::uint64_t>(table[i]);
      if (at >= chains_.size()) return "a chain beyond its section";
      if (last != nullptr) last->size = at - last->at;
      chain_of_[i].at = at;
      last = &chain_of_[i];
    }
  }
  if (last != nullptr) last->size = chains_.size() - last->at;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] >= 0) continue;
    const auto other = static_cast<std::size_t>(-table[i] - 1);
    if (other >= i) return "a chain that is equal to a later one";
    chain_of_[i] = chain_of_[other];
  }
  return std::nullopt;
}

BlockReader::Problem BlockReader::unpack_chain(std::uint32_t signal) {
  const Chain& chain = chain_of_[signal];
  const auto [known, is_new] =
      known_.try_emplace(chain.at, static_cast<std::uint32_t>(unpacked_.size()));
  unpacked_of_[signal] = known->second;
  if (!is_new) return std::nullopt;
  Cursor in(
      chains_.substr(static_cast<std::size_t>(chain.at), static_cast<std::size_t>(chain.size)));
  const auto size = static_cast<std::size_t>(in.varint());
  if (!in.ok()) return "a chain without a length";
  const std::string_view packed = in.take(in.left());
  if (size == 0) {
    unpacked_.emplace_back(packed);
    return std::nullopt;
  }
  std::optional<std::string> unpacked;
  switch (chains_.front()) {
    case 'Z': unpacked = unpack_zlib(packed, size); break;
    case '4': unpacked = unpack_lz4(packed, size); break;
    case 'F': unpacked = unpack_fastlz(packed, size); break;
    default: return "chains of an unknown packing";
  }
  if (!unpacked) return "a chain that does not unpack";
  unpacked_.push_back(std::move(*unpacked));
  return std::nullopt;
}

BlockReader::Problem BlockReader::decode_chain(std::uint32_t signal) {
  const std::string& chain = unpacked_[unpacked_of_[signal]];
  const StoredSignal& stored = tree_.signals[signal];
  if (chain.size() > 0xFFFFFFFF) return "a chain of 4 GB";
  if (stored.width == 1) return decode_bit(signal, chain);
  if (stored.width == 0) return decode_text(signal, chain);
  return decode_wide(signal, chain);
}

BlockReader::Problem BlockReader::decode_bit(std::uint32_t signal, std::string_view chain) {
  Cursor in(chain);
  std::uint64_t time = 0;
  while (!in.at_end()) {
    const std::uint64_t code = in.varint();
    const bool is_other = (code & 1) != 0;
    time += code >> (is_other ? 4 : 2);
    const char value = is_other ? kOtherValues[code >> 1 & 7] : (code & 2) != 0 ? '1' : '0';
    if (!in.ok() || time >= times_.size()) return "a change beyond the time table";
    changes_.push_back(
        {static_cast<std::uint32_t>(time), signal, static_cast<std::uint32_t>(value), 1, false});
    if (changes_.size() > std::max(kChangesMax, kChangesPerSignal * tree_.signals.size()))
      return "more changes than a block may hold";
  }
  return std::nullopt;
}

BlockReader::Problem BlockReader::decode_wide(std::uint32_t signal, std::string_view chain) {
  const std::uint32_t width = tree_.signals[signal].width;
  Cursor in(chain);
  std::uint64_t time = 0;
  while (!in.at_end()) {
    const std::uint64_t code = in.varint();
    time += code >> 1;
    const bool is_packed = (code & 1) == 0;
    const auto at = static_cast<std::uint32_t>(in.at());
    static_cast<void>(in.take(is_packed ? (width + 7) / 8 : width));
    if (!in.ok() || time >= times_.size()) return "a change beyond the time table or its chain";
    changes_.push_back({static_cast<std::uint32_t>(time), signal, at, width, is_packed});
    if (changes_.size() > std::max(kChangesMax, kChangesPerSignal * tree_.signals.size()))
      return "more changes than a block may hold";
  }
  return std::nullopt;
}

BlockReader::Problem BlockReader::decode_text(std::uint32_t signal, std::string_view chain) {
  Cursor in(chain);
  std::uint64_t time = 0;
  while (!in.at_end()) {
    const std::uint64_t code = in.varint();
    time += code >> 1;
    const std::uint64_t size = in.varint();
    const auto at = static_cast<std::uint32_t>(in.at());
    static_cast<void>(in.take(size));
    if (!in.ok() || (code & 1) != 0 || time >= times_.size())
      return "a text beyond the time table or its chain";
    changes_.push_back(
        {static_cast<std::uint32_t>(time), signal, at, static_cast<std::uint32_t>(size), false});
    if (changes_.size() > kChangesMax) return "more changes than a block may hold";
  }
  return std::nullopt;
}

void BlockReader::sort_by_time() {
  // Chains were decoded in order of signal, so a stable sort keeps that order
  // within an instant.
  std::vector<std::uint32_t> begin(times_.size() + 1, 0);
  for (const Change& change : changes_) ++begin[change.time + 1];
  for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  std::vector<Change> sorted(changes_.size());
  for (const Change& change : changes_) sorted[begin[change.time]++] = change;
  changes_ = std::move(sorted);
}

void BlockReader::tell(const Change& change, WaveWindow& window) {
  const StoredSignal& stored = tree_.signals[change.signal];
  if (stored.width == 1) {
    const char bit = static_cast<char>(change.at);
    window.set(change.signal, std::string_view(&bit, 1));
    return;
  }
  const std::string_view chain = unpacked_[unpacked_of_[change.signal]];
  if (change.is_packed) {
    value_.clear();
    for (std::uint32_t i = 0; i < change.size; ++i) {
      const auto byte = static_cast<unsigned char>(chain[change.at + i / 8]);
      value_.push_back((byte >> (7 - i % 8) & 1) != 0 ? '1' : '0');
    }
  } else {
    value_.assign(chain.substr(change.at, change.size));
  }
  if (!stored.is_real) {
    window.set(change.signal, value_);
    return;
  }
  double real = 0;
  std::memcpy(&real, value_.data(), sizeof real);
  window.set_real(change.signal, real);
}

}  // namespace heddle::trace::fst
