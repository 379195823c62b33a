// The cache gives what it was given, or nothing: whatever happens to its files,
// a run sees the model and the program that it would have made itself.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "gate/program/cache_codec.h"
#include "gate/program/cache_store.h"
#include "heddle/base/digest.h"
#include "heddle/gate/backend.h"
#include "heddle/gate/program_cache.h"
#include "support/gate/random_model.h"
#include "support/temp_directory.h"
#include "unit/gate/netlist/netlist_text.h"

namespace heddle::gate {
namespace {

namespace fs = std::filesystem;
using heddle::test::TempDirectory;
using heddle::test::text_of_file;
using testing::Draw;
using testing::random_model;

constexpr std::uint64_t kIdentity = 42;

ProgramCache cache_in(const std::string& directory, std::uint64_t identity = kIdentity) {
  return ProgramCache({.directory = directory, .identity = identity});
}

std::string bytes_of(const auto&... values) {
  cache::Writer write;
  write(values...);
  return write.bytes();
}

/// Everything of a program.
std::string bytes_of_all(const Program& program) {
  return bytes_of(program.model, program);
}

std::vector<fs::path> files_in(const std::string& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) files.push_back(entry.path());
  return files;
}

std::string the_file(const std::string& directory) {
  const std::vector<fs::path> files = files_in(directory);
  EXPECT_EQ(files.size(), 1U);
  return files.empty() ? "" : files[0].string();
}

void put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

CompileOptions observing_some(const Model& model, std::uint64_t seed) {
  CompileOptions options;
  Draw draw(seed);
  for (std::uint32_t node = 1; node < model.aig.node_count(); ++node) {
    if (draw.one_in(5)) options.observed.push_back(Lit(node, draw.one_in(2)));
  }
  return options;
}

std::vector<std::uint64_t> digests_of_run(const Program& program) {
  auto backend = make_backend("event", program, nullptr, {.digests = true});
  EXPECT_TRUE(backend.has_value());
  EdgeWindow& window = (*backend)->window();
  window.begin(0);
  for (std::uint32_t edge = 0; edge < 50; ++edge) {
    const EdgeOp clocks[] = {{0, edge % 2}, {1, edge / 2 % 2}};
    const EdgeOp data[] = {{2, edge / 3 % 2}, {3, edge / 5 % 2}};
    window.append({.edge = edge}, data, clocks);
  }
  const BatchToken token = (*backend)->run_edges(0, 50);
  const auto view = (*backend)->wait(token);
  if (!view) return {};
  return {view->digests.begin(), view->digests.end()};
}

TEST(CacheCodec, gives_back_every_field_of_random_programs) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Model model = random_model(seed, {.memory_count = static_cast<std::uint32_t>(seed % 3)});
    const CompileOptions options = observing_some(model, seed);
    const Result<Program> made = compile(std::move(model), options);
    ASSERT_TRUE(made.has_value());
    const std::string written = bytes_of_all(*made);
    Program read;
    cache::Reader reader(written);
    reader(read.model, read);
    ASSERT_TRUE(reader.is_done());
    ASSERT_EQ(bytes_of_all(read), written) << "seed " << seed;
    ASSERT_EQ(digests_of_run(read), digests_of_run(*made)) << "seed " << seed;
  }
}

TEST(CacheCodec, keeps_each_kind_of_field) {
  Memory memory;
  memory.name = "m";
  memory.width = 65;
  memory.depth = 3;
  memory.start_offset = 7;
  memory.reads.push_back({Lit(3, true), {Lit(4, false)}, {Lit(5, false), Lit(6, false)}});
  memory.initial = {1, 2, 3, ~std::uint64_t{0}, 5, 6};
  Memory read;
  const std::string bytes = bytes_of(memory, std::string("a\0b", 3), StateKind::Loop, true);
  std::string text;
  StateKind kind = StateKind::Flop;
  bool flag = false;
  cache::Reader reader(bytes);
  reader(read, text, kind, flag);
  ASSERT_TRUE(reader.is_done());
  EXPECT_EQ(read.name, "m");
  EXPECT_EQ(read.width, 65U);
  EXPECT_EQ(read.depth, 3U);
  EXPECT_EQ(read.start_offset, 7U);
  ASSERT_EQ(read.reads.size(), 1U);
  EXPECT_EQ(read.reads[0].enable, Lit(3, true));
  EXPECT_EQ(read.reads[0].data, memory.reads[0].data);
  EXPECT_TRUE(read.writes.empty());
  EXPECT_EQ(read.initial, memory.initial);
  EXPECT_EQ(text, std::string("a\0b", 3));
  EXPECT_EQ(kind, StateKind::Loop);
  EXPECT_TRUE(flag);
}

