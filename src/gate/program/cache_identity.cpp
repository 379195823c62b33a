// The build id is a digest of all code and data that the linker put into the
// program or shared object around this function.
#include <elf.h>
#include <link.h>

#include <cstring>
#include <string_view>

#include "gate/program/cache_store.h"
#include "heddle/base/digest.h"

namespace heddle::gate::cache {
namespace {

/// Where there is no build id; old entries then outlive a change of the code.
constexpr std::uint64_t kUnknownBuild = 1;

struct Search {
  std::uintptr_t address = 0;  ///< of something in the object that is wanted
  std::uint64_t identity = kUnknownBuild;
};

/// The build id among the notes of one segment, or empty.
std::string_view build_id(std::string_view notes) {
  constexpr auto aligned = [](std::size_t size) { return (size + 3) / 4 * 4; };
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note{};
    std::memcpy(&note, notes.data(), sizeof(note));
    const std::size_t name = sizeof(note);
    const std::size_t content = name + aligned(note.n_namesz);
    const std::size_t end = content + aligned(note.n_descsz);
    if (end > notes.size()) return {};
    if (note.n_type == NT_GNU_BUILD_ID && notes.substr(name, 4) == std::string_view("GNU\0", 4)) {
      return notes.substr(content, note.n_descsz);
    }
    notes.remove_prefix(end);
  }
  return {};
}

int look_at(dl_phdr_info* object, std::size_t /*size*/, void* context) {
  auto& search = *static_cast<Search*>(context);
  bool is_wanted = false;
  std::string_view id;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr) & segment = object->dlpi_phdr[i];
    const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD) {
      is_wanted |= search.address >= begin && search.address - begin < segment.p_memsz;
    } else if (segment.p_type == PT_NOTE && id.empty()) {
      id = build_id({reinterpret_cast<const char*>(begin), segment.p_memsz});
    }
  }
  if (is_wanted && !id.empty()) search.identity = digest_of(id).value();
  return is_wanted ? 1 : 0;
}

}  // namespace

std::uint64_t build_identity() {
  Search search{.address = reinterpret_cast<std::uintptr_t>(&build_identity)};
  dl_iterate_phdr(look_at, &search);
  return search.identity;
}

}  // namespace heddle::gate::cache
