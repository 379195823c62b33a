// `heddle doctor`: what this machine has and lacks, and what to install.
#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "cli/build_info.h"
#include "cli/commands.h"
#include "cli/machine.h"
#include "cli/session.h"
#include "cli/tools.h"
#include "heddle/base/json.h"

namespace heddle::cli {
namespace {

struct Findings {
  BuildInfo build;
  Machine machine;
  std::vector<ToolState> tools;
};

std::string gibibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1U << 30U));
}

std::string joined(const std::vector<std::string>& words, std::string_view when_empty) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? std::string(when_empty) : text;
}

std::string machine_text(const Machine& machine) {
  std::string text;
  const auto line = [&text](std::string_view name, std::string_view value) {
    text += fmt::format("  {:<10} {}\n", name, value);
  };
  line("system", machine.system + ", " + machine.kernel);
  line("processor", fmt::format("{}, {} cores usable", machine.processor, machine.core_count));
  line("SIMD", joined(machine.simd, "scalar"));
  line("memory", fmt::format("{}, {} free", gibibytes(machine.memory_bytes),
                             gibibytes(machine.memory_free_bytes)));
  line("disk", gibibytes(machine.disk_free_bytes) + " free here");
  line("GPU", joined(machine.gpus, "none"));
  return text;
}

std::string tools_text(const std::vector<ToolState>& tools) {
  std::string text;
  std::set<std::string_view> packages;
  for (const ToolState& tool : tools) {
    if (tool.is_there()) {
      text += fmt::format("  yes  {:<24} {}\n", tool.rule.program, tool.version);
      continue;
    }
    packages.insert(tool.rule.package);
    text += fmt::format("  no   {:<24} enables {}; package {}\n", tool.rule.program,
                        tool.rule.enables, tool.rule.package);
  }
  if (packages.empty()) return text + "Nothing is missing.\n";
  text += "To have all of it:\n  apt-get install";
  for (const std::string_view package : packages) text.append(" ").append(package);
  return text + "\n";
}

void write_text(const Findings& findings, ByteSink& out) {
  out.write(version_text(findings.build) + "\n\nThis machine\n");
  out.write(machine_text(findings.machine) + "\nTools\n" + tools_text(findings.tools));
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  json.key(name);
  json.begin_inline_array();
  for (const std::string& value : values) json.value(value);
  json.end_array();
}

void write_machine(JsonWriter& json, const Machine& machine) {
  json.key("machine");
  json.begin_object();
  json.member("system", machine.system);
  json.member("kernel", machine.kernel);
  json.member("processor", machine.processor);
  json.member("core_count", machine.core_count);
  json.member("memory_bytes", machine.memory_bytes);
  json.member("memory_free_bytes", machine.memory_free_bytes);
  json.member("disk_free_bytes", machine.disk_free_bytes);
  write_list(json, "simd", machine.simd);
  write_list(json, "gpus", machine.gpus);
  json.end_object();
}

void write_build(JsonWriter& json, const BuildInfo& build) {
  json.key("build");
  json.begin_object();
  json.member("version", build.version);
  json.member("commit", build.commit);
  json.member("compiler", build.compiler);
  json.member("preset", build.preset);
  json.member("flags", build.flags);
  json.member("features", build.features);
  json.end_object();
}

void write_json(const Findings& findings, ByteSink& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("schema", "heddle.doctor");
  json.member("schema_version", 1);
  write_build(json, findings.build);
  write_machine(json, findings.machine);
  json.key("tools");
  json.begin_array();
  for (const ToolState& tool : findings.tools) {
    json.begin_inline_object();
    json.member("program", tool.rule.program);
    json.member("found", tool.is_there());
    json.member("path", tool.path);
    json.member("version", tool.version);
    json.member("package", tool.rule.package);
    json.member("enables", tool.rule.enables);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

Command doctor_command() {
  Command command{.name = "doctor", .summary = "Say what this machine has and lacks"};
  command.description =
      "Lists processor, memory, GPU and the programs that heddle can use, says\n"
      "what each missing one would enable and which package brings it.";
  command.examples = {{"heddle doctor", "as text"},
                      {"heddle doctor --json", "the same for a script"}};
  command.run = [](Session& session) {
    const char* const path = std::getenv("PATH");
    const Findings findings{build_info(), read_machine("/"), find_tools(path ? path : "")};
    if (session.options().is_json) {
      write_json(findings, session.out());
    } else {
      write_text(findings, session.out());
    }
    return ExitCode::Ok;
  };
  return command;
}

}  // namespace heddle::cli
