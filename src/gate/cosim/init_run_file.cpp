#include "heddle/gate/init_run_file.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "heddle/base/json.h"

namespace heddle::gate {
namespace {

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class Writer {
 public:
  Writer(const NetlistSummary& summary, const DesignFiles& files, std::string top)
      : summary_(summary), files_(files), top_(std::move(top)) {}

  std::string write() {
    text_ = "# A run of '" + summary_.top +
            "', written by `heddle gate init`. Every key is described in\n"
            "# docs/guides/gate-run-file.md. Run it with `heddle gate cosim` and this file.\n"
            "design:\n  netlist: " +
            json_quote(files_.netlist) + "\n";
    write_cells();
    if (!top_.empty()) text_ += "  top: " + json_quote(top_) + "\n";
    write_clocks();
    write_reset();
    write_peripherals();
    write_inputs();
    write_rest();
    return std::move(text_);
  }

 private:
  static std::string port_text(std::string_view name) { return json_quote(name); }

  void write_cells() {
    std::string list;
    for (const std::string& file : files_.cells) {
      list += (list.empty() ? "" : ", ") + json_quote(file);
    }
    if (!list.empty()) text_ += "  cells: [" + list + "]\n";
    if (!files_.manifest.empty()) text_ += "  manifest: " + json_quote(files_.manifest) + "\n";
  }

  void write_clocks() {
    for (const ClockGuess& clock : summary_.clocks) clocks_.push_back(clock.port);
    if (clocks_.empty()) {
      text_ +=
          "\n# No clock was found: name the input that is one.\n"
          "# clocks:\n#   clk: {port: clk, period_ps: 20000}\n";
      return;
    }
    text_ +=
        "\n# period_ps: picoseconds from one rising edge to the next; phase_ps: of the first.\n"
        "clocks:\n";
    for (const std::string& clock : clocks_) {
      taken_.insert(clock);
      text_ += "  " + clock_name(clock) + ": {port: " + port_text(clock) +
               ", period_ps: 20000, phase_ps: 0}\n";
    }
  }

  /// A name for a clock: its port without what names may not hold.
  static std::string clock_name(const std::string& port) {
    std::string name;
    for (const char c : port) {
      const bool good = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
      if (good) name += c;
    }
    const bool starts_well =
        !name.empty() && std::isalnum(static_cast<unsigned char>(name[0])) != 0;
    return starts_well ? name : "clk" + name;
  }

  [[nodiscard]] std::string clock_key() const {
    return clocks_.size() > 1 ? ", clock: " + clock_name(clocks_.front()) : "";
  }

  void write_reset() {
    if (summary_.resets.empty() || clocks_.empty()) return;
    const ResetGuess& reset = summary_.resets.front();
    text_ +=
        "\n# Asserted from the start for `edges` rising edges of its clock.\n"
        "reset: {port: " +
        port_text(reset.port) + ", active: " + (reset.active_high ? "high" : "low") +
        ", edges: 20" + clock_key() + "}\n";
    taken_.insert(reset.port);
  }

  void write_peripherals() {
    std::string found;
    if (!clocks_.empty()) found = uarts() + flash();
    found += gpio();
    if (found.empty()) {
      text_ +=
          "\n# peripherals:\n"
          "#   uart0: {kind: uart, pins: {tx: OUTPUT, rx: INPUT}, cycles_per_bit: 16}\n";
      return;
    }
    text_ += "\n# Guessed from the names of the ports.\nperipherals:\n" + found;
  }

  std::string uarts() {
    std::string out;
    for (const PortSummary& port : summary_.ports) {
      const std::string name = lower(port.name);
      const std::size_t at = name.rfind("tx");
      const bool like_uart = has(name, "uart") || has(name, "ser") || name == "tx" || name == "txd";
      if (!is_output(port) || port.width != 1 || at == std::string::npos || !like_uart) continue;
      std::string receive = port.name;
      receive[at] = std::isupper(static_cast<unsigned char>(receive[at])) != 0 ? 'R' : 'r';
      const std::string title = "uart" + std::to_string(uart_count_++);
      out += "  " + title + ":\n    kind: uart\n    pins: {tx: " + port_text(port.name);
      const std::string input = find(receive, false, 1);
      if (!input.empty() && taken_.insert(input).second) out += ", rx: " + port_text(input);
      out += "}\n    cycles_per_bit: 16   # clock cycles a bit, as the design sets it\n";
      if (clocks_.size() > 1) out += "    clock: " + clock_name(clocks_.front()) + "\n";
    }
    return out;
  }

  static bool is_output(const PortSummary& port) { return port.direction == PortDirection::Output; }

  /// The port of that direction and width (0: up to 32) whose name ends so; empty: none.
  [[nodiscard]] std::string find(std::string_view ending, bool output, std::size_t width) const {
    for (const PortSummary& port : summary_.ports) {
      const bool fits = width == 0 ? port.width <= 32 : port.width == width;
      if (is_output(port) == output && fits && lower(port.name).ends_with(lower(ending))) {
        return port.name;
      }
    }
    return "";
  }

  std::string flash() {
    const std::string select = find("cs_n", true, 1);
    const std::string clock = find("sck", true, 1);
    const std::string out = find("io_o", true, 4);
    const std::string enable = find("io_oe", true, 4);
    const std::string in = find("io_i", false, 4);
    if (select.empty() || clock.empty() || out.empty() || enable.empty() || in.empty()) return "";
    taken_.insert(in);
    return "  flash:\n    kind: spi_flash\n    # load: firmware.bin   # erased without an image\n"
           "    pins: {cs_n: " +
           port_text(select) + ", sck: " + port_text(clock) + ", io_o: " + port_text(out) +
           ", io_oe: " + port_text(enable) + ", io_i: " + port_text(in) + "}\n";
  }

  std::string gpio() {
    std::string pins;
    const auto add = [&](const char* role, const std::string& port) {
      if (!port.empty()) pins += (pins.empty() ? "" : ", ") + std::string(role) + port_text(port);
    };
    add("out: ", find("gpio_o", true, 0));
    add("oe: ", find("gpio_oe", true, 0));
    const std::string in = find("gpio_i", false, 0);
    if (!in.empty() && taken_.insert(in).second) add("in: ", in);
    return pins.empty() ? "" : "  gpio:\n    kind: gpio\n    pins: {" + pins + "}\n";
  }

  void write_inputs() {
    std::string lines;
    for (const PortSummary& port : summary_.ports) {
      if (is_output(port) || taken_.contains(port.name)) continue;
      lines += "  " + port_text(port.name) + ": 0\n";
    }
    if (!lines.empty())
      text_ += "\n# Inputs that hold a value for the whole run.\ninputs:\n" + lines;
  }

  void write_rest() {
    if (!summary_.memories.empty())
      text_ += "\n# Contents of memories before the first edge.\n# memories:\n";
    for (const MemorySummary& memory : summary_.memories) {
      text_ += "#   " + port_text(memory.name) + ": {load: image.hex}   # " +
               std::to_string(memory.depth) + " words of " + std::to_string(memory.width) +
               " bits\n";
    }
    text_ +=
        "\n# Which nets go into waves.fst: full names, '*' and '?' match.\n"
        "# waves: {nets: ['*']}\n"
        "\n# What ends the run: edges, time_ps, net, uart_text; the first that holds.\n"
        "stop: {edges: 100000}\n"
        "\n# expect: {uart: {uart0: expected.txt}}\n";
  }

  const NetlistSummary& summary_;
  const DesignFiles& files_;
  std::string top_;
  std::vector<std::string> clocks_;
  std::set<std::string> taken_;  ///< inputs that something drives
  std::size_t uart_count_ = 0;
  std::string text_;
};

}  // namespace

std::string initial_run_file(const NetlistSummary& summary, const DesignFiles& files,
                             const std::string& top) {
  return Writer(summary, files, top).write();
}

}  // namespace heddle::gate
