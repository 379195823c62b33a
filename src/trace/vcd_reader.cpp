// Reading VCD. Opening passes over the whole file once, so that every error is
// told before anything is shown and the last time is known.
#include <charconv>
#include <cstdlib>
#include <functional>

#include "heddle/trace/diagnostics.h"
#include "trace/vcd_declarations.h"
#include "trace/wave_window.h"

namespace heddle::trace {
namespace {

constexpr std::string_view kBits = "01xzhuwl-";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

class VcdReader final : public WaveReader {
 public:
  explicit VcdReader(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)), tokens_(*source_) {}

  Status open();
  const WaveInfo& info() const override { return declared_.info; }
  const WaveHierarchy& hierarchy() const override { return declared_.hierarchy; }
  Status read(std::span<const WaveSignal> signals, SimTime from, SimTime to,
              WaveVisitor& visitor) override;

 private:
  /// Passes over the values, told to `window` where there is one.
  Status pass(WaveWindow* window);
  Result<bool> instant(std::string_view digits, WaveWindow* window);
  Status scalar(std::string_view word, WaveWindow* window);
  Status vector(char radix, std::string value, WaveWindow* window);
  Status real(const std::string& value, std::uint32_t signal, WaveWindow* window);
  Result<std::uint32_t> signal_of(std::string_view code);
  [[nodiscard]] tl::unexpected<Diagnostics> wrong(const std::string& found,
                                                  std::string_view expected) const {
    return fail(diag::kVcdSyntax, tokens_.position(), {found, expected});
  }

  std::unique_ptr<ByteSource> source_;
  VcdTokens tokens_;
  VcdDeclarations declared_;
  VcdTokens::Mark values_;
  SimTime now_;
  bool has_time_ = false;
};

Status VcdReader::open() {
  HEDDLE_TRY(declared_, read_vcd_declarations(tokens_));
  values_ = tokens_.mark();
  HEDDLE_TRY_STATUS(pass(nullptr));
  declared_.info.end = now_;
  return {};
}

Status VcdReader::read(std::span<const WaveSignal> signals, SimTime from, SimTime to,
                       WaveVisitor& visitor) {
  WaveWindow window(declared_.hierarchy, declared_.is_real, signals, from, to, visitor);
  tokens_.go_to(values_);
  HEDDLE_TRY_STATUS(pass(&window));
  window.finish();
  return {};
}

Status VcdReader::pass(WaveWindow* window) {
  now_ = SimTime();
  has_time_ = false;
  while (true) {
    HEDDLE_TRY(const std::string_view word, tokens_.next());
    if (word.empty()) return {};
    const char first = lower(word.front());
    if (first == '#') {
      HEDDLE_TRY(const bool goes_on, instant(word.substr(1), window));
      if (!goes_on) return {};
    } else if (first == 'b' || first == 'r' || first == 's') {
      HEDDLE_TRY_STATUS(vector(first, std::string(word.substr(1)), window));
    } else if (kBits.find(first) != std::string_view::npos) {
      HEDDLE_TRY_STATUS(scalar(word, window));
    } else if (first == '$') {
      const bool holds_values = word.starts_with("$dump") || word == "$end";
      if (!holds_values) HEDDLE_TRY_STATUS(vcd_section(tokens_).map([](const auto&) {}));
    } else {
      return wrong("'" + std::string(word.substr(0, 40)) + "'", "a time or a value change");
    }
  }
}

Result<bool> VcdReader::instant(std::string_view digits, WaveWindow* window) {
  std::uint64_t ticks = 0;
  const std::string number(digits);
  const char* const end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, ticks);
  std::optional<SimTime> time;
  if (parsed.ec == std::errc() && parsed.ptr == end)
    time = time_of_ticks(ticks, declared_.info.timescale_exponent);
  if (!time) return wrong("'#" + std::string(digits.substr(0, 40)) + "'", "a time below 2^63 ps");
  if (has_time_ && *time < now_) {
    return fail(diag::kVcdTimeBackwards, tokens_.position(),
                {std::to_string(time->ps()) + " ps", std::to_string(now_.ps()) + " ps"});
  }
  if (!has_time_) declared_.info.start = *time;
  has_time_ = true;
  now_ = *time;
  return window == nullptr || window->time(now_);
}

Result<std::uint32_t> VcdReader::signal_of(std::string_view code) {
  const auto packed = VcdDeclarations::pack(code);
  const auto found = packed ? declared_.signals.find(*packed) : declared_.signals.end();
  if (found == declared_.signals.end())
    return fail(diag::kVcdUnknownCode, tokens_.position(), {code.substr(0, 40)});
  return found->second;
}

Status VcdReader::scalar(std::string_view word, WaveWindow* window) {
  const char value = lower(word.front());
  HEDDLE_TRY(const std::uint32_t signal, signal_of(word.substr(1)));
  if (declared_.hierarchy.width(WaveSignal(signal)) == 0)
    return wrong("'" + std::string(word) + "'", "a real or a string, as it was declared");
  if (window != nullptr) window->set(signal, std::string_view(&value, 1));
  return {};
}

Status VcdReader::vector(char radix, std::string value, WaveWindow* window) {
  const SourcePosition where = tokens_.position();
  HEDDLE_TRY(const std::string_view code, tokens_.next());
  if (code.empty()) return wrong("the end of the file", "an identifier code after the value");
  HEDDLE_TRY(const std::uint32_t signal, signal_of(code));
  const std::uint32_t width = declared_.hierarchy.width(WaveSignal(signal));
  if (radix == 'r') {
    if (!declared_.is_real[signal]) return wrong("a real value", "bits, as it was declared");
    return real(value, signal, window);
  }
  const bool is_text = width == 0 && !declared_.is_real[signal];
  if ((radix == 's') != is_text) {
    return fail(diag::kVcdSyntax, where,
                {"'" + std::string(1, radix) + value.substr(0, 40) + "'",
                 "a value of the kind that was declared"});
  }
  if (radix == 'b') {
    for (char& c : value) c = lower(c);
    const bool is_sound = !value.empty() && value.size() <= width &&
                          value.find_first_not_of(kBits) == std::string::npos;
    if (!is_sound) {
      return fail(diag::kVcdSyntax, where,
                  {"'b" + value.substr(0, 40) + "'",
                   "at most " + std::to_string(width) + " of 0, 1, x and z"});
    }
  }
  if (window != nullptr) window->set(signal, value);
  return {};
}

Status VcdReader::real(const std::string& value, std::uint32_t signal, WaveWindow* window) {
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (value.empty() || end != value.c_str() + value.size())
    return wrong("'r" + value.substr(0, 40) + "'", "a real number");
  if (window != nullptr) window->set_real(signal, number);
  return {};
}

}  // namespace

Result<std::unique_ptr<WaveReader>> open_vcd(std::unique_ptr<ByteSource> source) {
  auto reader = std::make_unique<VcdReader>(std::move(source));
  HEDDLE_TRY_STATUS(reader->open());
  return reader;
}

Result<std::unique_ptr<WaveReader>> read_vcd(std::string text, std::string name) {
  return open_vcd(make_string_source(std::move(text), std::move(name)));
}

}  // namespace heddle::trace
