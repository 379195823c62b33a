// GTKWave's save file: a name a line, flags (`@` and hexadecimal) before them
// where they change. Source: GTKWave 3.3 manual, and its TraceFlags.
#include "heddle/trace/gtkw.h"

#include "heddle/base/file.h"
#include "trace/wave_names.h"

namespace heddle::trace {
namespace {

// Bits of GTKWave's trace flags.
constexpr unsigned kRightJustified = 0x20;
constexpr unsigned kHexadecimal = 0x2;
constexpr unsigned kBinary = 0x8;
constexpr unsigned kBlank = 0x200;

constexpr unsigned kBusFlags = kRightJustified | kHexadecimal;
constexpr unsigned kBitFlags = kRightJustified | kBinary;

std::string flag_line(unsigned flags) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (; flags > 0; flags /= 16) text.insert(text.begin(), kDigits[flags % 16]);
  return "@" + text + "\n";
}

}  // namespace

std::string gtkw_text(const WaveHierarchy& hierarchy, const std::string& wave_file,
                      std::span<const GtkwGroup> groups) {
  const std::vector<std::string> names = hierarchy.full_names();
  std::string out = "[dumpfile] \"" + wave_file + "\"\n[timestart] 0\n[sst_expanded] 1\n";
  unsigned flags = 0;
  const auto set_flags = [&](unsigned wanted) {
    if (wanted != flags) out += flag_line(wanted);
    flags = wanted;
  };
  for (const GtkwGroup& group : groups) {
    if (!group.title.empty()) {
      set_flags(kBlank);
      out += "-" + group.title + "\n";
    }
    for (const std::uint32_t index : group.variables) {
      const WaveVariable& variable = hierarchy.variables()[index];
      const std::uint32_t width = hierarchy.width(variable.signal);
      set_flags(width == 1 ? kBitFlags : kBusFlags);
      out += file_name_text(names[index]) + range_text(variable.options, width) + "\n";
    }
  }
  return out;
}

Status write_gtkw(const std::string& path, const WaveHierarchy& hierarchy,
                  const std::string& wave_file, std::span<const GtkwGroup> groups) {
  return write_file_atomic(path, gtkw_text(hierarchy, wave_file, groups));
}

}  // namespace heddle::trace
