// Makes the vectors of the instruction self-test: for every RV32IM and Zicsr instruction with
// operands, N operand pairs with the results that the unprivileged ISA manual demands, computed
// here in plain C++. Writes assembler source to stdout; nothing but N decides its bytes.
//
//   make_vectors N        N vectors an instruction, 1 to 200
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "encode.h"

namespace vectors {
namespace {

constexpr std::uint32_t kSite = 0x10002800;  // where the firmware plants the instruction
constexpr int kPairs = 200;

// Registers that the planted code may use: t0-t2, a0-a7, t3-t6, in this order.
constexpr std::array<std::uint32_t, 15> kRegisters{5,  6,  7,  10, 11, 12, 13, 14,
                                                   15, 16, 17, 28, 29, 30, 31};
constexpr std::uint32_t kA0 = 10;
constexpr std::uint32_t kA1 = 11;

constexpr std::array<std::uint32_t, 12> kCorners{0,          1,          0xFFFFFFFF, 0x80000000,
                                                 0x7FFFFFFF, 2,          0xFFFFFFFE, 0x80000001,
                                                 0x55555555, 0xAAAAAAAA, 0x0000FFFF, 31};
constexpr std::array<std::int32_t, 12> kImmediates{0,  1,   -1,    -2048, 2047,  2,
                                                   -2, 255, -1366, 1365,  -2047, 31};

enum Kind : std::uint32_t { kRegister, kLoad, kStore, kBranch, kJump, kCsr };

struct Vector {
  std::uint32_t word = 0;
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  std::array<std::uint32_t, 2> expected{};
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint32_t next() {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return static_cast<std::uint32_t>((mixed ^ (mixed >> 31)) >> 16);
  }
  std::uint32_t below(std::uint32_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

Draw draw(int index, Random& random) {
  constexpr int kGrid = static_cast<int>(kCorners.size() * kCorners.size());
  Draw drawn;
  // A random number of a random magnitude, so that small ones and equal pairs occur too.
  const auto any = [&random] { return random.next() >> random.below(28); };
  drawn.a = any();
  drawn.b = random.below(8) == 0 ? drawn.a : any();
  drawn.immediate = static_cast<std::int32_t>(random.next()) >> 20;
  if (index < kGrid) {
    const auto row = static_cast<std::size_t>(index) / kCorners.size();
    const auto column = static_cast<std::size_t>(index) % kCorners.size();
    drawn.a = kCorners[row];
    drawn.b = kCorners[column];
    drawn.immediate = kImmediates[column];
  }
  const auto any_register = [&random] { return kRegisters[random.below(kRegisters.size())]; };
  drawn.rd = random.below(16) == 0 ? 0 : any_register();
  do drawn.rs1 = any_register();
  while (drawn.rs1 == kA1);  // it is set from a0 before a1 is read
  do drawn.rs2 = any_register();
  while (drawn.rs2 == drawn.rs1 && drawn.a != drawn.b);
  return drawn;
}

std::int32_t to_signed(std::uint32_t value) {
  return static_cast<std::int32_t>(value);
}
std::int64_t wide(std::uint32_t value) {
  return to_signed(value);
}
std::uint32_t high(std::int64_t product) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(product) >> 32);
}
bool overflows(std::uint32_t a, std::uint32_t b) {
  return a == 0x80000000 && b == 0xFFFFFFFF;
}

using Operation = std::function<std::uint32_t(std::uint32_t, std::uint32_t)>;
using Condition = std::function<bool(std::uint32_t, std::uint32_t)>;

struct RegisterInstruction {
  const char* name;
  std::uint32_t funct7;
  std::uint32_t funct3;
  Operation result;
};

std::uint32_t divide(std::uint32_t a, std::uint32_t b) {
  if (b == 0) return 0xFFFFFFFF;
  return overflows(a, b) ? a : static_cast<std::uint32_t>(to_signed(a) / to_signed(b));
}

std::uint32_t remainder(std::uint32_t a, std::uint32_t b) {
  if (b == 0) return a;
  return overflows(a, b) ? 0 : static_cast<std::uint32_t>(to_signed(a) % to_signed(b));
}

std::uint32_t shift_right_arithmetic(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(to_signed(a) >> (b & 31));
}

std::vector<RegisterInstruction> base_instructions() {
  return {
      {"add", 0, 0, [](auto a, auto b) { return a + b; }},
      {"sub", 32, 0, [](auto a, auto b) { return a - b; }},
      {"sll", 0, 1, [](auto a, auto b) { return a << (b & 31); }},
      {"slt", 0, 2, [](auto a, auto b) { return to_signed(a) < to_signed(b) ? 1U : 0U; }},
      {"sltu", 0, 3, [](auto a, auto b) { return a < b ? 1U : 0U; }},
      {"xor", 0, 4, [](auto a, auto b) { return a ^ b; }},
      {"srl", 0, 5, [](auto a, auto b) { return a >> (b & 31); }},
      {"sra", 32, 5, shift_right_arithmetic},
      {"or", 0, 6, [](auto a, auto b) { return a | b; }},
      {"and", 0, 7, [](auto a, auto b) { return a & b; }},
  };
}

std::vector<RegisterInstruction> multiply_instructions() {
  return {
      {"mul", 1, 0, [](auto a, auto b) { return a * b; }},
      {"mulh", 1, 1, [](auto a, auto b) { return high(wide(a) * wide(b)); }},
      {"mulhsu", 1, 2, [](auto a, auto b) { return high(wide(a) * std::int64_t{b}); }},
      {"mulhu", 1, 3,
       [](auto a, auto b) { return static_cast<std::uint32_t>(std::uint64_t{a} * b >> 32); }},
      {"div", 1, 4, divide},
      {"divu", 1, 5, [](auto a, auto b) { return b == 0 ? 0xFFFFFFFFU : a / b; }},
      {"rem", 1, 6, remainder},
      {"remu", 1, 7, [](auto a, auto b) { return b == 0 ? a : a % b; }},
  };
}

/// Writes the groups as it goes: vectors first, the table of groups at the end.
class Writer {
 public:
  explicit Writer(int count) : count_(count) {
    std::printf("# Made by make_vectors %d.\n  .section .rodata\n  .balign 4\n", count);
  }

