// Declarations, keyword by keyword. Source: IEEE 1364-2005 18.2.3.
#include "trace/vcd_declarations.h"

#include <charconv>
#include <string>

#include "heddle/trace/diagnostics.h"
#include "trace/wave_names.h"
#include "trace/wave_window.h"

namespace heddle::trace {
namespace {

constexpr std::size_t kCodeBytesMax = 8;
constexpr std::size_t kVarWordsMin = 4;  // type, size, code, reference
/// Words that one declaration may have.
constexpr std::size_t kSectionWordsMax = 100'000;

std::string quoted(std::string_view word) {
  if (word.empty()) return "the end of the file";
  constexpr std::size_t kShown = 40;
  const std::string shown = "'" + std::string(word.substr(0, kShown));
  return shown + (word.size() > kShown ? "...'" : "'");
}

std::string joined(const std::vector<std::string>& words, std::size_t from = 0) {
  std::string out;
  for (std::size_t i = from; i < words.size(); ++i) out += (out.empty() ? "" : " ") + words[i];
  return out;
}

/// Builds the declarations; each method takes the words of one section.
class Declarer {
 public:
  explicit Declarer(VcdTokens& tokens) : tokens_(tokens) {}

  Result<VcdDeclarations> run();

 private:
  Status section(const std::string& keyword, const std::vector<std::string>& words);
  Status timescale(const std::string& text);
  Status scope(const std::vector<std::string>& words);
  Status upscope();
  Status variable(const std::vector<std::string>& words);
  Status declare(const std::vector<std::string>& words, WaveKind kind, std::uint32_t width,
                 std::uint64_t code);
  [[nodiscard]] tl::unexpected<Diagnostics> wrong(std::string_view found,
                                                  std::string_view expected) const {
    return fail(diag::kVcdSyntax, where_, {quoted(found), expected});
  }

  VcdTokens& tokens_;
  VcdDeclarations out_;
  SourcePosition where_;  // of the section's keyword
  std::uint64_t declared_bits_ = 0;
};

Result<VcdDeclarations> Declarer::run() {
  while (true) {
    HEDDLE_TRY(const std::string_view word, tokens_.next());
    where_ = tokens_.position();
    const std::string keyword(word);
    if (keyword.empty() || keyword.front() != '$')
      return wrong(keyword, "a `$` keyword or `$enddefinitions`");
    HEDDLE_TRY(const std::vector<std::string> words, vcd_section(tokens_));
    if (keyword == "$enddefinitions") break;
    HEDDLE_TRY_STATUS(section(keyword, words));
  }
  return std::move(out_);
}

Status Declarer::section(const std::string& keyword, const std::vector<std::string>& words) {
  if (keyword == "$timescale") return timescale(joined(words));
  if (keyword == "$scope") return scope(words);
  if (keyword == "$upscope") return upscope();
  if (keyword == "$var") return variable(words);
  if (keyword == "$version") out_.info.producer = joined(words);
  if (keyword == "$date") out_.info.date = joined(words);
  return {};  // $comment and what later tools added
}

Status Declarer::timescale(const std::string& text) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto digits = std::from_chars(text.data(), end, number);
  std::string_view unit(digits.ptr, static_cast<std::size_t>(end - digits.ptr));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  constexpr std::string_view kUnits[] = {"s", "ms", "us", "ns", "ps", "fs"};
  std::int32_t exponent = 0;
  for (const std::string_view known : kUnits) {
    if (unit == known && (number == 1 || number == 10 || number == 100)) {
      out_.info.timescale_exponent = exponent + (number == 1 ? 0 : number == 10 ? 1 : 2);
      return {};
    }
    exponent -= 3;
  }
  return wrong(text, "1, 10 or 100 and s, ms, us, ns, ps or fs");
}

Status Declarer::scope(const std::vector<std::string>& words) {
  if (words.size() < 2) return wrong(joined(words), "a kind of scope and its name");
  const auto kind = scope_kind_from_name(words[0]);
  out_.hierarchy.enter(joined(words, 1), kind.value_or(WaveScopeKind::Module));
  return {};
}

Status Declarer::upscope() {
  if (out_.hierarchy.depth() == 0) return wrong("$upscope", "an open `$scope` before it");
  out_.hierarchy.leave();
  return {};
}

Status Declarer::variable(const std::vector<std::string>& words) {
  if (words.size() < kVarWordsMin) return wrong(joined(words), "kind, size, code and name");
  const auto kind = kind_from_name(words[0]);
  if (!kind) return wrong(words[0], "a kind of variable, such as `wire`");
  std::uint32_t width = 0;
  const char* const end = words[1].data() + words[1].size();
  const auto digits = std::from_chars(words[1].data(), end, width);
  const bool has_no_width = is_real_kind(*kind) || *kind == WaveKind::String;
  if (digits.ec != std::errc() || digits.ptr != end || (width == 0 && !has_no_width))
    return wrong(words[1], "a width in bits");
  if (has_no_width) width = 0;
  const auto code = VcdDeclarations::pack(words[2]);
  if (!code) return wrong(words[2], "an identifier code of at most 8 characters");
  return declare(words, *kind, width, *code);
}

Status Declarer::declare(const std::vector<std::string>& words, WaveKind kind, std::uint32_t width,
                         std::uint64_t code) {
  NameAndRange name = split_range(joined(words, 3));
  name.options.kind = kind;
  const auto known = out_.signals.find(code);
  if (known != out_.signals.end()) {
    const WaveSignal signal(known->second);
    if (out_.hierarchy.width(signal) != width || out_.is_real[known->second] != is_real_kind(kind))
      return wrong(joined(words), "the width that its code was declared with before");
    out_.hierarchy.alias(std::move(name.name), signal, name.options);
    return {};
  }
  declared_bits_ += width;
  if (declared_bits_ > kDeclaredBitsMax) return wrong(words[1], "at most 2^28 bits in one file");
  const WaveSignal signal = out_.hierarchy.add_words(std::move(name.name), width, name.options);
  out_.signals.emplace(code, signal.value());
  out_.is_real.push_back(is_real_kind(kind));
  return {};
}

}  // namespace

std::optional<std::uint64_t> VcdDeclarations::pack(std::string_view code) {
  if (code.empty() || code.size() > kCodeBytesMax) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : code) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

Result<std::vector<std::string>> vcd_section(VcdTokens& tokens) {
  std::vector<std::string> words;
  while (true) {
    HEDDLE_TRY(const std::string_view word, tokens.next());
    if (word == "$end") return words;
    if (word.empty())
      return fail(diag::kVcdSyntax, tokens.position(), {"the end of the file", "`$end`"});
    if (words.size() < kSectionWordsMax) words.emplace_back(word);
  }
}

Result<VcdDeclarations> read_vcd_declarations(VcdTokens& tokens) {
  return Declarer(tokens).run();
}

}  // namespace heddle::trace
