// Verilator bench of both chips, for RTL and netlists alike. Independent of the heddle library: it
// gives the transcripts, stamps and output hashes that heddle is compared with, the recorded inputs
// for Icarus, and the timings of the baseline.
//
// An edge: (1) inputs computed at the edge before are applied; (2) the clocks change, flops fire;
// (3) settle; (4) flash and UARTs see the outputs and compute the inputs for the next edge.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "Vsoc.h"
#include "clock_schedule.h"
#include "flash_model.h"
#include "pins.h"
#include "stimulus.h"
#include "uart_model.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace soc_sim {
namespace {

struct Options {
  std::string firmware;
  std::int64_t edges_max = 100'000'000;  // counted from where measuring starts
  std::string stop_text;
  std::string uart_files[2];  // transcripts
  std::string stamps_file;
  std::string hash_file;
  std::int64_t hash_every = 10'000;
  std::string inputs_file;
  std::string waves_file;  // FST of every named net; only when built for it
  bool bench = false;
  std::string skip_until;  // bench: measure after this text on UART0
};

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "soc_tb: %s\n", message.c_str());
  std::exit(2);
}

constexpr const char* kUsage =
    "usage: soc_tb --firmware BIN [--edges N] [--stop-text TEXT] [--uart FILE] [--uart1 FILE]\n"
    "              [--stamps FILE] [--hash FILE] [--hash-every N] [--record-inputs FILE]\n"
    "              [--bench] [--skip-until-uart TEXT] [--waves FILE]\n";

/// "\n" in an argument becomes a line feed.
std::string unescape(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n';
    result += escape ? '\n' : text[i];
    if (escape) ++i;
  }
  return result;
}

std::int64_t to_count(const std::string& text) {
  char* end = nullptr;
  const long long value = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || value <= 0) fail("not a count: " + text);
  return value;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--bench") {
      options.bench = true;
      continue;
    }
    if (i + 1 == argc) fail("unknown option or no value: " + name + "\n" + kUsage);
    const std::string value = argv[++i];
    if (name == "--firmware")
      options.firmware = value;
    else if (name == "--edges")
      options.edges_max = to_count(value);
    else if (name == "--stop-text")
      options.stop_text = unescape(value);
    else if (name == "--uart")
      options.uart_files[0] = value;
    else if (name == "--uart1")
      options.uart_files[1] = value;
    else if (name == "--stamps")
      options.stamps_file = value;
    else if (name == "--hash")
      options.hash_file = value;
    else if (name == "--hash-every")
      options.hash_every = to_count(value);
    else if (name == "--record-inputs")
      options.inputs_file = value;
    else if (name == "--waves")
      options.waves_file = value;
    else if (name == "--skip-until-uart")
      options.skip_until = unescape(value);
    else
      fail("unknown option " + name + "\n" + kUsage);
  }
  if (options.firmware.empty()) fail(std::string("no --firmware\n") + kUsage);
  return options;
}

std::vector<std::uint8_t> read_image(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A text output that may be absent; complains when it cannot be written.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path) : path_(path) {
    if (path.empty()) return;
    file_ = std::fopen(path.c_str(), "wb");
    if (file_ == nullptr) fail("cannot write " + path);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    if (file_ == nullptr) return;
    const bool failed = std::ferror(file_) != 0;
    if (std::fclose(file_) != 0 || failed) fail("write failed: " + path_);
  }
  std::FILE* get() const { return file_; }

 private:
  std::string path_;
  std::FILE* file_ = nullptr;
};

/// Waves of every net that has a name of its own, one instant an edge; nothing when no file is
/// given.
class Waves {
 public:
#if VM_TRACE
  Waves(const std::string& path, Vsoc& soc) {
    if (path.empty()) return;
    Verilated::traceEverOn(true);
    file_ = std::make_unique<VerilatedFstC>();
    soc.trace(file_.get(), 99);
    file_->open(path.c_str());
    if (!file_->isOpen()) fail("cannot write " + path);
  }
  void dump(std::int64_t time_ps) {
    if (file_ != nullptr) file_->dump(static_cast<std::uint64_t>(time_ps));
  }
  void close() {
    if (file_ != nullptr) file_->close();
  }

