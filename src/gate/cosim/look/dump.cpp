#include "heddle/gate/dump.h"

#include <algorithm>
#include <cstdlib>

#include "gate/cosim/look/resume.h"
#include "heddle/base/json.h"
#include "heddle/base/text.h"
#include "heddle/gate/look_diagnostics.h"
#include "heddle/gate/ports.h"
#include "heddle/trace/wave_hierarchy.h"

namespace heddle::gate {
namespace {

/// A digit with an x in it is an x.
std::string row_text(std::span<const std::uint64_t> words, std::span<const std::uint64_t> unknown,
                     std::uint32_t width) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::uint32_t digit = (width + 3) / 4; digit-- > 0;) {
    const auto nibble = [digit](std::span<const std::uint64_t> bits) {
      return bits.empty() ? 0 : bits[digit / 16] >> (4 * (digit % 16)) & 15U;
    };
    text += nibble(unknown) != 0 ? 'x' : kDigits[nibble(words)];
  }
  return text;
}

/// `0x2f` of bits, `0b1x` where some are x; a single one as itself.
std::string bits_text(const std::string& bits) {
  if (bits.size() == 1) return bits;
  if (bits.find('x') != std::string::npos) return "0b" + bits;
  std::vector<std::uint64_t> words((bits.size() + 63) / 64, 0);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[bits.size() - 1 - i] == '1') words[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  return "0x" + row_text(words, {}, static_cast<std::uint32_t>(bits.size()));
}

Failure unknown(std::string_view what, const std::string& name,
                const std::vector<std::string_view>& names) {
  const std::string near(nearest_name(name, names));
  std::string help = near.empty() ? "" : "did you mean '" + near + "'?";
  return fail(look::diag::kUnknown, {}, {what, name, help});
}

class Dumper {
 public:
  Dumper(Resumed& run, const DumpOptions& options, Dump& dump)
      : run_(run), options_(options), dump_(dump) {}

  Status take() {
    const bool all =
        options_.states.empty() && options_.memories.empty() && options_.peripherals.empty();
    HEDDLE_TRY_STATUS(take_states(all));
    for (const std::string& name : options_.memories) HEDDLE_TRY_STATUS(take_memory(name));
    return take_peripherals(all);
  }

 private:
  Status take_states(bool all) {
    const Model& model = run_.model();
    std::vector<PortBit> bits;
    for (const StateBit& state : model.states) {
      if (is_in_netlist(state.kind)) bits.push_back({state.name, state.output});
    }
    std::vector<std::uint32_t> state_of_bit;
    for (std::uint32_t i = 0; i < model.states.size(); ++i) {
      if (is_in_netlist(model.states[i].kind)) state_of_bit.push_back(i);
    }
    const PortTable table(bits);
    std::vector<std::uint8_t> used(options_.states.size(), 0);
    for (const PortBus& bus : table.ports()) {
      bool wanted = all;
      for (std::size_t g = 0; g < options_.states.size(); ++g) {
        if (!glob_match(options_.states[g], bus.name)) continue;
        wanted = true;
        used[g] = 1;
      }
      if (!wanted) continue;
      StateValue value{
          .name = bus.name, .width = static_cast<std::uint32_t>(bus.bits.size()), .bits = {}};
      for (std::size_t i = bus.bits.size(); i-- > 0;) {
        const Backend& engine = run_.engine().backend();
        const std::uint32_t state = state_of_bit[bus.bits[i]];
        value.bits += engine.is_x_state(state) ? 'x' : engine.state(state) ? '1' : '0';
      }
      dump_.states.push_back(std::move(value));
    }
    for (std::size_t g = 0; g < used.size(); ++g) {
      if (used[g] == 0) {
        std::vector<std::string_view> names;
        for (const PortBus& bus : table.ports()) names.push_back(bus.name);
        return unknown("flop or latch", options_.states[g], names);
      }
    }
    return {};
  }

