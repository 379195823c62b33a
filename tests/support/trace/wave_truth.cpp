// A second, naive opinion on VCD text, and the random model.
#include "support/trace/wave_truth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::trace::test {
namespace {

std::string padded(std::string value, std::size_t width) {
  while (value.size() < width) {
    const char first = value.front();
    value.insert(value.begin(), first == '1' ? '0' : first);
  }
  return value;
}

struct Entry {
  std::int64_t time = 0;
  std::string name;
  std::string value;
  friend auto operator<=>(const Entry&, const Entry&) = default;
};

Changes in_order(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end());
  Changes out;
  for (const Entry& e : entries)
    out.push_back(std::to_string(e.time) + " " + e.name + " " + e.value);
  return out;
}

struct Declared {
  std::size_t width = 0;
  std::vector<std::string> names;
};

}  // namespace

Changes changes_of_vcd(const std::string& text, std::int64_t* end_ps) {
  std::istringstream in(text);
  std::map<std::string, Declared> codes;
  std::vector<std::string> scopes;
  std::vector<Entry> entries;
  std::int64_t now = 0;
  std::string word;
  const auto skip_to_end = [&] {
    while (in >> word && word != "$end") {
    }
  };
  while (in >> word) {
    if (word == "$scope") {
      std::string kind, name;
      in >> kind >> name;
      scopes.push_back(name);
      skip_to_end();
    } else if (word == "$upscope") {
      scopes.pop_back();
      skip_to_end();
    } else if (word == "$var") {
      std::string kind, width, code, name, more;
      in >> kind >> width >> code >> name;
      while (in >> more && more != "$end") name += more;
      std::string full;
      for (const std::string& scope : scopes) full += scope + ".";
      codes[code].width = std::stoul(width);
      codes[code].names.push_back(full + name);
    } else if (word == "$dumpvars" || word == "$end") {
      continue;
    } else if (word.front() == '$') {
      skip_to_end();
    } else if (word.front() == '#') {
      now = std::stoll(word.substr(1));
    } else {
      std::string value, code;
      if (word.front() == 'b') {
        value = word.substr(1);
        in >> code;
      } else {
        value = word.substr(0, 1);
        code = word.substr(1);
      }
      EXPECT_TRUE(codes.contains(code)) << word;
      for (const std::string& name : codes[code].names)
        entries.push_back({now, name, padded(value, codes[code].width)});
    }
  }
  if (end_ps != nullptr) *end_ps = now;
  return in_order(std::move(entries));
}

std::string temp_path(const std::string& name) {
  static const ::heddle::test::TempDirectory directory;
  return directory.file(name);
}

std::string slurp(const std::string& path) {
  return ::heddle::test::text_of_file(path);
}

std::string fst_to_vcd(const std::string& path) {
  const auto run = ::heddle::test::run_process({"fst2vcd", path});
  EXPECT_EQ(run.code, 0) << run.err;
  return run.out;
}

namespace {

/// The model: draws a tree of variables, then values.
class Model {
 public:
  explicit Model(const RandomDump& dump) : dump_(dump), random_(dump.seed) {}

  WaveHierarchy hierarchy() {
    WaveHierarchy tree;
    tree.enter("top", WaveScopeKind::Module, "chip");
    for (std::uint32_t i = 0; i < dump_.signal_count; ++i) {
      if (below(3) == 0 && tree.depth() < dump_.depth_max) {
        tree.enter("s" + std::to_string(i));
        prefix_.push_back("s" + std::to_string(i));
      } else if (below(4) == 0 && tree.depth() > 1) {
        tree.leave();
        prefix_.pop_back();
      }
      add_signal(tree, i);
    }
    return tree;
  }

