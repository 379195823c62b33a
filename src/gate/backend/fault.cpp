// Inverting one LUT.
#include "heddle/gate/fault.h"

#include <charconv>

#include "heddle/base/digest.h"
#include "heddle/gate/diagnostics.h"

namespace heddle::gate {
namespace {

constexpr std::string_view kSeedPrefix = "seed:";

/// A name for a program node: the first public name, else the first of all.
std::string node_name(const Program& program, std::uint32_t node) {
  std::string hidden = "node " + std::to_string(node);
  bool has_hidden = false;
  for (const NamedNet& net : program.model.names) {
    for (std::uint32_t bit = 0; bit < net.width; ++bit) {
      const Lit lit = program.model.name_bits[net.first_bit + bit];
      if (lit.is_constant() || program.node_of_aig[lit.node()] != node) continue;
      const std::int32_t offset = static_cast<std::int32_t>(bit) * (net.is_upto ? -1 : 1);
      const std::string name =
          net.width == 1 ? net.name : net.name + "[" + std::to_string(net.lsb_index + offset) + "]";
      if (!net.is_hidden) return name;
      if (!has_hidden) hidden = name;
      has_hidden = true;
    }
  }
  return hidden;
}

}  // namespace

Result<std::string> inject_fault(Program& program, std::string_view where) {
  std::uint32_t lut = 0;
  if (where.starts_with(kSeedPrefix)) {
    const std::string_view digits = where.substr(kSeedPrefix.size());
    std::uint64_t seed = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
      return fail(diag::kNoSuchFault, {}, {where, "write `seed:` and a number"});
    }
    if (program.luts.empty()) return fail(diag::kNoSuchFault, {}, {where, "it has no gates"});
    const std::uint64_t drawn = chain(Digest64(seed), Digest64(program.luts.size())).value();
    lut = static_cast<std::uint32_t>(drawn % program.luts.size());
  } else {
    const std::vector<Lit> bits = program.model.find_bits(where);
    const std::uint32_t node =
        bits.size() == 1 && !bits[0].is_constant() ? program.node_of_aig[bits[0].node()] : 0;
    if (node < program.first_lut) {
      return fail(diag::kNoSuchFault, {},
                  {where, "name one bit that a gate drives, or draw one with `seed:N`"});
    }
    lut = node - program.first_lut;
  }
  program.luts[lut].table = ~program.luts[lut].table;
  program.luts[lut].root = ~program.luts[lut].root;
  return node_name(program, program.first_lut + lut);
}

}  // namespace heddle::gate
