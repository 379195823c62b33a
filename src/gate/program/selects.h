// Finding the read ports of register files made of flops.
//
// Such a port is thousands of gates that all change when its address does, to
// hand on one word. Where every output of it can be shown to be one flop of the
// file for each address, an engine does better to look the word up.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heddle/gate/aig.h"

namespace heddle::gate {

/// One read port. For the address that `select` spells (bit 0 first), `roots[b]`
/// equals `data[address * roots.size() + b]`, a flop's output or a constant.
struct SelectPort {
  std::vector<Lit> select;           ///< sources
  std::vector<std::uint32_t> roots;  ///< AND nodes
  std::vector<Lit> data;
};

/// The rows of one register file: `rows[r][b]` is bit b of row r, a source.
using RegisterFile = std::vector<std::vector<Lit>>;

/// Finds the ports of a file, by structure: candidates are nodes that depend on
/// every row's bit b and on at most six other sources; each is accepted only if
/// its cone, with those sources set to any address, folds to one literal.
/// Cost: linear in the graph, and 2^sources times a port's cone for each bit.
/// Determinism: a function of its arguments.
[[nodiscard]] std::vector<SelectPort> find_select_ports(const Aig& aig, const RegisterFile& file);

}  // namespace heddle::gate
