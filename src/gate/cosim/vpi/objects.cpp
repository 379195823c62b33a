// Objects of a session: modules and nets by name, by index and in order, what they
// are, and their values.
#include <algorithm>
#include <array>

#include "gate/cosim/vpi/session.h"

namespace heddle::gate::vpi {

Object* Session::add(Object object) {
  Object* added = nullptr;
  if (free_.empty()) {
    added = &objects_.emplace_back(std::move(object));
  } else {
    added = free_.back();
    free_.pop_back();
    *added = std::move(object);
  }
  live_.emplace(added, added);
  return added;
}

Object* Session::object_of(Handle handle, std::string_view function) {
  const auto found = live_.find(handle);
  if (found != live_.end()) return found->second;
  fault(function, handle == nullptr ? "a handle that is NULL" : "a handle that is none");
  return nullptr;
}

Object* Session::module_of(const ScopeTree& tree, const std::string& name, Object* parent) {
  Object*& known = modules_[&tree];
  if (known == nullptr) {
    known = add({.kind = ObjectKind::Module,
                 .name = name,
                 .full_name = parent == nullptr ? name : parent->full_name + "." + name,
                 .scope = parent,
                 .tree = &tree});
  }
  return known;
}

Object* Session::net_of(const NamedNet& net, const std::string& name, Object* scope) {
  Object*& known = nets_[{&net, -1}];
  if (known == nullptr) {
    known = add({.kind = ObjectKind::Net,
                 .name = name,
                 .full_name = scope->full_name + "." + name,
                 .scope = scope,
                 .net = &net,
                 .bits = bench_.model().find_bits(net.name)});
  }
  return known;
}

Object* Session::by_name(const std::string& name, Object* scope) {
  Object* module = scope;
  std::string_view rest = name;
  if (scope == nullptr || rest.starts_with(top_->name + ".") || rest == top_->name) {
    if (!rest.starts_with(top_->name)) return nullptr;
    rest.remove_prefix(top_->name.size());
    if (rest.empty()) return top_;
    if (rest.front() != '.') return nullptr;
    rest.remove_prefix(1);
    module = top_;
  }
  if (module->kind != ObjectKind::Module) return nullptr;
  for (;;) {
    if (const auto net = module->tree->nets.find(rest); net != module->tree->nets.end()) {
      return net_of(*net->second, net->first, module);
    }
    const std::string_view first = rest.substr(0, rest.find('.'));
    const auto inner = module->tree->scopes.find(first);
    if (inner == module->tree->scopes.end()) break;
    module = module_of(inner->second, inner->first, module);
    if (first.size() == rest.size()) return module;
    rest.remove_prefix(first.size() + 1);
  }
  // `bus[3]`
  const std::size_t open = rest.rfind('[');
  if (open == std::string_view::npos || !rest.ends_with(']')) return nullptr;
  const auto net = module->tree->nets.find(rest.substr(0, open));
  if (net == module->tree->nets.end()) return nullptr;
  const std::string index(rest.substr(open + 1, rest.size() - open - 2));
  const bool is_number = !index.empty() && index.size() < 10 &&
                         index.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) return nullptr;
  return by_index(net_of(*net->second, net->first, module), std::stoi(index));
}

Object* Session::by_index(Object* object, std::int32_t index) {
  if (object->kind != ObjectKind::Net || object->is_bit) {
    fault("vpi_handle_by_index", "an object without bits");
    return nullptr;
  }
  const NamedNet& net = *object->net;
  const std::int64_t ascending = std::int64_t{index} - net.lsb_index;
  const std::int64_t bit = net.is_upto ? -ascending : ascending;
  if (bit < 0 || bit >= net.width) return nullptr;
  Object*& known = nets_[{&net, index}];
  if (known == nullptr) {
    const std::string suffix = "[" + std::to_string(index) + "]";
    known = add({.kind = ObjectKind::Net,
                 .name = object->name + suffix,
                 .full_name = object->full_name + suffix,
                 .scope = object,
                 .net = &net,
                 .bits = {object->bits[static_cast<std::size_t>(bit)]},
                 .is_bit = true});
  }
  return known;
}

