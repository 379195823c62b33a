#include "cli/tile_play.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>

#include "cli/diagnostics.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/tile/diagnostics.h"
#include "heddle/tile/kernel/attention.h"
#include "heddle/tile/kernel/conv2d.h"
#include "heddle/tile/kernel/depthwise.h"
#include "heddle/tile/kernel/gemm.h"
#include "heddle/tile/kernel/rowwise.h"
#include "heddle/tile/layers.h"
#include "heddle/tile/trace_text.h"
#include "heddle/trace/sink.h"

namespace heddle::cli {
namespace {

/// A shipped kernel, and where among its shape arguments it is told of the machine.
struct ShippedKernel {
  std::string_view name;
  std::uint32_t target_arg;
  std::string_view shape;  ///< for people; what stands in brackets may be left out
};

constexpr std::string_view kRowsShape = "ROWS,COLUMNS[,BITS]";

constexpr std::array kShippedKernels = {
    ShippedKernel{"gemm", tile::kernel::Gemm::kTargetArg, "M,N,K[,BATCH[,BITS]]"},
    ShippedKernel{"conv2d", tile::kernel::Conv2d::kTargetArg,
                  "IMAGES,HEIGHT,WIDTH,CHANNELS,FILTERS[,KERNEL_HEIGHT,KERNEL_WIDTH[,STRIDE[,"
                  "PADDING[,BITS]]]]"},
    ShippedKernel{
        "depthwise", tile::kernel::Depthwise::kTargetArg,
        "IMAGES,HEIGHT,WIDTH,CHANNELS[,KERNEL_HEIGHT,KERNEL_WIDTH[,STRIDE[,PADDING[,BITS]]]]"},
    ShippedKernel{"elementwise", tile::kernel::Elementwise::kTargetArg, "ELEMENTS[,INPUTS[,BITS]]"},
    ShippedKernel{"reduce", tile::kernel::Rows::kTargetArg, kRowsShape},
    ShippedKernel{"softmax", tile::kernel::Rows::kTargetArg, kRowsShape},
    ShippedKernel{"layernorm", tile::kernel::Rows::kTargetArg, kRowsShape},
    ShippedKernel{"attention", tile::kernel::Attention::kTargetArg,
                  "HEADS,QUERIES,KEYS,HEAD_SIZE[,BITS[,FLASH]]"}};

/// The program lies in bin/, the kernels in lib/heddle/tile/ beside it: built or installed.
std::string shipped_path(std::string_view name) {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path().parent_path() / "lib/heddle/tile" / (std::string(name) + ".so"))
      .string();
}

/// A word that is no path: nothing known has that name.
Diagnostics kernel_unknown(const std::string& name) {
  std::vector<std::string_view> known;
  for (const ShippedKernel& kernel : kShippedKernels) known.push_back(kernel.name);
  for (const std::string_view model : tile::shipped_model_names()) known.push_back(model);
  const std::string_view near = nearest_name(name, known);
  const std::string help = near.empty() ? "" : fmt::format("did you mean '{}'? ", near);
  return Diagnostic(diag::kKernelUnknown, {},
                    {name, fmt::format("{}a .so, a trace, a list of layers, or one of {}", help,
                                       fmt::join(known, ", "))});
}

Result<std::vector<std::int64_t>> read_shape(const std::string& text) {
  std::vector<std::int64_t> shape;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data() + at, text.data() + end, value);
    if (error != std::errc() || stop != text.data() + end) {
      return fail(diag::kBadUsage, {},
                  {"`--shape " + text + "` is no list of whole numbers with commas between",
                   "heddle tile run"});
    }
    shape.push_back(value);
    at = end + 1;
  }
  return shape;
}

/// What a shipped kernel is told of the machine, where the user has not said it.
void add_target(const tile::Machine& machine, std::uint32_t first,
                std::vector<std::int64_t>& shape) {
  if (shape.size() > first) return;
  shape.resize(first, 0);
  const tile::kernel::Target target = tile::kernel_target(machine);
  for (const std::int64_t value :
       {target.array_rows, target.array_columns, target.arrays, target.cores,
        target.scratchpad_bytes, target.dram_bytes_per_cycle, target.stream_rows}) {
    shape.push_back(value);
  }
}

}  // namespace

std::vector<Option> tile_play_options(TilePlayOptions& options) {
  return {{"kernel", "KERNEL",
           "a shipped kernel by name (gemm, conv2d, depthwise, elementwise, reduce, softmax, "
           "layernorm, attention), a producer (.so), a trace, or for `run` a list of layers: "
           "a shipped one by name (resnet18, resnet50, bert_base, bert_large) or a .yaml or .csv",
           &options.kernel, Need::Required},
          {"--machine", "MACHINE", "a machine by name, or a machine file; default tpuv3",
           &options.machine},
          {"--shape", "N,N,...", "the kernel's shape arguments", &options.shape},
          {"--cycle-table", "FILE", "costs of the kernel's nodes: cycle, tab, overlap a line",
           &options.cycle_table},
          {"--in-process", "", "run the producer within this process: faster, not isolated",
           &options.in_process}};
}

