// Hashes dumped outputs as soc_tb does: reads lines of hexadecimal digits, one an edge, from
// stdin and writes "edge hash" every N edges and after the last. An undefined output bit is an
// error.
//
//   output_hash N < outputs.hex > outputs.hash
#include <cstdlib>
#include <iostream>
#include <string>

#include "pins.h"

namespace {

void write_hash(long long edge, std::uint64_t value) {
  std::printf("%lld %016llx\n", edge, static_cast<unsigned long long>(value));
}

}  // namespace

int main(int argc, char** argv) {
  const long long every = argc == 2 ? std::atoll(argv[1]) : 0;
  if (every <= 0) {
    std::cerr << "usage: output_hash N < outputs.hex > outputs.hash\n";
    return 2;
  }
  soc_sim::OutputHash hash;
  std::string line;
  long long edge = 0;
  while (std::getline(std::cin, line)) {
    if (line.empty() || line.size() > 16 ||
        line.find_first_not_of("0123456789abcdef") != std::string::npos) {
      std::cerr << "output_hash: edge " << edge << ": undefined or malformed outputs " << line
                << '\n';
      return 1;
    }
    hash.add({std::stoull(line, nullptr, 16), static_cast<unsigned>(4 * line.size())});
    if (++edge % every == 0) write_hash(edge - 1, hash.value());
  }
  if (edge == 0) {
    std::cerr << "output_hash: no outputs\n";
    return 1;
  }
  if (edge % every != 0) write_hash(edge - 1, hash.value());
  return 0;
}
