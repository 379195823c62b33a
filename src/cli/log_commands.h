// The commands below `heddle log`, each in its cmd_log_*.cpp, and what they share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"
#include "heddle/flow/log_export.h"

namespace heddle::cli {

[[nodiscard]] Command log_info_command();
[[nodiscard]] Command log_cat_command();
[[nodiscard]] Command log_diff_command();
[[nodiscard]] Command log_fsck_command();
[[nodiscard]] Command log_recover_command();
[[nodiscard]] Command log_export_command();
[[nodiscard]] Command log_follow_command();

/// Which log, and which part of it.
struct LogOptions {
  std::string log;
  flow::log::LogSelection selection;
};

/// The positional LOG.
[[nodiscard]] Option log_option(std::string& log);
/// `--from`, `--to`, `--only`.
[[nodiscard]] std::vector<Option> selection_options(flow::log::LogSelection& selection);

/// Reports how a log that was read ended: a warning where it was cut off, an error
/// where it is damaged.
ExitCode report_tail(Session& session, flow::log::LogReader& reader);

/// Gathers small writes, which a descriptor without a buffer would not.
class BufferedSink final : public ByteSink {
 public:
  explicit BufferedSink(ByteSink& to) : to_(to) {}
  ~BufferedSink() override { flush(); }
  BufferedSink(const BufferedSink&) = delete;
  BufferedSink& operator=(const BufferedSink&) = delete;

  void write(std::string_view bytes) override {
    buffer_.append(bytes);
    if (buffer_.size() >= kBytes) flush();
  }
  Status status() const override { return to_.status(); }
  void flush() {
    if (!buffer_.empty()) to_.write(buffer_);
    buffer_.clear();
  }

 private:
  static constexpr std::size_t kBytes = std::size_t{64} << 10;
  ByteSink& to_;
  std::string buffer_;
};

}  // namespace heddle::cli
