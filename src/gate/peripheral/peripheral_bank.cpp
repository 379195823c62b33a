// Steps the peripherals of a run on the host. The hot path is `due`: a compare
// an edge and a compare a rising clock. `sample` then steps those peripherals
// that see a changed pin, asked for this cycle, or got a command; the others
// would say and change nothing.
#include "heddle/gate/peripheral_bank.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "gate/peripheral/lines.h"
#include "gate/peripheral/script_tables.h"
#include "gate/peripheral/slots.h"
#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::size_t kClocksMax = 32;
constexpr std::size_t kStateAlign = 8;

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

class Bank final : public PeripheralBank {
 public:
  explicit Bank(BankSpec spec);

  std::span<const std::uint32_t> observed_outputs() const override { return observed_; }
  std::vector<EdgeOp> idle_drives() const override { return idle_; }
  bool due(const EdgeInfo& edge) override;
  StopReason sample(const EdgeInfo& edge, std::span<const std::uint8_t> pins,
                    std::vector<EdgeOp>& drives, std::vector<Record>& records) override;
  void see_unknown(std::span<const std::uint8_t> is_x) override;
  std::vector<std::byte> save() const override;
  bool restore(std::span<const std::byte> saved) override;
  std::vector<std::uint8_t> stored(std::size_t source) const override;
  std::vector<PeripheralDescription> describe() const override;
  std::span<std::byte> settings(std::uint16_t source) override;
  std::span<const std::byte> state(std::uint16_t source) const override;
  void post(const Command& command) override;

  // What the script's tables call.
  void script_step(std::uint32_t index) {
    records_->push_back({edge_->edge, edge_->time_ps, static_cast<std::uint16_t>(slots_.size()),
                         EventScript::kStepDone, index});
  }
  void command(const Command& command);
  void drive(const EdgeOp& op) { drives_->push_back(op); }

 private:
  /// Where an input role of a peripheral goes.
  struct InputEnd {
    std::int32_t input = kNotConnected;  ///< of its own
    std::int32_t driver = -1;            ///< of a shared line
    bool idle = false;
  };

  /// How one peripheral answers at one sample.
  class Answers final : public PeripheralOut {
   public:
    Answers(Bank& bank, std::size_t source)
        : bank_(bank), slot_(bank.slots_[source]), source_(static_cast<std::uint16_t>(source)) {}

    void record(std::uint16_t kind, std::uint32_t value) override {
      bank_.records_->push_back({bank_.edge_->edge, bank_.edge_->time_ps, source_, kind, value});
    }
    void drive(unsigned role, bool level) override {
      const InputEnd& end = bank_.inputs_[slot_.first_input + role];
      if (end.driver >= 0) bank_.lines_.drive(static_cast<std::uint32_t>(end.driver), level);
      put(end, level);
    }
    void release(unsigned role) override {
      const InputEnd& end = bank_.inputs_[slot_.first_input + role];
      if (end.driver >= 0) bank_.lines_.release(static_cast<std::uint32_t>(end.driver));
      put(end, end.idle);
    }

   private:
    void put(const InputEnd& end, bool level) const {
      if (end.input == kNotConnected) return;
      bank_.drives_->push_back({static_cast<std::uint32_t>(end.input), level ? 1U : 0U});
    }

    Bank& bank_;
    const Slot& slot_;
    std::uint16_t source_ = 0;
  };

  void add(const PeripheralSpec& peripheral, std::size_t index);
  void connect_outputs(const PeripheralSpec& peripheral, Slot& slot);
  void connect_inputs();
  void list_watchers();
  [[nodiscard]] std::uint16_t observe(std::uint32_t output);

  [[nodiscard]] void* state_of(const Slot& slot) { return states_.data() + slot.state_offset; }
  [[nodiscard]] const void* state_of(const Slot& slot) const {
    return states_.data() + slot.state_offset;
  }
  [[nodiscard]] PinSample pins_of(const Slot& slot) const {
    return {.cycle = core_.cycles[slot.clock],
            .rises = (edge_->rising >> slot.clock & 1U) != 0,
            .pins = pins_,
            .map = output_map_.data() + slot.first_output,
            .time_ps = edge_->time_ps,
            .edge = edge_->edge,
            .store = slot.store_view()};
  }
  void touch(std::span<const std::uint8_t> pins);
  [[nodiscard]] std::uint32_t count_unknown(const Slot& slot) const;
  void record_unknown();
  void hold_all();
  void observe_touched();
  void drive_touched();
  void resolve_lines();
  [[nodiscard]] StopReason run_script(std::size_t first_record);
  [[nodiscard]] bool stop_text_found(const Record& record);
  void plan_wakes();
  [[nodiscard]] bool restore_stores(std::span<const std::byte> saved, bool apply);