TEST(CacheCodec, survives_any_bytes) {
  const Result<Program> made = compile(random_model(3, {.and_count = 40}), {});
  const std::string whole = bytes_of_all(*made);
  Draw draw(1);
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 50) {
    Program program;
    cache::Reader reader(std::string_view(whole).substr(0, size));
    reader(program.model, program);
    EXPECT_FALSE(reader.is_done()) << size;
  }
  for (std::uint32_t round = 0; round < 300; ++round) {
    // Counts that are far too large among them.
    std::string bytes = whole;
    for (std::uint32_t i = 0; i < 8; ++i) {
      bytes[draw.below(static_cast<std::uint32_t>(bytes.size()))] = static_cast<char>(0xFF);
    }
    PortBit port;
    std::vector<Memory> memories;
    std::vector<LutNode> luts;
    cache::Reader reader(bytes);
    reader(port, memories, luts);
  }
  const std::string more = whole + "x";
  Program program;
  cache::Reader reader(more);
  reader(program.model, program);
  EXPECT_FALSE(reader.is_done());
}

/// A directory with the entry of one program, and what a run must get from it.
class CachedProgram : public ::testing::Test {
 protected:
  Program compiled(ProgramCache cache) {
    Result<Program> program = cache.compile(random_model(5, {}), options_);
    EXPECT_TRUE(program.has_value());
    stats_ = cache.stats();
    return std::move(*program);
  }

  /// One run that must get the right program, by a hit or not as told.
  void expect_run(bool hit, const std::string& what) {
    ASSERT_EQ(bytes_of_all(compiled(cache_in(directory_.path()))), expected_) << what;
    EXPECT_EQ(stats_.program_hits, hit ? 1U : 0U) << what;
    EXPECT_EQ(stats_.program_misses, hit ? 0U : 1U) << what;
  }

  TempDirectory directory_;
  CompileOptions options_ = observing_some(random_model(5, {}), 5);
  std::string expected_ = bytes_of_all(*compile(random_model(5, {}), options_));
  ProgramCacheStats stats_;
};

TEST_F(CachedProgram, is_compiled_once) {
  expect_run(false, "first");
  expect_run(true, "second");
  expect_run(true, "third");
}

TEST_F(CachedProgram, is_compiled_anew_after_damage_in_any_region) {
  expect_run(false, "first");
  const std::string path = the_file(directory_.path());
  const std::string whole = text_of_file(path);
  for (std::size_t at = 0; at < whole.size(); at += at < 64 ? 1 : whole.size() / 97) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    put(path, damaged);
    expect_run(false, "byte " + std::to_string(at));
    ASSERT_EQ(text_of_file(path), whole) << "not written again";
  }
  expect_run(true, "after all");
}

TEST_F(CachedProgram, is_compiled_anew_when_the_file_is_too_short_or_too_long) {
  expect_run(false, "first");
  const std::string path = the_file(directory_.path());
  const std::string whole = text_of_file(path);
  for (std::size_t size = 0; size < whole.size(); size += size < 64 ? 7 : whole.size() / 23) {
    put(path, whole.substr(0, size));
    expect_run(false, "size " + std::to_string(size));
  }
  put(path, whole + '\0');
  expect_run(false, "longer");
  expect_run(true, "after all");
}

TEST_F(CachedProgram, of_another_build_is_not_used) {
  expect_run(false, "first");
  EXPECT_EQ(bytes_of_all(compiled(cache_in(directory_.path(), kIdentity + 1))), expected_);
  EXPECT_EQ(stats_.program_hits, 0U);
  expect_run(true, "the first build again");
}

