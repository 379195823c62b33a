// `heddle gate draw`: a piece of a wave file as a picture.
#include "cli/gate_commands.h"
#include "cli/session.h"
#include "heddle/base/file.h"
#include "heddle/trace/wave_draw.h"

namespace heddle::cli {
namespace {

struct DrawOptions {
  std::string waves;
  std::vector<std::string> nets;
  std::int64_t from_ps = 0;
  std::int64_t to_ps = -1;
  std::string out;
  std::string title;
  std::string radix = "hex";
};

Result<std::string> draw(const DrawOptions& options) {
  HEDDLE_TRY(auto reader, trace::WaveReader::open(options.waves));
  trace::WaveDrawParams params;
  if (!options.nets.empty()) params.globs = options.nets;
  params.from = SimTime(options.from_ps);
  params.to = SimTime(options.to_ps);
  params.title = options.title;
  if (options.radix == "bin") params.radix = trace::WaveRadix::Binary;
  if (options.radix == "dec") params.radix = trace::WaveRadix::Decimal;
  return trace::draw_wave(*reader, params);
}

ExitCode run_draw(const DrawOptions& options, Session& session) {
  const Result<std::string> picture = draw(options);
  if (!picture) return session.report(picture.error());
  const Status written = write_file_atomic(options.out, *picture);
  if (!written) return session.report(written.error());
  session.note("drawn: " + options.out);
  return ExitCode::Ok;
}

}  // namespace

Command gate_draw_command() {
  auto options = std::make_shared<DrawOptions>();
  Command command{.name = "draw", .summary = "Draw a piece of a wave file as an SVG picture"};
  command.options = {
      {"waves", "FILE", "an FST or VCD file", &options->waves, Need::Required},
      {"-o,--out", "FILE", "the picture", &options->out, Need::Required},
      {"--nets", "GLOB", "which nets, by full name; may be repeated", &options->nets},
      {"--from", "PS", "where the picture starts, in picoseconds", &options->from_ps},
      {"--to", "PS", "where it ends; default: the end of the file", &options->to_ps},
      {"--radix",
       "RADIX",
       "how buses are written",
       &options->radix,
       Need::Optional,
       {"hex", "bin", "dec"}},
      {"--title", "TEXT", "text above the picture", &options->title}};
  command.examples = {{"heddle gate draw waves.fst --nets '*uart*' --to 2000000 -o uart.svg",
                       "the first two microseconds of the UARTs"}};
  command.run = [options](Session& session) { return run_draw(*options, session); };
  return command;
}

}  // namespace heddle::cli
