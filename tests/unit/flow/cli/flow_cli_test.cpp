// `heddle flow` from outside: checking, planning, drawing and running graphs of the
// examples and of a task library that is compiled here, and what bad input does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::cli {
namespace {

using heddle::test::ProcessResult;
using heddle::test::text_of_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kExamples = HEDDLE_SOURCE_DIR "/examples/";

class FlowProgram : public testing::Test {
 protected:
  ProcessResult run(std::vector<std::string> words) {
    words.insert(words.begin(), {HEDDLE_BINARY_DIR "/bin/heddle", "flow"});
    return heddle::test::run_process(
        words, {.directory = directory_.path(), .time_max = std::chrono::seconds(100)});
  }
  std::string text(const std::string& name) { return text_of_file(directory_.file(name)); }

  heddle::test::TempDirectory directory_;
};

TEST_F(FlowProgram, checks_plans_and_draws_the_examples) {
  for (const std::string name : {"flow_caterpillar", "flow_mandelbrot"}) {
    const std::string graph = kExamples + name + "/graph.yaml";
    const ProcessResult check = run({"check", graph});
    EXPECT_EQ(check.code, 0) << check.err;
    EXPECT_THAT(check.out, HasSubstr("tasks"));
    EXPECT_THAT(run({"check", graph, "--json"}).out, HasSubstr("\"digest\""));
    EXPECT_EQ(run({"plan", graph, "--workers", "3", "-o", name + ".yaml"}).code, 0);
    const ProcessResult again = run({"check", graph, "--plan", name + ".yaml"});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_THAT(run({"plan", graph}).out, HasSubstr("worker"));
    EXPECT_EQ(run({"graph", graph, "-o", name + ".svg"}).code, 0);
    EXPECT_THAT(text(name + ".svg"), HasSubstr("</svg>"));
    EXPECT_THAT(run({"graph", graph, "--format", "dot"}).out, HasSubstr("digraph"));
  }
}

TEST_F(FlowProgram, runs_an_example_into_a_run_directory_that_it_does_not_overwrite) {
  const std::string graph = kExamples + "flow_caterpillar/graph.yaml";
  const ProcessResult first =
      run({"run", graph, "--clock", "mock", "--out", "run", "--lists", "500"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("complete: 500 lists, 1 workers, 8 slots; run\n"));
  EXPECT_THAT(first.out, HasSubstr("the clock stood still")) << "no table of zeros";
  EXPECT_THAT(text("run/report.json"), HasSubstr("\"status\": \"complete\""));
  EXPECT_THAT(text("run/graph.svg"), HasSubstr("p50"));
  EXPECT_GT(text("run/log.000.hlog").size(), 500U);
  const ProcessResult second = run({"run", graph, "--out", "run"});
  EXPECT_EQ(second.code, 2);
  EXPECT_THAT(second.err, HasSubstr("cli.run-exists"));
  const ProcessResult forced = run({"run", graph, "--out", "run", "--force", "--lists", "5",
                                    "--json", "--monitor", "--profile", "--workers", "2"});
  EXPECT_EQ(forced.code, 0) << forced.err;
  EXPECT_THAT(forced.out, AllOf(HasSubstr("\"lists\": 5"), HasSubstr("flow.rate")));
}

TEST_F(FlowProgram, runs_an_edited_plan_on_several_workers) {
  const std::string graph = kExamples + "flow_mandelbrot/graph.yaml";
  EXPECT_EQ(run({"plan", graph, "--workers", "2", "--slots", "4", "-o", "plan.yaml"}).code, 0);
  const ProcessResult ran =
      run({"run", graph, "--plan", "plan.yaml", "--out", "run", "--lists", "10"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("complete: 10 lists, 2 workers, 4 slots"));
}

TEST_F(FlowProgram, bad_input_is_told_with_its_place_and_exit_code_2) {
  directory_.write("bad.yaml",
                   "tasks:\n  - {id: a, type: Countr}\n  - {id: b, type: Discard}\n"
                   "connections: [{from: a, to: b.inn}]\n");
  const ProcessResult bad = run({"run", "bad.yaml"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, AllOf(HasSubstr("bad.yaml:2:19"), HasSubstr("did you mean 'Counter'?"),
                             HasSubstr("bad.yaml:4:"), HasSubstr("flow.unknown-port")));
  EXPECT_EQ(run({"check", "none.yaml"}).code, 2);
  EXPECT_EQ(run({"check", kExamples + "flow_caterpillar/graph.yaml", "--tasks", "none.so"}).code,
            2);
  EXPECT_EQ(run({"plan", kExamples + "flow_caterpillar/graph.yaml", "--workers", "0"}).code, 2);
}

TEST_F(FlowProgram, measures_itself) {
  const ProcessResult bench = run({"bench", "--lists", "2000", "--runs", "1", "--json"});
  EXPECT_EQ(bench.code, 0) << bench.err;
  EXPECT_THAT(bench.out, AllOf(HasSubstr("clock_read_ns"), HasSubstr("caterpillar"),
                               HasSubstr("Mandelbrot, 1 workers, runs that share nothing")));
  const ProcessResult chain = run({"bench", "--lists", "2000", "--runs", "1", "--only", "chain"});
  EXPECT_THAT(chain.out, AllOf(HasSubstr("loop with log"), Not(HasSubstr("Mandelbrot"))));
  const ProcessResult lost =
      run({"bench", "--lists", "10", "--only", "chain", "--scratch", "none"});
  EXPECT_EQ(lost.code, 4);
  EXPECT_THAT(lost.err, HasSubstr("log.write-failed"));
}

constexpr const char* kLibrary = R"(
#include "heddle/flow/registry.h"

namespace {
struct Range {
  double metres = 0;
};
template <class V>
void describe(V& v, Range& range) {
  v("metres", range.metres);
}
class Rangefinder {
 public:
  void process(heddle::flow::Context& context, heddle::flow::Message<Range>& out) {
    out.set({static_cast<double>(context.clid()) - 3});
  }
};
class Brake {
 public:
  heddle::Status process(heddle::flow::Context& context,
                         const heddle::flow::Message<Range>& in) const {
    if (in && in->metres < 0) return context.fail("behind us");
    return {};
  }
};
}  // namespace

extern "C" void heddle_flow_register(heddle::flow::TaskRegistry& registry, std::uint32_t abi) {
  if (abi != heddle::flow::kTaskAbi) return;
  registry.add<Rangefinder>("Rangefinder");
  registry.add<Brake>("Brake");
}
)";

TEST_F(FlowProgram, runs_tasks_of_a_library_built_out_of_the_tree) {
  directory_.write("robot.cpp", kLibrary);
  directory_.write("robot.yaml",
                   "name: robot\ntasks: [{id: range, type: Rangefinder},\n"
                   "  {id: brake, type: Brake, on_error: abort}]\n"
                   "connections: [{from: range, to: brake}]\nruntime: {lists: 10}\n");
  std::vector<std::string> compile = {HEDDLE_CXX_COMPILER,
                                      "-std=c++20",
                                      "-shared",
                                      "-fPIC",
                                      "robot.cpp",
                                      "-I" HEDDLE_SOURCE_DIR "/include",
                                      HEDDLE_BINARY_DIR "/lib/libheddle_flow.a",
                                      HEDDLE_BINARY_DIR "/lib/libheddle_base.a",
                                      "-lfmt",
                                      "-lxxhash",
                                      "-lyaml-cpp",
                                      "-o",
                                      "librobot.so"};
  const std::string flags = HEDDLE_CONSUMER_FLAGS;
  if (!flags.empty()) compile.push_back(flags);
  const ProcessResult built = heddle::test::run_process(
      compile, {.directory = directory_.path(), .time_max = std::chrono::seconds(200)});
  ASSERT_EQ(built.code, 0) << built.err;
  const ProcessResult ran =
      run({"run", "robot.yaml", "--tasks", "librobot.so", "--out", "run", "--json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("\"lists\": 10"), HasSubstr("\"flow.aborted\"")));
}

}  // namespace
}  // namespace heddle::cli
