// The VCD writer. Source: IEEE 1364-2005 18.2.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "trace/wave_encoder.h"
#include "trace/wave_names.h"

namespace heddle::trace {
namespace {

constexpr char kFirstCode = '!';
/// How far back the last whole line is looked for.
constexpr std::uintmax_t kLineBytesMax = 1U << 20;
constexpr std::uint32_t kCodeBase = 94;  // printable ASCII

/// The identifier code of a signal: its number in base 94, low digit first.
void put_code(std::string& out, std::uint32_t signal) {
  std::uint32_t rest = signal + 1;
  while (rest > 0) {
    --rest;
    out.push_back(static_cast<char>(kFirstCode + static_cast<char>(rest % kCodeBase)));
    rest /= kCodeBase;
  }
}

/// How many characters on the left a reader adds again: it extends by 0 where
/// the first one is 0 or 1, else by that character.
std::size_t redundant_prefix(std::string_view value) {
  const char pad = value.front() == '1' ? '0' : value.front();
  const std::size_t first = value.find_first_not_of(pad);
  if (first == std::string_view::npos) return value.size() - 1;
  const bool stands_alone = pad == '0' && value[first] == '1';
  return first == 0 || stands_alone ? first : first - 1;
}

/// Removes what a failed write left after the last whole line.
void cut_last_line(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return;
  const std::uintmax_t begin = size > kLineBytesMax ? size - kLineBytesMax : 0;
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(begin));
  std::string tail(static_cast<std::size_t>(size - begin), '\0');
  in.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  const std::size_t newline = tail.rfind('\n');
  if (in && newline != std::string::npos)
    std::filesystem::resize_file(path, begin + newline + 1, error);
}

void put_declarations(std::string& out, const WaveHierarchy& hierarchy) {
  for (const WaveItem item : hierarchy.items()) {
    if (item.kind == WaveItem::Kind::Leave) {
      out += "$upscope $end\n";
    } else if (item.kind == WaveItem::Kind::Enter) {
      const WaveScope& scope = hierarchy.scopes()[item.index];
      out += "$scope ";
      out += scope_kind_name(scope.kind);
      out += ' ' + file_name_text(scope.name) + " $end\n";
    } else {
      const WaveVariable& variable = hierarchy.variables()[item.index];
      const std::uint32_t width = hierarchy.width(variable.signal);
      const std::string range = range_text(variable.options, width);
      out += "$var ";
      out += kind_name(variable.options.kind);
      out += ' ' + std::to_string(width) + ' ';
      put_code(out, variable.signal.value());
      out += ' ' + file_name_text(variable.name) + (range.empty() ? "" : " " + range) + " $end\n";
    }
  }
  for (std::size_t i = 0; i < hierarchy.depth(); ++i) out += "$upscope $end\n";
  out += "$enddefinitions $end\n";
}

class VcdEncoder final : public WaveEncoder {
 public:
  VcdEncoder(std::unique_ptr<OutputFile> file, const WaveHierarchy& hierarchy,
             const WaveWriterParams& params)
      : file_(std::move(file)) {
    for (std::uint32_t i = 0; i < hierarchy.signal_count(); ++i) {
      code_begin_.push_back(static_cast<std::uint32_t>(codes_.size()));
      put_code(codes_, i);
      codes_.push_back('\n');
    }
    code_begin_.push_back(static_cast<std::uint32_t>(codes_.size()));
    text_ = "$version\n  " + params.producer + "\n$end\n$timescale 1ps $end\n";
    put_declarations(text_, hierarchy);
    file_->write(text_);
  }

  void instant(SimTime time, std::span<std::uint32_t> changed, const WaveState& state) override;
  void flush(const WaveState&) override { static_cast<void>(file_->flush()); }
  void finish(SimTime end, const WaveState&) override {
    if (end.ps() > last_ps_) file_->write("#" + std::to_string(end.ps()) + "\n");
    static_cast<void>(file_->close());
    if (!file_->status()) cut_last_line(file_->path());
  }
  Status status() const override { return file_->status(); }
  WaveWriterStats stats() const override {
    WaveWriterStats stats = stats_;
    stats.written_bytes = file_->size_bytes();
    return stats;
  }

 private:
  void put_value(std::uint32_t signal, const WaveState& state);

  std::unique_ptr<OutputFile> file_;
  std::string codes_;  // every code with its newline
  std::vector<std::uint32_t> code_begin_;
  std::string text_;
  std::int64_t last_ps_ = -1;
  WaveWriterStats stats_;
};

void VcdEncoder::instant(SimTime time, std::span<std::uint32_t> changed, const WaveState& state) {
  std::sort(changed.begin(), changed.end());
  text_ = "#" + std::to_string(time.ps()) + "\n";
  const bool is_first = stats_.instant_count == 0;
  if (is_first) text_ += "$dumpvars\n";
  for (const std::uint32_t signal : changed) put_value(signal, state);
  if (is_first) text_ += "$end\n";
  file_->write(text_);
  last_ps_ = time.ps();
  ++stats_.instant_count;
  stats_.change_count += changed.size();
}

void VcdEncoder::put_value(std::uint32_t signal, const WaveState& state) {
  if (state.is_bit(signal)) {
    text_ += logic_char(state.bit(signal));
  } else {
    std::string_view value = state.wide(signal);
    value.remove_prefix(redundant_prefix(value));
    text_ += 'b';
    text_ += value;
    text_ += ' ';
  }
  text_.append(codes_, code_begin_[signal], code_begin_[signal + 1] - code_begin_[signal]);
}

}  // namespace

std::unique_ptr<WaveEncoder> make_vcd_encoder(std::unique_ptr<OutputFile> file,
                                              const WaveHierarchy& hierarchy,
                                              const WaveWriterParams& params) {
  return std::make_unique<VcdEncoder>(std::move(file), hierarchy, params);
}

}  // namespace heddle::trace