  BankSpec spec_;
  std::vector<Slot> slots_;
  std::vector<std::byte> states_;          ///< of all peripherals, one behind the other
  std::vector<std::uint64_t> wake_cycle_;  ///< by peripheral
  std::vector<std::uint64_t> wake_edge_;   ///< the same in edges
  std::size_t clock_count_ = 0;            ///< clocks that some peripheral counts
  std::vector<std::uint16_t> output_map_;
  std::vector<InputEnd> inputs_;
  std::vector<std::uint32_t> observed_;
  std::vector<std::vector<std::uint16_t>> watchers_;  ///< by observed output: peripherals
  std::vector<std::uint16_t> stop_pins_;              ///< into `observed_`
  std::vector<EdgeOp> idle_;
  std::vector<std::vector<std::uint8_t>> streams_;  ///< by peripheral: what it may send
  ScriptStorage script_;
  ScriptTables tables_;
  Lines lines_;

  Core core_;
  std::vector<std::uint32_t> stop_matched_;  ///< by stop text

  // Of the sample under way, and what the last one saw: none of it is state.
  const EdgeInfo* edge_ = nullptr;
  const std::uint8_t* pins_ = nullptr;
  std::vector<EdgeOp>* drives_ = nullptr;
  std::vector<Record>* records_ = nullptr;
  std::vector<std::uint8_t> seen_;
  std::vector<std::uint8_t> unknown_;         ///< by pin: x
  std::vector<std::uint32_t> unknown_count_;  ///< by peripheral: its pins that are, as last told
  bool unknown_changed_ = false;
  bool is_restored_ = false;           ///< what is x now was told before it was saved
  std::vector<std::uint8_t> touched_;  ///< by peripheral
  std::vector<Lines::Driver> contended_;
  bool touch_all_ = true;
};

Bank::Bank(BankSpec spec)
    : spec_(std::move(spec)),
      streams_(spec_.peripherals.size()),
      script_(spec_, streams_),
      tables_(script_.tables()),
      stop_matched_(spec_.stop_texts.size(), 0) {
  core_.wake_cycle.fill(kNever);
  for (std::size_t i = 0; i < spec_.peripherals.size(); ++i) add(spec_.peripherals[i], i);
  connect_inputs();
  list_watchers();
  for (const std::uint32_t output : spec_.stop_outputs) stop_pins_.push_back(observe(output));
  for (const StopText& stop : spec_.stop_texts) HEDDLE_CHECK(stop.source < slots_.size());
  watchers_.resize(observed_.size());
  seen_.assign(observed_.size(), 0);
  unknown_.assign(observed_.size(), 0);
  unknown_count_.assign(slots_.size(), 0);
  touched_.assign(slots_.size(), 0);
  wake_cycle_.assign(slots_.size(), kNever);
  wake_edge_.assign(slots_.size(), kNever);
}

void Bank::add(const PeripheralSpec& peripheral, std::size_t index) {
  HEDDLE_CHECK(peripheral.clock < kClocksMax);
  Slot slot = make_slot(peripheral.setup, streams_[index]);
  slot.clock = peripheral.clock;
  clock_count_ = std::max<std::size_t>(clock_count_, peripheral.clock + 1);
  slot.state_offset = (states_.size() + kStateAlign - 1) / kStateAlign * kStateAlign;
  states_.resize(slot.state_offset + slot.type->state_bytes);
  slot.type->initialise(state_of(slot));
  connect_outputs(peripheral, slot);
  slots_.push_back(std::move(slot));
}

void Bank::connect_outputs(const PeripheralSpec& peripheral, Slot& slot) {
  const std::vector<std::int32_t>& outputs = peripheral.pins.outputs;
  HEDDLE_CHECK(outputs.size() <= slot.type->output_roles);
  slot.first_output = static_cast<std::uint32_t>(output_map_.size());
  output_map_.resize(output_map_.size() + slot.type->output_roles, kUnconnected);
  for (std::size_t role = 0; role < outputs.size(); ++role) {
    if (outputs[role] == kNotConnected) continue;
    output_map_[slot.first_output + role] = observe(static_cast<std::uint32_t>(outputs[role]));
  }
}

