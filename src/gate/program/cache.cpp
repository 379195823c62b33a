// Keys, and what stands beside a model: the warnings that came with it.
#include <cstdlib>
#include <utility>

#include "gate/program/cache_codec.h"
#include "gate/program/cache_store.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/gate/diagnostics.h"
#include "heddle/gate/netlist.h"
#include "heddle/gate/program_cache.h"

namespace heddle::gate {
namespace {

/// A diagnostic without its rule's constants.
struct KeptWarning {
  std::string code;
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string text;
  std::string help;
};

void fields(auto&& visit, cache::Is<KeptWarning> auto& value) {
  auto& [code, file, line, column, text, help] = value;
  visit(code, file, line, column, text, help);
}

/// What an entry of a model holds beside it.
struct KeptWarnings {
  std::string path;  ///< of the netlist when it was read
  std::vector<KeptWarning> list;
};

void fields(auto&& visit, cache::Is<KeptWarnings> auto& value) {
  auto& [path, list] = value;
  visit(path, list);
}

KeptWarnings keep(const Diagnostics& warnings, const std::string& path) {
  KeptWarnings kept{path, {}};
  for (const Diagnostic& one : warnings.list()) {
    kept.list.push_back({std::string(one.code()), one.where().file, one.where().line,
                         one.where().column, one.text(), one.help()});
  }
  return kept;
}

/// Of this build, so the code is among the rules.
std::optional<Diagnostic> restore(const KeptWarning& kept, const KeptWarnings& all,
                                  const std::string& path) {
  for (const DiagnosticRule* rule : diag::kRules) {
    if (rule->code != kept.code) continue;
    const DiagnosticRule filled{rule->code, rule->severity, "{}", "{}", rule->cause};
    const std::string& file = kept.file == all.path ? path : kept.file;
    return Diagnostic(filled, {file, kept.line, kept.column}, {kept.text, kept.help});
  }
  return {};
}

bool restore(const KeptWarnings& kept, const std::string& path, Diagnostics& warnings) {
  Diagnostics restored;
  for (const KeptWarning& one : kept.list) {
    const std::optional<Diagnostic> warning = restore(one, kept, path);
    if (!warning) return false;
    restored.add(*warning);
  }
  warnings.add(restored);
  return true;
}

Result<Model> elaborate(const DesignFiles& files, std::vector<DesignText> texts,
                        const std::string& top, Diagnostics& warnings) {
  HEDDLE_TRY(const Design design, read_design(files, std::move(texts)));
  HEDDLE_TRY(const FlatNetlist netlist, flatten(design, top));
  warnings.add(netlist.warnings);
  return build_model(netlist, warnings, files.forceable, files.keeps_unknown, files.ideal_clocks);
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

ProgramCache::ProgramCache(ProgramCacheOptions options) : options_(std::move(options)) {
  if (options_.identity == 0) options_.identity = cache::build_identity();
}

std::string ProgramCache::default_directory() {
  if (std::getenv("HEDDLE_CACHE") != nullptr) return environment("HEDDLE_CACHE");
  const std::string xdg = environment("XDG_CACHE_HOME");
  if (xdg.starts_with('/')) return join_path(xdg, "heddle");
  const std::string home = environment("HOME");
  return home.empty() ? "" : join_path(home, ".cache/heddle");
}

Result<Model> ProgramCache::load_model(const std::string& path, const std::string& top,
                                       Diagnostics& warnings) {
  return load_model(DesignFiles{path, {}, {}}, top, warnings);
}

Result<Model> ProgramCache::load_model(const DesignFiles& files, const std::string& top,
                                       Diagnostics& warnings) {
  HEDDLE_TRY(std::vector<DesignText> texts, read_design_texts(files));
  const std::string& path = files.netlist;
  DigestStream digest;
  digest.add_u64(options_.identity);
  for (const DesignText& one : texts) {
    // What a file is may be told by its name, and a warning may name it.
    const bool is_netlist = &one == &texts.front();
    digest.add_text(is_netlist ? std::string_view() : std::string_view(one.file));
    digest.add_u64(static_cast<std::uint64_t>(detect_format(one.file, one.text)));
    digest.add_text(one.text);
  }
  digest.add_u64(files.manifest.empty() ? 0 : 1);
  digest.add_text(top);
  digest.add_u8(static_cast<std::uint8_t>(files.keeps_unknown));
  digest.add_u64(files.forceable.size());
  for (const std::string& pattern : files.forceable) digest.add_text(pattern);
  digest.add_u64(files.ideal_clocks.size());
  for (const std::string& clock : files.ideal_clocks) digest.add_text(clock);
  const std::uint64_t key = digest.digest().value();
  if (const auto entry = cache::read_entry(options_, cache::kModel, key)) {
    KeptWarnings kept;
    Model model;
    cache::Reader read(entry->bytes());
    read(kept, model);
    if (read.is_done() && restore(kept, path, warnings)) {
      ++stats_.model_hits;
      return model;
    }
  }
  ++stats_.model_misses;
  Diagnostics found;
  Result<Model> model = elaborate(files, std::move(texts), top, found);
  warnings.add(found);
  // Past the bound warnings are only counted: a hit could not tell the same.
  const bool is_told_in_full = found.list().size() < Diagnostics::kKeptMax;
  if (!model || options_.directory.empty() || !is_told_in_full) return model;
  cache::Writer write;
  write(keep(found, path), *model);
  cache::write_entry(options_, cache::kModel, key, write.bytes());
  return model;
}

Result<Program> ProgramCache::compile(Model model, const CompileOptions& options) {
  if (options_.directory.empty()) {
    ++stats_.program_misses;
    return gate::compile(std::move(model), options);
  }
  cache::Writer content;
  content(options_.identity, model, options);
  const std::uint64_t key = digest_of(content.bytes()).value();
  if (const auto entry = cache::read_entry(options_, cache::kProgram, key)) {
    Program program;
    cache::Reader read(entry->bytes());
    read(program);
    if (read.is_done()) {
      ++stats_.program_hits;
      program.model = std::move(model);
      return program;
    }
  }
  ++stats_.program_misses;
  HEDDLE_TRY(Program program, gate::compile(std::move(model), options));
  cache::Writer write;
  write(program);
  cache::write_entry(options_, cache::kProgram, key, write.bytes());
  return program;
}

}  // namespace heddle::gate
