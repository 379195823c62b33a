// `heddle system collectives`: a registry checked and listed, with what each
// algorithm would take on a machine and which one would be chosen.
#include <fmt/format.h>

#include "cli/session.h"
#include "cli/system_commands.h"
#include "heddle/system/collective_registry.h"

namespace heddle::cli {
namespace {

struct CollectivesOptions {
  std::string registry;
  std::string machine;
  std::uint64_t world = 0;
  std::uint64_t bytes = 0;
  bool yaml = false;
};

/// One algorithm on the machine that was asked about.
struct Row {
  const system::RegistryEntry* entry = nullptr;
  double estimate_ns = 0;
  bool works = false;
  bool is_chosen = false;
};

Result<std::vector<Row>> rows_of(const system::CollectiveRegistry& registry,
                                 const CollectivesOptions& options) {
  system::Machine machine;
  if (!options.machine.empty()) {
    HEDDLE_TRY(machine, system::load_machine(options.machine));
  }
  HEDDLE_TRY(const auto topology, system::Topology::build(machine));
  const auto world =
      options.world == 0 ? topology->pe_count() : static_cast<std::uint32_t>(options.world);
  HEDDLE_TRY(const system::Group group, system::world_group(*topology, world));
  const system::StepCost step = system::step_cost(*topology, group, system::Dtype::F16);
  std::vector<Row> rows;
  for (const system::RegistryEntry& entry : registry.entries()) {
    system::CollectiveCall call;
    call.kind = entry.algorithm.kind;
    call.elements = options.bytes / 2;
    Row row{.entry = &entry};
    if (const auto choice = registry.apply(entry, call, group, step)) {
      row.estimate_ns = choice->estimate_ns;
      row.works = true;
    }
    const auto chosen = registry.choose(call, group, step);
    row.is_chosen = chosen && chosen->name == entry.name;
    rows.push_back(row);
  }
  return rows;
}

std::string levels_text(const system::RegistryEntry& entry) {
  if (entry.is_flat) return "flat";
  if (entry.levels.empty()) return "machine";
  return fmt::format("{}", fmt::join(entry.levels, "x"));
}

std::string line_of(const Row& row, std::uint64_t bytes) {
  const system::RegistryEntry& entry = *row.entry;
  std::string time;
  if (bytes > 0) time = row.works ? fmt::format("{:.3f} ns", row.estimate_ns) : "does not work";
  return fmt::format("  {} {:<20} {:<20} {:<8} {:>18}  {}\n", row.is_chosen ? "*" : " ", entry.name,
                     entry.algorithm.name, levels_text(entry), time, entry.algorithm.closed_form);
}

std::string text_of(const system::CollectiveRegistry& registry, const std::vector<Row>& rows,
                    std::uint64_t bytes) {
  std::string text =
      fmt::format("{}: {} algorithms; * is what `auto` takes\n", registry.name(), rows.size());
  std::string_view last;
  for (const Row& row : rows) {
    const std::string_view kind = system::collective_name(row.entry->algorithm.kind);
    if (kind != last) {
      const auto choice = registry.choice_for(row.entry->algorithm.kind);
      text += fmt::format("{} ({})\n", kind, choice ? "chosen by name" : "least cost");
    }
    last = kind;
    text += line_of(row, bytes);
  }
  return text;
}

void write_rows(const system::CollectiveRegistry& registry, const std::vector<Row>& rows,
                ByteSink& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("name", registry.name());
  json.key("algorithms");
  json.begin_array();
  for (const Row& row : rows) {
    json.begin_inline_object();
    json.member("name", row.entry->name);
    json.member("does", system::collective_name(row.entry->algorithm.kind));
    json.member("kernel", row.entry->algorithm.name);
    json.member("works", row.works);
    json.member("chosen", row.is_chosen);
    json.member("estimate_ns", row.estimate_ns);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

Status run_collectives(const CollectivesOptions& options, Session& session) {
  system::CollectiveRegistry registry = system::standard_registry();
  if (!options.registry.empty()) {
    HEDDLE_TRY(registry, system::CollectiveRegistry::load(options.registry));
  }
  if (options.yaml) {
    session.out().write(registry.to_yaml());
    return {};
  }
  HEDDLE_TRY(const std::vector<Row> rows, rows_of(registry, options));
  if (session.options().is_json) {
    write_rows(registry, rows, session.out());
  } else {
    session.out().write(text_of(registry, rows, options.bytes));
  }
  return {};
}

}  // namespace

Command system_collectives_command() {
  auto options = std::make_shared<CollectivesOptions>();
  Command command{.name = "collectives",
                  .summary = "Check a registry of collectives and list its algorithms"};
  command.description =
      "Without a file: the standard registry. With --bytes also what each algorithm takes by its "
      "closed form, on fp16 inputs of that size.";
  command.options = {{"registry", "FILE", "the registry file (YAML)", &options->registry},
                     {"--machine", "FILE", "on this machine", &options->machine},
                     {"--world", "N", "on the first N PEs; 0: all", &options->world},
                     {"--bytes", "N", "with the time for inputs of N bytes", &options->bytes},
                     {"--yaml", "", "write it as a registry file", &options->yaml}};
  command.examples = {
      {"heddle system collectives --world 64 --bytes 1048576", "what is chosen, and why"},
      {"heddle system collectives --yaml", "the standard registry, to start one of your own"}};
  command.run = [options](Session& session) {
    const Status ran = run_collectives(*options, session);
    return ran ? ExitCode::Ok : session.report(ran.error());
  };
  return command;
}

}  // namespace heddle::cli
