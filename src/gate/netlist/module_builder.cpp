// A forest of merged nets, as `Wires` has it, and cells on top of the pools.
#include "module_builder.h"

#include <string>

namespace heddle::gate::netlist {

ModuleBuilder::ModuleBuilder(DesignData& data, NamePool& names, std::string_view name,
                             SourceOffset at)
    : data_(data), names_(names), first_bit_(data.bits.size()) {
  module_.name = names.intern(name);
  module_.at = at;
  for (LocalNet net = 0; net < kConstantNetCount; ++net) parents_.push_back(net);
}

LocalNet ModuleBuilder::add_net() {
  const auto net = static_cast<LocalNet>(parents_.size());
  parents_.push_back(net);
  return net;
}

LocalNet ModuleBuilder::root(LocalNet net) {
  while (parents_[net] != net) {
    parents_[net] = parents_[parents_[net]];
    net = parents_[net];
  }
  return net;
}

bool ModuleBuilder::alias(LocalNet a, LocalNet b) {
  aliased_ = true;
  a = root(a);
  b = root(b);
  if (a == b) return true;
  if (a > b) std::swap(a, b);
  if (b < kConstantNetCount) return false;
  parents_[b] = a;
  return true;
}

void ModuleBuilder::add_port(NameId name, PortDirection direction, BusRange range,
                             std::span<const LocalNet> bits, SourceOffset at) {
  ModulePort port;
  port.name = name;
  port.direction = direction;
  port.range = range;
  port.at = at;
  port.bits = {static_cast<std::uint32_t>(data_.bits.size()),
               static_cast<std::uint32_t>(bits.size())};
  data_.bits.insert(data_.bits.end(), bits.begin(), bits.end());
  module_.ports.push_back(port);
}

ModuleNet& ModuleBuilder::add_name(NameId name, BusRange range, std::span<const LocalNet> bits,
                                   SourceOffset at) {
  ModuleNet net;
  net.name = name;
  net.range = range;
  net.at = at;
  net.bits = {static_cast<std::uint32_t>(data_.bits.size()),
              static_cast<std::uint32_t>(bits.size())};
  data_.bits.insert(data_.bits.end(), bits.begin(), bits.end());
  return module_.nets.emplace_back(net);
}

void ModuleBuilder::begin_cell(NameId name, NameId type, SourceOffset at) {
  cell_ = {};
  cell_.name = name;
  cell_.type = type;
  cell_.at = at;
  cell_.connections.first = static_cast<std::uint32_t>(data_.connections.size());
  cell_.parameters.first = static_cast<std::uint32_t>(data_.parameters.size());
}

void ModuleBuilder::connect(NameId port, std::span<const LocalNet> bits, SourceOffset at) {
  const auto first = static_cast<std::uint32_t>(data_.bits.size());
  data_.bits.insert(data_.bits.end(), bits.begin(), bits.end());
  data_.connections.push_back({port, {first, static_cast<std::uint32_t>(bits.size())}, at});
  ++cell_.connections.count;
}

void ModuleBuilder::add_parameter(NameId name, NameId digits) {
  data_.parameters.push_back({name, {ConstantText::Kind::String, {}, digits}});
  ++cell_.parameters.count;
}

NameId ModuleBuilder::next_name() {
  return names_.intern("$" + std::to_string(++made_up_));
}

void ModuleBuilder::primitive(std::string_view type, std::span<const PinNet> pins,
                              SourceOffset at) {
  const NameId name = next_name();
  begin_cell(name, names_.intern(type), at);
  for (const PinNet& pin : pins) connect(names_.intern(pin.pin), {&pin.net, 1}, at);
  end_cell();
}

void ModuleBuilder::primitive(std::string_view type, std::initializer_list<PinNet> pins,
                              SourceOffset at) {
  primitive(type, std::span(pins.begin(), pins.size()), at);
}

void ModuleBuilder::lut(std::span<const LocalNet> inputs, const std::vector<bool>& table,
                        LocalNet output, SourceOffset at) {
  std::string digits;
  for (std::size_t i = table.size(); i-- > 0;) digits += table[i] ? '1' : '0';
  const NameId name = next_name();
  begin_cell(name, names_.intern("$lut"), at);
  connect(names_.intern("A"), inputs, at);
  connect(names_.intern("Y"), {&output, 1}, at);
  std::string width;
  for (std::size_t rest = inputs.size(); rest != 0; rest /= 2) {
    width.insert(width.begin(), rest % 2 != 0 ? '1' : '0');
  }
  add_parameter(names_.intern("WIDTH"), names_.intern(width));
  add_parameter(names_.intern("LUT"), names_.intern(digits));
  end_cell();
}

LocalNet ModuleBuilder::net_of(Signal signal, SourceOffset at) {
  if (!signal.inverted) return signal.net;
  if (signal.net < 2) return 1 - signal.net;
  if (signal.net == kNetX.value()) return signal.net;
  const LocalNet out = add_net();
  primitive("$_NOT_", {{"A", signal.net}, {"Y", out}}, at);
  return out;
}

void ModuleBuilder::drive(LocalNet net, Signal signal, SourceOffset at) {
  if (signal.net < 2 && signal.inverted) signal = {1 - signal.net, false};
  primitive(signal.inverted ? "$_NOT_" : "$_BUF_", {{"A", signal.net}, {"Y", net}}, at);
}

Signal ModuleBuilder::binary(std::string_view type, Signal a, Signal b, SourceOffset at) {
  const LocalNet left = net_of(a, at);
  const LocalNet right = net_of(b, at);
  const LocalNet out = add_net();
  primitive(type, {{"A", left}, {"B", right}, {"Y", out}}, at);
  return {out, false};
}

Signal ModuleBuilder::make_and(Signal a, Signal b, SourceOffset at) {
  for (Signal* one : {&a, &b}) {
    if (one->net < 2 && one->inverted) *one = {1 - one->net, false};
  }
  if (a == kSignalZero || b == kSignalZero) return kSignalZero;
  if (a == kSignalOne || a == b) return b;
  if (b == kSignalOne) return a;
  return binary("$_AND_", a, b, at);
}

Signal ModuleBuilder::make_or(Signal a, Signal b, SourceOffset at) {
  for (Signal* one : {&a, &b}) {
    if (one->net < 2 && one->inverted) *one = {1 - one->net, false};
  }
  if (a == kSignalOne || b == kSignalOne) return kSignalOne;
  if (a == kSignalZero || a == b) return b;
  if (b == kSignalZero) return a;
  return binary("$_OR_", a, b, at);
}

Signal ModuleBuilder::make_xor(Signal a, Signal b, SourceOffset at) {
  const bool inverted = a.inverted != b.inverted;
  a.inverted = b.inverted = false;
  if (a.net > b.net) std::swap(a, b);
  if (a == kSignalZero) return {b.net, inverted};
  if (a == kSignalOne) return {b.net, !inverted};
  if (a.net == b.net) return {kNetZero.value(), inverted};
  Signal out = binary("$_XOR_", a, b, at);
  out.inverted = inverted;
  return out;
}

Signal ModuleBuilder::make_mux(Signal select, Signal one, Signal zero, SourceOffset at) {
  if (select.net < 2) return (select.net == 1) != select.inverted ? one : zero;
  if (select.inverted) {
    std::swap(one, zero);
    select.inverted = false;
  }
  const LocalNet a = net_of(zero, at);
  const LocalNet b = net_of(one, at);
  const LocalNet out = add_net();
  primitive("$_MUX_", {{"A", a}, {"B", b}, {"S", select.net}, {"Y", out}}, at);
  return {out, false};
}

void ModuleBuilder::storage(const Storage& storage) {
  const bool has_clear = storage.clear != kSignalZero;
  const bool has_set = storage.set != kSignalZero;
  const auto level = [](Signal signal) { return signal.inverted ? 'N' : 'P'; };
  const SourceOffset at = storage.at;
  const LocalNet data = net_of(storage.data, at);
  std::string type = storage.is_latch ? "$_DLATCH" : "$_DFF";
  std::vector<PinNet> pins{{storage.is_latch ? "E" : "C", storage.clock.net}, {"D", data}};
  if (has_clear && has_set) {
    type += "SR_";
    type += level(storage.clock);
    type += level(storage.set);
    type += level(storage.clear);
    pins.push_back({"S", storage.set.net});
    pins.push_back({"R", storage.clear.net});
  } else {
    type += '_';
    type += level(storage.clock);
    if (has_clear || has_set) {
      const Signal reset = has_clear ? storage.clear : storage.set;
      type += level(reset);
      type += has_clear ? '0' : '1';
      pins.push_back({"R", reset.net});
    }
  }
  pins.push_back({"Q", storage.q});
  primitive(type + "_", pins, at);
}

Module ModuleBuilder::finish() {
  std::vector<LocalNet> numbers(parents_.size());
  LocalNet count = 0;
  for (LocalNet net = 0; net < parents_.size(); ++net) {
    const LocalNet at = root(net);
    numbers[net] = at == net ? count++ : numbers[at];
  }
  for (std::size_t i = first_bit_; i < data_.bits.size(); ++i) {
    data_.bits[i] = numbers[data_.bits[i]];
  }
  module_.net_count = count;
  return std::move(module_);
}

}  // namespace heddle::gate::netlist
