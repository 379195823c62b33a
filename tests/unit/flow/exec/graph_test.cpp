// Reading graphs: what is accepted, and every way to get one wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "heddle/flow/diagnostics.h"
#include "support/flow/small_tasks.h"

namespace heddle::flow {
namespace {

using test::read_text;
using testing::HasSubstr;

/// The codes of what is wrong with a graph, and where the first was found.
struct Wrong {
  std::vector<std::string> codes;
  std::string where;
  std::string text;
};
Wrong wrong_with(const std::string& yaml, const std::string& mission = {}) {
  TaskRegistry registry;
  test::register_small_tasks(registry);
  const Result<Graph> graph = read_text(yaml, registry, mission);
  Wrong out;
  if (graph) return out;
  for (const Diagnostic& one : graph.error().list()) out.codes.emplace_back(one.code());
  out.where = graph.error().list().front().where().to_string();
  out.text = graph.error().to_string();
  return out;
}

constexpr const char* kChain =
    "name: chain\n"
    "tasks:\n"
    "  - {id: a, type: Ramp}\n"
    "  - {id: b, type: Sum}\n"
    "  - {id: c, type: Keep}\n"
    "connections:\n"
    "  - {from: a, to: b}\n"
    "  - {from: b.out, to: c.in}\n";

TEST(Graph, reads_tasks_messages_and_connections_in_file_order) {
  TaskRegistry registry;
  test::register_small_tasks(registry);
  const Result<Graph> graph = read_text(kChain, registry);
  ASSERT_TRUE(graph) << graph.error().to_string();
  ASSERT_EQ(graph->tasks.size(), 3U);
  EXPECT_EQ(graph->messages[0].name, "a.out");
  EXPECT_EQ(graph->messages[1].name, "b.out");
  EXPECT_EQ(graph->tasks[2].messages[0], 1U);
  EXPECT_EQ(graph->tasks[0].type->kind, TaskKind::Source);
  EXPECT_EQ(graph->tasks[1].type->kind, TaskKind::Regular);
  EXPECT_EQ(graph->tasks[2].type->kind, TaskKind::Sink);
  EXPECT_EQ(graph->messages[0].type->schema.name, "i64");
}

TEST(Graph, digest_covers_parameters_and_connections_but_not_how_it_runs) {
  TaskRegistry registry;
  test::register_small_tasks(registry);
  const auto digest = [&](const std::string& yaml) { return read_text(yaml, registry)->digest(); };
  const std::string base = kChain;
  EXPECT_EQ(digest(base), digest(base + "runtime: {workers: 4}\nlogging: {enabled: false}\n"));
  std::string other = base;
  other.replace(other.find("type: Ramp"), 10, "type: Ramp, params: {step: 2}");
  EXPECT_NE(digest(base), digest(other));
}

TEST(Graph, tells_each_mistake_by_its_code_and_place) {
  struct Case {
    const char* what;
    std::string yaml;
    const char* code;
    const char* where;
  };
  const std::string chain = kChain;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string out = chain;
    out.replace(out.find(from), from.size(), to);
    return out;
  };
  const Case cases[] = {
      {"type", with("type: Sum", "type: Sun"), "flow.unknown-task-type", "graph.yaml:4:19"},
      {"twice", with("id: b", "id: a"), "flow.task-twice", "graph.yaml:4:10"},
      {"task", with("to: b}", "to: bb}"), "flow.unknown-task", "graph.yaml:7:19"},
      {"port", with("b.out", "b.ouch"), "flow.unknown-port", "graph.yaml:8:12"},
      {"types", with("type: Keep", "type: KeepReal"), "flow.type-mismatch", "graph.yaml:8:23"},
      {"input twice", chain + "  - {from: a, to: c}\n", "flow.input-twice", "graph.yaml:9:19"},
      {"unconnected", with("  - {from: a, to: b}\n", ""), "flow.input-unconnected",
       "graph.yaml:4:10"},
      {"cycle", with("from: a, to: b", "from: b, to: b"), "flow.cycle", "graph.yaml:4:10"},
      {"mission", with("type: Sum", "type: Sum, missions: [x]"), "flow.unknown-mission",
       "graph.yaml:4:34"},
      {"resource", with("type: Sum", "type: Sum, resources: {port: x}"), "flow.unknown-resource",
       "graph.yaml:4:35"},
      {"resource type", chain + "resources: {x: {type: Y}}\n", "flow.unknown-resource-type",
       "graph.yaml:9:23"},
      {"none", "name: empty\n", "flow.no-tasks", "graph.yaml:1:1"},
      {"background", with("type: Ramp", "type: Ramp, background: {lag: 1}"), "flow.background-port",
       "graph.yaml:3:10"},
      {"key", chain + "runtime: {worker: 2}\n", "config.unknown-key", "graph.yaml:9:11"},
  };
  for (const Case& one : cases) {
    const Wrong wrong = wrong_with(one.yaml);
    ASSERT_FALSE(wrong.codes.empty()) << one.what;
    EXPECT_EQ(wrong.codes.front(), one.code) << one.what << "\n" << wrong.text;
    EXPECT_EQ(wrong.where, one.where) << one.what << "\n" << wrong.text;
  }
}

TEST(Graph, names_the_nearest_type_and_the_tasks_of_a_cycle) {
  std::string yaml = kChain;
  yaml.replace(yaml.find("type: Sum"), 9, "type: Sun");
  EXPECT_THAT(wrong_with(yaml).text, HasSubstr("did you mean 'Sum'?"));
  const std::string cycle =
      "tasks: [{id: x, type: Sum}, {id: y, type: Sum}, {id: z, type: Sum}]\n"
      "connections: [{from: x, to: y}, {from: y, to: z}, {from: z, to: x}]\n";
  EXPECT_THAT(wrong_with(cycle).text, HasSubstr("x -> y -> z -> x"));
}

TEST(Graph, refuses_more_tasks_than_it_can_number) {
  std::string yaml = "tasks:\n";
  for (std::size_t i = 0; i <= Graph::kTasksMax; ++i) {
    yaml += "  - {id: t" + std::to_string(i) + ", type: Ramp}\n";
  }
  EXPECT_THAT(wrong_with(yaml).codes, testing::Contains("flow.too-many-tasks"));
}

constexpr const char* kMissions =
    "tasks:\n"
    "  - {id: a, type: Ramp, missions: [fly]}\n"
    "  - {id: b, type: Ramp}\n"
    "  - {id: add, type: Add}\n"
    "connections: [{from: a, to: add.in}, {from: b, to: add.in1}]\n"
    "missions: [fly, land]\n";

TEST(Graph, cuts_out_one_mission_and_leaves_inputs_from_others_absent) {
  TaskRegistry registry;
  test::register_small_tasks(registry);
  const Result<Graph> fly = read_text(kMissions, registry);
  ASSERT_TRUE(fly) << fly.error().to_string();
  EXPECT_EQ(fly->mission, "fly");
  EXPECT_EQ(fly->tasks.size(), 3U);
  const Result<Graph> land = read_text(kMissions, registry, "land");
  ASSERT_TRUE(land);
  ASSERT_EQ(land->tasks.size(), 2U);
  EXPECT_EQ(land->tasks[1].messages[0], kNoIndex);
  EXPECT_EQ(land->messages[land->tasks[1].messages[1]].name, "b.out");
  EXPECT_EQ(wrong_with(kMissions, "swim").codes.front(), "flow.unknown-mission");
}

TEST(Graph, runs_a_mission_without_the_tasks_of_another) {
  const test::Outcome land = test::run_text(kMissions, {.lists = 3, .mission = "land"});
  EXPECT_EQ(land.values("add.out"), (std::vector<std::int64_t>{0, 1, 2}));
  const test::Outcome fly = test::run_text(kMissions, {.lists = 3});
  EXPECT_EQ(fly.values("add.out"), (std::vector<std::int64_t>{0, 2, 4}));
}

TEST(Registry, refuses_one_name_for_two_types) {
  TaskRegistry registry;
  test::register_small_tasks(registry);
  test::register_small_tasks(registry);
  EXPECT_EQ(registry.errors().list().front().code(), "flow.task-type-twice");
}

TEST(Registry, says_why_a_library_cannot_be_used) {
  TaskRegistry registry;
  const Status none = registry.load("no-such-library.so");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().list().front().code(), "flow.library");
}

TEST(Resources, missing_and_of_another_type_are_told) {
  const std::string yaml =
      "resources: {bell: {type: Bell}, other: {type: Other}}\n"
      "tasks: [{id: a, type: Ramp}, {id: r, type: Ring%}]\n"
      "connections: [{from: a, to: r}]\n";
  const auto wrong = [&](const std::string& binding) {
    std::string text = yaml;
    text.replace(text.find('%'), 1, binding);
    return test::run_text(text, {}).error_code();
  };
  EXPECT_EQ(wrong(""), "flow.resource-missing");
  EXPECT_EQ(wrong(", resources: {bell: other}"), "flow.resource-type");
  EXPECT_EQ(wrong(", resources: {bell: bell}"), "");
}

}  // namespace
}  // namespace heddle::flow
