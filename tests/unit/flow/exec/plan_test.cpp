// Plans: the order, who gets which step, the file form, and every rule of the checker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "heddle/flow/diagnostics.h"
#include "heddle/flow/draw.h"
#include "support/flow/small_tasks.h"

namespace heddle::flow {
namespace {

using test::read_text;
using testing::ElementsAre;
using testing::HasSubstr;

class PlanTest : public testing::Test {
 protected:
  PlanTest() { test::register_small_tasks(registry_); }

  Graph graph(const std::string& yaml) {
    Result<Graph> out = read_text(yaml, registry_);
    EXPECT_TRUE(out) << out.error().to_string();
    return std::move(*out);
  }
  /// A source, `count` tasks of `type` in a row.
  Graph chain(int count, const std::string& type = "Sum") {
    std::string yaml = "tasks:\n  - {id: s, type: Ramp}\n";
    std::string connections = "connections:\n";
    std::string last = "s";
    for (int i = 0; i < count; ++i) {
      const std::string id = "t" + std::to_string(i);
      yaml += "  - {id: " + id + ", type: " + type + "}\n";
      for (const std::string port : {"in", "in1"}) {
        if (port == "in1" && type != "Add") continue;
        connections += "  - {from: " + last + ", to: " + id + "." + port + "}\n";
      }
      last = id;
    }
    return graph(yaml + connections);
  }
  static std::vector<std::string> order(const Plan& plan, const Graph& graph) {
    std::vector<std::string> out;
    for (const PlanStep& step : plan.steps) out.push_back(graph.tasks[step.task].id);
    return out;
  }
  /// The first code of a plan text that is wrong; empty where it is right.
  std::string code_of(const std::string& yaml, const Graph& graph) {
    const Result<ConfigNode> node = parse_config(yaml, "plan.yaml");
    EXPECT_TRUE(node);
    const Result<Plan> plan = read_plan(*node, graph);
    if (plan) return "";
    EXPECT_EQ(plan.error().list().front().where().file, "plan.yaml");
    EXPECT_GT(plan.error().list().front().where().line, 0U);
    text_ = plan.error().to_string();
    return std::string(plan.error().list().front().code());
  }

