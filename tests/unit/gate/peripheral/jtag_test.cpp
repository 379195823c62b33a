// The JTAG adapter against pin levels computed from the protocol, and the text
// of recordings.
#include "heddle/gate/peripherals/jtag.h"

#include <gtest/gtest.h>

#include "heddle/gate/jtag_recording.h"
#include "support/bank_driver.h"

namespace heddle::gate {
namespace {

using test::BankDriver;
using test::Pins;
using test::single_clock_edge;
using test::Stepping;

/// Pins in the order of the roles: TDI, TMS, TCK, SRST_N, TRST_N.
BankSpec jtag_spec(const JtagRecording& recording, std::uint64_t hold) {
  const Jtag::Config config{.operations = recording.operations.data(),
                            .end = recording.operations.size(),
                            .starts = recording.starts.data(),
                            .start_count = recording.starts.size(),
                            .hold = hold};
  BankSpec spec;
  spec.peripherals.push_back({.name = "jtag",
                              .setup = make_setup<Jtag>(config),
                              .pins = {.outputs = {0}, .inputs = {0, 1, 2, 3, 4}}});
  return spec;
}

JtagRecording recording_of(std::string_view text) {
  Result<JtagRecording> recording = read_jtag_recording(text, "session.txt");
  EXPECT_TRUE(recording.has_value()) << recording.error().to_string();
  return recording ? std::move(*recording) : JtagRecording{};
}

/// The levels of all five pins at every edge as one word, bit 0 TDI.
std::vector<unsigned> levels_at_edges(const JtagRecording& recording, std::uint64_t hold,
                                      std::uint64_t edges, std::uint64_t reset_edges,
                                      Stepping stepping, std::vector<Record>* records = nullptr) {
  const auto bank = make_bank(jtag_spec(recording, hold));
  BankDriver driver(*bank, 1, 5, stepping);
  std::vector<unsigned> levels;
  for (std::uint64_t edge = 0; edge < edges; ++edge) {
    driver.edge(single_clock_edge(edge, reset_edges), [&](Pins& pins) {
      unsigned word = 0;
      for (unsigned i = 0; i < 5; ++i) word |= unsigned{pins.inputs[i]} << i;
      levels.push_back(word);
      pins.outputs[0] = pins.inputs[0];  // TDO follows TDI at once
    });
  }
  if (records != nullptr) *records = driver.records;
  return levels;
}

constexpr unsigned kReleased = 0b11000;

TEST(JtagPlayer, PutsEachCharacterOnThePinsForItsHoldFromTheEdgeAfterTheFirstSample) {
  for (const std::uint64_t hold : {1U, 2U, 3U, 7U}) {
    for (const std::uint64_t reset : {0U, 5U}) {
      const auto levels =
          levels_at_edges(recording_of("01234567"), hold, reset + 70, reset, Stepping::WhenDue);
      for (std::uint64_t edge = 0; edge < levels.size(); ++edge) {
        // Character k is taken at the sample of edge `reset + k * hold`.
        unsigned expected = kReleased | 0b010;
        if (edge > reset) {
          const std::uint64_t k = std::min<std::uint64_t>((edge - reset - 1) / hold, 7);
          expected = kReleased | static_cast<unsigned>(k);
        }
        ASSERT_EQ(levels[edge], expected) << "edge " << edge << " hold " << hold;
      }
    }
  }
}

TEST(JtagPlayer, DrivesTheResetsAsTheProtocolNumbersThem) {
  // r: none, s: SRST, t: TRST, u: both; the pins are active low.
  const auto levels = levels_at_edges(recording_of("stur"), 1, 6, 0, Stepping::WhenDue);
  EXPECT_EQ(levels[1], 0b10010U);
  EXPECT_EQ(levels[2], 0b01010U);
  EXPECT_EQ(levels[3], 0b00010U);
  EXPECT_EQ(levels[4], 0b11010U);
}

TEST(JtagPlayer, SamplesWhatThePinsLedToAfterTheirHold) {
  for (const std::uint64_t hold : {1U, 4U}) {
    std::vector<Record> records;
    static_cast<void>(
        levels_at_edges(recording_of("R1R0RRB1bRQ"), hold, 40, 0, Stepping::WhenDue, &records));
    const std::vector<std::pair<std::uint64_t, std::uint32_t>> expected{
        {0, 0}, {hold, 1}, {2 * hold, 0}, {2 * hold, 0}, {3 * hold, 1}};
    ASSERT_EQ(records.size(), expected.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(records[i].edge, expected[i].first) << i;
      EXPECT_EQ(records[i].value, expected[i].second) << i;
      EXPECT_EQ(records[i].kind, Jtag::kSample);
    }
  }
}

TEST(JtagPlayer, HoldsACharacterBackUntilItsStart) {
  std::vector<Record> records;
  const auto levels =
      levels_at_edges(recording_of("@3 1 @3 0 @20 R7"), 2, 30, 0, Stepping::WhenDue, &records);
  for (std::uint64_t edge = 0; edge < levels.size(); ++edge) {
    const unsigned expected = edge <= 3 ? 0b010 : edge <= 5 ? 1 : edge <= 20 ? 0 : 7;
    ASSERT_EQ(levels[edge], kReleased | expected) << "edge " << edge;
  }
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].edge, 20U);
}

