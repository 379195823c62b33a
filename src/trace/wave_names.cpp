// Tables of the words of VCD, in the order of the enumerations.
#include "trace/wave_names.h"

#include <array>
#include <cstddef>

namespace heddle::trace {
namespace {

// Source: IEEE 1364-2005 18.2.3.8 and, for the later ones, GTKWave's manual.
constexpr std::array<std::string_view, 30> kKinds = {
    "event", "integer",  "parameter", "real",    "real_parameter", "reg",      "supply0", "supply1",
    "time",  "tri",      "triand",    "trior",   "trireg",         "tri0",     "tri1",    "wand",
    "wire",  "wor",      "port",      "sparray", "realtime",       "string",   "bit",     "logic",
    "int",   "shortint", "longint",   "byte",    "enum",           "shortreal"};

constexpr std::array<std::string_view, 22> kScopes = {"module",
                                                      "task",
                                                      "function",
                                                      "begin",
                                                      "fork",
                                                      "generate",
                                                      "struct",
                                                      "union",
                                                      "class",
                                                      "interface",
                                                      "package",
                                                      "program",
                                                      "vhdl_architecture",
                                                      "vhdl_procedure",
                                                      "vhdl_function",
                                                      "vhdl_record",
                                                      "vhdl_process",
                                                      "vhdl_block",
                                                      "vhdl_for_generate",
                                                      "vhdl_if_generate",
                                                      "vhdl_generate",
                                                      "vhdl_package"};

static_assert(static_cast<std::size_t>(WaveKind::ShortReal) + 1 == kKinds.size());
static_assert(static_cast<std::size_t>(WaveScopeKind::VhdlPackage) + 1 == kScopes.size());

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view kind_name(WaveKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::string_view scope_kind_name(WaveScopeKind kind) {
  return kScopes[static_cast<std::size_t>(kind)];
}

std::optional<WaveKind> kind_from_name(std::string_view name) {
  return find<WaveKind>(kKinds, name);
}

std::optional<WaveScopeKind> scope_kind_from_name(std::string_view name) {
  return find<WaveScopeKind>(kScopes, name);
}

std::string file_name_text(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code <= ' ' || code == 0x7F) c = '_';
  }
  return text.empty() ? "_" : text;
}

}  // namespace heddle::trace
