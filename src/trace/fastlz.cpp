// FastLZ decoding, levels 1 and 2. Source: the block format of FastLZ 0.1.
//
// An instruction byte below 32 is a run of literals; otherwise its upper three
// bits are a match length and its lower five the top of a distance. The upper
// three bits of the very first byte tell the level.
#include <cstdint>

#include "trace/packing.h"

namespace heddle::trace {
namespace {

constexpr unsigned kLiteralMax = 32;
constexpr unsigned kLongMatch = 7;
constexpr std::size_t kFarDistance = 8191;  // level 2: two more bytes of distance follow
constexpr std::size_t kRatioMax = 256;      // level 2 can pack better, but never such chains

/// Reads bytes; past the end it reads zeros and says so.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  unsigned next() {
    if (at_ >= bytes_.size()) {
      is_short_ = true;
      return 0;
    }
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  [[nodiscard]] bool at_end() const { return at_ >= bytes_.size(); }
  [[nodiscard]] bool is_short() const { return is_short_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool is_short_ = false;
};

struct Match {
  std::size_t length = 0;
  std::size_t distance = 0;
};

Match read_match(unsigned instruction, unsigned level, Input& in) {
  Match match;
  match.length = instruction >> 5;
  match.distance = std::size_t{instruction & 31} << 8;
  if (match.length == kLongMatch) {
    unsigned more = in.next();
    match.length += more;
    while (level == 2 && more == 255) match.length += more = in.next();
  }
  const unsigned low = in.next();
  match.distance += low;
  if (level == 2 && match.distance == kFarDistance) {
    const std::size_t far = std::size_t{in.next()} << 8;
    match.distance += far + in.next();
  }
  match.length += 2;
  match.distance += 1;
  return match;
}

}  // namespace

std::optional<std::string> unpack_fastlz(std::string_view bytes, std::size_t size) {
  if (bytes.empty() || size / kRatioMax > bytes.size()) return std::nullopt;
  Input in(bytes);
  std::string out;
  out.reserve(size);
  unsigned instruction = in.next();
  const unsigned level = (instruction >> 5) + 1;
  if (level > 2) return std::nullopt;
  instruction &= 31;
  while (true) {
    if (instruction >= kLiteralMax) {
      const Match match = read_match(instruction, level, in);
      if (match.distance > out.size() || out.size() + match.length > size) return std::nullopt;
      for (std::size_t i = 0; i < match.length; ++i)
        out.push_back(out[out.size() - match.distance]);
    } else {
      for (unsigned i = 0; i <= instruction; ++i) out.push_back(static_cast<char>(in.next()));
    }
    if (in.is_short() || out.size() > size) return std::nullopt;
    if (in.at_end()) break;
    instruction = in.next();
  }
  if (out.size() != size) return std::nullopt;
  return out;
}

}  // namespace heddle::trace
