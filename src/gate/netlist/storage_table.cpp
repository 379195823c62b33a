// Every combination of binary inputs is looked up. Level rows that force the
// output whatever it was are the asynchronous part; an input whose edges change
// the output elsewhere is the clock. Functions are reduced to the inputs that
// they need, combinations that cannot matter being free.
#include "storage_table.h"

#include <algorithm>

namespace heddle::gate::netlist {
namespace {

using Next = TableRow::Next;
constexpr std::uint8_t kNone = 4;  ///< no row answers
constexpr std::uint8_t kFree = 5;  ///< whatever is simplest
constexpr std::uint8_t kX = 2;
constexpr std::uint8_t kHold = 3;
constexpr std::size_t kState = kTableInputsMax;

using Values = std::vector<std::uint8_t>;  ///< by combination

std::uint8_t level_of(std::size_t combination, std::size_t input) {
  return ((combination >> input) & 1U) != 0 ? TableRow::kOne : TableRow::kZero;
}

class Explainer {
 public:
  explicit Explainer(const StorageTable& table)
      : table_(table), count_(std::size_t{1} << table.input_count) {}

  std::optional<TableMeaning> run(std::string& why) {
    if (!table_.is_sequential) return function();
    find_forced();
    if (!find_clock()) {
      why = std::move(why_);
      return std::nullopt;
    }
    return edges_ == 0 ? latch() : flop();
  }

 private:
  [[nodiscard]] bool matches(const TableRow& row, std::size_t combination, std::size_t state,
                             std::int32_t edge_input) const {
    if (row.edge_input != edge_input) return false;
    if ((row.state & (state != 0 ? TableRow::kOne : TableRow::kZero)) == 0) return false;
    for (std::size_t i = 0; i < table_.input_count; ++i) {
      const bool is_edge = static_cast<std::int32_t>(i) == edge_input;
      const std::uint8_t level = level_of(combination, i);
      const std::uint8_t edge = level == TableRow::kOne ? TableRow::kRise : TableRow::kFall;
      const std::uint8_t mask = is_edge ? edge : level;
      if ((row.inputs[i] & mask) == 0) return false;
    }
    return true;
  }

  [[nodiscard]] std::uint8_t look_up(std::size_t combination, std::size_t state,
                                     std::int32_t edge_input) const {
    for (const TableRow& row : table_.rows) {
      if (matches(row, combination, state, edge_input)) return static_cast<std::uint8_t>(row.next);
    }
    return kNone;
  }

  std::optional<TableMeaning> function() const {
    TableMeaning out;
    Values values(count_);
    for (std::size_t i = 0; i < count_; ++i) {
      const std::uint8_t found = look_up(i, 0, -1);
      values[i] = found < 2 ? found : kX;
    }
    out.data = reduce(values, false);
    return out;
  }

  /// By combination: the value that level rows force, or `kHold`.
  void find_forced() {
    forced_.assign(count_, kHold);
    for (std::size_t i = 0; i < count_; ++i) {
      std::uint8_t next[2];
      for (std::size_t state = 0; state < 2; ++state) {
        next[state] = look_up(i, state, -1);
        answered_.push_back(next[state] != kNone);
        if (next[state] >= kHold) next[state] = static_cast<std::uint8_t>(state);
      }
      if (next[0] == next[1]) forced_[i] = next[0];
      if (next[0] == 1 && next[1] == 0) why_ = "its output would oscillate";
    }
  }

  [[nodiscard]] bool is_answered(std::size_t combination, std::size_t state) const {
    return answered_[combination * 2 + state];
  }

  bool find_clock() {
    for (std::size_t input = 0; input < table_.input_count; ++input) {
      for (std::size_t level = 0; level < 2; ++level) {
        if (!changes_at(input, level)) continue;
        ++edges_;
        clock_ = input;
        posedge_ = level == 1;
      }
    }
    if (why_.empty() && edges_ > 1) why_ = "its output changes at more than one kind of edge";
    return why_.empty();
  }

  /// Whether the output takes another value when the input changes to `level`.
  [[nodiscard]] bool changes_at(std::size_t input, std::size_t level) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (((i >> input) & 1U) != level) continue;
      for (std::size_t state = 0; state < 2; ++state) {
        if (is_answered(i, state)) continue;
        const std::uint8_t next = look_up(i, state, static_cast<std::int32_t>(input));
        if (next < 2 && next != state) return true;
      }
    }
    return false;
  }

  std::optional<TableMeaning> latch() const {
    TableMeaning out;
    out.kind = TableMeaning::Kind::Latch;
    Values open(count_);
    Values data(count_);
    for (std::size_t i = 0; i < count_; ++i) {
      open[i] = forced_[i] == kHold ? 0 : 1;
      data[i] = forced_[i] == kHold ? kFree : forced_[i];
    }
    out.open = reduce(open, false);
    out.data = reduce(data, false);
    return out;
  }

