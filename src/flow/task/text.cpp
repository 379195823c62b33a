#include "heddle/flow/text.h"

#include "heddle/flow/schema.h"

namespace heddle::flow {
namespace {

/// The next argument as text, taken off `rest`.
std::string take_argument(FieldKind kind, std::span<const std::byte>& rest) {
  SchemaField field{.kind = kind};
  std::size_t size = field_kind_bytes(kind);
  if (kind == FieldKind::Char) {
    if (rest.empty()) return "?";
    size = std::to_integer<std::size_t>(rest[0]);
    rest = rest.subspan(1);
  }
  if (size > rest.size()) {
    rest = {};
    return "?";
  }
  const std::span<const std::byte> bytes = rest.first(size);
  rest = rest.subspan(size);
  if (kind == FieldKind::Char) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  return element_text({&field, 1, bytes}, 0);
}

}  // namespace

std::string render_text(std::string_view format, std::span<const FieldKind> kinds,
                        std::span<const std::byte> arguments) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format.substr(i, 2) != "{}") {
      out += format[i];
      continue;
    }
    ++i;
    out += next < kinds.size() ? take_argument(kinds[next], arguments) : "?";
    ++next;
  }
  return out;
}

}  // namespace heddle::flow
