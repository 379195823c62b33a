// An id is of one kind, no number, and has no arithmetic.
#include "heddle/base/ids.h"

using NetId = heddle::StrongId<struct NetTag>;
using CellId = heddle::StrongId<struct CellTag>;

std::uint32_t take(NetId id) {
  return id.value();
}

void ids(NetId net, CellId cell) {
  static_cast<void>(net == net);
  static_cast<void>(take(NetId(3)));
  static_cast<void>(net == cell);  // wrong: no match for|invalid operands
  static_cast<void>(net < cell);   // wrong: no match for|invalid operands
  static_cast<void>(net == 3);     // wrong: no match for|invalid operands
  static_cast<void>(net + 1);      // wrong: no match for|invalid operands
  static_cast<void>(net - net);    // wrong: no match for|invalid operands
  ++net;                           // wrong: no match for|cannot increment
  net = cell;                      // wrong: no match for|no viable
  net = 3;                         // wrong: no match for|no viable
  static_cast<void>(take(3));      // wrong: could not convert|no matching function
  static_cast<void>(take(cell));   // wrong: could not convert|no matching function
  static_cast<void>(NetId(cell));  // wrong: no matching function|no matching conversion
  const std::uint32_t raw = net;   // wrong: cannot convert|no viable conversion
  const bool is_set = net;         // wrong: cannot convert|no viable conversion
}