  std::optional<TableMeaning> flop() const {
    TableMeaning out;
    out.kind = TableMeaning::Kind::Flop;
    out.clock = clock_;
    out.posedge = posedge_;
    Values clear(count_);
    Values set(count_);
    Values next(count_ * 2, kFree);
    for (std::size_t i = 0; i < count_; ++i) {
      const bool cleared = forced_[i] == 0 || forced_[i] == kX;
      clear[i] = cleared ? 1 : 0;
      set[i] = cleared ? kFree : (forced_[i] == 1 ? 1 : 0);
      if (((i >> clock_) & 1U) != (posedge_ ? 1U : 0U)) continue;
      for (std::size_t state = 0; state < 2; ++state) {
        if (forced_[i] != kHold) continue;
        std::uint8_t found = is_answered(i, state)
                                 ? look_up(i, state, -1)
                                 : look_up(i, state, static_cast<std::int32_t>(clock_));
        if (found == kHold) found = static_cast<std::uint8_t>(state);
        next[i + state * count_] = found == kNone ? kX : found;
      }
    }
    out.clear = reduce(clear, false);
    out.set = reduce(set, false);
    out.data = reduce(next, true);
    return out;
  }

  /// Drops the inputs that a function can do without, one after the other.
  [[nodiscard]] ReducedTable reduce(Values values, bool with_state) const {
    ReducedTable out;
    const std::size_t inputs = table_.input_count + (with_state ? 1 : 0);
    for (std::size_t i = 0; i < inputs; ++i) {
      out.support.push_back(i < table_.input_count ? i : kState);
    }
    for (std::size_t at = out.support.size(); at-- > 0;) {
      Values half;
      if (!without(values, at, half)) continue;
      values = std::move(half);
      out.support.erase(out.support.begin() + static_cast<std::ptrdiff_t>(at));
    }
    for (std::uint8_t& value : values) value = value == kFree ? 0 : value;
    out.values = std::move(values);
    return out;
  }

  /// The function without input `at`, if both halves agree.
  static bool without(const Values& values, std::size_t at, Values& out) {
    const std::size_t bit = std::size_t{1} << at;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if ((i & bit) != 0) continue;
      const std::uint8_t low = values[i];
      const std::uint8_t high = values[i | bit];
      if (low != high && low != kFree && high != kFree) return false;
      out.push_back(low == kFree ? high : low);
    }
    return true;
  }

  const StorageTable& table_;
  std::size_t count_ = 0;
  Values forced_;
  std::vector<bool> answered_;  ///< combination x 2 + state: a level row matches
  std::size_t clock_ = 0;
  std::size_t edges_ = 0;
  bool posedge_ = true;
  std::string why_;
};

/// The signal of a reduced function.
Signal build(ModuleBuilder& builder, const ReducedTable& table, const std::vector<Signal>& inputs,
             LocalNet state, SourceOffset at) {
  const std::vector<std::uint8_t>& values = table.values;
  if (values.size() == 1) return {values[0], false};
  const auto signal = [&](std::size_t input) {
    return input == kState ? Signal{state, false} : inputs[input];
  };
  const bool has_x = std::find(values.begin(), values.end(), kX) != values.end();
  if (values.size() == 2 && !has_x) {
    return values[1] == 1 ? signal(table.support[0]) : ~signal(table.support[0]);
  }
  std::vector<LocalNet> nets;
  for (const std::size_t input : table.support) nets.push_back(builder.net_of(signal(input), at));
  const auto lut = [&](std::uint8_t wanted) {
    std::vector<bool> bits;
    for (const std::uint8_t value : values) bits.push_back(value == wanted);
    const LocalNet out = builder.add_net();
    builder.lut(nets, bits, out, at);
    return Signal{out, false};
  };
  const Signal known = lut(1);
  if (!has_x) return known;
  return builder.make_mux(lut(kX), {kNetX.value(), false}, known, at);
}

}  // namespace

std::optional<TableMeaning> explain(const StorageTable& table, std::string& why) {
  return Explainer(table).run(why);
}

void build_table(ModuleBuilder& builder, const TableMeaning& meaning,
                 const std::vector<Signal>& inputs, LocalNet output, SourceOffset at) {
  const Signal data = build(builder, meaning.data, inputs, output, at);
  if (meaning.kind == TableMeaning::Kind::Function) return builder.drive(output, data, at);
  ModuleBuilder::Storage storage;
  storage.q = output;
  storage.at = at;
  storage.data = data;
  if (meaning.kind == TableMeaning::Kind::Latch) {
    storage.is_latch = true;
    storage.clock = build(builder, meaning.open, inputs, output, at);
  } else {
    storage.clock = inputs[meaning.clock];
    if (!meaning.posedge) storage.clock = ~storage.clock;
    storage.clear = build(builder, meaning.clear, inputs, output, at);
    storage.set = build(builder, meaning.set, inputs, output, at);
  }
  builder.storage(storage);
}

}  // namespace heddle::gate::netlist