TEST_F(CachedProgram, of_another_build_is_not_used_under_the_same_name) {
  expect_run(false, "first");
  const std::string path = the_file(directory_.path());
  const std::uint64_t key = Digest64::from_hex(fs::path(path).stem().string())->value();
  const ProgramCacheOptions mine{.directory = directory_.path(), .identity = kIdentity};
  const ProgramCacheOptions other{.directory = directory_.path(), .identity = kIdentity + 1};
  EXPECT_TRUE(cache::read_entry(mine, cache::kProgram, key).has_value());
  EXPECT_FALSE(cache::read_entry(other, cache::kProgram, key).has_value());
  EXPECT_FALSE(cache::read_entry(mine, cache::kModel, key).has_value());
  fs::rename(path, directory_.file(Digest64(key + 1).to_hex() + ".program"));
  EXPECT_FALSE(cache::read_entry(mine, cache::kProgram, key + 1).has_value());
}

TEST_F(CachedProgram, depends_on_every_option_and_on_the_whole_model) {
  expect_run(false, "first");
  std::uint32_t distinct = 0;
  const auto expect_miss = [&](Model model, const CompileOptions& options) {
    ProgramCache cache = cache_in(directory_.path());
    ASSERT_TRUE(cache.compile(std::move(model), options).has_value());
    EXPECT_EQ(cache.stats().program_misses, 1U) << distinct;
    ++distinct;
  };
  CompileOptions options = options_;
  options.observed.back() = ~options.observed.back();
  expect_miss(random_model(5, {}), options);
  options.observed.pop_back();
  expect_miss(random_model(5, {}), options);
  Model deposited = random_model(5, {});
  deposited.states[7].initial = !deposited.states[7].initial;
  expect_miss(deposited, options_);
  Model loaded = random_model(5, {});
  loaded.memories[0].initial[0] ^= 1;
  expect_miss(loaded, options_);
  options = options_;
  options.refuse_loops = true;
  expect_miss(random_model(5, {}), options);
}

TEST_F(CachedProgram, does_without_a_directory_that_cannot_be_made) {
  for (const std::string& directory : {std::string("/proc/heddle/cache"), std::string("/dev/null"),
                                       std::string("/dev/null/cache"), std::string()}) {
    EXPECT_EQ(bytes_of_all(compiled(cache_in(directory))), expected_) << directory;
    EXPECT_EQ(stats_.program_misses, 1U) << directory;
  }
}

TEST_F(CachedProgram, does_without_an_entry_that_is_no_file) {
  expect_run(false, "first");
  const std::string path = the_file(directory_.path());
  fs::remove(path);
  fs::create_directory(path);
  expect_run(false, "a directory in its place");
  expect_run(false, "that nothing can replace");
}