TEST(JtagPlayer, DoesTheSameWhetherItIsSteppedAlwaysOrWhenDue) {
  const JtagRecording recording = recording_of("07R1t@40 5R2 @41 R6uR3");
  std::vector<Record> due;
  std::vector<Record> always;
  const auto levels = levels_at_edges(recording, 3, 80, 4, Stepping::WhenDue, &due);
  EXPECT_EQ(levels, levels_at_edges(recording, 3, 80, 4, Stepping::EveryEdge, &always));
  EXPECT_EQ(due, always);
  EXPECT_EQ(due.size(), 4U);
}

TEST(JtagPlayer, SleepsWhileNothingIsDue) {
  const JtagRecording recording = recording_of("@1000 1");
  const auto bank = make_bank(jtag_spec(recording, 1));
  BankDriver driver(*bank, 1, 5);
  for (std::uint64_t edge = 0; edge < 2000; ++edge) {
    driver.edge(single_clock_edge(edge), [](Pins&) {});
  }
  EXPECT_LE(driver.sample_count, 3U);
  EXPECT_EQ(driver.pins.inputs[0], 1);
}

TEST(JtagPlayer, GoesOnWithWhatItsSettingsGetBetweenTwoEdges) {
  std::string stream = "1";
  const JtagRecording nothing;
  const auto bank = make_bank(jtag_spec(nothing, 1));
  BankDriver driver(*bank, 1, 5);
  const auto feed = [&](std::uint64_t first) {
    Jtag::Config config;
    const std::span<std::byte> settings = bank->settings(0);
    ASSERT_EQ(settings.size(), sizeof config);
    std::memcpy(&config, settings.data(), sizeof config);
    config.operations = reinterpret_cast<const std::uint8_t*>(stream.data());
    config.first = first;
    config.end = first + stream.size();
    std::memcpy(settings.data(), &config, sizeof config);
  };
  std::uint64_t edge = 0;
  const auto run = [&](std::uint64_t end) {
    for (; edge < end; ++edge) {
      driver.edge(single_clock_edge(edge), [](Pins& pins) { pins.outputs[0] = pins.inputs[2]; });
    }
  };
  run(10);
  feed(0);
  run(20);
  EXPECT_EQ(driver.pins.inputs[0], 1);
  EXPECT_EQ(bank->describe()[0].find("operations_done"), "1");
  stream = "4R";  // numbers 1 and 2: number 0 is forgotten
  feed(1);
  run(30);
  ASSERT_EQ(driver.records.size(), 1U);
  EXPECT_EQ(driver.records[0].edge, 21U);
  EXPECT_EQ(driver.records[0].value, 1U);
}

TEST(JtagRecording, ReadsCharactersBlanksCommentsAndStarts) {
  const JtagRecording recording = recording_of("# a session\n01 R\t7\r\n@12\nQ@12@99 # end\nru");
  EXPECT_EQ(std::string(recording.operations.begin(), recording.operations.end()), "01R7Qru");
  const std::vector<JtagStart> starts{{4, 12}, {5, 99}};
  EXPECT_EQ(recording.starts, starts);
}

TEST(JtagRecording, WritesWhatItReads) {
  JtagRecording recording;
  for (unsigned i = 0; i < 1000; ++i) {
    recording.operations.push_back(static_cast<std::uint8_t>("01234567RrstuBbQ"[i * 7 % 16]));
    if (i % 97 == 0) recording.starts.push_back({i, 1000 * i});
  }
  recording.starts.push_back({1000, 5'000'000});
  const JtagRecording again = recording_of(jtag_recording_text(recording));
  EXPECT_EQ(again.operations, recording.operations);
  EXPECT_EQ(again.starts, recording.starts);
}

struct BadRecording {
  std::string text;
  std::string message;
};

TEST(JtagRecording, SaysWhereItIsMalformed) {
  const std::vector<BadRecording> cases{
      {"0123\n45 8", "session.txt:2:4: error: \"8\" is no character"},
      {"R\nx", "session.txt:2:1: error: \"x\" is no character"},
      {std::string("0\0", 2), "session.txt:1:2: error: "},
      {"01 @", "session.txt:1:4: error: '@' is not followed by the number of an edge"},
      {"01 @x", "session.txt:1:4: error: '@' is not followed"},
      {"@123x", "session.txt:1:1: error: '@' is not followed by the number of an edge and a blank"},
      {"@99999999999999999999 1", "session.txt:1:1: error: '@' is not followed"},
      {"@20 1\n @19 1", "session.txt:2:2: error: edge 19 comes after edge 20"},
  };
  const std::string codes = "live.bad-character live.bad-start live.starts-backwards";
  for (const BadRecording& bad : cases) {
    const auto recording = read_jtag_recording(bad.text, "session.txt");
    ASSERT_FALSE(recording.has_value()) << bad.text;
    EXPECT_EQ(recording.error().to_string().find(bad.message), 0U) << recording.error().to_string();
    EXPECT_NE(codes.find(recording.error().list()[0].code()), std::string::npos);
  }
}

}  // namespace
}  // namespace heddle::gate
