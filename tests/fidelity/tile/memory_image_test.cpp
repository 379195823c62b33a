// Results do not depend on what memory looks like: another allocator, freed and fresh memory
// filled with patterns, an environment of another size. The presets `asan` and `uninit`
// run this with their own memory and must find the same digest.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/process.h"

namespace heddle::tile {
namespace {

std::string digest(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment) {
  std::vector<std::string> words{HEDDLE_TILE_DIGEST};
  words.insert(words.end(), arguments.begin(), arguments.end());
  heddle::test::ProcessOptions options;
  options.environment = environment;
  const auto result = heddle::test::run_process(words, options);
  EXPECT_EQ(result.code, 0) << result.err;
  return result.out;
}

TEST(TileMemoryImage, AllocatorsPatternsAndEnvironmentsChangeNoDigest) {
  const std::string plain = digest({}, {});
  ASSERT_EQ(plain.size(), 17U);
  EXPECT_EQ(digest({"descending"}, {}), plain);
  for (const char* pattern : {"MALLOC_PERTURB_=85", "MALLOC_PERTURB_=255"}) {
    EXPECT_EQ(digest({}, {pattern}), plain) << pattern;
  }
  EXPECT_EQ(digest({}, {"GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mmap_threshold="
                        "4096"}),
            plain);
  for (const std::size_t bytes : {1U, 1000U, 50'001U}) {
    EXPECT_EQ(digest({}, {"HEDDLE_FILLER=" + std::string(bytes, 'x')}), plain) << bytes;
  }
}

/// Golden: from this code. It changes with the rules of a core and with nothing else; in
/// every build, also with patterns in uninitialised memory, it is this.
TEST(TileMemoryImage, TheDigestIsTheSameInEveryBuild) {
  EXPECT_EQ(digest({}, {}), "d3f4798918e9c086\n");
}

}  // namespace
}  // namespace heddle::tile
