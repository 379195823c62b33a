// The hierarchy is a stream of tagged records; a byte below the tags is the
// kind of a variable.
#include "trace/fst_tree.h"

#include "trace/fst_cursor.h"
#include "trace/fst_format.h"
#include "trace/wave_names.h"
#include "trace/wave_window.h"

namespace heddle::trace::fst {
namespace {

constexpr std::uint8_t kKindMax = static_cast<std::uint8_t>(WaveKind::ShortReal);
constexpr std::uint8_t kDirectionMax = static_cast<std::uint8_t>(WaveDirection::Linkage);
constexpr std::uint8_t kScopeKindMax = static_cast<std::uint8_t>(WaveScopeKind::VhdlPackage);
constexpr std::uint32_t kRealBytes = 8;

class TreeParser {
 public:
  TreeParser(std::string_view stream, Tree& tree) : in_(stream), tree_(tree) {}

  std::optional<std::string_view> run() {
    while (!in_.at_end()) {
      const std::uint8_t tag = in_.byte();
      if (tag <= kKindMax) {
        if (const auto problem = variable(static_cast<WaveKind>(tag))) return problem;
      } else if (const auto problem = other(static_cast<Tag>(tag))) {
        return problem;
      }
      if (!in_.ok()) return "a hierarchy that ends within a record";
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string_view> other(Tag tag) {
    switch (tag) {
      case Tag::Scope: {
        const std::uint8_t kind = in_.byte();
        const std::string_view name = in_.text();
        const std::string_view component = in_.text();
        tree_.hierarchy.enter(
            std::string(name),
            kind <= kScopeKindMax ? static_cast<WaveScopeKind>(kind) : WaveScopeKind::Module,
            std::string(component));
        return std::nullopt;
      }
      case Tag::UpScope:
        if (tree_.hierarchy.depth() == 0) return "a scope that ends without having begun";
        tree_.hierarchy.leave();
        return std::nullopt;
      case Tag::AttributeBegin:  // source positions, enumerations: not shown
        static_cast<void>(in_.byte());
        static_cast<void>(in_.byte());
        static_cast<void>(in_.text());
        static_cast<void>(in_.varint());
        return std::nullopt;
      case Tag::AttributeEnd: return std::nullopt;
    }
    return "an unknown record in the hierarchy";
  }

  std::optional<std::string_view> variable(WaveKind kind) {
    const std::uint8_t direction = in_.byte();
    NameAndRange name = split_range(in_.text());
    const std::uint64_t width = in_.varint();
    const std::uint64_t alias = in_.varint();
    if (!in_.ok()) return std::nullopt;
    name.options.kind = kind;
    if (direction <= kDirectionMax) name.options.direction = static_cast<WaveDirection>(direction);
    if (alias > tree_.signals.size()) return "an alias of a signal that does not exist";
    if (alias > 0) {
      tree_.hierarchy.alias(std::move(name.name), WaveSignal(static_cast<std::uint32_t>(alias - 1)),
                            name.options);
      return std::nullopt;
    }
    const bool is_real = is_real_kind(kind);
    declared_bits_ += is_real ? 0 : width;
    if (width > kDeclaredBitsMax || declared_bits_ > kDeclaredBitsMax)
      return "signals of more than 2^28 bits";
    const auto bits = static_cast<std::uint32_t>(is_real ? 0 : width);
    tree_.hierarchy.add_words(std::move(name.name), bits, name.options);
    tree_.signals.push_back({is_real ? kRealBytes : bits, is_real});
    return std::nullopt;
  }

  Cursor in_;
  Tree& tree_;
  std::uint64_t declared_bits_ = 0;
};

}  // namespace

std::optional<std::string_view> parse_tree(std::string_view stream, Tree& tree) {
  return TreeParser(stream, tree).run();
}

std::optional<std::string_view> check_geometry(std::string_view widths, std::uint64_t count,
                                               const Tree& tree) {
  if (count != tree.signals.size()) return "a geometry with another number of signals";
  Cursor in(widths);
  for (const StoredSignal& signal : tree.signals) {
    const std::uint64_t width = in.varint();
    const std::uint64_t expected = signal.is_real      ? kGeometryReal
                                   : signal.width == 0 ? kGeometryString
                                                       : signal.width;
    if (!in.ok() || width != expected) return "a geometry that contradicts the hierarchy";
  }
  return std::nullopt;
}

}  // namespace heddle::trace::fst