TEST_F(CachedProgram, is_whole_however_many_write_it_at_once) {
  for (std::uint32_t round = 0; round < 10; ++round) {
    std::vector<std::string> got(6);
    std::vector<std::thread> threads;
    for (std::string& bytes : got) {
      threads.emplace_back([this, &bytes] {
        ProgramCache cache = cache_in(directory_.path());
        const Result<Program> program = cache.compile(random_model(5, {}), options_);
        if (program) bytes = bytes_of_all(*program);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& bytes : got) ASSERT_EQ(bytes, expected_);
    expect_run(true, "afterwards");
    fs::remove(the_file(directory_.path()));
  }
}

TEST_F(CachedProgram, leaves_an_error_uncached) {
  Model model = random_model(5, {});
  model.states[0] = {.name = "loop",
                     .output = model.states[0].output,
                     .gate = Lit::one(),
                     .value = ~model.states[0].output,
                     .kind = StateKind::Loop};
  for (std::uint32_t run = 0; run < 2; ++run) {
    ProgramCache cache = cache_in(directory_.path());
    const Result<Program> program = cache.compile(model, {.observed = {}, .refuse_loops = true});
    ASSERT_FALSE(program.has_value());
    EXPECT_EQ(program.error().list().at(0).code(), "gate.program.loop");
  }
  EXPECT_TRUE(files_in(directory_.path()).empty());
}

TEST(CacheBound, drops_what_was_unused_the_longest) {
  const TempDirectory directory;
  const ProgramCacheOptions options{
      .directory = directory.path(), .bytes_max = 4000, .entries_max = 100, .identity = 1};
  const std::string bytes(900, 'x');
  const auto has = [&](std::uint64_t key) {
    return fs::exists(directory.file(Digest64(key).to_hex() + ".model"));
  };
  for (std::uint64_t key = 1; key <= 4; ++key) {
    cache::write_entry(options, cache::kModel, key, bytes);
    const auto ages_ago = fs::file_time_type::clock::now() - std::chrono::hours(100 - 10 * key);
    fs::last_write_time(directory.file(Digest64(key).to_hex() + ".model"), ages_ago);
  }
  EXPECT_TRUE(cache::read_entry(options, cache::kModel, 1).has_value());  // now the youngest
  cache::write_entry(options, cache::kModel, 5, bytes);
  EXPECT_TRUE(has(1) && !has(2) && has(3) && has(4) && has(5));
  cache::write_entry(options, cache::kModel, 6, std::string(3900, 'x'));
  EXPECT_TRUE(has(6));
  EXPECT_EQ(files_in(directory.path()).size(), 1U);
  cache::write_entry(options, cache::kModel, 7, std::string(4001, 'x'));
  EXPECT_TRUE(has(6) && !has(7));
}

TEST(CacheBound, holds_for_the_number_of_entries_and_spares_strange_files) {
  const TempDirectory directory;
  directory.write("notes.txt", "not ours");
  const std::string left_over = directory.write("0123456789abcdef.model.partial-1", "half");
  fs::last_write_time(left_over, fs::file_time_type::clock::now() - std::chrono::hours(1));
  const ProgramCacheOptions options{.directory = directory.path(), .entries_max = 3, .identity = 1};
  for (std::uint64_t key = 1; key <= 10; ++key) {
    cache::write_entry(options, cache::kProgram, key, "entry");
  }
  EXPECT_EQ(files_in(directory.path()).size(), 4U);
  EXPECT_TRUE(fs::exists(directory.file("notes.txt")));
  EXPECT_FALSE(fs::exists(left_over));
}

TEST(CacheIdentity, comes_from_the_build_of_this_program) {
  EXPECT_EQ(cache::build_identity(), cache::build_identity());
  EXPECT_GT(cache::build_identity(), 1U) << "this program was linked without a build id";
}

/// An inverter whose output is a flop, with an undriven net and a loop.
std::string netlist_text(const std::string& cell_type = "$_NOT_") {
  return netlist_of(top_module(
      port("clk", "input", "2") + "," + port("q", "output", "3") + "," + port("l", "output", "6"),
      cell("u", cell_type, R"("A": [3], "Y": [4])") + "," +
          cell("f", "$_DFF_P_", R"("C": [2], "D": [4], "Q": [3])") + "," +
          cell("v", "$_AND_", R"("A": [5], "B": [6], "Y": [6])"),
      net("nowhere", "5") + "," + net("loop", "6")));
}

struct Loaded {
  std::string bytes;
  std::string warnings;
  ProgramCacheStats stats;
};

Loaded load(const std::string& directory, const std::string& path, const std::string& top = "") {
  ProgramCache cache = cache_in(directory);
  Diagnostics warnings;
  const Result<Model> model = cache.load_model(path, top, warnings);
  EXPECT_TRUE(model.has_value());
  return {model ? bytes_of(*model) : "", warnings.to_string(), cache.stats()};
}

TEST(CachedModel, and_its_warnings_are_those_of_the_first_run) {
  const TempDirectory directory;
  const std::string path = directory.write("n.json", netlist_text());
  const Loaded uncached = load("", path);
  const Loaded first = load(directory.file("cache"), path);
  const Loaded second = load(directory.file("cache"), path);
  EXPECT_EQ(first.stats.model_misses, 1U);
  EXPECT_EQ(second.stats.model_hits, 1U);
  EXPECT_EQ(first.bytes, uncached.bytes);
  EXPECT_EQ(second.bytes, uncached.bytes);
  EXPECT_NE(uncached.warnings.find("gate.netlist.undriven-net"), std::string::npos);
  EXPECT_NE(uncached.warnings.find("gate.model.combinational-loop"), std::string::npos);
  EXPECT_EQ(first.warnings, uncached.warnings);
  EXPECT_EQ(second.warnings, uncached.warnings);
}

TEST(CachedModel, of_a_moved_netlist_is_found_and_warns_where_it_is_now) {
  const TempDirectory directory;
  const std::string here = directory.write("here.json", netlist_text());
  const std::string there = directory.write("there.json", netlist_text());
  static_cast<void>(load(directory.file("cache"), here));
  const Loaded moved = load(directory.file("cache"), there);
  EXPECT_EQ(moved.stats.model_hits, 1U);
  EXPECT_EQ(moved.warnings, load("", there).warnings);
}

TEST(CachedModel, depends_on_the_text_and_on_the_top) {
  const TempDirectory directory;
  const std::string path = directory.write("n.json", netlist_text());
  const std::string cache = directory.file("cache");
  static_cast<void>(load(cache, path));
  EXPECT_EQ(load(cache, path, "top").stats.model_misses, 1U);
  directory.write("n.json", netlist_text("$_BUF_"));
  const Loaded changed = load(cache, path);
  EXPECT_EQ(changed.stats.model_misses, 1U);
  EXPECT_EQ(changed.bytes, load("", path).bytes);
}

TEST(CachedModel, that_is_damaged_is_read_from_the_netlist) {
  const TempDirectory directory;
  const std::string path = directory.write("n.json", netlist_text());
  const std::string cache = directory.file("cache");
  const Loaded first = load(cache, path);
  const std::string file = the_file(cache);
  const std::string whole = text_of_file(file);
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    put(file, damaged);
    const Loaded again = load(cache, path);
    ASSERT_EQ(again.stats.model_misses, 1U) << at;
    ASSERT_EQ(again.bytes, first.bytes) << at;
    ASSERT_EQ(again.warnings, first.warnings) << at;
  }
}

TEST(CachedModel, reports_bad_input_as_without_a_cache) {
  const TempDirectory directory;
  ProgramCache cache = cache_in(directory.file("cache"));
  Diagnostics warnings;
  const auto missing = cache.load_model(directory.file("no.json"), "", warnings);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().list().at(0).code(), "file.not-found");
  const std::string path = directory.write("n.json", netlist_text("$_WRONG_"));
  for (std::uint32_t run = 0; run < 2; ++run) {
    const auto wrong = cache.load_model(path, "", warnings);
    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(wrong.error().list().at(0).code(), "gate.netlist.unknown-cell");
  }
}

