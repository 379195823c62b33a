// How long work tells how far it is. The library reports; who prints, where and
// by which clock is injected, so that nothing here touches a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace heddle {

/// How far one task is.
struct ProgressState {
  std::string_view task;  ///< "simulating"
  std::string_view unit;  ///< "edges"
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total = std::nullopt;  ///< nothing where it is not known
};

/// What long work reports to. Threads: one at a time.
class Progress {
 public:
  virtual ~Progress() = default;

  /// May be called often; an implementation shows what it deems enough. A new
  /// `task` ends the one before.
  virtual void report(const ProgressState& state) = 0;
  /// The task is over, done or not; shows its last state.
  virtual void finish() = 0;

 protected:
  Progress() = default;
  Progress(const Progress&) = default;
  Progress& operator=(const Progress&) = default;
};

/// Shows nothing.
class SilentProgress final : public Progress {
 public:
  void report(const ProgressState&) override {}
  void finish() override {}
};

enum class ProgressStyle : std::uint8_t {
  Terminal,  ///< one line, rewritten in place, ten times a second
  Plain,     ///< a line every ten seconds, and one at the end
};

/// Renders progress as text: done, rate since the task began, time left.
class ProgressPrinter final : public Progress {
 public:
  using Clock = std::function<std::chrono::nanoseconds()>;
  using Output = std::function<void(std::string_view)>;

  static constexpr std::chrono::nanoseconds kTerminalInterval = std::chrono::milliseconds(100);
  static constexpr std::chrono::nanoseconds kPlainInterval = std::chrono::seconds(10);

  /// `clock` never goes back; `output` takes bytes in order.
  ProgressPrinter(ProgressStyle style, Clock clock, Output output);

  void report(const ProgressState& state) override;
  void finish() override;

 private:
  [[nodiscard]] std::string line(std::chrono::nanoseconds now) const;
  void show(std::chrono::nanoseconds now);

  ProgressStyle style_ = ProgressStyle::Plain;
  Clock clock_;
  Output output_;
  bool has_task_ = false;
  std::string task_;
  std::string unit_;
  std::uint64_t first_done_ = 0;
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> total_;
  std::chrono::nanoseconds begin_{0};
  std::chrono::nanoseconds shown_{0};
};

/// `count` with an SI prefix and three digits: 999, 1.23 k, 612 k, 4.00 M.
[[nodiscard]] std::string count_to_text(double count);

/// Whole seconds as people say them: `8 s`, `3 min 05 s`, `2 h 07 min`.
[[nodiscard]] std::string seconds_to_text(double seconds);

}  // namespace heddle
