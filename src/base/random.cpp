// Keys from names, and bounded draws without bias.
#include "heddle/base/random.h"

#include "heddle/base/check.h"
#include "heddle/base/digest.h"

namespace heddle {

RandomStream::RandomStream(std::uint64_t seed, std::string_view name) {
  DigestStream digest;
  digest.add_u64(seed);
  digest.add(name);
  const std::uint64_t value = digest.digest().value();
  key_ = {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)};
}

std::uint64_t RandomStream::below(std::uint64_t bound, std::uint32_t domain,
                                  std::uint64_t index) const {
  HEDDLE_CHECK(bound > 0);
  using Wide = unsigned __int128;
  // 2^64 mod bound: that many low halves belong to one number too often.
  const std::uint64_t surplus = (std::uint64_t{0} - bound) % bound;
  for (std::uint32_t attempt = 0;; ++attempt) {
    const Wide product = Wide{at(domain, index, attempt)} * bound;
    if (static_cast<std::uint64_t>(product) >= surplus) {
      return static_cast<std::uint64_t>(product >> 64);
    }
  }
}

std::int64_t RandomStream::between(std::int64_t least, std::int64_t most, std::uint32_t domain,
                                   std::uint64_t index) const {
  HEDDLE_CHECK(least <= most);
  const std::uint64_t base = static_cast<std::uint64_t>(least);
  const std::uint64_t span = static_cast<std::uint64_t>(most) - base;
  const std::uint64_t draw =
      span == ~std::uint64_t{0} ? at(domain, index) : below(span + 1, domain, index);
  return static_cast<std::int64_t>(base + draw);
}

}  // namespace heddle
