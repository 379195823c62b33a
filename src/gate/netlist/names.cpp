// The name arena, its hash index, and the text of hierarchical names.
#include "heddle/gate/names.h"

#include <xxhash.h>

#include <limits>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::uint32_t kEmptySlot = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kFirstSlotCount = 64;

std::uint64_t hash_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace

std::size_t NamePool::slot_of(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  while (slots_[slot] != kEmptySlot && this->text(NameId(slots_[slot])) != text) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

void NamePool::grow() {
  slots_.assign(slots_.empty() ? kFirstSlotCount : slots_.size() * 2, kEmptySlot);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t index = 0; index < count(); ++index) {
    std::size_t slot = static_cast<std::size_t>(hash_of(text(NameId(index)))) & mask;
    while (slots_[slot] != kEmptySlot) slot = (slot + 1) & mask;
    slots_[slot] = index;
  }
}

NameId NamePool::intern(std::string_view text) {
  if (count() * 2 >= slots_.size()) grow();
  const std::size_t slot = slot_of(text, hash_of(text));
  if (slots_[slot] != kEmptySlot) return NameId(slots_[slot]);
  HEDDLE_CHECK(count() < kEmptySlot);
  const auto index = static_cast<std::uint32_t>(count());
  arena_.insert(arena_.end(), text.begin(), text.end());
  starts_.push_back(arena_.size());
  slots_[slot] = index;
  return NameId(index);
}

NameId NamePool::find(std::string_view text) const {
  if (slots_.empty()) return NameId::none();
  const std::uint32_t index = slots_[slot_of(text, hash_of(text))];
  return index == kEmptySlot ? NameId::none() : NameId(index);
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
