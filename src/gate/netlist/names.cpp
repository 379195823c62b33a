// The name arena, its hash index, and the text of hierarchical names.
#include "heddle/gate/names.h"

#include <xxhash.h>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::size_t kFirstSlotCount = 64;

std::uint32_t hash_of(std::string_view text) {
  return static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
}

}  // namespace

std::size_t NamePool::slot_of(std::string_view text, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].index != kEmpty) {
    if (slots_[at].hash == hash && this->text(NameId(slots_[at].index)) == text) break;
    at = (at + 1) & mask;
  }
  return at;
}

void NamePool::grow() {
  std::vector<Slot> old(slots_.empty() ? kFirstSlotCount : slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.index == kEmpty) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].index != kEmpty) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

NameId NamePool::intern(std::string_view text) {
  if (count() * 2 >= slots_.size()) grow();
  const std::uint32_t hash = hash_of(text);
  Slot& slot = slots_[slot_of(text, hash)];
  if (slot.index != kEmpty) return NameId(slot.index);
  HEDDLE_CHECK(count() < kEmpty);
  slot = {hash, static_cast<std::uint32_t>(count())};
  arena_.insert(arena_.end(), text.begin(), text.end());
  starts_.push_back(arena_.size());
  return NameId(slot.index);
}

NameId NamePool::find(std::string_view text) const {
  if (slots_.empty()) return NameId::none();
  const Slot& slot = slots_[slot_of(text, hash_of(text))];
  return slot.index == kEmpty ? NameId::none() : NameId(slot.index);
}

std::string_view NamePool::text(NameId id) const {
  HEDDLE_CHECK(id.value() < count());
  const std::uint64_t start = starts_[id.value()];
  return {arena_.data() + start, static_cast<std::size_t>(starts_[id.value() + 1] - start)};
}

std::string NameSpace::path(ScopeId scope) const {
  std::vector<NameId> parts;
  for (ScopeId at = scope; !scopes[at.value()].parent.is_none(); at = scopes[at.value()].parent) {
    parts.push_back(scopes[at.value()].name);
  }
  std::string out;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!out.empty()) out += '.';
    out += text(*part);
  }
  return out;
}

std::string NameSpace::full_name(HierName name) const {
  std::string out = path(name.scope);
  if (!out.empty()) out += '.';
  out += text(name.local);
  return out;
}

}  // namespace heddle::gate
