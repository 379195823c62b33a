// The SDF reader: what it hands on, and how it refuses.
#include "heddle/gate/sdf.h"

#include <gtest/gtest.h>

#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

class Recorder final : public SdfVisitor {
 public:
  void header(const SdfHeader& header) override { head = header; }
  void cell(const std::string& type, const std::string& instance,
            const SourcePosition& where) override {
    cells.push_back(type + " " + instance + " " + std::to_string(where.line));
  }
  void delay(const SdfDelay& delay) override { delays.push_back(delay); }
  void check(const SdfCheck& check) override { checks.push_back(check); }

  SdfHeader head;
  std::vector<std::string> cells;
  std::vector<SdfDelay> delays;
  std::vector<SdfCheck> checks;
};

Recorder read(const std::string& text) {
  Recorder recorder;
  const Status status = read_sdf_text(text, "a.sdf", recorder);
  EXPECT_TRUE(status.has_value()) << status.error().to_string();
  return recorder;
}

std::string in_cell(const std::string& what) {
  return "(DELAYFILE (TIMESCALE 1ns) (CELL (CELLTYPE \"C\") (INSTANCE u) " + what + "))";
}

TEST(Sdf, reads_delays_in_femtoseconds_of_the_timescale) {
  for (const auto& [scale, fs] : {std::pair<const char*, std::int64_t>{"1ns", 1'000'000},
                                  {"100 ps", 100'000},
                                  {"10us", 10'000'000'000},
                                  {"1fs", 1}}) {
    const Recorder got = read(std::string("(DELAYFILE (TIMESCALE ") + scale +
                              ") (CELL (CELLTYPE \"C\") (INSTANCE u) (DELAY (ABSOLUTE "
                              "(IOPATH A Y (1:2:3) (4))))))");
    ASSERT_EQ(got.delays.size(), 1U);
    EXPECT_EQ(got.delays[0].rise.min_fs, fs);
    EXPECT_EQ(got.delays[0].rise.typ_fs, 2 * fs);
    EXPECT_EQ(got.delays[0].rise.max_fs, 3 * fs);
    EXPECT_EQ(got.delays[0].fall.min_fs, 4 * fs);
  }
  EXPECT_EQ(
      read(in_cell("(DELAY (ABSOLUTE (IOPATH A Y (0.311233::-0.25))))")).delays[0].rise.min_fs,
      311'233);
}

TEST(Sdf, fills_what_a_triple_leaves_out) {
  const Recorder got =
      read(in_cell("(DELAY (ABSOLUTE (IOPATH A Y (1::3) ()) (IOPATH B Y (:2:))))"));
  EXPECT_EQ(got.delays[0].rise.typ_fs, 3'000'000);
  EXPECT_TRUE(got.delays[0].rise.present);
  EXPECT_FALSE(got.delays[0].fall.present);
  EXPECT_EQ(got.delays[1].rise.min_fs, 2'000'000);
  EXPECT_EQ(got.delays[1].fall.max_fs, 2'000'000);  // one value for all transitions
}

TEST(Sdf, knows_names_dividers_and_escapes) {
  const Recorder got = read(
      "(DELAYFILE (SDFVERSION \"3.0\") (DESIGN \"chip\") (DIVIDER /)\n"
      "(CELL (CELLTYPE \"C\") (INSTANCE a/b\\/c/d\\[1\\]) (DELAY (ABSOLUTE\n"
      "(INTERCONNECT x/Y z\\.w/A (1)) (PORT q/A (2)))))\n(CELL (CELLTYPE \"T\") (INSTANCE)))");
  EXPECT_EQ(got.head.design, "chip");
  EXPECT_EQ(got.head.divider, '/');
  EXPECT_EQ(got.cells, (std::vector<std::string>{"C a.b/c.d[1] 2", "T  4"}));
  EXPECT_EQ(got.delays[0].kind, SdfDelay::Kind::Interconnect);
  EXPECT_EQ(got.delays[0].to, "z.w.A");
  EXPECT_EQ(got.delays[1].kind, SdfDelay::Kind::Port);
}

TEST(Sdf, reads_conditions_edges_increments_and_pulse_limits) {
  const Recorder got = read(in_cell(
      "(DELAY (PATHPULSE (1)) (ABSOLUTE (COND \"n\" B==1'b1&&(~C|D) (IOPATH (posedge A) Y (RETAIN "
      "(1)) ((5) (1) (2)))) (CONDELSE (IOPATH A Y (7)))) (INCREMENT (IOPATH A Y (0.5))))"));
  ASSERT_EQ(got.delays.size(), 3U);
  EXPECT_EQ(got.delays[0].from.condition, "B==1'b1&& ( ~C|D ) ");
  EXPECT_EQ(got.delays[0].from.edge, SdfEdge::Rise);
  EXPECT_EQ(got.delays[0].rise.typ_fs, 5'000'000);
  EXPECT_EQ(got.delays[1].from.condition, "");
  EXPECT_FALSE(got.delays[1].increment);
  EXPECT_TRUE(got.delays[2].increment);
}

TEST(Sdf, reads_every_timing_check) {
  const Recorder got = read(in_cell(
      "(TIMINGCHECK (SETUP (COND \\~D\\&R (posedge S)) (COND E CLK) (1)) (HOLD D (negedge G) (2))\n"
      "(SETUPHOLD D (posedge CK) (1) (2) (COND R)) (RECREM R CK (3) (4)) (RECOVERY R CK (1))\n"
      "(REMOVAL R CK (1)) (WIDTH (posedge CK) (3)) (PERIOD CK (9)) (SKEW A B (1))\n"
      "(NOCHANGE A B (1) (2)))"));
  ASSERT_EQ(got.checks.size(), 8U);
  EXPECT_EQ(got.checks[0].data.condition, "~D&R ");
  EXPECT_EQ(got.checks[0].data.name, "S");
  EXPECT_EQ(got.checks[0].data.edge, SdfEdge::Rise);
  EXPECT_EQ(got.checks[0].reference.condition, "E ");
  EXPECT_EQ(got.checks[0].reference.name, "CLK");
  EXPECT_EQ(got.checks[1].reference.edge, SdfEdge::Fall);
  EXPECT_EQ(got.checks[2].limits[1].max_fs, 2'000'000);
  EXPECT_EQ(got.checks[6].kind, SdfCheckKind::Width);
  EXPECT_EQ(got.checks[7].kind, SdfCheckKind::Period);
}

TEST(Sdf, passes_over_comments) {
  const Recorder got = read(
      "/* one */ (DELAYFILE // two\n(CELL (CELLTYPE \"C\")/* three */(INSTANCE u)\n"
      "(DELAY (ABSOLUTE (IOPATH A Y (1/**/))))))// four");
  EXPECT_EQ(got.delays.size(), 1U);
}

TEST(Sdf, tells_where_a_file_is_wrong) {
  struct Case {
    std::string text;
    std::string code;
    std::uint32_t line;
    std::uint32_t column;
  };
  const std::vector<Case> cases{
      {"", "sdf.syntax", 1, 1},
      {"(DELAYFIL)", "sdf.syntax", 1, 2},
      {"(DELAYFILE\n (CELL (CELLTYPE C)))", "sdf.syntax", 2, 18},
      {"(DELAYFILE (DIVIDER :))", "sdf.syntax", 1, 21},
      {"(DELAYFILE (TIMESCALE 3ns))", "sdf.bad-number", 1, 23},
      {in_cell("(DELAY (ABSOLUTE (IOPATH A Y)))"), "sdf.syntax", 1, 90},
      {in_cell("(DELAY (ABSOLUTE (IOPATH A Y (1:2))))"), "sdf.bad-number", 1, 92},
      {in_cell("(DELAY (ABSOLUTE (IOPATH A Y (x))))"), "sdf.bad-number", 1, 0},
      {in_cell("(DELAY (ABSOLUTE (IOPATH A Y (1e99))))"), "sdf.bad-number", 1, 0},
      {in_cell("(DELAY (ABSOLUTE (COND A)))"), "sdf.syntax", 1, 0},
      {in_cell("(TIMINGCHECK (SETUP (COND) CK (1)))"), "sdf.syntax", 1, 0},
      {"(DELAYFILE (DESIGN \"abc", "sdf.syntax", 1, 0},
      {"(DELAYFILE) more", "sdf.syntax", 1, 13},
      {"(DELAYFILE (CELL", "sdf.syntax", 1, 17},
      {"(" + std::string(70000, 'x'), "sdf.syntax", 1, 2},
  };
  for (const Case& bad : cases) {
    Recorder recorder;
    const Status status = read_sdf_text(bad.text, "a.sdf", recorder);
    ASSERT_FALSE(status.has_value()) << bad.text;
    const Diagnostic& problem = status.error().list().at(0);
    EXPECT_EQ(problem.code(), bad.code) << bad.text;
    EXPECT_EQ(problem.where().file, "a.sdf");
    EXPECT_EQ(problem.where().line, bad.line) << bad.text;
    if (bad.column > 0) {
      EXPECT_EQ(problem.where().column, bad.column) << bad.text;
    }
  }
}

TEST(Sdf, survives_a_file_cut_anywhere) {
  const std::string whole =
      heddle::test::text_of_file(HEDDLE_SOURCE_DIR "/fuzz/corpus/sdf/all.sdf");
  Recorder all;
  ASSERT_TRUE(read_sdf_text(whole, "all.sdf", all).has_value());
  EXPECT_EQ(all.delays.size(), 7U);
  EXPECT_EQ(all.checks.size(), 6U);
  for (std::size_t size = 0; size + 2 < whole.size(); ++size) {
    Recorder recorder;
    EXPECT_FALSE(read_sdf_text(whole.substr(0, size), "cut.sdf", recorder).has_value()) << size;
  }
}

TEST(Sdf, refuses_files_that_are_none) {
  Recorder recorder;
  EXPECT_EQ(read_sdf("/nowhere/a.sdf", recorder).error().list().at(0).code(), "file.not-found");
  const heddle::test::TempDirectory directory;
  EXPECT_EQ(read_sdf(directory.path(), recorder).error().list().at(0).code(), "file.read-failed");
}

}  // namespace
}  // namespace heddle::gate
