// Each rule of tidy fires on a planted example, and stays silent on the same
// thing done right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules.h"
#include "tables.h"

namespace heddle::tidy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// `path:line` of what one rule finds in a tree of one or more files.
std::vector<std::string> places(void (*check)(const SourceTree&, Findings&),
                                const std::map<std::string, std::string>& files) {
  SourceTree tree;
  for (const auto& [path, text] : files) tree.add(path, text);
  Findings findings;
  check(tree, findings);
  std::vector<std::string> places;
  for (const Finding& finding : findings) {
    places.push_back(finding.path + ":" + std::to_string(finding.line));
  }
  return places;
}

std::string include(const std::string& header) {
  return "#include \"" + header + "\"\n";
}

std::map<std::string, std::string> one_public_header_a_module() {
  std::map<std::string, std::string> files;
  for (const std::string module :
       {"base", "trace", "flow", "des", "gate", "tile", "system", "ladder"}) {
    files["include/heddle/" + module + "/a.h"] = "";
  }
  files["include/heddle/gate/cosim.h"] = "";
  return files;
}

/// Whether a source of `from` may include the public header of `to`.
bool may_include(const std::string& from, const std::string& to) {
  auto files = one_public_header_a_module();
  files["src/" + from + "/b.cpp"] = include("heddle/" + to);
  return places(check_layers, files).empty();
}

TEST(TidyLayers, allow_exactly_what_the_module_table_of_the_architecture_allows) {
  const std::map<std::string, std::string> allowed = {
      {"base", ""},
      {"trace", "base"},
      {"flow", "base trace"},
      {"des", "base trace"},
      {"gate", "base trace"},
      {"gate/cosim", "base trace gate flow"},
      {"tile", "base trace des"},
      {"system", "base trace des tile"},
      {"ladder", "base trace gate tile system"},
      {"cli", "base trace flow des gate tile system ladder"},
      {"python", "base trace flow des gate tile system ladder"},
  };
  for (const auto& [from, list] : allowed) {
    for (const std::string to :
         {"base", "trace", "flow", "des", "gate", "tile", "system", "ladder"}) {
      const bool is_own = from.substr(0, from.find('/')) == to;
      const bool is_listed = (" " + list + " ").find(" " + to + " ") != std::string::npos;
      EXPECT_EQ(may_include(from, to + "/a.h"), is_own || is_listed) << from << " -> " << to;
    }
  }
  EXPECT_FALSE(may_include("gate", "gate/cosim.h"));
  EXPECT_TRUE(may_include("cli", "gate/cosim.h"));
}

TEST(TidyLayers, forbid_private_headers_of_other_modules) {
  EXPECT_THAT(
      places(check_layers, {{"src/base/p.h", ""}, {"src/trace/b.cpp", include("base/p.h")}}),
      ElementsAre("src/trace/b.cpp:1"));
  EXPECT_THAT(places(check_layers, {{"src/base/p.h", ""}, {"src/base/b.cpp", include("base/p.h")}}),
              IsEmpty());
}

TEST(TidyLayers, let_public_headers_include_std_and_public_headers_alone) {
  const std::string header = "include/heddle/gate/h.h";
  const auto found = [&](const std::string& text) {
    return places(check_layers,
                  {{header, text}, {"src/gate/p.h", ""}, {"include/heddle/base/a.h", ""}});
  };
  EXPECT_THAT(found("#include <vector>\n#include <tl/expected.hpp>\n" + include("heddle/base/a.h")),
              IsEmpty());
  EXPECT_THAT(found("\n#include <fmt/format.h>\n"), ElementsAre(header + ":2"));
  EXPECT_THAT(found("#include <unistd.h>\n"), ElementsAre(header + ":1"));
  EXPECT_THAT(found(include("gate/p.h")), ElementsAre(header + ":1"));
}

