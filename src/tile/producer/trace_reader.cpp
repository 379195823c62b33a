// Reads a trace's text line by line into a `Recorder`, which checks it as it
// checks a producer; the form stands in heddle/tile/trace_text.h.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "heddle/base/diagnostics.h"
#include "heddle/base/file.h"
#include "heddle/tile/diagnostics.h"
#include "heddle/tile/producer.h"
#include "heddle/tile/trace_text.h"
#include "tile/producer/recorder.h"
#include "tile/producer/trace_words.h"

namespace heddle::tile {
namespace {

/// The words of one line, read from left to right; the first mistake sticks.
class Words {
 public:
  explicit Words(std::string_view line) : line_(line) { skip(); }

  [[nodiscard]] bool is_end() const { return at_ >= line_.size(); }
  [[nodiscard]] bool is_good() const { return problem_.empty(); }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const std::string& found() const { return found_; }
  [[nodiscard]] std::uint32_t column() const { return static_cast<std::uint32_t>(problem_at_ + 1); }

  [[nodiscard]] std::string_view peek() const {
    return line_.substr(at_, line_.find_first_of(" \t", at_) - at_);
  }
  std::string_view word() {
    const std::string_view one = peek();
    at_ += one.size();
    skip();
    return one;
  }
  /// Takes the word if it is the next one.
  bool take(std::string_view word_text) {
    if (peek() != word_text) return false;
    (void)word();
    return true;
  }
  void expect(std::string_view word_text) {
    if (!take(word_text)) fail(fmt::format("`{}`", word_text));
  }
  template <class T>
  T number(std::string_view what, std::string_view prefix = "") {
    std::string_view one = peek();
    if (!one.starts_with(prefix)) return fail(what), T{};
    one.remove_prefix(prefix.size());
    T value{};
    const auto [end, error] = std::from_chars(one.data(), one.data() + one.size(), value);
    if (error != std::errc() || end != one.data() + one.size()) return fail(what), T{};
    (void)word();
    return value;
  }
  /// `size:stride`
  std::pair<std::int64_t, std::int64_t> axis() {
    const std::string_view one = peek();
    const std::size_t colon = std::min(one.find(':'), one.size());
    std::int64_t size = 0;
    std::int64_t stride = 0;
    const char* const end = one.data() + one.size();
    const auto first = std::from_chars(one.data(), one.data() + colon, size);
    if (first.ec != std::errc() || first.ptr != one.data() + colon || colon == one.size()) {
      return fail("size:stride"), std::pair(size, stride);
    }
    const auto second = std::from_chars(one.data() + colon + 1, end, stride);
    if (second.ec != std::errc() || second.ptr != end) fail("size:stride");
    (void)word();
    return {size, stride};
  }
  std::string quoted() {
    const std::size_t close = line_.find('"', at_ + 1);
    if (is_end() || line_[at_] != '"' || close == std::string_view::npos) {
      return fail("a name between quotes"), std::string();
    }
    std::string name(line_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    skip();
    return name;
  }
  template <std::size_t N>
  int one_of(const std::array<std::string_view, N>& words, std::string_view what) {
    const auto found = std::find(words.begin(), words.end(), peek());
    if (found == words.end()) return fail(what), -1;
    (void)word();
    return static_cast<int>(found - words.begin());
  }
  void end() {
    if (!is_end()) fail("the end of the line");
  }
  void fail(std::string_view expected) {
    if (!problem_.empty()) return;
    problem_ = std::string(expected);
    problem_at_ = std::min(at_, line_.size());
    found_ = is_end() ? "the end of the line" : fmt::format("`{}`", peek().substr(0, 40));
    at_ = line_.size();
  }

 private:
  void skip() {
    at_ = std::min(line_.find_first_not_of(" \t", at_), line_.size());
    if (at_ < line_.size() && line_[at_] == '#') at_ = line_.size();
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::string problem_;
  std::string found_;
  std::size_t problem_at_ = 0;
};

/// The buffers of one instruction.
struct Buffers {
  std::vector<std::uint32_t> reads;
  std::vector<std::uint32_t> writes;

  void read(Words& words) {
    for (auto& [arrow, list] : {std::pair("<-", &reads), std::pair("->", &writes)}) {
      if (!words.take(arrow)) continue;
      while (words.is_good() && !words.is_end() && words.peek() != "->") {
        list->push_back(words.number<std::uint32_t>("a buffer"));
      }
    }
  }
  static heddle_tile_buffers list(const std::vector<std::uint32_t>& ids) {
    return {ids.data(), static_cast<std::uint32_t>(ids.size())};
  }
};

class TextSource final : public WorkItemSource {
 public:
  TextSource(std::unique_ptr<std::istream> in, std::string file)
      : in_(std::move(in)),
        file_(std::move(file)),
        line_(kTraceLineBytesMax),
        recorder_("", {file_, 0, 0}, {kWorkItemsMax, kItemInstructionsMax}) {}

  const KernelInfo& kernel() const override { return recorder_.kernel(); }

  /// Reads what comes before the first work-item.
  Status open() {
    while (!recorder_.is_kernel_done() && next_line()) {
      Words words(text());
      if (words.is_end()) continue;
      if (words.peek() == "item") {
        (void)recorder_.dispatch({.has_function = true});
        (void)recorder_.kernel_done(0);
        is_line_kept_ = true;
      } else {
        declaration(words);
      }
      if (!is_fine(words)) return heddle::fail(*recorder_.failure());
    }
    if (!recorder_.is_kernel_done()) (void)(has_version_ ? recorder_.kernel_done(0) : no_version());
    if (recorder_.failure()) return heddle::fail(*recorder_.failure());
    return {};
  }

  Result<bool> next(WorkItem& item) override {
    while (!recorder_.failure() && !recorder_.is_item_done() && next_line()) {
      Words words(text());
      if (words.is_end()) continue;
      instruction(words);
      (void)is_fine(words);
    }
    if (!recorder_.failure() && is_in_item_) {
      (void)recorder_.refuse(diag::kTraceSyntax, {"the end of the file", "`end`"});
    }
    if (recorder_.failure()) return heddle::fail(*recorder_.failure());
    if (!recorder_.is_item_done()) return false;
    recorder_.take(item);
    return true;
  }

 private:
  [[nodiscard]] std::string_view text() const { return {line_.data(), line_bytes_}; }

  /// Reads a line, unless the last one is still to be looked at.
  bool next_line() {
    if (std::exchange(is_line_kept_, false)) return true;
    ++number_;
    in_->getline(line_.data(), static_cast<std::streamsize>(line_.size()));
    const auto taken = static_cast<std::size_t>(in_->gcount());
    line_bytes_ = taken - (in_->good() ? 1 : 0);  // the line's end was taken too
    const bool is_too_long = in_->fail() && !in_->eof() && in_->gcount() > 0;
    recorder_.set_where({file_, number_, 1});
    if (is_too_long) {
      return recorder_.refuse(
          diag::kTraceSyntax,
          {fmt::format("a line of {} bytes or more", line_.size()), "a shorter one"});
    }
    if (in_->bad()) return recorder_.refuse(heddle::diag::kFileReadFailed, {file_, "input failed"});
    return !in_->fail();
  }

  /// Whether neither the line nor what it says was wrong.
  bool is_fine(const Words& words) {
    if (!words.is_good()) {
      recorder_.set_where({file_, number_, words.column()});
      (void)recorder_.refuse(diag::kTraceSyntax, {words.found(), words.problem()});
    }
    return !recorder_.failure();
  }

  bool no_version() {
    return recorder_.refuse(diag::kTraceSyntax,
                            {"something else", fmt::format("`heddle-tile-trace {}`, the first line",
                                                           kTraceTextVersion)});
  }

  void declaration(Words& words) {
    if (!has_version_) {
      version(words);
    } else if (words.take("kernel")) {
      recorder_.set_name(words.quoted());
      words.end();
    } else if (words.take("tensor")) {
      TensorCall call;
      call.id = words.number<std::uint32_t>("an id");
      const std::string name = words.quoted();
      call.name = name.c_str();
      call.elements = words.number<std::int64_t>("a number of elements");
      words.expect("x");
      call.element_bits = words.number<std::uint32_t>("a number of bits");
      words.end();
      if (words.is_good()) (void)recorder_.tensor(call);
    } else if (words.take("buffer")) {
      BufferCall call;
      call.id = words.number<std::uint32_t>("an id");
      call.kind = words.one_of(kBufferWords, "scratchpad, accumulator or weights");
      call.bytes = words.number<std::int64_t>("a number of bytes");
      words.end();
      if (words.is_good()) (void)recorder_.buffer(call);
    } else {
      words.fail("`kernel`, `tensor`, `buffer` or `item`");
    }
  }

  void version(Words& words) {
    if (!words.take("heddle-tile-trace")) {
      (void)no_version();
      return;
    }
    const int version = words.number<int>("a version");
    words.end();
    if (words.is_good() && version != kTraceTextVersion) {
      (void)recorder_.refuse(diag::kTraceVersion,
                             {fmt::format("{}", version), fmt::format("{}", kTraceTextVersion)});
    }
    has_version_ = true;
  }

  void instruction(Words& words) {
    if (!is_in_item_) {
      begin(words);
    } else if (words.take("end")) {
      words.end();
      is_in_item_ = false;
      if (words.is_good()) (void)recorder_.item_done(0);
    } else if (words.peek() == "load" || words.peek() == "store") {
      dma(words);
    } else if (words.take("wait")) {
      const auto semaphore = words.number<std::uint32_t>("a semaphore");
      const auto elements = words.number<std::int64_t>("a number of elements");
      words.end();
      if (words.is_good()) (void)recorder_.memory_barrier(semaphore, elements);
    } else if (words.take("barrier")) {
      words.end();
      if (words.is_good()) (void)recorder_.compute_barrier();
    } else {
      compute(words);
    }
  }

  void begin(Words& words) {
    words.expect("item");
    const auto index = words.number<std::uint64_t>("the number of the work-item");
    if (words.is_good() && index != item_count_) {
      (void)recorder_.refuse(diag::kTraceSyntax, {fmt::format("work-item {}", index),
                                                  fmt::format("work-item {}", item_count_)});
      return;
    }
    words.expect("key");
    const auto key = words.number<std::int64_t>("a key");
    std::vector<std::int64_t> induction;
    if (words.take("iv")) {
      while (words.is_good() && !words.is_end() && induction.size() < HEDDLE_TILE_MAX_IV) {
        induction.push_back(words.number<std::int64_t>("an induction value"));
      }
    }
    words.end();
    if (!words.is_good()) return;
    is_in_item_ = recorder_.item_begin(key, induction);
    ++item_count_;
  }

  void dma(Words& words) {
    DmaCall call;
    const bool is_load = words.word() == "load";
    call.direction = is_load ? HEDDLE_TILE_LOAD : HEDDLE_TILE_STORE;
    call.tensor = words.number<std::uint32_t>("a tensor");
    call.offset = words.number<std::int64_t>("@offset", "@");
    std::vector<std::int64_t> dims;
    std::vector<std::int64_t> strides;
    while (words.is_good() && words.peek().find(':') != std::string_view::npos) {
      const auto [size, stride] = words.axis();
      dims.push_back(size);
      strides.push_back(stride);
    }
    if (is_load && words.take("sem")) {
      call.is_async = 1;
      call.semaphore = words.number<std::uint32_t>("a semaphore");
    } else if (!is_load && words.take("async")) {
      call.is_async = 1;
    }
    Buffers buffers;
    buffers.read(words);
    words.end();
    if (!words.is_good()) return;
    const std::vector<Tensor>& tensors = recorder_.kernel().tensors;
    if (call.tensor < tensors.size()) call.element_bits = tensors[call.tensor].element_bits;
    call.dims = {dims.data(), static_cast<std::uint32_t>(dims.size())};
    call.strides = {strides.data(), static_cast<std::uint32_t>(strides.size())};
    call.reads = Buffers::list(buffers.reads);
    call.writes = Buffers::list(buffers.writes);
    (void)recorder_.dma(call);
  }

  void compute(Words& words) {
    ComputeCall call;
    call.kind = words.one_of(kComputeWords,
                             "load, store, wait, barrier, vector, preload, matmul, cross-lane or "
                             "end");
    call.node = words.number<std::uint32_t>("a node");
    const bool has_operation =
        call.kind == HEDDLE_TILE_VECTOR || call.kind == HEDDLE_TILE_CROSS_LANE;
    const std::size_t sizes = call.kind == HEDDLE_TILE_VECTOR   ? 1
                              : call.kind == HEDDLE_TILE_MATMUL ? 3
                                                                : 2;
    std::vector<std::int64_t> dims;
    for (std::size_t i = 0; i < sizes; ++i) dims.push_back(words.number<std::int64_t>("a size"));
    if (has_operation) dims.push_back(words.one_of(kOperationWords, "an operation"));
    Buffers buffers;
    buffers.read(words);
    words.end();
    if (!words.is_good()) return;
    call.dims = {dims.data(), static_cast<std::uint32_t>(dims.size())};
    call.reads = Buffers::list(buffers.reads);
    call.writes = Buffers::list(buffers.writes);
    (void)recorder_.compute(call);
  }

  std::unique_ptr<std::istream> in_;
  std::string file_;
  std::vector<char> line_;
  std::size_t line_bytes_ = 0;
  std::uint32_t number_ = 0;
  bool is_line_kept_ = false;
  bool has_version_ = false;
  bool is_in_item_ = false;
  std::uint64_t item_count_ = 0;
  Recorder recorder_;
};

Result<std::unique_ptr<WorkItemSource>> opened(std::unique_ptr<std::istream> in,
                                               const std::string& file) {
  auto source = std::make_unique<TextSource>(std::move(in), file);
  HEDDLE_TRY_STATUS(source->open());
  return std::unique_ptr<WorkItemSource>(std::move(source));
}

}  // namespace

Result<std::unique_ptr<WorkItemSource>> load_trace(const std::string& path) {
  const SourcePosition where{path, 0, 0};
  if (!path_exists(path)) return fail(heddle::diag::kFileNotFound, where, {path});
  auto in = std::make_unique<std::ifstream>(path);
  if (!*in || is_directory(path)) {
    return fail(heddle::diag::kFileReadFailed, where, {path, "it cannot be opened as a file"});
  }
  return opened(std::move(in), path);
}

Result<std::unique_ptr<WorkItemSource>> parse_trace(const std::string& text,
                                                    const std::string& file) {
  return opened(std::make_unique<std::istringstream>(text), file);
}

}  // namespace heddle::tile
