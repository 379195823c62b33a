// Names of a netlist: interned strings and the tree of scopes they stand in.
//
// A large netlist has millions of names that share their prefixes, so a name is
// a (scope, local name) pair of two small ids; text is built only when asked
// for. Local names are the netlist's own, without Verilog's leading backslash,
// and may themselves hold dots, brackets and spaces.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/ids.h"

namespace heddle::gate {

using NameId = StrongId<struct NameTag>;    ///< an interned string of a `NamePool`
using ScopeId = StrongId<struct ScopeTag>;  ///< an instance of the hierarchy

/// Interned strings in one arena. The same text always has the same id.
/// Threads: concurrent `text()` calls are safe while nobody interns.
/// Determinism: ids are dense and follow the order of first interning.
class NamePool {
 public:
  /// The id of `text`, new or known. Requires: fewer than 2^32 - 1 names
  /// (checked), and text that is no part of this pool. Cost: one hash.
  NameId intern(std::string_view text);
  /// The id of `text` when it is known, else none.
  [[nodiscard]] NameId find(std::string_view text) const;
  /// The text of `id`; valid until the next `intern`. Requires: a valid id.
  [[nodiscard]] std::string_view text(NameId id) const;
  [[nodiscard]] std::size_t count() const { return starts_.size() - 1; }

 private:
  /// An entry of the hash table: a name and the hash of its text.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t index = kEmpty;
  };
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;

  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
  void grow();

  std::vector<char> arena_;
  std::vector<std::uint64_t> starts_{0};  ///< start of each name, and the end of the last
  std::vector<Slot> slots_;               ///< open addressing
};

/// A name in the hierarchy: `local` inside `scope`.
struct HierName {
  ScopeId scope;
  NameId local;
  friend bool operator==(const HierName&, const HierName&) = default;
};

/// One instance. `ScopeId(0)` is the top module: its parent is none and its
/// name is not part of the full names inside it.
struct Scope {
  ScopeId parent;
  NameId name;           ///< instance name (module name for the top)
  NameId module;         ///< what it is an instance of
  bool library = false;  ///< inside a library cell: names of no interest to most
};

/// The scopes of one flat netlist and the pool that their names live in.
struct NameSpace {
  std::shared_ptr<const NamePool> pool;
  std::vector<Scope> scopes;

  [[nodiscard]] std::string_view text(NameId id) const { return pool->text(id); }
  /// `inst.inst.local`, the parts exactly as the netlist spells them, joined by
  /// dots; no escape is added or removed.
  [[nodiscard]] std::string full_name(HierName name) const;
  /// The path of an instance, `inst.inst`; empty for the top.
  [[nodiscard]] std::string path(ScopeId scope) const;
};

}  // namespace heddle::gate
