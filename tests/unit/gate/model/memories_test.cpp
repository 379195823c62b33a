// Memory cells of every shape in both engines against a plain array: ports of
// either kind on two clocks, enables by bit, transparency, priority, resets,
// addresses that do not start at zero and addresses outside.
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "support/gate/random_model.h"
#include "support/gate/stepper.h"
#include "unit/gate/model/model_text.h"

namespace heddle::gate {
namespace {

using testing::Draw;
using testing::program_of;
using testing::Stepper;

struct ReadShape {
  bool clocked = false;
  std::uint32_t clock = 0;
  bool posedge = true;
  bool reset_needs_enable = false;
  std::uint32_t init = 0;
  std::uint32_t async_value = 0;
  std::uint32_t sync_value = 0;
  std::vector<bool> transparent;  ///< by write port
};

struct WriteShape {
  std::uint32_t clock = 0;
  bool posedge = true;
};

struct Shape {
  std::uint32_t width = 4;
  std::uint32_t depth = 6;
  std::uint32_t start = 0;
  std::uint32_t address_bits = 3;
  std::vector<std::uint32_t> rows;
  std::vector<ReadShape> reads;
  std::vector<WriteShape> writes;
};

Shape random_shape(std::uint64_t seed) {
  Draw draw(seed);
  Shape shape;
  shape.width = 1 + draw.below(9);
  shape.address_bits = 1 + draw.below(4);
  shape.depth = 1 + draw.below(1U << shape.address_bits);
  shape.start = draw.one_in(2) ? 0 : draw.below(1U << shape.address_bits);
  const auto word = [&] { return draw.below(1U << shape.width); };
  for (std::uint32_t i = 0; i < shape.depth; ++i) shape.rows.push_back(word());
  for (std::uint32_t i = 0; i < 1 + draw.below(2); ++i) {
    shape.writes.push_back({draw.below(2), draw.one_in(2)});
  }
  for (std::uint32_t i = 0; i < 1 + draw.below(3); ++i) {
    ReadShape read{draw.one_in(2), draw.below(2), draw.one_in(2), draw.one_in(2),
                   word(),         word(),        word(),         {}};
    for (const WriteShape& write : shape.writes) {
      // Transparency means ports of one clock edge.
      const bool together =
          read.clocked && write.clock == read.clock && write.posedge == read.posedge;
      read.transparent.push_back(together && draw.one_in(2));
    }
    shape.reads.push_back(std::move(read));
  }
  return shape;
}

/// `"0101"`: the `width` low bits of each value, the first value's on the right.
std::string digits(const std::vector<std::uint32_t>& values, std::uint32_t width) {
  std::string out;
  for (const std::uint32_t value : values) {
    for (std::uint32_t bit = 0; bit < width; ++bit) {
      out.insert(out.begin(), (value >> bit & 1) != 0 ? '1' : '0');
    }
  }
  return "\"" + out + "\"";
}

/// One digit a port.
template <class Port>
std::string flags(const std::vector<Port>& ports, bool Port::* flag) {
  std::vector<std::uint32_t> values;
  for (const Port& port : ports) values.push_back(port.*flag);
  return digits(values, 1);
}

std::string number(const std::string& name, std::uint64_t value) {
  return "\"" + name + "\": " + std::to_string(value);
}

std::string parameters_of(const Shape& shape) {
  const std::size_t reads = shape.reads.size();
  const std::size_t writes = shape.writes.size();
  std::vector<std::uint32_t> masks, inits, async_values, sync_values;
  for (const ReadShape& read : shape.reads) {
    for (const bool transparent : read.transparent) masks.push_back(transparent);
    inits.push_back(read.init);
    async_values.push_back(read.async_value);
    sync_values.push_back(read.sync_value);
  }
  const auto none = [](std::size_t count) { return "\"" + std::string(count, '0') + "\""; };
  const auto all = [](std::size_t count) { return "\"" + std::string(count, '1') + "\""; };
  std::string out = R"("MEMID": "\\m", )";
  out += number("SIZE", shape.depth) + ", " + number("OFFSET", shape.start) + ", ";
  out += number("ABITS", shape.address_bits) + ", " + number("WIDTH", shape.width) + ", ";
  out += "\"INIT\": " + digits(shape.rows, shape.width) + ", ";
  out += number("RD_PORTS", reads) + ", " + number("WR_PORTS", writes);
  const std::pair<std::string, std::string> vectors[] = {
      {"RD_CLK_ENABLE", flags(shape.reads, &ReadShape::clocked)},
      {"RD_CLK_POLARITY", flags(shape.reads, &ReadShape::posedge)},
      {"RD_CE_OVER_SRST", flags(shape.reads, &ReadShape::reset_needs_enable)},
      {"RD_TRANSPARENCY_MASK", digits(masks, 1)},
      {"RD_COLLISION_X_MASK", none(reads * writes)},
      {"RD_WIDE_CONTINUATION", none(reads)},
      {"RD_INIT_VALUE", digits(inits, shape.width)},
      {"RD_ARST_VALUE", digits(async_values, shape.width)},
      {"RD_SRST_VALUE", digits(sync_values, shape.width)},
      {"WR_CLK_ENABLE", all(writes)},
      {"WR_CLK_POLARITY", flags(shape.writes, &WriteShape::posedge)},
      {"WR_PRIORITY_MASK", none(writes * writes)},
      {"WR_WIDE_CONTINUATION", none(writes)}};
  for (const auto& [name, value] : vectors) out += ", \"" + name + "\": " + value;
  return out;
}

/// The memory with a port of the module on each of its pins: `ra0[2]`...
std::string text_of(const Shape& shape) {
  ModuleText module;
  const std::array<std::string, 2> clocks{module.add_port("c0", "input"),
                                          module.add_port("c1", "input")};
  std::map<std::string, std::string> pins;
  const auto add = [&](const std::string& pin, const std::string& bits) {
    pins[pin] += (pins[pin].empty() ? "" : ", ") + bits;
  };
  for (std::size_t i = 0; i < shape.reads.size(); ++i) {
    const std::string n = std::to_string(i);
    const ReadShape& read = shape.reads[i];
    const auto control = [&](const std::string& name, const std::string& idle) {
      return read.clocked ? module.add_port(name + n, "input") : idle;
    };
    add("RD_CLK", read.clocked ? clocks[read.clock] : "\"x\"");
    add("RD_EN", control("re", "\"1\""));
    add("RD_ARST", control("rr", "\"0\""));
    add("RD_SRST", control("rs", "\"0\""));
    add("RD_ADDR", module.add_port("ra" + n, "input", shape.address_bits));
    add("RD_DATA", module.add_port("rd" + n, "output", shape.width));
  }
  for (std::size_t i = 0; i < shape.writes.size(); ++i) {
    const std::string n = std::to_string(i);
    add("WR_CLK", clocks[shape.writes[i].clock]);
    add("WR_EN", module.add_port("we" + n, "input", shape.width));
    add("WR_ADDR", module.add_port("wa" + n, "input", shape.address_bits));
    add("WR_DATA", module.add_port("wd" + n, "input", shape.width));
  }
  std::string connections;
  for (const auto& [pin, bits] : pins) {
    connections += (connections.empty() ? "\"" : ", \"") + pin + "\": [" + bits + "]";
  }
  module.add_cell(cell("m", "$mem_v2", connections, parameters_of(shape)));
  return module.text();
}

/// A plain array with ports, and the engine beside it.
class Comparison {
 public:
  Comparison(const Shape& shape, const Program& program, std::string_view engine)
      : shape_(shape), rows_(shape.rows), stepper_(program, engine) {
    for (const ReadShape& read : shape.reads) registers_.push_back(read.init);
    for (std::size_t i = 0; i < shape.reads.size(); ++i) {
      reads_.push_back({.address = 0, .enable = false, .async = false, .sync = false});
    }
    writes_.resize(shape.writes.size());
  }