/// Gives every input to the one peripheral that drives it, or to a line.
void Bank::connect_inputs() {
  struct End {
    std::uint32_t input = 0;
    std::size_t place = 0;  ///< into `inputs_`
    std::uint16_t source = 0;
    std::uint16_t role = 0;
  };
  std::vector<End> ends;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::vector<std::int32_t>& roles = spec_.peripherals[i].pins.inputs;
    HEDDLE_CHECK(roles.size() <= slots_[i].type->input_roles);
    slots_[i].first_input = static_cast<std::uint32_t>(inputs_.size());
    inputs_.resize(inputs_.size() + slots_[i].type->input_roles);
    for (std::size_t role = 0; role < roles.size(); ++role) {
      if (roles[role] == kNotConnected) continue;
      ends.push_back({static_cast<std::uint32_t>(roles[role]), slots_[i].first_input + role,
                      static_cast<std::uint16_t>(i), static_cast<std::uint16_t>(role)});
    }
  }
  const auto contains = [](const std::vector<std::uint32_t>& list, std::uint32_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const End& end = ends[i];
    const Slot& slot = slots_[end.source];
    InputEnd& place = inputs_[end.place];
    place.idle = slot.type->idle_level(slot.config.data(), end.role);
    const auto same = [&](const End& other) { return other.input == end.input; };
    const auto first = std::find_if(ends.begin(), ends.end(), same);
    const bool is_first = static_cast<std::size_t>(first - ends.begin()) == i;
    if (is_first) idle_.push_back({end.input, place.idle ? 1U : 0U});
    if (is_first && std::count_if(ends.begin(), ends.end(), same) == 1) {
      place.input = static_cast<std::int32_t>(end.input);
      continue;
    }
    const std::int32_t line = inputs_[first->place].driver;
    const std::uint32_t index =
        is_first ? lines_.add(end.input, place.idle, contains(spec_.open_drain_inputs, end.input))
                 : lines_.line_of(static_cast<std::uint32_t>(line));
    place.driver = static_cast<std::int32_t>(lines_.add_driver(index, end.source, end.role));
  }
}

/// By observed output, which peripherals look at it.
void Bank::list_watchers() {
  watchers_.resize(observed_.size());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    for (std::uint32_t role = 0; role < slots_[i].type->output_roles; ++role) {
      const std::uint16_t pin = output_map_[slots_[i].first_output + role];
      if (pin == kUnconnected) continue;
      std::vector<std::uint16_t>& list = watchers_[pin];
      if (list.empty() || list.back() != i) list.push_back(static_cast<std::uint16_t>(i));
    }
  }
}

std::uint16_t Bank::observe(std::uint32_t output) {
  const auto found = std::find(observed_.begin(), observed_.end(), output);
  const auto index = static_cast<std::size_t>(found - observed_.begin());
  HEDDLE_CHECK(index < kUnconnected);
  if (found == observed_.end()) observed_.push_back(output);
  return static_cast<std::uint16_t>(index);
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
  if (edge.in_reset != core_.in_reset) touch_all_ = true;
  core_.in_reset = edge.in_reset;
  if (edge.in_reset != 0) {
    hold_all();
    return StopReason::None;
  }
  touch(pins);
  if (unknown_changed_) record_unknown();
  const std::size_t first_record = records.size();
  EventScript::start(core_.script, edge.edge);
  observe_touched();
  StopReason stop = run_script(first_record);
  drive_touched();
  resolve_lines();
  plan_wakes();
  if (stop == StopReason::None) {
    // An x is no 1.
    const bool high = std::any_of(stop_pins_.begin(), stop_pins_.end(), [&](std::uint16_t pin) {
      return pins[pin] != 0 && unknown_[pin] == 0;
    });
    if (high) stop = StopReason::Net;
  }
  return stop;
}

void Bank::see_unknown(std::span<const std::uint8_t> is_x) {
  unknown_.assign(is_x.begin(), is_x.end());
  unknown_changed_ = true;
  if (!std::exchange(is_restored_, false) || core_.in_reset != 0) return;
  for (std::size_t i = 0; i < slots_.size(); ++i) unknown_count_[i] = count_unknown(slots_[i]);
  unknown_changed_ = false;
}

