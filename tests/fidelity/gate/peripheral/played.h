// A peripheral in the bank and its Verilog model in Icarus, played the same pin
// levels edge by edge. What both drive and report is compared as text.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "heddle/gate/peripheral_bank.h"
#include "support/bank_driver.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate::test {

/// A small generator of its own (splitmix64): the same sequence everywhere.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  /// 0 .. `count` - 1.
  std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(next() % count); }
  bool chance(std::uint32_t percent) { return below(100) < percent; }

 private:
  std::uint64_t state_ = 0;
};

/// Pin levels edge by edge; the clock rises at edges with `rises`.
class Stimulus {
 public:
  explicit Stimulus(std::size_t pin_count, const std::string& initial = "") : pins_(pin_count, 0) {
    for (std::size_t i = 0; i < initial.size(); ++i) pins_[i] = initial[i] == '1' ? 1 : 0;
    edges_.push_back({false, pins_});
  }
  void set(std::size_t pin, bool level) { pins_[pin] = level ? 1 : 0; }
  void set_word(std::size_t first, std::size_t count, std::uint64_t bits) {
    for (std::size_t i = 0; i < count; ++i) set(first + i, (bits >> i & 1U) != 0);
  }
  [[nodiscard]] bool level(std::size_t pin) const { return pins_[pin] != 0; }
  /// Ends an edge; they rise in turn unless told.
  void edge() { edge(edges_.size() % 2 == 0); }
  void edge(bool rises) { edges_.push_back({rises, pins_}); }
  [[nodiscard]] std::uint64_t next_edge() const { return edges_.size(); }

  struct Edge {
    bool rises = false;
    std::vector<std::uint8_t> pins;
  };
  [[nodiscard]] const std::vector<Edge>& edges() const { return edges_; }

 private:
  std::vector<std::uint8_t> pins_;
  std::vector<Edge> edges_;
};

/// A spec whose only peripheral sees pin i at role i and drives input i.
inline BankSpec one_peripheral(PeripheralSetup setup, std::vector<std::int32_t> outputs,
                               std::vector<std::int32_t> inputs) {
  BankSpec spec;
  spec.peripherals.push_back(
      {.name = "it",
       .setup = std::move(setup),
       .pins = {.outputs = std::move(outputs), .inputs = std::move(inputs)}});
  return spec;
}

/// 0 .. count - 1.
inline std::vector<std::int32_t> in_order(std::int32_t count) {
  std::vector<std::int32_t> list;
  for (std::int32_t i = 0; i < count; ++i) list.push_back(i);
  return list;
}

struct Played {
  std::vector<std::string> driven;   ///< before each edge, the highest input first
  std::vector<std::string> reports;  ///< as `report` words them
  std::vector<std::uint8_t> stored;
};

/// Time of an edge: ten units, as the harness of the models has it.
inline constexpr std::int64_t kEdgeTime = 10;

/// Plays to the bank. `report` words a record as the model would, or empties it.
template <class Report>
Played play_bank(const BankSpec& spec, const Stimulus& stimulus, std::size_t input_count,
                 const Report& report) {
  const auto bank = make_bank(spec);
  BankDriver driver(*bank, stimulus.edges()[0].pins.size(), input_count);
  Played played;
  std::uint64_t number = 0;
  for (const Stimulus::Edge& edge : stimulus.edges()) {
    const EdgeInfo info{.edge = number,
                        .time_ps = static_cast<std::int64_t>(number) * kEdgeTime,
                        .rising = edge.rises ? 1U : 0U};
    driver.edge(info, [&](Pins& pins) {
      pins.outputs = edge.pins;
      std::string levels;
      for (std::size_t i = input_count; i-- > 0;) levels += pins.inputs[i] != 0 ? '1' : '0';
      if (number > 0) played.driven.push_back("d " + levels);
    });
    ++number;
  }
  for (const Record& record : driver.records) {
    const std::string text = report(record);
    if (!text.empty()) played.reports.push_back("t " + text);
  }
  played.stored = bank->stored(0);
  return played;
}

inline std::string models_file(const std::string& name) {
  return HEDDLE_SOURCE_DIR "/tests/fidelity/gate/peripheral/models/" + name;
}

/// Plays to `model` in Icarus, with `files` beside it.
inline Played play_icarus(const std::string& model, const Stimulus& stimulus,
                          const std::map<std::string, std::string>& files) {
  const heddle::test::TempDirectory directory;
  std::string lines;
  for (const Stimulus::Edge& edge : stimulus.edges()) {
    lines += edge.rises ? "1 " : "0 ";
    for (std::size_t i = edge.pins.size(); i-- > 0;) lines += edge.pins[i] != 0 ? '1' : '0';
    lines += '\n';
  }
  directory.write("stimulus.txt", lines);
  for (const auto& [name, text] : files) directory.write(name, text);
  Played played;
  const auto must = [&](const std::vector<std::string>& words) {
    const heddle::test::ProcessResult ran =
        heddle::test::run_process(words, {.directory = directory.path()});
    EXPECT_EQ(ran.code, 0) << words[0] << ": " << ran.out << ran.err;
    return ran.code == 0;
  };
  if (!must({"iverilog", "-g2005-sv", "-I", models_file(""), "-I", directory.path(), "-o", "model",
             models_file(model)}) ||
      !must({"vvp", "-n", "model"})) {
    return played;
  }
  const std::string text = heddle::test::text_of_file(directory.file("out.txt"));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("d ")) played.driven.push_back(line);
    if (line.starts_with("t ")) played.reports.push_back(line);
    if (line.starts_with("m ")) {
      played.stored.push_back(static_cast<std::uint8_t>(std::stoul(line.substr(2), nullptr, 16)));
    }
  }
  return played;
}

/// Compares, and says where they part with what was played there.
inline void expect_same(const Played& ours, const Played& model, const Stimulus& stimulus) {
  ASSERT_EQ(ours.driven.size(), model.driven.size());
  for (std::size_t i = 0; i < ours.driven.size(); ++i) {
    std::string pins;
    for (const std::uint8_t pin : stimulus.edges()[i + 1].pins) pins += pin != 0 ? '1' : '0';
    ASSERT_EQ(ours.driven[i], model.driven[i]) << "edge " << i + 1 << ", pins from 0: " << pins;
  }
  for (std::size_t i = 0; i < std::min(ours.reports.size(), model.reports.size()); ++i) {
    ASSERT_EQ(ours.reports[i], model.reports[i]) << "report " << i;
  }
  EXPECT_EQ(ours.reports.size(), model.reports.size());
  for (std::size_t i = 0; i < model.stored.size(); ++i) {
    ASSERT_EQ(int{ours.stored[i]}, int{model.stored[i]}) << "cell " << i;
  }
}

}  // namespace heddle::gate::test