  void run(std::uint64_t seed, std::uint32_t edges) {
    Draw draw(seed);
    for (std::uint32_t edge = 0; edge < edges; ++edge) {
      ops_.clear();
      draw_inputs(draw);
      apply_async();
      std::vector<EdgeOp> clock_ops;
      std::array<std::uint32_t, 2> clocks = clocks_;
      for (std::uint32_t c = 0; c < 2; ++c) {
        if (draw.one_in(3)) continue;
        clocks[c] = draw.below(2);
        clock_ops.push_back({stepper_.input("c" + std::to_string(c)), clocks[c]});
      }
      clock(clocks);
      ASSERT_TRUE(stepper_.edge(ops_, clock_ops));
      for (std::size_t i = 0; i < shape_.reads.size(); ++i) {
        if (!expected(i)) continue;
        ASSERT_EQ(seen(i), *expected(i)) << "port " << i << " at edge " << edge;
      }
    }
    const std::uint64_t mask = (std::uint64_t{1} << shape_.width) - 1;
    for (std::uint32_t row = 0; row < shape_.depth; ++row) {
      ASSERT_EQ(stepper_.backend().memory(0)[row] & mask, rows_[row]) << "row " << row;
    }
  }

 private:
  struct ReadPins {
    std::uint32_t address = 0;
    bool enable = false;
    bool async = false;
    bool sync = false;
  };
  struct WritePins {
    std::uint32_t address = 0;
    std::uint32_t enable = 0;
    std::uint32_t data = 0;
  };

