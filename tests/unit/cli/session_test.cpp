// What is printed, in which form, and which exit code comes of it.
#include "cli/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "cli/diagnostics.h"
#include "cli/signal_catcher.h"

namespace heddle::cli {
namespace {

constexpr DiagnosticRule kWarn{"test.warn", Severity::Warning, "careful with error: {}", ""};
constexpr DiagnosticRule kInput{"test.input", Severity::Error, "bad {}", "do better"};
constexpr DiagnosticRule kFull{"test.full", Severity::Error, "full", "", Cause::Environment};
constexpr DiagnosticRule kCorrupt{"test.corrupt", Severity::Error, "bits", "", Cause::Corrupt};
constexpr DiagnosticRule kMismatch{"test.mismatch", Severity::Error, "not equal", "",
                                   Cause::Mismatch};

struct Fixture {
  StringSink out;
  StringSink err;
  Session session;
  explicit Fixture(SessionOptions options = {}) : session(out, err, options, Interrupt()) {}
};

TEST(Session, turns_the_cause_of_the_first_error_into_the_exit_code) {
  const auto code_of = [](std::initializer_list<const DiagnosticRule*> rules) {
    Fixture fixture;
    Diagnostics list;
    for (const DiagnosticRule* rule : rules) list.add(Diagnostic(*rule, {}));
    return fixture.session.report(list);
  };
  EXPECT_EQ(code_of({}), ExitCode::Ok);
  EXPECT_EQ(code_of({&kFull}), ExitCode::Environment);
  EXPECT_EQ(code_of({&kCorrupt, &kFull}), ExitCode::Corrupt);
  EXPECT_EQ(code_of({&kMismatch}), ExitCode::CheckFailed);
  EXPECT_EQ(static_cast<int>(ExitCode::CheckFailed), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::Usage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::Corrupt), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::Environment), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::Interrupted), 130);
}

TEST(Session, prints_diagnostics_plainly_and_none_but_errors_when_quiet) {
  Diagnostics list;
  list.add(Diagnostic(kWarn, {"a.yaml", 3, 4}, {"x"}));
  EXPECT_EQ(Fixture().session.report(list), ExitCode::Ok);
  list.add(Diagnostic(kInput, {"a.yaml", 5, 1}, {"y"}));
  Fixture loud;
  EXPECT_EQ(loud.session.report(list), ExitCode::Usage);
  EXPECT_EQ(loud.err.text(),
            "a.yaml:3:4: warning: careful with error: x [test.warn]\n"
            "a.yaml:5:1: error: bad y [test.input]\n  help: do better\n");
  EXPECT_EQ(loud.out.text(), "");
  Fixture quiet({.is_quiet = true});
  quiet.session.note("not this");
  quiet.session.report(list);
  EXPECT_EQ(quiet.err.text(), "a.yaml:5:1: error: bad y [test.input]\n  help: do better\n");
}

TEST(Session, colours_the_severity_and_nothing_else) {
  Fixture fixture({.err_has_colour = true});
  fixture.session.report(Diagnostic(kInput, {"error: odd.yaml", 5, 0}, {"y"}));
  EXPECT_EQ(fixture.err.text(),
            "\x1b[1merror: odd.yaml:5: \x1b[0m\x1b[1;31merror:\x1b[0m bad y [test.input]\n"
            "  help: do better\n");
}

TEST(Session, counts_the_errors_that_were_not_kept) {
  Diagnostics list;
  for (std::size_t i = 0; i < Diagnostics::kKeptMax + 7; ++i) list.add(Diagnostic(kFull, {}));
  Fixture fixture;
  fixture.session.report(list);
  EXPECT_THAT(fixture.err.text(), testing::EndsWith("... and 7 more errors\n"));
}

TEST(Session, shows_progress_on_its_error_stream_and_none_when_quiet) {
  Fixture loud;
  const auto progress = loud.session.make_progress();
  progress->report({.task = "weaving", .unit = "picks", .done = 3, .total = 4});
  progress->finish();
  EXPECT_THAT(loud.err.text(), testing::HasSubstr("weaving"));
  EXPECT_EQ(loud.err.text().find('\r'), std::string::npos);
  EXPECT_EQ(loud.out.text(), "");
  Fixture quiet({.is_quiet = true});
  const auto silent = quiet.session.make_progress();
  silent->report({.task = "weaving", .unit = "picks", .done = 3});
  silent->finish();
  EXPECT_EQ(quiet.err.text(), "");
}

TEST(SignalCatcher, requests_a_stop_at_the_first_signal_and_forgets_it_when_it_ends) {
  StringSink sink;
  {
    SignalCatcher signals;
    Session session(sink, sink, {}, Interrupt(signals.flag()));
    signals.arm();
    EXPECT_FALSE(session.interrupt().is_requested());
    raise(SIGINT);
    EXPECT_TRUE(session.interrupt().is_requested());
  }
  EXPECT_FALSE(SignalCatcher().flag().load());
}

TEST(SignalCatcherDeathTest, ends_the_process_at_the_second_signal) {
  const auto twice = [] {
    SignalCatcher signals;
    signals.arm();
    raise(SIGTERM);
    raise(SIGINT);
  };
  EXPECT_EXIT(twice(), testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace heddle::cli
