// Decoding of cell type names. Storage types follow one grammar: a base name
// and one letter for each control, `$_` BASE `_` LETTERS `_`, where P and N
// give a control's polarity and 0 and 1 a reset's value. The table says, for
// each base, what its letters stand for.
#include "cell_types.h"

#include <algorithm>
#include <array>

namespace heddle::gate::netlist {
namespace {

/// One family of storage cells. `letters`: C clock, E enable, S set, K clear,
/// L load, A asynchronous reset then V its value, Y synchronous reset then V.
struct StorageFamily {
  std::string_view base;
  std::string_view letters;
  bool latch = false;
  bool reset_needs_enable = false;
};

constexpr std::array<StorageFamily, 16> kFamilies{{
    {"FF", ""},
    {"DFF", "C"},
    {"DFF", "CAV"},
    {"DFFE", "CE"},
    {"DFFE", "CAVE"},
    {"ALDFF", "CL"},
    {"ALDFFE", "CLE"},
    {"DFFSR", "CSK"},
    {"DFFSRE", "CSKE"},
    {"SDFF", "CYV"},
    {"SDFFE", "CYVE"},
    {"SDFFCE", "CYVE", false, true},
    {"DLATCH", "E", true},
    {"DLATCH", "EAV", true},
    {"DLATCHSR", "ESK", true},
    {"SR", "SK", true},
}};

constexpr std::array<std::string_view, 7> kCheckTypes{"$assert", "$assume", "$cover", "$live",
                                                      "$fair",   "$check",  "$print"};

/// Yosys's operators on words, which `memory`, `techmap` or `simplemap` turn into
/// `$mem_v2` and gates.
constexpr auto kWordTypes = std::to_array<std::string_view>(
    {"$not",      "$pos",        "$neg",        "$and",        "$or",          "$xor",
     "$xnor",     "$reduce_and", "$reduce_or",  "$reduce_xor", "$reduce_xnor", "$reduce_bool",
     "$shl",      "$shr",        "$sshl",       "$sshr",       "$shift",       "$shiftx",
     "$fa",       "$lcu",        "$alu",        "$lt",         "$le",          "$eq",
     "$ne",       "$eqx",        "$nex",        "$ge",         "$gt",          "$add",
     "$sub",      "$mul",        "$macc",       "$macc_v2",    "$div",         "$mod",
     "$divfloor", "$modfloor",   "$pow",        "$logic_not",  "$logic_and",   "$logic_or",
     "$slice",    "$concat",     "$mux",        "$bmux",       "$pmux",        "$demux",
     "$bweqx",    "$bwmux",      "$sop",        "$tribuf",     "$sr",          "$ff",
     "$dff",      "$dffe",       "$dffsr",      "$dffsre",     "$adff",        "$aldff",
     "$sdff",     "$adffe",      "$aldffe",     "$sdffe",      "$sdffce",      "$dlatch",
     "$adlatch",  "$dlatchsr",   "$fsm",        "$memrd",      "$memrd_v2",    "$memwr",
     "$memwr_v2", "$meminit",    "$meminit_v2", "$mem"});

bool contains(std::span<const std::string_view> list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Reads the letters of a type name one by one; remembers whether all fit.
class Letters {
 public:
  explicit Letters(std::string_view letters) : rest_(letters) {}

  bool polarity() { return one_of('P', 'N'); }
  Logic value() { return one_of('1', '0') ? Logic::One : Logic::Zero; }
  [[nodiscard]] bool all_fit() const { return fits_ && rest_.empty(); }

 private:
  bool one_of(char yes, char no) {
    const char letter = rest_.empty() ? '\0' : rest_.front();
    if (!rest_.empty()) rest_.remove_prefix(1);
    fits_ = fits_ && (letter == yes || letter == no);
    return letter == yes;
  }

  std::string_view rest_;
  bool fits_ = true;
};

/// What the letters of one name say; a latch uses fewer of the fields.
void read_letter(char what, Letters& letters, CellSpec& spec) {
  FlopCell& flop = spec.flop;
  switch (what) {
    case 'C': flop.posedge = letters.polarity(); break;
    case 'E': flop.enable.active_high = letters.polarity(); break;
    case 'S': flop.set.active_high = letters.polarity(); break;
    case 'K': flop.clear.active_high = letters.polarity(); break;
    case 'L': flop.async_load.active_high = letters.polarity(); break;
    case 'A':
      flop.async_reset.active_high = letters.polarity();
      flop.async_reset_value = letters.value();
      break;
    case 'Y':
      flop.sync_reset.active_high = letters.polarity();
      flop.sync_reset_value = letters.value();
      break;
    default: break;
  }
}

void add_pin(char what, std::vector<PinSpec>& pins) {
  switch (what) {
    case 'C': pins.push_back({"C", PinRole::Clock}); break;
    case 'E': pins.push_back({"E", PinRole::Enable}); break;
    case 'S': pins.push_back({"S", PinRole::Set}); break;
    case 'K': pins.push_back({"R", PinRole::Clear}); break;
    case 'A': pins.push_back({"R", PinRole::AsyncReset}); break;
    case 'Y': pins.push_back({"R", PinRole::SyncReset}); break;
    case 'L':
      pins.push_back({"L", PinRole::Load});
      pins.push_back({"AD", PinRole::LoadData});
      break;
    default: break;
  }
}

bool decode_storage(const StorageFamily& family, std::string_view text, CellSpec& spec) {
  CellSpec made;
  Letters letters(text);
  for (const char what : family.letters) {
    read_letter(what, letters, made);
    add_pin(what, made.pins);
  }
  if (!letters.all_fit()) return false;
  made.kind = family.latch ? CellClass::Latch : CellClass::Flop;
  made.flop.reset_needs_enable = family.reset_needs_enable;
  made.latch.enable = made.flop.enable;
  made.latch.set = made.flop.set;
  made.latch.clear = made.flop.clear;
  made.latch.async_reset = made.flop.async_reset;
  made.latch.async_reset_value = made.flop.async_reset_value;
  if (family.base != "SR") made.pins.push_back({"D", PinRole::Data});
  made.pins.push_back({"Q", PinRole::Output});
  spec = std::move(made);
  return true;
}

bool describe_storage(std::string_view type, CellSpec& spec) {
  if (!type.starts_with("$_") || !type.ends_with("_") || type.size() < 5) return false;
  const std::string_view body = type.substr(2, type.size() - 3);
  const std::size_t split = body.find('_');
  const std::string_view base = body.substr(0, split);
  const std::string_view letters =
      split == std::string_view::npos ? std::string_view() : body.substr(split + 1);
  for (const StorageFamily& family : kFamilies) {
    if (family.base == base && decode_storage(family, letters, spec)) return true;
  }
  return false;
}

/// The data inputs of a gate are A, B, C...; select inputs of a multiplexer S, T, U, V.
std::vector<PinSpec> gate_pins(GateOp op) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPSTUV";
  std::size_t data = gate_input_count(op);
  std::size_t selects = 0;
  switch (op) {
    case GateOp::Mux:
    case GateOp::Nmux: selects = 1; break;
    case GateOp::Mux4: selects = 2; break;
    case GateOp::Mux8: selects = 3; break;
    case GateOp::Mux16: selects = 4; break;
    default: break;
  }
  data -= selects;
  std::vector<PinSpec> pins;
  for (std::size_t i = 0; i < data; ++i) pins.push_back({kLetters.substr(i, 1)});
  for (std::size_t i = 0; i < selects; ++i) pins.push_back({kLetters.substr(16 + i, 1)});
  pins.push_back({"Y", PinRole::GateOutput});
  return pins;
}

bool describe_gate(std::string_view type, CellSpec& spec) {
  for (std::size_t index = 0; index < kGateOpCount; ++index) {
    const auto op = static_cast<GateOp>(index);
    if (yosys_type(op) != type) continue;
    spec.op = op;
    spec.kind = op == GateOp::Lut ? CellClass::Lut : CellClass::Gate;
    if (op != GateOp::Lut) spec.pins = gate_pins(op);
    return true;
  }
  return false;
}

/// Appends every name of a storage family: each letter takes both its values.
void add_family(const StorageFamily& family, std::vector<std::string>& out) {
  const std::size_t count = family.letters.size();
  for (std::size_t choice = 0; choice < (std::size_t{1} << count); ++choice) {
    std::string name = "$_" + std::string(family.base) + (count == 0 ? "" : "_");
    for (std::size_t i = 0; i < count; ++i) {
      const bool second = ((choice >> i) & 1U) != 0;
      name += family.letters[i] == 'V' ? (second ? '1' : '0') : (second ? 'P' : 'N');
    }
    out.push_back(name + "_");
  }
}

}  // namespace

CellSpec describe_cell_type(std::string_view type) {
  CellSpec spec;
  if (describe_gate(type, spec) || describe_storage(type, spec)) return spec;
  if (type == "$mem_v2") {
    spec.kind = CellClass::Memory;
  } else if (type == "$_TBUF_") {
    spec.kind = CellClass::Tristate;
    spec.pins = {{"A"}, {"E"}, {"Y", PinRole::GateOutput}};
  } else if (type == "$scopeinfo") {
    spec.kind = CellClass::Ignored;
  } else if (contains(kCheckTypes, type)) {
    spec.kind = CellClass::Check;
  } else if (contains(kWordTypes, type)) {
    spec.kind = CellClass::WordLevel;
  }
  return spec;
}

std::vector<std::string> known_cell_types() {
  std::vector<std::string> out;
  for (std::size_t op = 0; op < kGateOpCount; ++op) {
    out.emplace_back(yosys_type(static_cast<GateOp>(op)));
  }
  for (const StorageFamily& family : kFamilies) add_family(family, out);
  for (const std::string_view type : kCheckTypes) out.emplace_back(type);
  out.insert(out.end(), {"$mem_v2", "$_TBUF_", "$scopeinfo"});
  return out;
}

}  // namespace heddle::gate::netlist
