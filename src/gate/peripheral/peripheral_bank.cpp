// Steps the peripherals of a run on the host. The hot path is `due`: a compare
// an edge and a compare a rising clock. `sample` then visits every peripheral,
// which costs a few ns each when it has nothing to do.
#include "heddle/gate/peripheral_bank.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "gate/peripheral/script_tables.h"
#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::size_t kClocksMax = 32;

enum class Kind : std::uint8_t { Uart, SpiFlash, Gpio };

/// What changes while the bank runs, but for the states of the peripherals.
struct Core {
  std::array<std::uint64_t, kClocksMax> cycles{};
  std::array<std::uint64_t, kClocksMax> wake_cycle{};
  std::uint64_t wake_edge = 0;  ///< the first edge is always due
  std::int64_t wake_time_ps = std::numeric_limits<std::int64_t>::max();
  ScriptState script;
  std::uint32_t in_reset = 0;
  std::uint32_t reserved = 0;
};
static_assert(std::has_unique_object_representations_v<Core>);

/// Where the pieces of a peripheral are.
struct Slot {
  Kind kind = Kind::Uart;
  std::uint32_t index = 0;  ///< in the table of its kind
  std::uint32_t clock = 0;
  std::uint32_t first_output = 0;  ///< into `output_map_`
  std::uint32_t first_input = 0;   ///< into `input_map_`
};

template <class Model>
struct Table {
  std::vector<typename Model::Config> configs;
  std::vector<typename Model::State> states;

  std::uint32_t add(const typename Model::Config& config) {
    configs.push_back(config);
    states.emplace_back();
    return static_cast<std::uint32_t>(states.size() - 1);
  }
};

class Bank final : public PeripheralBank {
 public:
  explicit Bank(BankSpec spec);

  std::span<const std::uint32_t> observed_outputs() const override { return observed_; }
  std::vector<EdgeOp> idle_drives() const override { return idle_; }
  bool due(const EdgeInfo& edge) override;
  StopReason sample(const EdgeInfo& edge, std::span<const std::uint8_t> pins,
                    std::vector<EdgeOp>& drives, std::vector<Record>& records) override;
  std::vector<std::byte> save() const override;
  void restore(std::span<const std::byte> saved) override;

  // What the script's tables call.
  void script_step(std::uint32_t index) {
    records_->push_back({edge_->edge, edge_->time_ps, static_cast<std::uint16_t>(slots_.size()),
                         EventScript::kStepDone, index});
  }
  void command(const Command& command);

 private:
  /// How one peripheral answers at one sample.
  struct Answers {
    Bank& bank;
    const Slot& slot;
    std::uint16_t source = 0;

    void record(std::uint16_t kind, std::uint32_t value) const {
      bank.records_->push_back({bank.edge_->edge, bank.edge_->time_ps, source, kind, value});
    }
    void drive(unsigned role, bool level) const {
      const std::int32_t input = bank.input_map_[slot.first_input + role];
      if (input == kNotConnected) return;
      bank.drives_->push_back({static_cast<std::uint32_t>(input), level ? 1U : 0U});
    }
  };

  /// The only place that turns a kind into its type.
  template <class Self, class Visitor>
  static decltype(auto) visit(Self& self, const Slot& slot, const Visitor& visitor) {
    switch (slot.kind) {
      case Kind::Uart: break;
      case Kind::SpiFlash:
        return visitor(SpiFlash(), self.flashes_.configs[slot.index],
                       self.flashes_.states[slot.index]);
      case Kind::Gpio:
        return visitor(Gpio(), self.gpios_.configs[slot.index], self.gpios_.states[slot.index]);
    }
    return visitor(Uart(), self.uarts_.configs[slot.index], self.uarts_.states[slot.index]);
  }
  template <class Self, class Visitor>
  static void for_each_state(Self& self, const Visitor& visitor) {
    visitor(self.uarts_.states);
    visitor(self.flashes_.states);
    visitor(self.gpios_.states);
  }

  void add(const PeripheralSpec& peripheral, std::size_t index);
  void connect(const PeripheralSpec& peripheral, Slot& slot, std::size_t output_roles,
               std::size_t input_roles);
  [[nodiscard]] std::uint16_t observe(std::uint32_t output);
  void add_idle(const Slot& slot, unsigned role, bool level);