 private:
  std::unique_ptr<VerilatedFstC> file_;
#else
  Waves(const std::string& path, Vsoc&) {
    if (!path.empty()) fail("built without waves: VERILATOR_WAVES=1 builds them in");
  }
  void dump(std::int64_t) {}
  void close() {}
#endif
};

/// The last bytes of a stream against one text.
class TextMatcher {
 public:
  explicit TextMatcher(std::string text) : text_(std::move(text)) {}
  /// True when the stream now ends with the text.
  bool add(char byte) {
    if (text_.empty()) return false;
    seen_ += byte;
    if (seen_.size() > text_.size()) seen_.erase(0, 1);
    return seen_ == text_;
  }

 private:
  std::string text_;
  std::string seen_;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A chip with a debugger has it idle: its test reset is active.
template <class Chip>
void set_jtag_reset(Chip& chip, bool level) {
  if constexpr (requires { chip.jtag_trst_n; }) chip.jtag_trst_n = level;
}

template <class Chip>
void add_jtag_output(const Chip& chip, PackedOutputs& outputs) {
  if constexpr (requires { chip.jtag_tdo; }) outputs.add(chip.jtag_tdo, 1);
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        flash_(read_image(options.firmware)),
        stop_(options.stop_text),
        skip_(options.skip_until),
        uart_files_{OutputFile(options.uart_files[0]), OutputFile(options.uart_files[1])},
        stamps_(options.stamps_file),
        hashes_(options.hash_file),
        waves_(options.waves_file, *soc_),
        recording_(options.inputs_file) {
    power_up();
    measuring_ = options.skip_until.empty();
  }

  void run() {
    start_clocks();
    while (!stopped_ && measured_ < options_.edges_max) {
      if (measuring_) ++measured_;
      step();
      ++edge_;
    }
    finish();
    soc_->final();
  }

 private:
  void start_clocks() {
    wall_start_ = std::chrono::steady_clock::now();
    cpu_start_ = cpu_seconds();
  }

  /// Asynchronous resets are level-sensitive in hardware, but Verilator acts on their falling edge
  /// alone, and everything starts at 0: so the resets, also those that pass a synchroniser, are
  /// brought high and low again before the first edge.
  void power_up() {
    next_.rst_n = true;
    for (int pulse = 0; pulse < 2; ++pulse) {
      for (const bool level : {false, true, false}) {
        soc_->clk = level;
        soc_->clk_slow = level;
        set_jtag_reset(*soc_, level);
        apply();
        soc_->eval();
      }
    }
    next_.rst_n = false;
    apply();
    soc_->eval();
  }

  void apply() {
    soc_->rst_n = next_.rst_n;
    soc_->uart0_rx = next_.uart0_rx;
    soc_->uart1_rx = next_.uart1_rx;
    soc_->flash_io_i = next_.flash_io_i;
    soc_->gpio_i = next_.gpio_i;
    inputs_ = next_;
  }

  void step() {
    const Edge edge = schedule_.next();
    if (next_ != inputs_) {
      apply();
      soc_->eval();
    }
    soc_->clk = edge.clk;
    soc_->clk_slow = edge.clk_slow;
    soc_->eval();
    if (recording_.get() != nullptr) {
      std::fprintf(recording_.get(), "%05x\n", pack(inputs_, edge.clk, edge.clk_slow));
    }
    if (hashes_.get() != nullptr) add_hash();
    waves_.dump(edge.time_ps);
    sample(edge);
  }

  PackedOutputs packed_outputs() const {
    PackedOutputs outputs;
    outputs.add(soc_->flash_cs_n, 1);
    outputs.add(soc_->flash_io_o, 4);
    outputs.add(soc_->flash_io_oe, 4);
    outputs.add(soc_->flash_sck, 1);
    outputs.add(soc_->gpio_o, 8);
    outputs.add(soc_->gpio_oe, 8);
    add_jtag_output(*soc_, outputs);
    outputs.add(soc_->slow_o, 4);
    outputs.add(soc_->uart0_tx, 1);
    outputs.add(soc_->uart1_tx, 1);
    return outputs;
  }

  void add_hash() {
    hash_.add(packed_outputs());
    if ((edge_ + 1) % options_.hash_every == 0) write_hash(edge_);
  }

  void write_hash(std::int64_t edge) {
    std::fprintf(hashes_.get(), "%lld %016llx\n", static_cast<long long>(edge),
                 static_cast<unsigned long long>(hash_.value()));
    hash_written_ = edge;
  }

  /// Step (4). While reset is low the models hold their initial state.
  void sample(const Edge& edge) {
    if (inputs_.rst_n) {
      next_.flash_io_i = flash_.step(soc_->flash_cs_n != 0, soc_->flash_sck != 0,
                                     static_cast<std::uint8_t>(soc_->flash_io_o));
      if (edge_ == kGpioEdge) next_.gpio_i = kGpioValue;
      drive_uart1(edge);
      if (edge.clk_rises) {
        listen(0, soc_->uart0_tx != 0, edge);
        listen(1, soc_->uart1_tx != 0, edge);
      }
    } else if (edge.clk_rises && ++reset_rising_edges_ == kResetRisingEdges) {
      next_.rst_n = true;
    }
  }

  void drive_uart1(const Edge& edge) {
    const std::int64_t since = edge_ - kUart1Edge;
    if (since >= 0 && since % kUart1EdgesBetween == 0) {
      const auto index = static_cast<std::size_t>(since / kUart1EdgesBetween);
      if (index < kUart1Bytes.size()) driver_.queue(static_cast<std::uint8_t>(kUart1Bytes[index]));
    }
    if (edge.clk_rises) next_.uart1_rx = driver_.step();
  }

  void listen(int uart, bool line, const Edge& edge) {
    const auto frame = decoders_[uart].step(line);
    if (!frame) return;
    if (stamps_.get() != nullptr) {
      std::fprintf(stamps_.get(), "%lld %lld uart%d %02x%s\n", static_cast<long long>(edge_),
                   static_cast<long long>(edge.time_ps), uart, frame->byte,
                   frame->framing_error ? " framing-error" : "");
    }
    if (uart_files_[uart].get() != nullptr) std::fputc(frame->byte, uart_files_[uart].get());
    if (uart != 0) return;
    const char byte = static_cast<char>(frame->byte);
    if (stop_.add(byte)) stopped_ = true;
    if (!measuring_ && skip_.add(byte)) {
      measuring_ = true;
      start_clocks();
    }
  }

  void finish() {
    waves_.close();
    if (hashes_.get() != nullptr && edge_ > 0 && hash_written_ != edge_ - 1) write_hash(edge_ - 1);
    if (options_.bench) {
      const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_start_;
      std::printf("{\"edges\": %lld, \"cpu_seconds\": %.6f, \"wall_seconds\": %.6f}\n",
                  static_cast<long long>(measured_), cpu_seconds() - cpu_start_, wall.count());
    }
    if (!options_.stop_text.empty() && !stopped_) {
      if (!options_.bench) fail("the stop text did not appear");
    }
  }

  const Options& options_;
  std::unique_ptr<Vsoc> soc_ = std::make_unique<Vsoc>();
  ClockSchedule schedule_;
  FlashModel flash_;
  UartDecoder decoders_[2];
  UartDriver driver_;
  TextMatcher stop_;
  TextMatcher skip_;
  OutputFile uart_files_[2];
  OutputFile stamps_;
  OutputFile hashes_;
  Waves waves_;
  OutputFile recording_;
  OutputHash hash_;
  Inputs inputs_;
  Inputs next_;
  std::int64_t edge_ = 0;
  std::int64_t measured_ = 0;
  std::int64_t hash_written_ = -1;
  int reset_rising_edges_ = 0;
  bool measuring_ = true;
  bool stopped_ = false;
  double cpu_start_ = 0;
  std::chrono::steady_clock::time_point wall_start_;
};

}  // namespace
}  // namespace soc_sim

int main(int argc, char** argv) {
  const soc_sim::Options options = soc_sim::parse(argc, argv);
  soc_sim::Bench bench(options);
  bench.run();
  return 0;
}
