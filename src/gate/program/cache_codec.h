// Values as bytes and back. Each struct lists its members once, by a structured
// binding that no longer compiles when a member is added and not listed.
//
// Numbers are in the order of this machine; a header says which. A reader never
// reads past its bytes: after the first fault everything reads as empty.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "heddle/gate/program.h"

namespace heddle::gate::cache {

/// Copied as it lies in memory: nothing in it is padding or points anywhere.
template <class T>
concept Plain = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T> &&
                !std::is_pointer_v<T>;

/// `T`, const or not: what a writer and a reader visit.
template <class Struct, class T>
concept Is = std::same_as<std::remove_const_t<Struct>, T>;

void fields(auto&& visit, Is<PortBit> auto& value) {
  auto& [name, lit] = value;
  visit(name, lit);
}
void fields(auto&& visit, Is<StateBit> auto& value) {
  auto& [name, output, clock, enable, next, gate, data, initial, kind, is_unknown, is_check,
         breaks_loop] = value;
  visit(name, output, clock, enable, next, gate, data, initial, kind, is_unknown, is_check,
        breaks_loop);
}
void fields(auto&& visit, Is<MemoryReadPort> auto& value) {
  auto& [enable, address, data] = value;
  visit(enable, address, data);
}
void fields(auto&& visit, Is<MemoryWritePort> auto& value) {
  auto& [clock, any_enable, enable, address, data] = value;
  visit(clock, any_enable, enable, address, data);
}
void fields(auto&& visit, Is<Memory> auto& value) {
  auto& [name, width, depth, start_offset, reads, writes, initial, unknown, is_unknown] = value;
  visit(name, width, depth, start_offset, reads, writes, initial, unknown, is_unknown);
}
void fields(auto&& visit, Is<NamedNet> auto& value) {
  auto& [name, first_bit, width, lsb_index, is_upto, is_hidden] = value;
  visit(name, first_bit, width, lsb_index, is_upto, is_hidden);
}
void fields(auto&& visit, Is<UnknownNet> auto& value) {
  auto& [name, lit, is_opaque] = value;
  visit(name, lit, is_opaque);
}
void fields(auto&& visit, Is<DesignCheck> auto& value) {
  auto& [name, kind, is_clocked, is_print, format, fired, ended, arguments] = value;
  visit(name, kind, is_clocked, is_print, format, fired, ended, arguments);
}
void fields(auto&& visit, Is<Model> auto& value) {
  auto& [top, aig, inputs, outputs, states, memories, checks, forces, unknowns, names, name_bits,
         netlist_digest, instant] = value;
  visit(top, aig, inputs, outputs, states, memories, checks, forces, unknowns, names, name_bits,
        netlist_digest, instant);
}
void fields(auto&& visit, Is<CompileOptions> auto& value) {
  auto& [observed, refuse_loops] = value;
  visit(observed, refuse_loops);
}
void fields(auto&& visit, Is<LutNode> auto& value) {
  auto& [table, root, inputs, input_count, level] = value;
  visit(table, root, inputs, input_count, level);
}
void fields(auto&& visit, Is<ProgramState> auto& value) {
  auto& [output, toggle, force, group, next, initial] = value;
  visit(output, toggle, force, group, next, initial);
}
void fields(auto&& visit, Is<ProgramReadPort> auto& value) {
  auto& [memory, level, enable, address, data] = value;
  visit(memory, level, enable, address, data);
}
void fields(auto&& visit, Is<ProgramSelect> auto& value) {
  auto& [level, select, outputs, data] = value;
  visit(level, select, outputs, data);
}
void fields(auto&& visit, Is<ProgramWritePort> auto& value) {
  auto& [memory, domain, any_enable, enable, address, data] = value;
  visit(memory, domain, any_enable, enable, address, data);
}
/// All but the model: a program's entry is found by its model's content.
void fields(auto&& visit, Is<Program> auto& value) {
  auto& [model, aig, node_count, first_lut, luts, functions, states, domains, groups, reads, writes,
         selects, inputs, outputs, observed_lits, observed, is_clock_cone, level_count, node_of_aig,
         digest] = value;
  visit(aig, node_count, first_lut, luts, functions, states, domains, groups, reads, writes,
        selects, inputs, outputs, observed_lits, observed, is_clock_cone, level_count, node_of_aig,
        digest);
}

class Writer {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  template <Plain T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  template <class T>
    requires(!Plain<T>)
  void put(const T& value) {
    fields(*this, value);
  }
  template <Plain T>
  void put_all(const T* values, std::size_t count) {
    put(static_cast<std::uint64_t>(count));
    bytes_.append(reinterpret_cast<const char*>(values), count * sizeof(T));
  }
  void put(const std::string& text) { put_all(text.data(), text.size()); }
  void put(const Aig& aig) { put_all(aig.nodes().data(), aig.nodes().size()); }
  template <class T>
  void put(const std::vector<T>& values) {
    if constexpr (Plain<T>) {
      put_all(values.data(), values.size());
    } else {
      put(static_cast<std::uint64_t>(values.size()));
      for (const T& value : values) put(value);
    }
  }

  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  /// Whether everything was there, and nothing more.
  [[nodiscard]] bool is_done() const { return is_good_ && left_.empty(); }

 private:
  void take(void* to, std::size_t size) {
    is_good_ = is_good_ && size <= left_.size();
    if (!is_good_ || size == 0) return;
    std::memcpy(to, left_.data(), size);
    left_.remove_prefix(size);
  }
  /// How many follow, of at least `element_bytes` bytes each.
  std::size_t count(std::size_t element_bytes) {
    std::uint64_t n = 0;
    get(n);
    is_good_ = is_good_ && n <= left_.size() / element_bytes;
    return is_good_ ? n : 0;
  }
  template <Plain T>
  void get(T& value) {
    take(&value, sizeof(T));
  }
  template <class T>
    requires(!Plain<T>)
  void get(T& value) {
    fields(*this, value);
  }
  void get(std::string& text) {
    text.resize(count(1));
    take(text.data(), text.size());
  }
  void get(Aig& aig) {
    std::vector<Aig::Node> nodes;
    get(nodes);
    is_good_ = is_good_ && !nodes.empty();
    if (is_good_) aig = Aig::from_nodes(std::move(nodes));
  }
  template <class T>
  void get(std::vector<T>& values) {
    if constexpr (Plain<T>) {
      values.resize(count(sizeof(T)));
      take(values.data(), values.size() * sizeof(T));
    } else {
      values.resize(count(1));
      for (T& value : values) get(value);
    }
  }

  std::string_view left_;
  bool is_good_ = true;
};

}  // namespace heddle::gate::cache