TEST(TidyLayers, let_every_module_use_the_interfaces_in_c_which_use_the_c_library_alone) {
  const std::string c = "include/heddle_c.h";
  EXPECT_THAT(places(check_layers, {{c, "#include <stdint.h>\n"},
                                    {"src/tile/a.cpp", include("heddle_c.h")},
                                    {"include/heddle/tile/a.h", include("heddle_c.h")}}),
              IsEmpty());
  EXPECT_THAT(places(check_layers, {{c, "#include <vector>\n"}}), ElementsAre(c + ":1"));
}

TEST(TidyLayers, confine_packages_to_their_place) {
  EXPECT_THAT(places(check_layers, {{"src/gate/a.cpp", "#include <cuda_runtime.h>\n"}}),
              ElementsAre("src/gate/a.cpp:1"));
  EXPECT_THAT(places(check_layers, {{"src/gate/backend/cuda/a.cu", "#include <cuda_runtime.h>\n"}}),
              IsEmpty());
  EXPECT_THAT(places(check_layers, {{"src/cli/cmd_x.cpp", "#include <CLI/CLI.hpp>\n"}}),
              ElementsAre("src/cli/cmd_x.cpp:1"));
  EXPECT_THAT(places(check_layers, {{"src/tile/a.cpp", "#include <mlir/IR/Dialect.h>\n"}}),
              ElementsAre("src/tile/a.cpp:1"));
}

TEST(TidyLayers, find_headers_that_include_each_other_and_includes_that_lead_nowhere) {
  EXPECT_THAT(places(check_layers, {{"src/gate/a.h", include("b.h")},
                                    {"src/gate/b.h", include("gate/c.h")},
                                    {"src/gate/c.h", include("a.h")}}),
              ElementsAre("src/gate/a.h:0"));
  EXPECT_THAT(places(check_layers, {{"src/gate/a.cpp", "\n" + include("nowhere.h")}}),
              ElementsAre("src/gate/a.cpp:2"));
  EXPECT_THAT(places(check_layers, {{"src/gate/a.cpp", "// " + include("nowhere.h")}}), IsEmpty());
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "x;\n";
  return text;
}

TEST(TidySizes, allow_700_lines_a_file_and_not_one_more) {
  EXPECT_THAT(places(check_sizes, {{"src/gate/a.cpp", lines(700)}}), IsEmpty());
  EXPECT_THAT(places(check_sizes, {{"src/gate/a.cpp", lines(701)}}),
              ElementsAre("src/gate/a.cpp:0"));
  EXPECT_THAT(places(check_sizes, {{"designs/rtl/a.v", lines(701)}}),
              ElementsAre("designs/rtl/a.v:0"));
  EXPECT_THAT(places(check_sizes, {{"docs/a.md", lines(701)}}), IsEmpty());
}

TEST(TidySizes, allow_80_lines_a_function_and_not_one_more) {
  const auto found = [](const std::string& head, std::size_t body, const std::string& tail) {
    return places(check_sizes, {{"src/gate/a.cpp", head + lines(body) + tail}});
  };
  const std::string open = "namespace a {\nstruct S {\n  int f(\n      int b) const {\n";
  EXPECT_THAT(found(open, 77, "}\n};\n}\n"), IsEmpty());
  EXPECT_THAT(found(open, 78, "}\n};\n}\n"), ElementsAre("src/gate/a.cpp:3"));
  EXPECT_THAT(found("int f() {\n  if (x) {\n", 79, "  }\n}\n"), ElementsAre("src/gate/a.cpp:1"));
  EXPECT_THAT(found("const int t[] = {\n", 90, "};\n"), IsEmpty());
  EXPECT_THAT(found("#define M(x) \\\n  {\nint f() {\n", 10, "}\n"), IsEmpty());
  EXPECT_THAT(found("int f() {\n  s = \"}\"; // }\n  c = '{';\n  n = 1'000;\n", 80, "}\n"),
              ElementsAre("src/gate/a.cpp:1"));
}

