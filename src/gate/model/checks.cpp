// Three generations of cells say the same: those of Yosys 0.23 ($assert, $assume,
// $cover: a level), those of later ones ($check, $print: a trigger or none), and
// black boxes that an attribute marks (display, finish, stop, assert: a clock).
#include "gate/model/checks.h"

#include <optional>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate {
namespace {

class CheckBuilder {
 public:
  CheckBuilder(const FlatNetlist& netlist, Elaborator& elaborator, Model& model, Diagnostics& out)
      : netlist_(netlist), elaborator_(elaborator), model_(model), warnings_(out) {}

  void add(const CheckCell& cell) {
    cell_ = &cell;
    name_ = netlist_.names.full_name(cell.name);
    const std::optional<CheckKind> kind = kind_of(text(cell.type));
    if (!kind) {
      warnings_.add(Diagnostic(diag::kUnknownCheck, {}, {name_, text(cell.type)}));
      return;
    }
    DesignCheck check;
    check.name = name_;
    check.kind = *kind;
    check.format = parameter("FORMAT");
    check.is_print = text(cell.type) == "$print";
    const std::vector<Lit> arguments = port("ARGS");
    Lit enable = bit("EN", Lit::one());
    const bool is_assertion = *kind == CheckKind::Assert || *kind == CheckKind::Assume;
    if (is_assertion) enable = model_.aig.make_and(enable, ~bit("A", Lit::one()));
    if (*kind == CheckKind::Cover) enable = model_.aig.make_and(enable, bit("A", Lit::one()));
    const std::vector<Lit> clocks = triggers();
    if (clocks.empty()) {
      check.fired = enable;
      check.ended = enable;
      check.arguments = arguments;
      model_.checks.push_back(std::move(check));
      return;
    }
    for (std::size_t i = 0; i < clocks.size(); ++i)
      add_clocked(check, clocks[i], enable, arguments);
  }

 private:
  [[nodiscard]] std::string text(NameId id) const { return std::string(netlist_.names.text(id)); }

  [[nodiscard]] std::string parameter(std::string_view name) const {
    for (const CheckCell::Parameter& parameter : cell_->parameters) {
      if (netlist_.names.text(parameter.name) == name) return parameter.value;
    }
    return {};
  }
  [[nodiscard]] std::vector<Lit> port(std::string_view name) {
    for (const CheckCell::Port& port : cell_->ports) {
      if (netlist_.names.text(port.name) == name) return elaborator_.lits(port.bits);
    }
    return {};
  }
  [[nodiscard]] Lit bit(std::string_view name, Lit otherwise) {
    const std::vector<Lit> bits = port(name);
    return bits.empty() ? otherwise : bits[0];
  }

  [[nodiscard]] std::optional<CheckKind> kind_of(const std::string& type) const {
    std::string word = type;
    if (type == "$check") word = parameter("FLAVOR");
    if (word == "$assert" || word == "assert") return CheckKind::Assert;
    if (word == "$assume" || word == "assume") return CheckKind::Assume;
    if (word == "$cover" || word == "cover") return CheckKind::Cover;
    if (word == "$print" || word == "display") return CheckKind::Display;
    if (word == "finish") return CheckKind::Finish;
    if (word == "stop") return CheckKind::Stop;
    return {};
  }

  /// The clocks at whose rise it looks, complemented for falling edges.
  [[nodiscard]] std::vector<Lit> triggers() {
    const std::string type = text(cell_->type);
    if (type == "$check" || type == "$print") {
      if (parameter("TRG_ENABLE").ends_with('0')) return {};
      std::vector<Lit> clocks = port("TRG");
      const std::string polarity = parameter("TRG_POLARITY");
      for (std::size_t i = 0; i < clocks.size(); ++i) {
        const bool rises = i >= polarity.size() || polarity[polarity.size() - 1 - i] != '0';
        clocks[i] = clocks[i] ^ !rises;
      }
      return clocks;
    }
    return port("CLK");
  }

  Lit add_flop(const std::string& name, Lit clock, Lit enable, Lit next) {
    StateBit state;
    state.name = name;
    state.output = model_.aig.add_source();
    state.clock = clock;
    state.enable = enable;
    state.next = next;
    model_.states.push_back(state);
    return state.output;
  }

  void add_clocked(DesignCheck check, Lit clock, Lit enable, const std::vector<Lit>& arguments) {
    check.is_clocked = true;
    check.fired = add_flop(name_ + ".fired", clock, enable, Lit::zero());
    model_.states.back().is_check = true;
    model_.states.back().next = ~check.fired;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      check.arguments.push_back(
          add_flop(name_ + ".args[" + std::to_string(i) + "]", clock, enable, arguments[i]));
    }
    if (check.kind == CheckKind::Finish || check.kind == CheckKind::Stop) {
      check.ended = add_flop(name_ + ".ended", clock, enable, Lit::one());
    }
    model_.checks.push_back(std::move(check));
  }

  const FlatNetlist& netlist_;
  Elaborator& elaborator_;
  Model& model_;
  Diagnostics& warnings_;
  const CheckCell* cell_ = nullptr;
  std::string name_;
};

}  // namespace

void add_checks(const FlatNetlist& netlist, Elaborator& elaborator, Model& model,
                Diagnostics& warnings) {
  CheckBuilder builder(netlist, elaborator, model, warnings);
  for (const CheckCell& cell : netlist.checks) builder.add(cell);
}

}  // namespace heddle::gate