  /// `make` turns a draw into a vector; each group draws from its own stream.
  void group(const std::string& name, Kind kind, bool uses_second,
             const std::function<Vector(const Draw&)>& make) {
    Random random(groups_.size() + 1);
    std::printf("vectors_%zu:  # %s\n", groups_.size(), name.c_str());
    std::array<Draw, kPairs> draws;
    for (int i = 0; i < kPairs; ++i) draws[static_cast<std::size_t>(i)] = draw(i, random);
    for (int i = 0; i < count_; ++i) {
      // A few vectors come from all over the list, not from its first corners.
      const int index = (i * kPairs + (count_ < kPairs ? 7 * kPairs / 10 : 0)) / count_ % kPairs;
      const Vector v = make(draws[static_cast<std::size_t>(index)]);
      std::printf("  .word 0x%08x, 0x%08x, 0x%08x, 0x%08x, 0x%08x\n", v.word, v.first, v.second,
                  v.expected[0], v.expected[1]);
    }
    groups_.push_back({name, kind, uses_second});
  }

  void finish() const {
    std::printf("  .globl isa_groups\nisa_groups:\n");
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      std::string text = groups_[i].name;
      for (std::size_t at = text.size(); at < 8; ++at) text += "\\0";
      std::printf("  .ascii \"%s\"\n  .word %u, %d, %d, vectors_%zu\n", text.c_str(),
                  static_cast<unsigned>(groups_[i].kind), groups_[i].uses_second ? 1 : 0, count_,
                  i);
    }
    std::printf("  .globl isa_group_count\nisa_group_count:\n  .word %zu\n", groups_.size());
  }