struct Planted {
  std::string path;
  std::string line;
};

TEST(TidyBanned, finds_each_word_where_it_may_not_stand) {
  const std::vector<Planted> bad = {
      {"src/gate/a.cpp", "int r = std::rand();"},
      {"tests/unit/a.cpp", "int r = rand ();"},
      {"src/gate/a.cpp", "std::random_device d;"},
      {"tests/unit/a.cpp", "std::uniform_int_distribution<int> d;"},
      {"src/gate/a.cpp", "std::mt19937 g;"},
      {"src/gate/a.cpp", "auto t = std::time(nullptr);"},
      {"include/heddle/gate/a.h", "using C = std::chrono::system_clock;"},
      {"src/gate/a.cpp", "printf(\"x\");"},
      {"src/gate/a.cpp", "std::cout << 1;"},
      {"src/gate/a.cpp", "fprintf(stderr, \"x\");"},
      {"src/gate/a.cpp", "std::exit(2);"},
      {"src/gate/a.cpp", "throw 3;"},
      {"include/heddle/gate/a.h", "using namespace std;"},
      {"tests/support/a.h", "using namespace testing;"},
      {"src/gate/a.h", "#include <iostream>"},
      {"src/gate/a.cpp", "strcpy(a, b);"},
      {"tests/unit/a.cpp", "std::this_thread::sleep_for(1s);"},
      {"docs/a.md", "TODO: write"},
      {"src/gate/a.cpp", "// FIXME later"},
      {"docs/a.md", "see /work/thing"},
      {"tests/unit/a.cpp", "open(\"/root/x\");"},
      {"docs/a.md", "cd /tmp/b"},
      {"tools/deps", "pip install --index https://pypi.org/simple"},
      {"cmake/a.cmake", "add_compile_options(-march=native)"},
      {"docs/a.md", "<<<<<<< HEAD"},
  };
  for (const Planted& planted : bad) {
    EXPECT_THAT(places(check_banned, {{planted.path, "\n" + planted.line + "\n"}}),
                ElementsAre(planted.path + ":2"))
        << planted.line;
  }
}

TEST(TidyBanned, leaves_the_same_words_alone_where_they_may_stand) {
  const std::vector<Planted> good = {
      {"src/gate/a.cpp", "int operand(int); // std::rand() would not do"},
      {"src/gate/a.cpp", "const char* s = \"printf(\";"},
      {"src/cli/a.cpp", "std::printf(\"x\");"},
      {"tools/tidy/a.cpp", "std::printf(\"x\");"},
      {"src/gate/a.cpp", "snprintf(b, n, \"x\");"},
      {"tests/unit/a.cpp", "using namespace testing;"},
      {"src/gate/a.cpp", "rethrow(); on_exit_(x); runtime(0);"},
      {"tests/unit/a.cpp", "std::mt19937_64 g(1);"},
      {"docs/a.md", "network/home/thing is relative; mastodon"},
  };
  for (const Planted& planted : good) {
    EXPECT_THAT(places(check_banned, {{planted.path, planted.line + "\n"}}), IsEmpty())
        << planted.line;
  }
}

TEST(TidyUnordered, finds_loops_over_unordered_containers) {
  const std::string declared = "std::unordered_map<int, std::vector<int>> nets_;\n";
  const auto found = [&](const std::string& loop) {
    return places(check_unordered,
                  {{"src/gate/a.h", declared}, {"src/gate/a.cpp", "\n" + loop + "\n"}});
  };
  EXPECT_THAT(found("for (auto& [k, v] : nets_) {}"), ElementsAre("src/gate/a.cpp:2"));
  EXPECT_THAT(found("for (auto& n : this->nets_) {}"), ElementsAre("src/gate/a.cpp:2"));
  EXPECT_THAT(found("std::copy(nets_.begin(), nets_.end(), o);"), ElementsAre("src/gate/a.cpp:2"));
  EXPECT_THAT(found("auto at = nets_.find(3);"), IsEmpty());
  EXPECT_THAT(found("for (auto& n : others_) {}"), IsEmpty());
}