  [[nodiscard]] PinSample pins_of(const Slot& slot) const {
    return {.cycle = core_.cycles[slot.clock],
            .rises = (edge_->rising >> slot.clock & 1U) != 0,
            .pins = pins_,
            .map = output_map_.data() + slot.first_output};
  }
  void hold_all();
  void observe_all();
  void drive_all();
  [[nodiscard]] StopReason run_script(std::size_t first_record);
  [[nodiscard]] bool stop_text_found(const Record& record);
  void plan_wakes();

  BankSpec spec_;
  std::vector<Slot> slots_;
  std::size_t clock_count_ = 0;  ///< clocks that some peripheral counts
  Table<Uart> uarts_;
  Table<SpiFlash> flashes_;
  Table<Gpio> gpios_;
  std::vector<std::uint16_t> output_map_;
  std::vector<std::int32_t> input_map_;
  std::vector<std::uint32_t> observed_;
  std::vector<std::uint16_t> stop_pins_;  ///< into `observed_`
  std::vector<EdgeOp> idle_;
  std::vector<std::vector<std::uint8_t>> streams_;  ///< by peripheral: what it may send
  ScriptStorage script_;
  ScriptTables tables_;

  Core core_;
  std::vector<std::uint32_t> stop_matched_;  ///< by stop text

  // Of the sample under way.
  const EdgeInfo* edge_ = nullptr;
  const std::uint8_t* pins_ = nullptr;
  std::vector<EdgeOp>* drives_ = nullptr;
  std::vector<Record>* records_ = nullptr;
};

Bank::Bank(BankSpec spec)
    : spec_(std::move(spec)),
      streams_(spec_.peripherals.size()),
      script_(spec_, streams_),
      tables_(script_.tables()),
      stop_matched_(spec_.stop_texts.size(), 0) {
  core_.wake_cycle.fill(kNever);
  for (std::size_t i = 0; i < spec_.peripherals.size(); ++i) add(spec_.peripherals[i], i);
  for (const std::uint32_t output : spec_.stop_outputs) stop_pins_.push_back(observe(output));
  for (const StopText& stop : spec_.stop_texts) HEDDLE_CHECK(stop.source < slots_.size());
}

void Bank::add(const PeripheralSpec& peripheral, std::size_t index) {
  HEDDLE_CHECK(peripheral.clock < kClocksMax);
  Slot slot;
  slot.clock = peripheral.clock;
  clock_count_ = std::max<std::size_t>(clock_count_, peripheral.clock + 1);
  if (const auto* uart = std::get_if<UartSetup>(&peripheral.setup)) {
    HEDDLE_CHECK(uart->divisor > 0);
    slot.kind = Kind::Uart;
    slot.index = uarts_.add({uart->divisor, static_cast<std::uint32_t>(streams_[index].size()),
                             streams_[index].data()});
    connect(peripheral, slot, Uart::kOutputRoles, Uart::kInputRoles);
    add_idle(slot, Uart::kRx, true);
  } else if (const auto* flash = std::get_if<SpiFlashSetup>(&peripheral.setup)) {
    SpiFlash::Config config = flash->config;
    config.image = flash->image.data();
    config.image_bytes = static_cast<std::uint32_t>(flash->image.size());
    config.image_first = flash->image_first;
    slot.kind = Kind::SpiFlash;
    slot.index = flashes_.add(config);
    connect(peripheral, slot, SpiFlash::kOutputRoles, SpiFlash::kInputRoles);
    for (unsigned i = 0; i < 4; ++i) add_idle(slot, SpiFlash::kIoIn + i, false);
  } else {
    const Gpio::Config& config = std::get<GpioSetup>(peripheral.setup).config;
    HEDDLE_CHECK(config.width <= Gpio::kWidthMax);
    slot.kind = Kind::Gpio;
    slot.index = gpios_.add(config);
    connect(peripheral, slot, Gpio::kOutputRoles, Gpio::kInputRoles);
    for (unsigned i = 0; i < config.width; ++i) {
      add_idle(slot, Gpio::kIn + i, (config.initial >> i & 1U) != 0);
    }
  }
  slots_.push_back(slot);
}

