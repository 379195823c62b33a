// Prints one digest over many random runs, whatever memory looks like: with `descending`,
// every object gets an address below that of the one before, and none is used twice, so
// that whatever is ordered by pointers comes out in another order than with malloc.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "heddle/base/digest.h"
#include "heddle/tile/simulator.h"
#include "support/tile/ideal_memory.h"
#include "support/tile/random_kernel.h"

namespace {

constexpr std::size_t kArenaBytes = std::size_t{1} << 30;  // touched only as far as it is used
constexpr std::uint64_t kRuns = 60;

/// Null: malloc. Set once, before the first run.
struct Arena {
  char* begin = nullptr;
  char* cursor = nullptr;
};
Arena& arena() {
  static Arena one;
  return one;
}

void* allocate(std::size_t bytes) {
  Arena& a = arena();
  if (a.begin == nullptr) return std::malloc(bytes);
  const std::size_t rounded = (bytes + 31) / 16 * 16;
  if (static_cast<std::size_t>(a.cursor - a.begin) < rounded) return nullptr;
  a.cursor -= rounded;
  std::memset(a.cursor, 0xA5, rounded);
  return a.cursor;
}

void release(void* pointer) {
  const Arena& a = arena();
  const char* p = static_cast<char*>(pointer);
  const bool is_ours = a.begin != nullptr && p >= a.begin && p < a.begin + kArenaBytes;
  if (!is_ours) std::free(pointer);
}

heddle::Digest64 digest_of_runs() {
  using namespace heddle;
  using namespace heddle::tile;
  Digest64 digest;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    test::RandomRun run = test::random_run(seed);
    test::IdealMemory memory{Picoseconds(17'001), seed % 2 == 0 ? UINT32_MAX : 7};
    RunOptions options;
    options.memory = &memory;
    const auto result = simulate(run.machine, {{run.source.get(), {}}}, options);
    digest = chain(digest, result ? result->digest : digest_of(result.error().to_string()));
  }
  return digest;
}

}  // namespace

void* operator new(std::size_t bytes) {
  void* pointer = allocate(bytes == 0 ? 1 : bytes);
  if (pointer == nullptr) std::abort();
  return pointer;
}
void operator delete(void* pointer) noexcept {
  release(pointer);
}
void operator delete(void* pointer, std::size_t) noexcept {
  release(pointer);
}

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "descending") {
    char* memory = static_cast<char*>(std::malloc(kArenaBytes));
    if (memory == nullptr) return 1;
    arena() = Arena{memory, memory + kArenaBytes - 64};
  }
  std::puts(digest_of_runs().to_hex().c_str());
  return 0;
}