  Status take_memory(const std::string& name) {
    const std::vector<Memory>& memories = run_.model().memories;
    const auto found = std::find_if(memories.begin(), memories.end(),
                                    [&](const Memory& memory) { return memory.name == name; });
    if (found == memories.end()) {
      std::vector<std::string_view> names;
      for (const Memory& memory : memories) names.push_back(memory.name);
      return unknown("memory", name, names);
    }
    MemoryValue value{
        .name = name, .width = found->width, .first_address = found->start_offset, .rows = {}};
    const auto index = static_cast<std::uint32_t>(found - memories.begin());
    const std::span<const std::uint64_t> words = run_.engine().backend().memory(index);
    const std::span<const std::uint64_t> unknown = run_.engine().backend().x_memory(index);
    const std::uint32_t row_words = found->words_per_row();
    for (std::uint64_t row = 0; row < found->depth; ++row) {
      const auto unknown_row =
          unknown.empty() ? unknown : unknown.subspan(row * row_words, row_words);
      value.rows.push_back(
          row_text(words.subspan(row * row_words, row_words), unknown_row, found->width));
    }
    dump_.memories.push_back(std::move(value));
    return {};
  }

  Status take_peripherals(bool all) {
    const std::vector<PeripheralDescription> found = run_.engine().bank().describe();
    std::vector<std::string_view> names;
    for (const PeripheralDescription& peripheral : found) names.push_back(peripheral.name);
    for (const std::string& name : options_.peripherals) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        return unknown("peripheral", name, names);
      }
    }
    for (const PeripheralDescription& peripheral : found) {
      const auto& wanted = options_.peripherals;
      if (all || std::find(wanted.begin(), wanted.end(), peripheral.name) != wanted.end()) {
        dump_.peripherals.push_back(peripheral);
      }
    }
    return {};
  }

  Resumed& run_;
  const DumpOptions& options_;
  Dump& dump_;
};

}  // namespace

Result<Dump> dump_run(const std::string& run_directory, const DumpOptions& options,
                      Diagnostics& warnings, Progress& progress, Interrupt interrupt) {
  Resumed run;
  HEDDLE_TRY_STATUS(run.load(run_directory, options.cache_directory, warnings));
  HEDDLE_TRY_STATUS(run.start(options.engine, options.edge));
  HEDDLE_TRY(const bool reached, run.advance_to(options.edge + 1, progress, interrupt));
  progress.finish();
  if (!reached) {
    return fail(
        look::diag::kBadWindow, {},
        {std::to_string(options.edge), std::to_string(options.edge + 1), "the run ends before it"});
  }
  Dump dump;
  dump.edge = options.edge;
  dump.time_ps = run.engine().window().info(options.edge).time_ps;
  dump.resumed_at = run.resumed_at();
  HEDDLE_TRY_STATUS(Dumper(run, options, dump).take());
  return dump;
}

void write_text(const Dump& dump, ByteSink& out) {
  out.write("edge " + std::to_string(dump.edge) + " at " + std::to_string(dump.time_ps) + " ps\n");
  for (const StateValue& state : dump.states) {
    out.write(state.name + " = " + bits_text(state.bits) + "\n");
  }
  for (const MemoryValue& memory : dump.memories) {
    out.write("memory " + memory.name + ", " + std::to_string(memory.rows.size()) + " words of " +
              std::to_string(memory.width) + " bits\n");
    for (std::size_t row = 0; row < memory.rows.size(); ++row) {
      out.write("  " + std::to_string(memory.first_address + row) + ": " + memory.rows[row] + "\n");
    }
  }
  for (const PeripheralDescription& peripheral : dump.peripherals) {
    out.write("peripheral " + peripheral.name + " (" + peripheral.kind + ")\n");
    for (const StateField& field : peripheral.fields) {
      out.write("  " + field.name + " = " + field.text + "\n");
    }
  }
}

void write_json(const Dump& dump, ByteSink& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("edge", dump.edge);
  json.member("time_ps", dump.time_ps);
  json.member("resumed_at", dump.resumed_at);
  json.key("states");
  json.begin_object();
  for (const StateValue& state : dump.states) json.member(state.name, state.bits);
  json.end_object();
  json.key("memories");
  json.begin_array();
  for (const MemoryValue& memory : dump.memories) {
    json.begin_object();
    json.member("name", memory.name);
    json.member("width", memory.width);
    json.member("first_address", memory.first_address);
    json.key("rows");
    json.begin_inline_array();
    for (const std::string& row : memory.rows) json.value(row);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.key("peripherals");
  json.begin_object();
  for (const PeripheralDescription& peripheral : dump.peripherals) {
    json.key(peripheral.name);
    json.begin_object();
    json.member("kind", peripheral.kind);
    for (const StateField& field : peripheral.fields) {
      if (field.is_number) {
        json.member(field.name, std::strtoull(field.text.c_str(), nullptr, 10));
      } else {
        json.member(field.name, field.text);
      }
    }
    json.end_object();
  }
  json.end_object();
  json.end_object();
}

}  // namespace heddle::gate