  void drive(const std::string& name, std::uint32_t width, std::uint32_t value) {
    for (std::uint32_t bit = 0; bit < width; ++bit) {
      const std::string pin = width == 1 ? name : name + "[" + std::to_string(bit) + "]";
      ops_.push_back({stepper_.input(pin), value >> bit & 1});
    }
  }

  void draw_inputs(Draw& draw) {
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      const std::string n = std::to_string(i);
      reads_[i].address = draw.below(1U << shape_.address_bits);
      drive("ra" + n, shape_.address_bits, reads_[i].address);
      if (!shape_.reads[i].clocked) continue;
      reads_[i].enable = draw.one_in(2);
      reads_[i].async = draw.one_in(8);
      reads_[i].sync = draw.one_in(4);
      drive("re" + n, 1, reads_[i].enable);
      drive("rr" + n, 1, reads_[i].async);
      drive("rs" + n, 1, reads_[i].sync);
    }
    for (std::size_t i = 0; i < writes_.size(); ++i) {
      const std::string n = std::to_string(i);
      writes_[i] = {draw.below(1U << shape_.address_bits), draw.below(1U << shape_.width),
                    draw.below(1U << shape_.width)};
      if (draw.one_in(3)) writes_[i].enable = 0;
      drive("wa" + n, shape_.address_bits, writes_[i].address);
      drive("we" + n, shape_.width, writes_[i].enable);
      drive("wd" + n, shape_.width, writes_[i].data);
    }
  }

  void apply_async() {
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      if (reads_[i].async) registers_[i] = shape_.reads[i].async_value;
    }
  }

  [[nodiscard]] bool is_inside(std::uint32_t address) const {
    return address >= shape_.start && address - shape_.start < shape_.depth;
  }
  [[nodiscard]] std::uint32_t word_at(std::uint32_t address) const {
    return is_inside(address) ? rows_[address - shape_.start] : 0;
  }