std::uint32_t Bank::count_unknown(const Slot& slot) const {
  std::uint32_t count = 0;
  for (std::uint32_t role = 0; role < slot.type->output_roles; ++role) {
    const std::uint16_t pin = output_map_[slot.first_output + role];
    count += pin != kUnconnected && unknown_[pin] != 0 ? 1U : 0U;
  }
  return count;
}

void Bank::record_unknown() {
  unknown_changed_ = false;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::uint32_t count = count_unknown(slots_[i]);
    if (std::exchange(unknown_count_[i], count) == count) continue;
    Answers(*this, i).record(kUnknownPins, count);
  }
}

/// Finds the peripherals that have something to see.
void Bank::touch(std::span<const std::uint8_t> pins) {
  const bool all = touch_all_ || spec_.step_all;
  touch_all_ = false;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const bool due =
        core_.cycles[slots_[i].clock] >= wake_cycle_[i] || edge_->edge >= wake_edge_[i];
    touched_[i] = all || due ? 1 : 0;
  }
  for (std::size_t pin = 0; pin < seen_.size(); ++pin) {
    if (pins[pin] == seen_[pin]) continue;
    seen_[pin] = pins[pin];
    for (const std::uint16_t watcher : watchers_[pin]) touched_[watcher] = 1;
  }
}

void Bank::hold_all() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Answers out(*this, i);
    slots_[i].type->hold(slots_[i].config.data(), state_of(slots_[i]), out);
  }
  resolve_lines();
  touch_all_ = true;
  std::fill(unknown_count_.begin(), unknown_count_.end(), 0U);
  unknown_changed_ = true;
  core_.wake_cycle.fill(kNever);
  wake_cycle_.assign(slots_.size(), kNever);
  wake_edge_.assign(slots_.size(), kNever);
  core_.wake_edge = kNever;
  core_.wake_time_ps = std::numeric_limits<std::int64_t>::max();
  core_.script = ScriptState();
  std::fill(stop_matched_.begin(), stop_matched_.end(), 0);
}

void Bank::observe_touched() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (touched_[i] == 0) continue;
    Answers out(*this, i);
    const Slot& slot = slots_[i];
    slot.type->observe(slot.config.data(), state_of(slot), pins_of(slot), out);
  }
}

void Bank::drive_touched() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (touched_[i] == 0) continue;
    Answers out(*this, i);
    const Slot& slot = slots_[i];
    slot.type->drive(slot.config.data(), state_of(slot), pins_of(slot), out);
  }
}

void Bank::resolve_lines() {
  if (lines_.empty()) return;
  contended_.clear();
  lines_.resolve(*drives_, contended_);
  for (std::size_t source = 0; !contended_.empty() && source < slots_.size(); ++source) {
    std::uint32_t roles = 0;
    for (const Lines::Driver& driver : contended_) {
      if (driver.source == source) roles |= 1U << (driver.role % 32);
    }
    if (roles != 0) Answers(*this, source).record(kContention, roles);
  }
}

/// Shows the script and the stop conditions what this edge decoded.
StopReason Bank::run_script(std::size_t first_record) {
  StopReason stop = StopReason::None;
  const std::size_t decoded_end = records_->size();
  for (std::size_t i = first_record; i < decoded_end; ++i) {
    const Record record = (*records_)[i];
    if (slots_[record.source].type != &peripheral_type<Uart>() || record.kind != Uart::kByte) {
      continue;
    }
    EventScript::see_byte(tables_, core_.script, record.edge, record.source,
                          static_cast<std::uint8_t>(record.value), *this);
    if (stop_text_found(record)) stop = StopReason::UartText;
  }
  const auto gpio_out = [&](std::uint32_t source) {
    HEDDLE_CHECK(slots_[source].type == &peripheral_type<Gpio>());
    return static_cast<const Gpio::State*>(state_of(slots_[source]))->out;
  };
  EventScript::run(tables_, core_.script, *edge_, gpio_out, *this);
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
  const Slot& slot = slots_[command.target];
  slot.type->command(slot.config.data(), state_of(slot), command.kind, command.value);
  touched_[command.target] = 1;
}