Result<TilePlay> prepare_tile_play(const TilePlayOptions& options) {
  TilePlay play;
  HEDDLE_TRY(play.machine, tile::load_machine(options.machine, &play.machine_resolved));
  HEDDLE_TRY(play.shape_args, read_shape(options.shape));
  std::string table = options.cycle_table;
  if (table.empty() && play.machine.cycle_table) table = *play.machine.cycle_table;
  if (!table.empty()) {
    HEDDLE_TRY(play.table, tile::CycleTable::load(table));
    play.table_path = table;
  }
  play.path = options.kernel;
  play.name = std::filesystem::path(options.kernel).stem().string();
  const auto shipped =
      std::find_if(kShippedKernels.begin(), kShippedKernels.end(),
                   [&](const ShippedKernel& kernel) { return kernel.name == options.kernel; });
  if (shipped == kShippedKernels.end()) {
    const std::vector<std::string_view> models = tile::shipped_model_names();
    const bool is_known = std::find(models.begin(), models.end(), play.path) != models.end() ||
                          play.path.find_first_of("./") != std::string::npos ||
                          path_exists(play.path);
    if (!is_known) return fail(kernel_unknown(play.path));
    return play;
  }
  play.path = shipped_path(shipped->name);
  play.shape_help = shipped->shape;
  add_target(play.machine, shipped->target_arg, play.shape_args);
  return play;
}

Result<std::unique_ptr<tile::WorkItemSource>> TilePlay::open(const TilePlayOptions& options,
                                                             Interrupt interrupt) const {
  if (!path.ends_with(".so")) return tile::load_trace(path);
  tile::ProducerOptions producer;
  producer.shape_args = shape_args;
  producer.isolation = options.in_process ? tile::Isolation::InProcess : tile::Isolation::Child;
  producer.interrupt = interrupt;
  return tile::load_producer(path, producer);
}

tile::RunOptions TilePlay::run_options(Interrupt interrupt) const {
  tile::RunOptions run;
  run.cycle_table = table ? &*table : nullptr;
  run.interrupt = interrupt;
  return run;
}

ExitCode report_failed(const TilePlay& play, const Diagnostics& errors, Session& session) {
  if (session.interrupt().is_requested()) return ExitCode::Interrupted;
  const ExitCode code = session.report(errors);
  const auto is_refusal = [](const Diagnostic& one) {
    return one.code() == tile::diag::kKernelRefused.code;
  };
  const bool is_refused = std::any_of(errors.list().begin(), errors.list().end(), is_refusal);
  if (is_refused && !play.shape_help.empty()) {
    session.note(fmt::format("{} takes `--shape {}`, sizes from 1", play.name, play.shape_help));
  }
  return code;
}

Result<std::string> claim_run_directory(const TileRunOptions& options, const TilePlay& play,
                                        const std::string& params) {
  std::string path = options.out;
  if (path.empty()) {
    const std::string digest = digest_of(params).to_hex().substr(0, 8);
    path = "runs/" + play.name + "-" + play.machine.name + "-" + digest;
  }
  if (path_exists(path) && !options.force) return fail(diag::kRunExists, {}, {path});
  HEDDLE_TRY_STATUS(make_directories(path));
  return path;
}

void write_setting(JsonWriter& json, const TilePlay& play) {
  if (!play.table_path.empty()) json.member("cycle_table", play.table_path);
  json.key("machine");
  write_json(json, play.machine_resolved);
}

Status write_pictures(const std::string& stem, const std::string& name,
                      const tile::Machine& machine, const tile::Timeline& timeline,
                      std::int64_t cycles) {
  HEDDLE_TRY(auto sink, trace::open_perfetto_sink(stem + ".perfetto-trace"));
  std::vector<std::unique_ptr<trace::Sink>> sinks;
  sinks.push_back(std::move(sink));
  trace::Recorder recorder(std::move(sinks));
  tile::write_timeline(timeline, recorder);
  HEDDLE_TRY_STATUS(recorder.finish(timeline.end()));
  tile::TimelineView view;
  view.title = fmt::format("{} on {}: {} cycles", name, machine.name, cycles);
  view.clock = machine.core_clock;
  return write_file_atomic(stem + ".svg", tile::timeline_svg(timeline, view));
}

Status check_engines_agree(const std::string& name, const tile::RunResult& event,
                           const tile::RunResult& stepped) {
  if (event.cycles == stepped.cycles && event.digest.to_hex() == stepped.digest.to_hex()) return {};
  return fail(diag::kEnginesDiffer, {},
              {name, std::to_string(event.cycles), event.digest.to_hex(),
               std::to_string(stepped.cycles), stepped.digest.to_hex()});
}

double wall_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace heddle::cli