  TaskRegistry registry_;
  std::string text_;
};

TEST_F(PlanTest, orders_by_kahn_with_ties_by_file_order) {
  const Graph g = graph(
      "tasks: [{id: last, type: Add}, {id: b, type: Ramp}, {id: a, type: Ramp},\n"
      "        {id: m, type: Sum}]\n"
      "connections: [{from: m, to: last.in}, {from: a, to: last.in1}, {from: b, to: m}]\n");
  const Plan plan = make_plan(g, {});
  // b and a are ready, b stands first; then a, since m comes after it in the file.
  EXPECT_THAT(order(plan, g), ElementsAre("b", "a", "m", "last"));
}

TEST_F(PlanTest, gives_neighbours_to_workers_so_that_the_dearest_costs_least) {
  const Graph g = chain(5);  // 6 steps with state
  std::vector<double> costs = {1e3, 1e3, 1e3, 1e4, 1e4, 1e3};
  const Plan plan = make_plan(g, {.workers = 2, .slots = 4, .costs_ns = costs});
  std::vector<std::uint32_t> owners;
  for (const PlanStep& step : plan.steps) owners.push_back(step.workers.front());
  // 13 and 11 is the best cut of 1 1 1 10 | 10 1.
  EXPECT_THAT(owners, ElementsAre(0, 0, 0, 0, 1, 1));
}

TEST_F(PlanTest, best_cut_is_found_for_all_small_costs) {
  const Graph g = chain(4);
  for (unsigned bits = 0; bits < 1024; ++bits) {
    std::vector<double> costs;
    for (unsigned i = 0; i < 5; ++i) costs.push_back(1000.0 * (1 + ((bits >> (2 * i)) & 3)));
    const Plan plan = make_plan(g, {.workers = 2, .slots = 4, .costs_ns = costs});
    std::vector<double> load(2, 0);
    for (const PlanStep& step : plan.steps) load[step.workers.front()] += costs[step.task];
    double best = 1e12;
    for (std::size_t cut = 1; cut <= 5; ++cut) {
      double left = 0;
      double right = 0;
      for (std::size_t i = 0; i < 5; ++i) (i < cut ? left : right) += costs[i];
      best = std::min(best, std::max(left, right));
    }
    EXPECT_EQ(std::max(load[0], load[1]), best) << bits;
  }
}

TEST_F(PlanTest, several_workers_share_stateless_steps_only) {
  const Graph g = chain(3, "Add");
  std::vector<double> costs = {1e3, 3e4, 3e4, 3e4};
  const Plan plan = make_plan(g, {.workers = 4, .slots = 8, .costs_ns = costs});
  EXPECT_TRUE(check_plan(plan, g));
  EXPECT_EQ(plan.worker_count, 4U);
  EXPECT_THAT(plan.steps[0].workers, ElementsAre(0));
  std::size_t shared = 0;
  for (const PlanStep& step : plan.steps) shared = std::max(shared, step.workers.size());
  EXPECT_GT(shared, 0U);
  const Graph stateful = chain(3, "Sum");
  for (const PlanStep& step : make_plan(stateful, {.workers = 4, .slots = 8}).steps) {
    EXPECT_EQ(step.workers.size(), 1U);
  }
}

TEST_F(PlanTest, uses_no_more_workers_than_steps_and_fills_long_graphs_in_one_pass) {
  const Graph small = chain(1);
  EXPECT_EQ(make_plan(small, {.workers = 9, .slots = 1}).worker_count, 2U);
  const Graph large = chain(600);
  const Plan plan = make_plan(large, {.workers = 7, .slots = 8});
  EXPECT_TRUE(check_plan(plan, large));
  std::vector<int> load(plan.worker_count, 0);
  for (const PlanStep& step : plan.steps) ++load[step.workers.front()];
  EXPECT_EQ(plan.worker_count, 7U);
  EXPECT_LE(*std::max_element(load.begin(), load.end()), 601 / 7 + 1);
}

TEST_F(PlanTest, one_worker_runs_what_costs_less_than_handing_it_on) {
  const Graph g = chain(5);
  const std::vector<double> tiny(6, 10);
  EXPECT_EQ(make_plan(g, {.workers = 2, .slots = 4, .costs_ns = tiny}).worker_count, 1U);
  const std::vector<double> dear(6, 1000);
  EXPECT_EQ(make_plan(g, {.workers = 2, .slots = 4, .costs_ns = dear}).worker_count, 2U);
}

TEST_F(PlanTest, written_plans_read_back_alike) {
  const Graph g = chain(5, "Add");
  for (const Strategy strategy : {Strategy::Groups, Strategy::Pool, Strategy::Checkpoint}) {
    const Plan plan = make_plan(g, {.workers = 3, .slots = 5, .strategy = strategy});
    const std::string yaml = plan_to_yaml(plan, g);
    const Result<ConfigNode> node = parse_config(yaml, "plan.yaml");
    const Result<Plan> back = read_plan(*node, g);
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_EQ(plan_to_yaml(*back, g), yaml);
    EXPECT_EQ(back->slot_count, 5U);
  }
  EXPECT_THAT(plan_to_text(make_plan(g, {.workers = 2, .slots = 5}), g), HasSubstr("t4"));
}

TEST_F(PlanTest, every_rule_has_a_plan_that_breaks_it) {
  const Graph g = graph(
      "resources: {bell: {type: Bell}}\n"
      "tasks: [{id: a, type: Ramp}, {id: b, type: Sum}, {id: c, type: Sum},\n"
      "  {id: r, type: Ring, resources: {bell: bell}}, {id: q, type: Ring, resources: {bell: "
      "bell}}]\n"
      "connections: [{from: a, to: b}, {from: b, to: c}, {from: a, to: r}, {from: a, to: q}]\n");
  const auto plan = [&](const std::string& steps, const std::string& workers = "2",
                        const std::string& slots = "4") {
    return "graph: \"" + g.digest().to_hex() + "\"\nworkers: " + workers + "\nslots: " + slots +
           "\nsteps: [" + steps + "]\n";
  };
  const std::string bells = ", {task: r, workers: [1]}, {task: q, workers: [1]}";
  const std::string good =
      "{task: a, workers: [0]}, {task: b, workers: [0]}, {task: c, workers: [1]}";
  EXPECT_EQ(code_of(plan(good + bells), g), "") << text_;
  EXPECT_EQ(code_of(plan(good + ", {task: r, workers: [1]}"), g), "flow.plan-step-missing");
  EXPECT_EQ(code_of(plan(good + bells + ", {task: a, workers: [1]}"), g), "flow.plan-step-twice");
  EXPECT_EQ(code_of(plan("{task: b}, {task: a}, {task: c}, {task: r}, {task: q}", "1"), g),
            "flow.plan-step-early");
  EXPECT_THAT(text_, testing::AllOf(HasSubstr("'b'"), HasSubstr("'a'")));
  EXPECT_EQ(code_of(plan("{task: a, workers: [0]}, {task: b, workers: [0, 1]}, {task: c, "
                         "workers: [1]}" +
                         bells),
                    g),
            "flow.plan-two-owners");
  EXPECT_EQ(code_of(plan("{task: a, workers: [0]}, {task: b, workers: [1]}, {task: c, workers: "
                         "[0]}" +
                         bells),
                    g),
            "flow.plan-split-worker");
  EXPECT_EQ(code_of(plan(good + ", {task: r, workers: [1]}, {task: q, workers: [2]}", "3"), g),
            "flow.plan-split-component");
  EXPECT_EQ(code_of(plan(good + ", {task: r, workers: [1]}, {task: q, workers: [5]}"), g),
            "flow.plan-worker-range");
  EXPECT_EQ(code_of(plan(good + bells, "3"), g), "flow.plan-worker-idle");
  EXPECT_EQ(code_of(plan(good + bells, "2", "0"), g), "flow.plan-slots");
  EXPECT_EQ(
      code_of("graph: \"0123456789abcdef\"\nworkers: 2\nslots: 4\nsteps: [" + good + bells + "]\n",
              g),
      "flow.plan-other-graph");
  EXPECT_EQ(code_of(plan(good + bells + ", {task: z}"), g), "flow.unknown-task");
}

TEST_F(PlanTest, tasks_that_share_a_resource_stay_on_one_worker) {
  const Graph g = graph(
      "resources: {bell: {type: Bell}}\n"
      "tasks: [{id: a, type: Ramp}, {id: r, type: Ring, resources: {bell: bell}},\n"
      "  {id: m, type: Sum}, {id: q, type: Ring, resources: {bell: bell}}, {id: z, type: Sum}]\n"
      "connections: [{from: a, to: r}, {from: r, to: m}, {from: m, to: q}, {from: q, to: z}]\n");
  const Plan plan = make_plan(g, {.workers = 4, .slots = 8});
  EXPECT_TRUE(check_plan(plan, g));
  EXPECT_EQ(plan.steps[1].workers, plan.steps[3].workers);
  EXPECT_EQ(plan.steps[1].workers, plan.steps[2].workers) << "what is between them comes along";
}

TEST_F(PlanTest, drawings_name_every_task_and_escape_what_xml_and_dot_would_read) {
  const Graph g = graph(
      "tasks: [{id: \"a<b\", type: Ramp}, {id: \"q\\\"uote\", type: Sum}]\n"
      "connections: [{from: \"a<b\", to: \"q\\\"uote\"}]\n");
  const std::string svg = draw_svg(g);
  EXPECT_THAT(svg,
              testing::AllOf(HasSubstr("a&lt;b"), HasSubstr("q&quot;uote"), HasSubstr("</svg>")));
  EXPECT_THAT(draw_dot(g), testing::AllOf(HasSubstr("q\\\"uote"), HasSubstr("t0 -> t1")));
}

}  // namespace
}  // namespace heddle::flow