TEST(TidyBlobs, finds_binaries_bulk_and_odd_names) {
  EXPECT_THAT(places(check_blobs, {{"a.png", std::string("\x89PNG\0", 5)}}),
              ElementsAre("a.png:0"));
  EXPECT_THAT(places(check_blobs, {{"a.txt", "bell \x07"}}), ElementsAre("a.txt:0"));
  EXPECT_THAT(places(check_blobs, {{"a.txt", "\xC0\x80"}}), ElementsAre("a.txt:0"));
  EXPECT_THAT(places(check_blobs, {{"a.txt", std::string(262145, 'x')}}), ElementsAre("a.txt:0"));
  EXPECT_THAT(places(check_blobs, {{"a b.txt", ""}}), ElementsAre("a b.txt:0"));
  EXPECT_THAT(places(check_blobs, {{"docs/a.md", "\xC2\xB5s \xE2\x86\x92 1\n"},
                                   {"fuzz/json/corpus/1", std::string("\0\xFF", 2)}}),
              IsEmpty());
}

TEST(TidyText, finds_what_a_formatter_does_not_see) {
  EXPECT_THAT(places(check_text, {{"docs/a.md", "x \n"}}), ElementsAre("docs/a.md:1"));
  EXPECT_THAT(places(check_text, {{"docs/a.md", "x\r\n"}}), ElementsAre("docs/a.md:1"));
  EXPECT_THAT(places(check_text, {{"docs/a.md", "x"}}), ElementsAre("docs/a.md:0"));
  EXPECT_THAT(places(check_text, {{"src/a.h", "// x\nint a;\n"}}), ElementsAre("src/a.h:0"));
  EXPECT_THAT(places(check_text, {{"src/a.h", "// x\n#pragma once\n\tint a;\n"}}),
              ElementsAre("src/a.h:3"));
  EXPECT_THAT(places(check_text, {{"src/a.cpp", "int a;\n"}}), ElementsAre("src/a.cpp:1"));
  EXPECT_THAT(places(check_text, {{"src/gate/x/a.cpp", "int a;\n"},
                                  {"include/heddle/gate/a.h", "// x\n#pragma once\n"}}),
              IsEmpty());
  EXPECT_THAT(places(check_text, {{"src/a.h", "// x\n#pragma once\n"}, {"src/a.cpp", "int a;\n"}}),
              IsEmpty());
}

constexpr const char* kRule = R"(// Rules.
inline constexpr DiagnosticRule kOdd{"gate.odd-thing", Severity::Error,
                                     "'{}' is " "odd|", "be even", Cause::Corrupt};
inline constexpr const DiagnosticRule* kRules[] = {&kOdd};
)";

std::map<std::string, std::string> documented(const std::string& header) {
  const std::string path = "include/heddle/gate/diagnostics.h";
  SourceTree tree;
  tree.add(path, header);
  return {{path, header},
          {"docs/reference/diagnostics.md", reference_page(tree, diagnostics_table())},
          {"tests/unit/gate/a_test.cpp", "EXPECT_EQ(code, \"gate.odd-thing\");"}};
}