void Bank::connect(const PeripheralSpec& peripheral, Slot& slot, std::size_t output_roles,
                   std::size_t input_roles) {
  HEDDLE_CHECK(peripheral.pins.outputs.size() <= output_roles);
  HEDDLE_CHECK(peripheral.pins.inputs.size() <= input_roles);
  slot.first_output = static_cast<std::uint32_t>(output_map_.size());
  output_map_.resize(output_map_.size() + output_roles, kUnconnected);
  slot.first_input = static_cast<std::uint32_t>(input_map_.size());
  input_map_.resize(input_map_.size() + input_roles, kNotConnected);
  for (std::size_t role = 0; role < peripheral.pins.outputs.size(); ++role) {
    const std::int32_t output = peripheral.pins.outputs[role];
    if (output == kNotConnected) continue;
    output_map_[slot.first_output + role] = observe(static_cast<std::uint32_t>(output));
  }
  std::copy(peripheral.pins.inputs.begin(), peripheral.pins.inputs.end(),
            input_map_.begin() + slot.first_input);
}

std::uint16_t Bank::observe(std::uint32_t output) {
  const auto found = std::find(observed_.begin(), observed_.end(), output);
  const auto index = static_cast<std::size_t>(found - observed_.begin());
  HEDDLE_CHECK(index < kUnconnected);
  if (found == observed_.end()) observed_.push_back(output);
  return static_cast<std::uint16_t>(index);
}

void Bank::add_idle(const Slot& slot, unsigned role, bool level) {
  const std::int32_t input = input_map_[slot.first_input + role];
  if (input != kNotConnected) idle_.push_back({static_cast<std::uint32_t>(input), level ? 1U : 0U});
}

bool Bank::due(const EdgeInfo& edge) {
  bool wake = edge.edge >= core_.wake_edge || edge.time_ps >= core_.wake_time_ps ||
              edge.in_reset != core_.in_reset;
  for (std::uint32_t rising = edge.rising; rising != 0; rising &= rising - 1) {
    const auto clock = static_cast<std::size_t>(std::countr_zero(rising));
    wake |= ++core_.cycles[clock] >= core_.wake_cycle[clock];
  }
  return wake;
}

StopReason Bank::sample(const EdgeInfo& edge, std::span<const std::uint8_t> pins,
                        std::vector<EdgeOp>& drives, std::vector<Record>& records) {
  edge_ = &edge;
  pins_ = pins.data();
  drives_ = &drives;
  records_ = &records;
  core_.in_reset = edge.in_reset;
  if (edge.in_reset != 0) {
    hold_all();
    return StopReason::None;
  }
  const std::size_t first_record = records.size();
  EventScript::start(core_.script, edge.edge);
  observe_all();
  StopReason stop = run_script(first_record);
  drive_all();
  plan_wakes();
  if (stop == StopReason::None) {
    const bool high = std::any_of(stop_pins_.begin(), stop_pins_.end(),
                                  [&](std::uint16_t pin) { return pins[pin] != 0; });
    if (high) stop = StopReason::Net;
  }
  return stop;
}

void Bank::hold_all() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Answers out{*this, slots_[i], static_cast<std::uint16_t>(i)};
    visit(*this, slots_[i], [&](auto model, const auto& config, auto& state) {
      decltype(model)::hold(config, state, out);
    });
  }
  core_.wake_cycle.fill(kNever);
  core_.wake_edge = kNever;
  core_.wake_time_ps = std::numeric_limits<std::int64_t>::max();
  core_.script = ScriptState();
  std::fill(stop_matched_.begin(), stop_matched_.end(), 0);
}

void Bank::observe_all() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Answers out{*this, slots_[i], static_cast<std::uint16_t>(i)};
    visit(*this, slots_[i], [&](auto model, const auto& config, auto& state) {
      decltype(model)::observe(config, state, pins_of(slots_[i]), out);
    });
  }
}

