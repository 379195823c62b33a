// A kind of peripheral as a value: the functions of its struct behind one
// table, so that the bank steps kinds that it was not compiled with. A kernel
// compiles the same struct; see peripherals/pins.h for what it has to offer.
//
// Beside those functions a struct may have
//   kRecordNames   the names of its record kinds, in order
//   idle_level     (config, role): what an input holds when it drives nothing
//   describe       (config, state, description): its state for people
//   next_wake_edge (config, state): the edge at which it has to be stepped
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

/// How a peripheral answers at one sample, on the host.
class PeripheralOut {
 public:
  virtual void record(std::uint16_t kind, std::uint32_t value) = 0;
  /// Drives an input of the design from the next edge on.
  virtual void drive(unsigned role, bool level) = 0;
  /// Drives it no longer: it holds its idle level, or what others drive.
  virtual void release(unsigned role) = 0;

 protected:
  ~PeripheralOut() = default;
};

/// One line of what a peripheral says about its state.
struct StateField {
  std::string name;
  std::string text;  ///< a number in decimal, or words
  bool is_number = false;
};

/// The state of one peripheral for people and programs: `gate dump`.
struct PeripheralDescription {
  std::string name;  ///< in the run
  std::string kind;
  std::vector<StateField> fields;

  void number(std::string_view field, std::uint64_t value) {
    fields.push_back({std::string(field), std::to_string(value), true});
  }
  void text(std::string_view field, std::string_view value) {
    fields.push_back({std::string(field), std::string(value), false});
  }
  /// The text of a field; empty when there is none.
  [[nodiscard]] std::string_view find(std::string_view field) const {
    for (const StateField& entry : fields) {
      if (entry.name == field) return entry.text;
    }
    return {};
  }
};

/// The table of one kind. Made by `peripheral_type`, one a kind in a program.
struct PeripheralType {
  std::string_view name;
  std::uint32_t output_roles = 0;
  std::uint32_t input_roles = 0;
  std::size_t config_bytes = 0;
  std::size_t state_bytes = 0;
  const char* const* record_names = nullptr;
  std::uint32_t record_name_count = 0;

  void (*initialise)(void* state) = nullptr;
  void (*hold)(const void* config, void* state, PeripheralOut& out) = nullptr;
  void (*observe)(const void* config, void* state, const PinSample& in,
                  PeripheralOut& out) = nullptr;
  void (*command)(const void* config, void* state, std::uint16_t kind,
                  std::uint32_t value) = nullptr;
  void (*drive)(const void* config, void* state, const PinSample& in, PeripheralOut& out) = nullptr;
  std::uint64_t (*next_wake)(const void* config, const void* state, const PinSample& in) = nullptr;
  std::uint64_t (*next_wake_edge)(const void* config, const void* state) = nullptr;
  bool (*idle_level)(const void* config, unsigned role) = nullptr;
  void (*describe)(const void* config, const void* state, PeripheralDescription& out) = nullptr;
};

/// What every kind may record beside its own: two drive one line (value: a mask
/// of the roles of this one that are concerned).
inline constexpr std::uint16_t kContention = 0xFFFF;
/// The same of X propagation: `value` of its pins are x now. It goes on with the
/// values of the two-state run.
inline constexpr std::uint16_t kUnknownPins = 0xFFFE;

namespace peripheral_detail {

template <class Model>
struct Functions {
  using Config = typename Model::Config;
  using State = typename Model::State;
  static_assert(std::is_trivially_copyable_v<Config> && std::is_trivially_copyable_v<State>,
                "config and state of a peripheral are plain data: they go to devices and files");
  static_assert(std::has_unique_object_representations_v<State>,
                "the state has padding: add `reserved` members, so that its bytes are its value");

  static const Config& config(const void* data) { return *static_cast<const Config*>(data); }
  static State& state(void* data) { return *static_cast<State*>(data); }
  static const State& state(const void* data) { return *static_cast<const State*>(data); }

  static void initialise(void* s) { new (s) State(); }
  static void hold(const void* c, void* s, PeripheralOut& out) {
    Model::hold(config(c), state(s), out);
  }
  static void observe(const void* c, void* s, const PinSample& in, PeripheralOut& out) {
    Model::observe(config(c), state(s), in, out);
  }
  static void command(const void* c, void* s, std::uint16_t kind, std::uint32_t value) {
    Model::command(config(c), state(s), kind, value);
  }
  static void drive(const void* c, void* s, const PinSample& in, PeripheralOut& out) {
    Model::drive(config(c), state(s), in, out);
  }
  static std::uint64_t next_wake(const void* c, const void* s, const PinSample& in) {
    return Model::next_wake(config(c), state(s), in);
  }
  static std::uint64_t next_wake_edge(const void* c, const void* s) {
    if constexpr (requires { Model::next_wake_edge(config(c), state(s)); }) {
      return Model::next_wake_edge(config(c), state(s));
    } else {
      return kNever;
    }
  }
  static bool idle_level(const void* c, unsigned role) {
    if constexpr (requires { Model::idle_level(config(c), role); }) {
      return Model::idle_level(config(c), role);
    } else {
      return false;
    }
  }
  static void describe(const void* c, const void* s, PeripheralDescription& out) {
    if constexpr (requires { Model::describe(config(c), state(s), out); }) {
      Model::describe(config(c), state(s), out);
    }
  }
};

template <class Model>
constexpr PeripheralType make_type() {
  using F = Functions<Model>;
  PeripheralType type{.name = Model::kName,
                      .output_roles = Model::kOutputRoles,
                      .input_roles = Model::kInputRoles,
                      .config_bytes = sizeof(typename Model::Config),
                      .state_bytes = sizeof(typename Model::State),
                      .initialise = &F::initialise,
                      .hold = &F::hold,
                      .observe = &F::observe,
                      .command = &F::command,
                      .drive = &F::drive,
                      .next_wake = &F::next_wake,
                      .next_wake_edge = &F::next_wake_edge,
                      .idle_level = &F::idle_level,
                      .describe = &F::describe};
  if constexpr (requires { Model::kRecordNames[0]; }) {
    type.record_names = Model::kRecordNames;
    type.record_name_count = sizeof Model::kRecordNames / sizeof Model::kRecordNames[0];
  }
  return type;
}

template <class Model>
inline constexpr PeripheralType kType = make_type<Model>();

}  // namespace peripheral_detail

/// The table of kind `Model`; always the same object.
template <class Model>
[[nodiscard]] const PeripheralType& peripheral_type() {
  return peripheral_detail::kType<Model>;
}

/// Bytes that a peripheral asks the bank to keep for it.
struct StoreSpec {
  std::uint32_t bytes = 0;  ///< 0: none
  std::uint8_t fill = 0;
  std::uint32_t image_first = 0;         ///< address of the image's first byte
  std::vector<std::uint8_t> image = {};  ///< what it starts with
};

/// A peripheral of any kind, with its settings.
struct ModelSetup {
  const PeripheralType* type = nullptr;
  std::vector<std::byte> config = {};  ///< a `Config` of that kind
  StoreSpec store = {};
  std::shared_ptr<const void> data = {};  ///< what pointers in `config` refer to
  std::uint64_t data_digest = 0;          ///< of it; 0: there is none
};

/// Settings of a kind as a setup.
template <class Model>
[[nodiscard]] ModelSetup make_setup(const typename Model::Config& config, StoreSpec store = {}) {
  ModelSetup setup{.type = &peripheral_type<Model>(), .store = std::move(store)};
  setup.config.resize(sizeof config);
  std::memcpy(setup.config.data(), &config, sizeof config);
  return setup;
}

}  // namespace heddle::gate