Object* Session::iterate(std::int32_t type, Object* scope) {
  Object iterator{.kind = ObjectKind::Iterator};
  if (type == kModule && scope == nullptr) {
    iterator.items = {top_};
  } else if (scope != nullptr && scope->kind == ObjectKind::Module &&
             (type == kModule || type == kInternalScope)) {
    for (const auto& [name, tree] : scope->tree->scopes) {
      iterator.items.push_back(module_of(tree, name, scope));
    }
  } else if (scope != nullptr && scope->kind == ObjectKind::Module && type == kNet) {
    for (const auto& [name, net] : scope->tree->nets) {
      iterator.items.push_back(net_of(*net, name, scope));
    }
  } else if (scope != nullptr && scope->kind == ObjectKind::Net && type == kNetBit) {
    for (std::uint32_t i = 0; i < scope->net->width; ++i) {
      const auto offset = static_cast<std::int32_t>(i) * (scope->net->is_upto ? -1 : 1);
      iterator.items.push_back(by_index(scope, scope->net->lsb_index + offset));
    }
  } else if (scope != nullptr && scope->kind == ObjectKind::Module && type == kReg) {
    return nullptr;  // a netlist has nets only
  } else {
    fault("vpi_iterate", "type " + std::to_string(type));
    return nullptr;
  }
  return iterator.items.empty() ? nullptr : add(std::move(iterator));
}

Object* Session::scan(Object* iterator) {
  if (iterator->kind != ObjectKind::Iterator) {
    fault("vpi_scan", "an object that is no iterator");
    return nullptr;
  }
  if (iterator->next_item < iterator->items.size()) return iterator->items[iterator->next_item++];
  free(iterator);
  return nullptr;
}

Object* Session::related(std::int32_t type, Object* object) {
  if (type == kScope && object->kind != ObjectKind::Iterator) {
    Object* scope = object->scope;
    while (scope != nullptr && scope->kind != ObjectKind::Module) scope = scope->scope;
    return scope;
  }
  if (type == kParent && object->is_bit) return object->scope;
  if (type == kModule && object->kind == ObjectKind::Net) return related(kScope, object);
  fault("vpi_handle", "relation " + std::to_string(type));
  return nullptr;
}

std::int32_t Session::get(std::int32_t property, Object* object) {
  if (property == kTimeUnit || property == kTimePrecision) return -12;  // picoseconds
  if (object == nullptr) {
    fault("vpi_get", "property " + std::to_string(property) + " of no object");
    return kUndefined;
  }
  const bool is_net = object->kind == ObjectKind::Net;
  switch (property) {
    case kType:
      switch (object->kind) {
        case ObjectKind::Module: return kModule;
        case ObjectKind::Net: return object->is_bit ? kNetBit : kNet;
        case ObjectKind::Callback: return kCallback;
        case ObjectKind::Iterator: return kIterator;
      }
      break;
    case kSize:
      if (is_net) return static_cast<std::int32_t>(object->bits.size());
      break;
    case kScalar:
      if (is_net) return object->bits.size() == 1 ? 1 : 0;
      break;
    case kVector:
      if (is_net) return object->bits.size() > 1 ? 1 : 0;
      break;
    case kSigned:
      if (is_net) return 0;
      break;
    case kTopModule: return object == top_ ? 1 : 0;
    default: break;
  }
  fault("vpi_get", "property " + std::to_string(property));
  return kUndefined;
}

char* Session::get_text(std::int32_t property, Object* object) {
  switch (property) {
    case kName: text_ = object->name; return text_.data();
    case kFullName: text_ = object->full_name; return text_.data();
    case kType:
      text_ = object->kind == ObjectKind::Module ? "vpiModule"
              : object->is_bit                   ? "vpiNetBit"
              : object->kind == ObjectKind::Net  ? "vpiNet"
                                                 : "vpiCallback";
      return text_.data();
    case kDefName:
      if (object != top_) break;  // instances lost theirs in the netlist
      text_ = top_->name;
      return text_.data();
    default: break;
  }
  fault("vpi_get_str", "property " + std::to_string(property));
  return nullptr;
}

