// Digests are no numbers; a configuration is read as what it can be.
#include "heddle/base/config_reader.h"
#include "heddle/base/digest.h"

using namespace heddle;

void digests(Digest64 digest) {
  static_cast<void>(chain(digest, digest));
  static_cast<void>(chain(digest, 5));  // wrong: could not convert|no matching function
  static_cast<void>(digest == 5);       // wrong: no match for|invalid operands
  static_cast<void>(digest + digest);   // wrong: no match for|invalid operands
  const std::uint64_t raw = digest;     // wrong: cannot convert|no viable conversion
}

void readers(ConfigReader& map) {
  static_cast<void>(map.required<Picoseconds>("a_ps", {.min = 1}));
  static_cast<void>(map.optional<Picoseconds>("a_ps", Picoseconds(1)));
  static_cast<void>(map.optional<Picoseconds>("a_ps", Cycles(1)));  // wrong: convert|no matching
  static_cast<void>(map.optional<Picoseconds>("a_ps", 1));          // wrong: convert|no matching
  static_cast<void>(map.required<SimTime>("a_ps"));                 // wrong: no matching
  static_cast<void>(map.required<char*>("a"));                      // wrong: no matching
}
