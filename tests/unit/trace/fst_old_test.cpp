// Sections as older writers made them, put together by hand: positions without
// aliases, with them, and the chains of reals and texts.
#include <gtest/gtest.h>

#include <cstring>

#include "heddle/trace/wave_reader.h"
#include "trace/fst_format.h"
#include "trace/packing.h"

namespace heddle::trace::test {
namespace {

using fst::Section;

void put_section(std::string& out, Section type, const std::string& content) {
  out.push_back(static_cast<char>(type));
  fst::put_u64(out, content.size() + 8);
  out += content;
}

std::string header_bytes() {
  std::string out;
  fst::put_u64(out, 0);
  fst::put_u64(out, 100);
  out.append(reinterpret_cast<const char*>(&fst::kEndianTest), sizeof fst::kEndianTest);
  for (int i = 0; i < 5; ++i) fst::put_u64(out, 0);
  out.push_back(-12);
  out.append(fst::kProducerBytes + fst::kDateBytes + 1 + 8, '\0');
  return out;
}

std::string variable(WaveKind kind, const std::string& name, char width) {
  return std::string({static_cast<char>(kind), 0}) + name + '\0' + width + '\0';
}

struct Parts {
  Section type = Section::Changes;
  std::string tree;
  char signal_count = 0;
  std::string frame;
  std::string chains;
  std::string positions;
};

/// Times 0, 5, 10, 17 and 26 ps.
std::string file_of(const Parts& parts) {
  const std::string times = {0, 5, 5, 7, 9};
  std::string out;
  put_section(out, Section::Header, header_bytes());
  std::string tree;
  fst::put_u64(tree, parts.tree.size());
  put_section(out, Section::HierarchyGzip, tree + pack_gzip(parts.tree, 4));
  std::string block;
  fst::put_u64(block, 0);
  fst::put_u64(block, 26);
  fst::put_u64(block, 0);
  fst::put_varint(block, parts.frame.size());
  fst::put_varint(block, parts.frame.size());
  block += parts.signal_count + parts.frame + parts.signal_count + parts.chains + parts.positions;
  fst::put_u64(block, parts.positions.size());
  block += times;
  fst::put_u64(block, times.size());
  fst::put_u64(block, times.size());
  fst::put_u64(block, times.size());
  put_section(out, parts.type, block);
  return out;
}

class Lines final : public WaveVisitor {
 public:
  bool value(SimTime time, WaveSignal signal, const WaveValue& value) override {
    text += std::to_string(time.ps()) + ":" + std::to_string(signal.value()) + "=" +
            (value.is_real ? std::to_string(value.real) : std::string(value.bits)) + " ";
    return true;
  }
  std::string text;
};

std::string read(const Parts& parts) {
  auto reader = read_fst(file_of(parts), "hand.fst");
  if (!reader) return reader.error().to_string();
  std::vector<WaveSignal> signals;
  signals.reserve((*reader)->hierarchy().signal_count());
  for (std::uint32_t i = 0; i < (*reader)->hierarchy().signal_count(); ++i) signals.emplace_back(i);
  Lines lines;
  const Status status = (*reader)->read(signals, SimTime(), SimTime(100), lines);
  return status ? lines.text : status.error().to_string();
}

// 1 at 0, 0 at 5, x at 10, 1 at 17: deltas in instants; 0 and 1 take two more
// bits, others four. The zero before them says: not packed.
std::string bit_chain() {
  return {0, 0 << 2 | 2, 1 << 2, 1 << 4 | 1, 1 << 2 | 2};
}

Parts three_bits() {
  Parts parts;
  parts.tree = variable(WaveKind::Wire, "a", 1) + variable(WaveKind::Wire, "b", 1) +
               variable(WaveKind::Wire, "c", 1);
  parts.signal_count = 3;
  parts.frame = "xxx";
  parts.chains = "Z" + bit_chain();
  return parts;
}

constexpr const char* kFirstOnly = "0:0=1 0:1=x 0:2=x 5:0=0 10:0=x 17:0=1 ";
constexpr const char* kFirstAndThird = "0:0=1 0:1=x 0:2=1 5:0=0 5:2=0 10:0=x 10:2=x 17:0=1 17:2=1 ";

TEST(FstOldSections, without_aliases_a_gap_is_a_run_of_signals) {
  Parts parts = three_bits();
  parts.positions = {1 << 1 | 1, 2 << 1};
  EXPECT_EQ(read(parts), kFirstOnly);
}

TEST(FstOldSections, a_zero_announces_the_signal_whose_chain_is_shared) {
  Parts parts = three_bits();
  parts.type = Section::ChangesAlias;
  parts.positions = {1 << 1 | 1, 1 << 1, 0, 1};
  EXPECT_EQ(read(parts), kFirstAndThird);
}

TEST(FstOldSections, signed_positions_share_by_negative_numbers) {
  Parts parts = three_bits();
  parts.type = Section::ChangesAlias2;
  parts.positions = {1 << 1 | 1, 1 << 1, 0x7F};  // -1: (-1 << 1 | 1)
  EXPECT_EQ(read(parts), kFirstAndThird);
  parts.positions = {1 << 1 | 1, 0x7F, 1};  // then the same once more
  EXPECT_EQ(read(parts),
            "0:0=1 0:1=1 0:2=1 5:0=0 5:1=0 5:2=0 10:0=x 10:1=x 10:2=x 17:0=1 17:1=1 17:2=1 ");
}

TEST(FstOldSections, reals_and_texts_have_chains_of_their_own) {
  Parts parts;
  parts.tree = variable(WaveKind::Real, "r", 8) + variable(WaveKind::String, "s", 0);
  parts.signal_count = 2;
  parts.frame = std::string(8, '\0');
  const double value = -2.5;
  std::string real(8, '\0');
  std::memcpy(real.data(), &value, sizeof value);
  const std::string real_chain = std::string({0, 1 << 1 | 1}) + real;
  parts.chains = "4" + real_chain + std::string({0, 2 << 1, 4}) + "IDLE";
  parts.positions = {1 << 1 | 1, static_cast<char>(real_chain.size() << 1 | 1)};
  EXPECT_EQ(read(parts), "0:0=nan 0:1= 5:0=-2.500000 10:1=IDLE ");
}

TEST(FstOldSections, impossible_tables_are_told) {
  const auto told = [](std::string positions, Section type) {
    Parts parts = three_bits();
    parts.type = type;
    parts.positions = std::move(positions);
    return read(parts);
  };
  const auto has = [](const std::string& text, const char* what) {
    return text.find(what) != std::string::npos &&
           text.find("trace.fst-corrupt") != std::string::npos;
  };
  EXPECT_TRUE(has(told({60 << 1 | 1}, Section::Changes), "impossible entry"));
  EXPECT_TRUE(has(told({4 << 1}, Section::Changes), "too many entries"));
  EXPECT_TRUE(has(told({0, 2}, Section::ChangesAlias), "equal to a later one"));
  EXPECT_TRUE(has(told({0, 9}, Section::ChangesAlias), "impossible entry"));
  EXPECT_TRUE(has(told({0x7F}, Section::ChangesAlias2), "equal to a later one"));
  EXPECT_TRUE(has(told({0x41}, Section::ChangesAlias2), "impossible entry"));
  EXPECT_TRUE(has(told({1, 1, 1, 1}, Section::ChangesAlias2), "too many entries"));
}

TEST(FastLz, decodes_literals_and_overlapping_matches) {
  // Level 1: "abc", then nine bytes from distance 3, then "!".
  const std::string packed = {2, 'a', 'b', 'c', static_cast<char>(7 << 5), 0, 2, 0, '!'};
  EXPECT_EQ(unpack_fastlz(packed, 13), "abcabcabcabc!");
  EXPECT_FALSE(unpack_fastlz(packed, 12));
  EXPECT_FALSE(unpack_fastlz(packed, 14));
  EXPECT_FALSE(unpack_fastlz(packed.substr(0, 5), 13));
}

}  // namespace
}  // namespace heddle::trace::test