void Bank::plan_wakes() {
  std::fill_n(core_.wake_cycle.begin(), clock_count_, kNever);
  core_.wake_edge = EventScript::next_edge(tables_, core_.script);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (touched_[i] != 0) {
      wake_cycle_[i] = slot.type->next_wake(slot.config.data(), state_of(slot), pins_of(slot));
      wake_edge_[i] = slot.type->next_wake_edge(slot.config.data(), state_of(slot));
    }
    core_.wake_cycle[slot.clock] = std::min(core_.wake_cycle[slot.clock], wake_cycle_[i]);
    core_.wake_edge = std::min(core_.wake_edge, wake_edge_[i]);
  }
  core_.wake_time_ps = EventScript::next_time_ps(tables_, core_.script);
}

template <class T>
void append(std::vector<std::byte>& out, const T* data, std::size_t count) {
  static_assert(std::has_unique_object_representations_v<T>);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + count * sizeof(T));
}

std::vector<std::byte> Bank::save() const {
  std::vector<std::byte> out;
  append(out, &core_, 1);
  append(out, stop_matched_.data(), stop_matched_.size());
  append(out, wake_cycle_.data(), wake_cycle_.size());
  append(out, wake_edge_.data(), wake_edge_.size());
  append(out, lines_.states().data(), lines_.states().size());
  append(out, states_.data(), states_.size());
  for (const Slot& slot : slots_) {
    if (slot.store) slot.store->save(out);
  }
  return out;
}

bool Bank::restore_stores(std::span<const std::byte> saved, bool apply) {
  for (const Slot& slot : slots_) {
    if (slot.store && !slot.store->restore(saved, apply)) return false;
  }
  return saved.empty();
}

bool Bank::restore(std::span<const std::byte> saved) {
  const std::array<std::pair<void*, std::size_t>, 6> parts = {
      {{&core_, sizeof core_},
       {stop_matched_.data(), stop_matched_.size() * sizeof stop_matched_[0]},
       {wake_cycle_.data(), wake_cycle_.size() * sizeof wake_cycle_[0]},
       {wake_edge_.data(), wake_edge_.size() * sizeof wake_edge_[0]},
       {lines_.states().data(), lines_.states().size() * sizeof(LineState)},
       {states_.data(), states_.size()}}};
  std::size_t fixed = 0;
  for (const auto& [data, size] : parts) fixed += size;
  if (saved.size() < fixed || !restore_stores(saved.subspan(fixed), false)) return false;
  for (const auto& [data, size] : parts) {
    if (size > 0) std::memcpy(data, saved.data(), size);
    saved = saved.subspan(size);
  }
  touch_all_ = true;  // what was seen last is not known here
  is_restored_ = true;
  return restore_stores(saved, true);
}

std::vector<std::uint8_t> Bank::stored(std::size_t source) const {
  const ByteStore store = slots_[source].store_view();
  std::vector<std::uint8_t> bytes(store.size);
  for (std::uint32_t i = 0; i < store.size; ++i) bytes[i] = store.read(i);
  return bytes;
}

std::vector<PeripheralDescription> Bank::describe() const {
  std::vector<PeripheralDescription> all;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    PeripheralDescription& one = all.emplace_back();
    one.name = spec_.peripherals[i].name;
    one.kind = slot.type->name;
    slot.type->describe(slot.config.data(), state_of(slot), one);
  }
  return all;
}

std::span<std::byte> Bank::settings(std::uint16_t source) {
  touch_all_ = true;
  core_.wake_edge = 0;
  return slots_[source].config;
}

std::span<const std::byte> Bank::state(std::uint16_t source) const {
  return std::span(states_).subspan(slots_[source].state_offset, slots_[source].type->state_bytes);
}

void Bank::post(const Command& one) {
  command(one);
  touch_all_ = true;
  core_.wake_edge = 0;
}

}  // namespace

std::unique_ptr<PeripheralBank> make_bank(BankSpec spec) {
  return std::make_unique<Bank>(std::move(spec));
}

std::string_view record_kind_name(const BankSpec& spec, const Record& record) {
  if (record.source == spec.peripherals.size()) return "step";
  HEDDLE_CHECK(record.source < spec.peripherals.size());
  if (record.kind == kContention) return "contention";
  if (record.kind == kUnknownPins) return "unknown";
  const PeripheralType& type = type_of(spec.peripherals[record.source].setup);
  HEDDLE_CHECK(record.kind < type.record_name_count);
  return type.record_names[record.kind];
}

}  // namespace heddle::gate