TEST(TidyDiagnostics, want_each_rule_listed_documented_tested_and_unique) {
  const std::string at = "include/heddle/gate/diagnostics.h:2";
  EXPECT_THAT(places(check_diagnostics, documented(kRule)), IsEmpty());

  auto untested = documented(kRule);
  untested.erase("tests/unit/gate/a_test.cpp");
  EXPECT_THAT(places(check_diagnostics, untested), ElementsAre(at));

  auto undocumented = documented(kRule);
  undocumented["docs/reference/diagnostics.md"] += "more\n";
  EXPECT_THAT(places(check_diagnostics, undocumented),
              ElementsAre("docs/reference/diagnostics.md:0"));

  std::string unlisted = kRule;
  unlisted.replace(unlisted.find("&kOdd"), 5, "");
  EXPECT_THAT(places(check_diagnostics, documented(unlisted)), ElementsAre(at));

  std::string shouting = kRule;
  shouting.replace(shouting.find("gate.odd-thing"), 14, "gate.Odd_Thing");
  auto misnamed = documented(shouting);
  misnamed["tests/unit/gate/a_test.cpp"] = "gate.Odd_Thing";
  EXPECT_THAT(places(check_diagnostics, misnamed), ElementsAre(at));

  auto twice = documented(kRule);
  twice["src/cli/diagnostics.h"] = kRule;
  EXPECT_THAT(places(check_diagnostics, twice), testing::Contains("src/cli/diagnostics.h:2"));
}

TEST(TidyDiagnostics, make_the_reference_page_from_the_headers) {
  SourceTree tree;
  tree.add("include/heddle/gate/diagnostics.h", kRule);
  EXPECT_THAT(reference_page(tree, diagnostics_table()),
              HasSubstr("\n| `gate.odd-thing` | error | '{}' is odd\\| | be even | 3 |\n"));
}

TEST(TidyStatistics, want_each_statistic_listed_documented_and_tested) {
  const std::string path = "include/heddle/gate/statistics.h";
  const std::string header =
      "inline constexpr StatisticDef kEdges{\"cosim.edges\", StatisticKind::Counter, \"edges\",\n"
      "                                     \"Edges simulated.\"};\n"
      "inline constexpr const StatisticDef* kStatistics[] = {&kEdges};\n";
  SourceTree tree;
  tree.add(path, header);
  const std::string page = reference_page(tree, statistics_table());
  EXPECT_THAT(page, HasSubstr("| `cosim.edges` | counter | edges | Edges simulated. |"));
  const std::string page_path = "docs/reference/statistics.md";
  EXPECT_THAT(
      places(check_statistics, {{path, header}, {page_path, page}, {"tests/a.cpp", "cosim.edges"}}),
      IsEmpty());
  EXPECT_THAT(places(check_statistics, {{path, header}, {page_path, page}}),
              ElementsAre(path + ":1"));
  EXPECT_THAT(places(check_statistics, {{path, header}, {"tests/a.cpp", "cosim.edges"}}),
              ElementsAre(page_path + ":0"));
}

std::vector<std::string> messages(const std::map<std::string, std::string>& files) {
  SourceTree tree;
  for (const Table* table : {&diagnostics_table(), &statistics_table()}) {
    tree.add(std::string(table->page), reference_page(SourceTree(), *table));
  }
  for (const auto& [path, text] : files) tree.add(path, text);
  std::vector<std::string> messages;
  for (const Finding& finding : check_all(tree)) messages.push_back(finding.to_string());
  return messages;
}

TEST(TidyExceptions, excuse_one_rule_in_one_file_for_a_reason_that_still_holds) {
  const std::string source = "// A source.\nint r = std::rand();\n";
  EXPECT_THAT(messages({{"src/gate/a.cpp", source}}),
              ElementsAre(testing::StartsWith("src/gate/a.cpp:2: `std::rand(`")));
  EXPECT_THAT(
      messages({{"src/gate/a.cpp", source},
                {kAllowPath, "# why\nbanned src/gate/a.cpp it is only a planted example\n"}}),
      IsEmpty());
  EXPECT_THAT(messages({{"src/gate/a.cpp", source}, {kAllowPath, "banned src/gate/a.cpp so\n"}}),
              ElementsAre(HasSubstr("an exception gives its reason")));
  EXPECT_THAT(messages({{kAllowPath, "banned src/gate/a.cpp it is only a planted example\n"}}),
              ElementsAre(HasSubstr("nothing needs this exception")));
}

}  // namespace
}  // namespace heddle::tidy