 private:
  struct Group {
    std::string name;
    Kind kind;
    bool uses_second;
  };
  int count_;
  std::vector<Group> groups_;
};

std::uint32_t into(std::uint32_t rd, std::uint32_t value) {
  return rd == 0 ? 0 : value;
}

void write_registers(Writer& writer, const std::vector<RegisterInstruction>& instructions) {
  for (const auto& in : instructions) {
    writer.group(in.name, kRegister, true, [&in](const Draw& d) {
      return Vector{
          r_type(in.funct7, in.funct3, 0x33, d), d.a, d.b, {into(d.rd, in.result(d.a, d.b)), 0}};
    });
  }
}

void write_immediates(Writer& writer) {
  for (const auto& in : base_instructions()) {
    if (std::string(in.name) == "sub") continue;
    const bool shift = in.funct3 == 1 || in.funct3 == 5;
    std::string name = in.name;
    name = name == "sltu" ? "sltiu" : name + "i";
    writer.group(name, kRegister, false, [&in, shift](const Draw& d) {
      const auto value = static_cast<std::uint32_t>(d.immediate);
      const std::int32_t field =
          shift ? static_cast<std::int32_t>(in.funct7 << 5 | (value & 31)) : d.immediate;
      return Vector{
          i_type(field, in.funct3, 0x13, d), d.a, d.b, {into(d.rd, in.result(d.a, value)), 0}};
    });
  }
}

void write_upper(Writer& writer) {
  const auto upper = [](const Draw& d) { return (d.a ^ d.b << 12) & 0xFFFFF000; };
  writer.group("lui", kRegister, false, [&](const Draw& d) {
    return Vector{upper(d) | d.rd << 7 | 0x37, d.a, d.b, {into(d.rd, upper(d)), 0}};
  });
  writer.group("auipc", kRegister, false, [&](const Draw& d) {
    return Vector{upper(d) | d.rd << 7 | 0x17, d.a, d.b, {into(d.rd, kSite + upper(d)), 0}};
  });
}

/// The byte offset in the window of an access of `size` bytes: any multiple of the size.
std::uint32_t window_offset(const Draw& d, std::uint32_t size) {
  return (d.a ^ d.rd) & (8 - size);
}

std::uint64_t window_bytes(std::uint32_t low, std::uint32_t high_word) {
  return std::uint64_t{high_word} << 32 | low;
}

void write_loads(Writer& writer) {
  struct Load {
    const char* name;
    std::uint32_t funct3;
    std::uint32_t size;
    bool is_signed;
  };
  static constexpr std::array<Load, 5> kLoads{{{"lb", 0, 1, true},
                                               {"lh", 1, 2, true},
                                               {"lw", 2, 4, true},
                                               {"lbu", 4, 1, false},
                                               {"lhu", 5, 2, false}}};
  for (const Load& in : kLoads) {
    writer.group(in.name, kLoad, false, [&in](const Draw& d) {
      const std::uint32_t offset = window_offset(d, in.size);
      const std::uint64_t bytes = window_bytes(d.b, d.b ^ 0xA5C30F96);
      const unsigned unused = 64 - 8 * in.size;
      const std::uint64_t top = bytes >> (8 * offset) << unused;
      const auto value = in.is_signed
                             ? static_cast<std::uint32_t>(static_cast<std::int64_t>(top) >> unused)
                             : static_cast<std::uint32_t>(top >> unused);
      return Vector{i_type(d.immediate, in.funct3, 0x03, d),
                    offset - static_cast<std::uint32_t>(d.immediate),
                    d.b,
                    {into(d.rd, value), 0}};
    });
  }
}

void write_stores(Writer& writer) {
  struct Store {
    const char* name;
    std::uint32_t funct3;
    std::uint32_t size;
  };
  static constexpr std::array<Store, 3> kStores{{{"sb", 0, 1}, {"sh", 1, 2}, {"sw", 2, 4}}};
  for (const Store& in : kStores) {
    writer.group(in.name, kStore, true, [&in](Draw d) {
      const std::uint32_t offset = window_offset(d, in.size);
      const std::uint32_t address = offset - static_cast<std::uint32_t>(d.immediate);
      if (d.rs1 == d.rs2) d.rs2 = d.rs1 == 5 ? 6 : 5;  // the base is no operand pair's equal
      const std::uint64_t mask = (std::uint64_t{1} << (8 * in.size)) - 1;
      std::uint64_t bytes = window_bytes(0x01234567, 0x89ABCDEF);
      bytes = (bytes & ~(mask << (8 * offset))) | (d.b & mask) << (8 * offset);
      return Vector{s_type(d.immediate, in.funct3, d),
                    address,
                    d.b,
                    {static_cast<std::uint32_t>(bytes), static_cast<std::uint32_t>(bytes >> 32)}};
    });
  }
}

/// A jump distance within the arena, which reaches 4096 bytes to either side of the site, that
/// keeps the landing clear of the `keep` words after the site.
std::int32_t distance(const Draw& d, std::int32_t keep) {
  std::int32_t offset = to_signed((d.a * 7 + d.b * 13 + d.rd) << 19) >> 19 & ~3;
  if (d.immediate == 2047) offset = 4092;
  if (d.immediate == -2048) offset = -4096;
  if (offset > -20 && offset < 4 * (keep + 1)) offset = 4 * (keep + 1);
  return offset;
}

void write_branches(Writer& writer) {
  struct Branch {
    const char* name;
    std::uint32_t funct3;
    Condition taken;
  };
  const std::vector<Branch> branches{
      {"beq", 0, [](auto a, auto b) { return a == b; }},
      {"bne", 1, [](auto a, auto b) { return a != b; }},
      {"blt", 4, [](auto a, auto b) { return to_signed(a) < to_signed(b); }},
      {"bge", 5, [](auto a, auto b) { return to_signed(a) >= to_signed(b); }},
      {"bltu", 6, [](auto a, auto b) { return a < b; }},
      {"bgeu", 7, [](auto a, auto b) { return a >= b; }},
  };
  for (const Branch& in : branches) {
    writer.group(in.name, kBranch, true, [&in](const Draw& d) {
      return Vector{
          b_type(distance(d, 2), in.funct3, d), d.a, d.b, {in.taken(d.a, d.b) ? 1U : 0U, 0}};
    });
  }
}

void write_jumps(Writer& writer) {
  writer.group("jal", kJump, false, [](const Draw& d) {
    const std::int32_t offset = distance(d, 0);
    return Vector{j_type(offset, d),
                  d.a,
                  d.b,
                  {into(d.rd, kSite + 4), kSite + static_cast<std::uint32_t>(offset) + 4}};
  });
  writer.group("jalr", kJump, false, [](const Draw& d) {
    const std::uint32_t target = kSite + static_cast<std::uint32_t>(distance(d, 0));
    // An odd sum: the lowest bit of the target is dropped.
    const std::uint32_t base = target + (d.b & 1) - static_cast<std::uint32_t>(d.immediate);
    return Vector{i_type(d.immediate, 0, 0x67, d), base, d.b, {into(d.rd, kSite + 4), target + 4}};
  });
}

void write_csrs(Writer& writer) {
  struct Csr {
    const char* name;
    std::uint32_t funct3;
    Operation after;  // of the old value and the operand
  };
  const std::vector<Csr> instructions{
      {"csrrw", 1, [](auto, auto operand) { return operand; }},
      {"csrrs", 2, [](auto old, auto operand) { return old | operand; }},
      {"csrrc", 3, [](auto old, auto operand) { return old & ~operand; }},
  };
  constexpr std::int32_t kMscratch = 0x340;
  for (const bool immediate : {false, true}) {
    for (const Csr& in : instructions) {
      writer.group(std::string(in.name) + (immediate ? "i" : ""), kCsr, false,
                   [&in, immediate](Draw d) {
                     if (immediate) d.rs1 = d.a & 31;
                     const std::uint32_t operand = immediate ? d.rs1 : d.a;
                     const std::uint32_t funct3 = in.funct3 | (immediate ? 4U : 0U);
                     return Vector{i_type(kMscratch, funct3, 0x73, d),
                                   d.a,
                                   d.b,
                                   {into(d.rd, d.b), in.after(d.b, operand)}};
                   });
    }
  }
}

}  // namespace
}  // namespace vectors

int main(int argc, char** argv) {
  using namespace vectors;
  const int count = argc == 2 ? std::atoi(argv[1]) : 0;
  if (count < 1 || count > kPairs) {
    std::fprintf(stderr, "usage: make_vectors N   (1 to %d vectors an instruction)\n", kPairs);
    return 2;
  }
  Writer writer(count);
  const auto base = base_instructions();
  const auto multiply = multiply_instructions();
  write_upper(writer);
  write_jumps(writer);
  write_branches(writer);
  write_loads(writer);
  write_stores(writer);
  write_immediates(writer);
  write_registers(writer, base);
  write_registers(writer, multiply);
  write_csrs(writer);
  writer.finish();
  return 0;
}