  void clock(const std::array<std::uint32_t, 2>& clocks) {
    const auto fires = [&](std::uint32_t clock, bool posedge) {
      return clocks[clock] != clocks_[clock] && (clocks[clock] != 0) == posedge;
    };
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      const ReadShape& read = shape_.reads[i];
      if (read.clocked && fires(read.clock, read.posedge) && !reads_[i].async) load(i);
    }
    for (std::size_t w = 0; w < writes_.size(); ++w) {
      const bool is_written = fires(shape_.writes[w].clock, shape_.writes[w].posedge);
      if (!is_written || !is_inside(writes_[w].address)) continue;
      std::uint32_t& row = rows_[writes_[w].address - shape_.start];
      row = (row & ~writes_[w].enable) | (writes_[w].data & writes_[w].enable);
    }
    clocks_ = clocks;
  }

  /// A clocked port takes the old word, with transparent writes in it.
  void load(std::size_t i) {
    const ReadShape& read = shape_.reads[i];
    if (reads_[i].sync && (reads_[i].enable || !read.reset_needs_enable)) {
      registers_[i] = read.sync_value;
      return;
    }
    if (!reads_[i].enable) return;
    std::uint32_t word = word_at(reads_[i].address);
    for (std::size_t w = 0; w < writes_.size(); ++w) {
      if (!read.transparent[w] || writes_[w].address != reads_[i].address) continue;
      word = (word & ~writes_[w].enable) | (writes_[w].data & writes_[w].enable);
      // What a write outside of the memory forwards is nobody's business.
      if (!is_inside(reads_[i].address)) word = kAnything;
    }
    registers_[i] = word;
  }

  [[nodiscard]] std::optional<std::uint32_t> expected(std::size_t i) const {
    if (!shape_.reads[i].clocked) return word_at(reads_[i].address);
    if (registers_[i] == kAnything) return {};
    return registers_[i];
  }
  [[nodiscard]] std::uint32_t seen(std::size_t i) const {
    std::uint32_t value = 0;
    for (std::uint32_t bit = 0; bit < shape_.width; ++bit) {
      const std::string index = shape_.width == 1 ? "" : "[" + std::to_string(bit) + "]";
      value |= std::uint32_t{stepper_.output("rd" + std::to_string(i) + index)} << bit;
    }
    return value;
  }

  static constexpr std::uint32_t kAnything = 0xFFFFFFFF;

  const Shape& shape_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> registers_;
  std::vector<ReadPins> reads_;
  std::vector<WritePins> writes_;
  std::array<std::uint32_t, 2> clocks_{};
  std::vector<EdgeOp> ops_;
  Stepper stepper_;
};

TEST(Memories, of_random_shapes_behave_like_an_array) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Shape shape = random_shape(seed);
    const Program program = program_of(model_of(text_of(shape)));
    for (const std::string_view engine : backend_names()) {
      SCOPED_TRACE(std::string(engine) + ", seed " + std::to_string(seed));
      Comparison(shape, program, engine).run(seed, 60);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Memories, keep_their_name_and_shape) {
  Shape shape = random_shape(3);
  shape.start = 1;
  const Model model = model_of(text_of(shape));
  ASSERT_EQ(model.memories.size(), 1U);
  EXPECT_EQ(model.memories[0].name, "m");
  EXPECT_EQ(model.memories[0].width, shape.width);
  EXPECT_EQ(model.memories[0].depth, shape.depth);
  EXPECT_EQ(model.memories[0].start_offset, 1U);
  EXPECT_EQ(model.memories[0].reads.size(), shape.reads.size());
  EXPECT_EQ(model.memories[0].writes.size(), shape.writes.size());
}

/// Two write ports, the first with priority over the second.
TEST(Memories, let_the_port_with_priority_win) {
  Shape shape;
  shape.width = 4;
  shape.rows.assign(shape.depth, 0);
  shape.reads.push_back({});
  shape.reads[0].transparent = {false, false};
  shape.writes = {{0, true}, {0, true}};
  std::string text = text_of(shape);
  const std::string plain = R"("WR_PRIORITY_MASK": "0000")";
  const std::size_t at = text.find(plain);
  ASSERT_NE(at, std::string::npos);
  for (const auto& [mask, winner] : {std::pair("0010", 0b0101U), std::pair("0100", 0b1010U)}) {
    std::string changed = text;
    changed.replace(at, plain.size(), std::string(R"("WR_PRIORITY_MASK": ")") + mask + "\"");
    const Program program = program_of(model_of(changed));
    for (const std::string_view engine : backend_names()) {
      Stepper stepper(program, engine);
      // Both write address 2: 0101 with all bits enabled, 1010 with all enabled.
      ASSERT_TRUE(stepper.edge({{"wa0[1]", 1},
                                {"wa1[1]", 1},
                                {"ra0[1]", 1},
                                {"we0[0]", 1},
                                {"we0[1]", 1},
                                {"we0[2]", 1},
                                {"we0[3]", 1},
                                {"we1[0]", 1},
                                {"we1[1]", 1},
                                {"we1[2]", 1},
                                {"we1[3]", 1},
                                {"wd0[0]", 1},
                                {"wd0[2]", 1},
                                {"wd1[1]", 1},
                                {"wd1[3]", 1}},
                               {{"c0", 1}}));
      EXPECT_EQ(stepper.backend().memory(0)[2], winner) << engine << " " << mask;
    }
  }
}

}  // namespace
}  // namespace heddle::gate