/// Sets an environment variable, or removes it, until the end of a scope.
class Environment {
 public:
  Environment(const char* name, std::optional<std::string> value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    set(value);
  }
  ~Environment() { set(old_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void set(const std::optional<std::string>& value) {
    value ? setenv(name_, value->c_str(), 1) : unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> old_;
};

TEST(CacheDirectory, is_what_the_environment_says) {
  const auto directory = [](std::optional<std::string> cache, std::optional<std::string> xdg,
                            std::optional<std::string> home) {
    const Environment a("HEDDLE_CACHE", std::move(cache));
    const Environment b("XDG_CACHE_HOME", std::move(xdg));
    const Environment c("HOME", std::move(home));
    return ProgramCache::default_directory();
  };
  EXPECT_EQ(directory("/c", "/x", "/h"), "/c");
  EXPECT_EQ(directory("", "/x", "/h"), "");
  EXPECT_EQ(directory({}, "/x", "/h"), "/x/heddle");
  EXPECT_EQ(directory({}, "relative", "/h"), "/h/.cache/heddle");  // as the XDG text asks
  EXPECT_EQ(directory({}, "", "/h"), "/h/.cache/heddle");
  EXPECT_EQ(directory({}, {}, "/h"), "/h/.cache/heddle");
  EXPECT_EQ(directory({}, {}, {}), "");
}

}  // namespace
}  // namespace heddle::gate