  void run(WaveWriter& writer) {
    std::int64_t now = static_cast<std::int64_t>(below(2)) * 17;
    for (std::uint32_t i = 0; i < dump_.instant_count; ++i) {
      writer.time(SimTime(now));
      for (std::uint32_t s = 0; s < sources_.size(); ++s)
        if (below(100) < dump_.change_percent) draw_source(writer, s);
      for (auto& [signal, shown] : words_)
        if (below(100) < dump_.change_percent) draw_words(writer, WaveSignal(signal), shown);
      expect(now, i == 0);
      now += 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(dump_.step_ps_max)));
    }
  }

  Changes changes() { return in_order(std::move(entries_)); }

 private:
  struct Shown {  // a named variable and what it shows
    std::string name;
    std::vector<WaveBit> bits;  // bit 0 first; empty: words
    std::string now;
    std::string before;
    std::uint32_t of_signal = 0;
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  std::string full(const std::string& name) {
    std::string out = "top.";
    for (const std::string& p : prefix_) out += p + ".";
    return out + name;
  }

  void add_signal(WaveHierarchy& tree, std::uint32_t i) {
    const std::string name = "v" + std::to_string(i);
    const bool is_wide = below(2) == 0;
    const auto width = is_wide ? static_cast<std::uint32_t>(1 + below(dump_.width_max)) : 1U;
    WaveOptions options;
    std::string shown_name = full(name);
    if (is_wide) {
      options = {WaveKind::Reg, WaveDirection::Output, true, static_cast<std::int32_t>(width - 1),
                 0};
      shown_name += width == 1 ? "[0]" : "[" + std::to_string(width - 1) + ":0]";
    }
    if (below(4) == 0) {
      const WaveSignal signal = tree.add_words(name, width, options);
      words_[signal.value()] = {shown_name, {}, std::string(width, 'x'), "", signal.value()};
      return;
    }
    std::vector<WaveBit> bits;
    for (std::uint32_t b = 0; b < width; ++b) bits.push_back(draw_bit());
    const WaveSignal signal = tree.add(name, bits, options);
    shown_.push_back({shown_name, bits, "", "", signal.value()});
    if (below(5) == 0) {
      tree.alias(name + "_alias", signal);
      shown_.push_back({full(name + "_alias"), bits, "", "", signal.value()});
    }
  }

  WaveBit draw_bit() {
    if (below(30) == 0) return WaveBit::constant(static_cast<Logic>(below(4)));
    if (sources_.empty() || below(2) == 0) sources_.push_back(Logic::X);
    const auto source = static_cast<std::uint32_t>(below(sources_.size()));
    return WaveBit::of(WaveSource(source), below(4) == 0);
  }

  Logic draw_logic() {
    const bool is_unknown = below(100) < dump_.unknown_percent;
    return static_cast<Logic>(below(2) + (is_unknown ? 2 : 0));
  }

  void draw_source(WaveWriter& writer, std::uint32_t source) {
    // Now and then a glitch, which must not be seen.
    if (below(4) == 0) writer.change(WaveSource(source), draw_logic());
    sources_[source] = draw_logic();
    writer.change(WaveSource(source), sources_[source]);
  }

  void draw_words(WaveWriter& writer, WaveSignal signal, Shown& shown) {
    const std::size_t width = shown.now.size();
    std::vector<std::uint64_t> value((width + 63) / 64);
    std::vector<std::uint64_t> unknown(value.size());
    const bool has_unknown = below(100) < dump_.unknown_percent;
    for (std::size_t b = 0; b < width; ++b) {
      const Logic bit = has_unknown ? static_cast<Logic>(below(4)) : logic(below(2) == 1);
      const auto code = static_cast<std::uint64_t>(bit);
      value[b / 64] |= (code & 1) << (b % 64);
      unknown[b / 64] |= (code >> 1) << (b % 64);
      shown.now[width - 1 - b] = logic_char(bit);
    }
    if (has_unknown) {
      writer.change_words(signal, value, unknown);
    } else {
      writer.change_words(signal, value);
    }
  }

  void expect(std::int64_t now, bool is_first) {
    for (Shown& shown : shown_) {
      shown.now.clear();
      for (const WaveBit bit : shown.bits) {
        Logic value = bit.constant_value();
        if (!bit.is_constant()) {
          value = sources_[bit.source().value()];
          if (bit.is_complement()) value = complement(value);
        }
        shown.now.insert(shown.now.begin(), logic_char(value));
      }
    }
    const auto emit = [&](Shown& shown) {
      if (is_first || shown.now != shown.before) entries_.push_back({now, shown.name, shown.now});
      shown.before = shown.now;
    };
    for (Shown& shown : shown_) emit(shown);
    for (auto& [signal, shown] : words_) emit(shown);
  }

  RandomDump dump_;
  std::mt19937_64 random_;
  std::vector<std::string> prefix_;
  std::vector<Logic> sources_;
  std::vector<Shown> shown_;
  std::map<std::uint32_t, Shown> words_;
  std::vector<Entry> entries_;
};

}  // namespace

Changes write_random(const std::string& path, const RandomDump& dump,
                     const WaveWriterParams& params) {
  Model model(dump);
  auto writer = WaveWriter::open(path, model.hierarchy(), params);
  EXPECT_TRUE(writer) << (writer ? "" : writer.error().to_string());
  if (!writer) return {};
  model.run(**writer);
  const Status end = (*writer)->finish();
  EXPECT_TRUE(end) << (end ? "" : end.error().to_string());
  return model.changes();
}

Status write_random_status(const std::string& path, const RandomDump& dump,
                           const WaveWriterParams& params) {
  Model model(dump);
  HEDDLE_TRY(const std::unique_ptr<WaveWriter> writer,
             WaveWriter::open(path, model.hierarchy(), params));
  model.run(*writer);
  return writer->finish();
}

}  // namespace heddle::trace::test