Bits Session::bits_of(const Object& net) {
  Bits bits;
  for (const Lit lit : net.bits) {
    bits.push_back(bench_.is_x(lit) ? 2 : bench_.value(lit) ? 1 : 0);
  }
  return bits;
}

void Session::get_value(Object* object, Value* value) {
  if (value->format == kTimeFormat) {
    store_.time.type = kSimTime;
    write_time(now_ps_, store_.time);
    value->value.time = &store_.time;
    return;
  }
  if (object->kind != ObjectKind::Net) return fault("vpi_get_value", "an object without a value");
  const std::int32_t format = value->format;
  if (!write_value(bits_of(*object), *value, store_)) {
    fault("vpi_get_value", "format " + std::to_string(format));
    value->format = kSuppressValue;
  }
}

void Session::put_value(Object* object, Value* value, const Time* delay, std::int32_t flags) {
  constexpr std::string_view kFunction = "vpi_put_value";
  if (object->kind != ObjectKind::Net) return fault(kFunction, "an object without a value");
  if (is_read_only_) return fault(kFunction, "a write at read-only synchronisation");
  const bool is_force = flags == kForce || flags == kRelease;
  const auto lacks_force = [this](Lit lit) { return bench_.model().find_force(lit) == nullptr; };
  if (is_force && std::any_of(object->bits.begin(), object->bits.end(), lacks_force)) {
    return fault(kFunction,
                 "forcing '" + object->full_name + "', which `forceable:` does not name");
  }
  if (flags == kRelease) {
    for (const Lit lit : object->bits) {
      if (const Status done = bench_.release(lit); !done && written_) written_ = done;
    }
    is_written_ = true;
    if (value != nullptr) (void)write_value(bits_of(*object), *value, store_);
    return;
  }
  const auto bits = value == nullptr ? std::nullopt : read_value(*value, object->bits.size());
  if (!bits) {
    return fault(kFunction, value == nullptr ? "no value" : "a value that is not of 0 and 1");
  }
  if (is_force) {
    for (std::size_t i = 0; i < bits->size(); ++i) {
      const Status done = bench_.force(object->bits[i], (*bits)[i] != 0);
      if (!done && written_) written_ = done;
    }
    is_written_ = true;
    return;
  }
  if (flags == kNoDelay) return put_bits(*object, *bits);
  if (flags != kInertialDelay && flags != kTransportDelay && flags != kPureTransportDelay) {
    return fault(kFunction, "flag " + std::to_string(flags));
  }
  if (delay == nullptr || delay->type != kSimTime) return fault(kFunction, "no delay in ticks");
  const auto ticks = static_cast<std::int64_t>(std::uint64_t{delay->high} << 32 | delay->low);
  const std::int64_t at_ps = now_ps_ + ticks;
  if (flags != kPureTransportDelay) {
    // Inertial: what is under way is dropped; transport: what would come no sooner.
    std::erase_if(delayed_, [&](const auto& entry) {
      return entry.second.target == object && (flags == kInertialDelay || entry.first >= at_ps);
    });
  }
  delayed_.emplace(at_ps, Delayed{at_ps, 0, object, *bits});
}

void Session::put_bits(Object& target, const Bits& bits) {
  std::vector<EdgeOp> ops;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const Lit lit = target.bits[i];
    const std::int32_t input = bench_.input_of(lit);
    const std::int32_t state = bench_.state_of(lit);
    if (input >= 0) {
      ops.push_back({static_cast<std::uint32_t>(input), bits[i]});
    } else if (state >= 0) {
      bench_.set_state(static_cast<std::uint32_t>(state), bits[i] != 0);
    } else {
      return fault("vpi_put_value",
                   "'" + target.full_name + "', which logic drives: force it instead");
    }
  }
  is_written_ = true;
  if (ops.empty()) return;
  if (const Status done = bench_.set_inputs(ops); !done && written_) written_ = done;
}

void Session::free(Object* object) {
  // Nets and modules stay: others may hold the same handle.
  if (object->kind != ObjectKind::Iterator && object->kind != ObjectKind::Callback) return;
  if (live_.erase(object) == 0) return;
  *object = Object{.kind = object->kind};
  free_.push_back(object);
}

}  // namespace heddle::gate::vpi
