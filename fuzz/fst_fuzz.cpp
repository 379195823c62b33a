// Any bytes as an FST file. The first byte chooses how: 'r' takes the rest as
// the file; 's' takes it as the contents of the sections, cut by lines of two
// dashes, so that the mutator need not find its way through the packers.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "trace/fst_format.h"
#include "trace/packing.h"
#include "wave_visit.h"

namespace {

using namespace heddle::trace;
using fst::Section;

/// The next part, up to the mark `\n--\n`.
std::string_view next_part(std::string_view& rest) {
  constexpr std::string_view kMark = "\n--\n";
  const std::size_t end = rest.find(kMark);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + kMark.size());
  return part;
}

void put_section(std::string& out, Section type, const std::string& content) {
  out.push_back(static_cast<char>(type));
  fst::put_u64(out, content.size() + 8);
  out += content;
}

std::string header() {
  std::string out;
  fst::put_u64(out, 0);
  fst::put_u64(out, 1000);
  out.append(reinterpret_cast<const char*>(&fst::kEndianTest), sizeof fst::kEndianTest);
  for (int i = 0; i < 5; ++i) fst::put_u64(out, 0);
  out.push_back(-12);
  out.append(fst::kProducerBytes + fst::kDateBytes + 1 + 8, '\0');
  return out;
}

/// A value-change section: type and counts, frame, chains, positions, times.
std::string changes(std::string_view& rest, Section& type) {
  const std::string_view counts = next_part(rest);
  const auto count = [&](std::size_t i) {
    return i < counts.size() ? static_cast<std::uint8_t>(counts[i]) : std::uint8_t{1};
  };
  constexpr Section kTypes[] = {Section::Changes, Section::ChangesAlias, Section::ChangesAlias2};
  type = kTypes[count(0) % 3];
  const std::string_view frame = next_part(rest);
  const std::string_view chains = next_part(rest);
  const std::string_view positions = next_part(rest);
  const std::string_view times = next_part(rest);
  std::string out;
  fst::put_u64(out, 0);
  fst::put_u64(out, 1000);
  fst::put_u64(out, 0);
  fst::put_varint(out, frame.size());
  fst::put_varint(out, frame.size());
  fst::put_varint(out, count(1));
  out += frame;
  fst::put_varint(out, count(2));
  out += chains;
  out += positions;
  fst::put_u64(out, positions.size());
  out += times;
  fst::put_u64(out, times.size());
  fst::put_u64(out, times.size());
  fst::put_u64(out, count(3));
  return out;
}

std::string file_of_parts(std::string_view rest) {
  std::string out;
  put_section(out, Section::Header, header());
  const std::string_view stream = next_part(rest);
  std::string tree;
  fst::put_u64(tree, stream.size());
  tree += pack_lz4(stream);
  put_section(out, Section::HierarchyLz4, tree);
  Section type = Section::Changes;
  const std::string content = changes(rest, type);
  put_section(out, type, content);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const std::string_view rest = input.substr(1);
  auto reader =
      read_fst(input.front() == 's' ? file_of_parts(rest) : std::string(rest), "fuzz.fst");
  visit_all(reader);
  return 0;
}