void Bank::drive_all() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Answers out{*this, slots_[i], static_cast<std::uint16_t>(i)};
    visit(*this, slots_[i], [&](auto model, const auto& config, auto& state) {
      decltype(model)::drive(config, state, pins_of(slots_[i]), out);
    });
  }
}

/// Shows the script and the stop conditions what this edge decoded.
StopReason Bank::run_script(std::size_t first_record) {
  StopReason stop = StopReason::None;
  const std::size_t decoded_end = records_->size();
  for (std::size_t i = first_record; i < decoded_end; ++i) {
    const Record record = (*records_)[i];
    if (slots_[record.source].kind != Kind::Uart || record.kind != Uart::kByte) continue;
    EventScript::see_byte(tables_, core_.script, record.edge, record.source,
                          static_cast<std::uint8_t>(record.value), *this);
    if (stop_text_found(record)) stop = StopReason::UartText;
  }
  EventScript::run(
      tables_, core_.script, *edge_,
      [&](std::uint32_t source) { return gpios_.states[slots_[source].index].out; }, *this);
  return core_.script.stopped != 0 ? StopReason::Script : stop;
}

bool Bank::stop_text_found(const Record& record) {
  bool found = false;
  for (std::size_t i = 0; i < stop_matched_.size(); ++i) {
    if (spec_.stop_texts[i].source != record.source) continue;
    const TextPattern& pattern = script_.stop_pattern(i);
    stop_matched_[i] = pattern.advance(tables_.text, tables_.fallback, stop_matched_[i],
                                       static_cast<std::uint8_t>(record.value));
    found |= stop_matched_[i] == pattern.length;
  }
  return found;
}

void Bank::command(const Command& command) {
  visit(*this, slots_[command.target], [&](auto model, const auto& config, auto& state) {
    decltype(model)::command(config, state, command.kind, command.value);
  });
}

void Bank::plan_wakes() {
  std::fill_n(core_.wake_cycle.begin(), clock_count_, kNever);
  for (const Slot& slot : slots_) {
    const std::uint64_t wake =
        visit(*this, slot, [&](auto model, const auto& config, const auto& state) {
          return decltype(model)::next_wake(config, state, pins_of(slot));
        });
    core_.wake_cycle[slot.clock] = std::min(core_.wake_cycle[slot.clock], wake);
  }
  core_.wake_edge = EventScript::next_edge(tables_, core_.script);
  core_.wake_time_ps = EventScript::next_time_ps(tables_, core_.script);
}

void append_bytes(std::vector<std::byte>& out, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + size);
}

std::vector<std::byte> Bank::save() const {
  std::vector<std::byte> out;
  append_bytes(out, &core_, sizeof core_);
  append_bytes(out, stop_matched_.data(), stop_matched_.size() * sizeof(std::uint32_t));
  for_each_state(*this, [&](const auto& states) {
    append_bytes(out, states.data(), states.size() * sizeof states[0]);
  });
  return out;
}

void Bank::restore(std::span<const std::byte> saved) {
  HEDDLE_CHECK(saved.size() == save().size());
  const auto take = [&](void* data, std::size_t size) {
    if (size > 0) std::memcpy(data, saved.data(), size);
    saved = saved.subspan(size);
  };
  take(&core_, sizeof core_);
  take(stop_matched_.data(), stop_matched_.size() * sizeof(std::uint32_t));
  for_each_state(*this,
                 [&](auto& states) { take(states.data(), states.size() * sizeof states[0]); });
}

}  // namespace

std::unique_ptr<PeripheralBank> make_bank(BankSpec spec) {
  return std::make_unique<Bank>(std::move(spec));
}

std::string_view record_kind_name(const BankSpec& spec, const Record& record) {
  if (record.source == spec.peripherals.size()) return "step";
  HEDDLE_CHECK(record.source < spec.peripherals.size());
  const PeripheralSetup& setup = spec.peripherals[record.source].setup;
  if (std::holds_alternative<UartSetup>(setup)) {
    return record.kind == Uart::kByte ? "byte" : "framing_error";
  }
  if (std::holds_alternative<SpiFlashSetup>(setup)) return "command";
  return record.kind == Gpio::kOutChange ? "out" : "oe";
}

}  // namespace heddle::gate
