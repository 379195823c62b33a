// Layer lists in both forms, their mistakes, and the shipped models: as much
// arithmetic as their papers' architectures have.
#include "heddle/tile/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "heddle/tile/kernel/product.h"
#include "support/temp_directory.h"
#include "unit/tile/producer/kernel_audit.h"

namespace heddle::tile {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string model_path(const std::string& name) {
  return std::string(HEDDLE_SOURCE_DIR) + "/designs/tile/models/" + name;
}

/// Multiplications of matrices in a whole model, and whether each layer stored something.
std::int64_t macs_of(const LayerList& list, const kernel::Target& target) {
  std::int64_t macs = 0;
  for (const Layer& layer : list.layers) {
    auto source = make_layer_source(layer, target);
    EXPECT_TRUE(source) << layer.name << source.error().to_string();
    if (!source) continue;
    WorkItem item;
    bool has_stored = false;
    for (;;) {
      const Result<bool> more = (*source)->next(item);
      EXPECT_TRUE(more) << layer.name << more.error().to_string();
      if (!more || !*more) break;
      for (const Instruction& one : item.instructions) {
        has_stored = has_stored || (one.opcode == Opcode::Dma && one.direction == Direction::Store);
        if (one.opcode != Opcode::Compute || one.kind != ComputeKind::Matmul) continue;
        const auto dims = item.at(one.dims);
        macs += dims[0] * dims[1] * dims[2] * layer.repeat;
      }
    }
    EXPECT_TRUE(has_stored) << layer.name;
  }
  return macs;
}

std::int64_t macs_of(const std::string& name, const kernel::Target& target = {}) {
  const Result<LayerList> list = load_layers(model_path(name));
  EXPECT_TRUE(list) << list.error().to_string();
  return list ? macs_of(*list, target) : 0;
}

TEST(Models, have_as_many_multiplications_as_their_architectures) {
  // The model zoo of torchvision gives 1.81 and 4.09 G for one image of 224 x 224.
  EXPECT_NEAR(static_cast<double>(macs_of("resnet18.yaml")) / 1e9, 1.81, 0.01);
  EXPECT_NEAR(static_cast<double>(macs_of("resnet50.yaml")) / 1e9, 4.09, 0.01);
  // A layer: Q, K, V and projection 4 s h^2, feed-forward 8 s h^2, attention 2 s^2 h.
  const auto encoder = [](std::int64_t layers, std::int64_t h, std::int64_t s) {
    return layers * (12 * s * h * h + 2 * s * s * h);
  };
  EXPECT_EQ(macs_of("bert_base.yaml"), encoder(12, 768, 512));
  EXPECT_EQ(macs_of("bert_large.yaml"), encoder(24, 1024, 512));
  EXPECT_EQ(macs_of("gemm_cubes.csv"), (1 + 8 + 64) * (std::int64_t{1} << 24));
}

TEST(Models, are_tiled_for_every_shipped_machine_with_as_much_work) {
  const std::int64_t macs = macs_of("resnet18.yaml");
  for (const auto& entry :
       std::filesystem::directory_iterator(HEDDLE_SOURCE_DIR "/designs/machines/tile")) {
    const Result<Machine> machine = load_machine(entry.path().string());
    ASSERT_TRUE(machine) << machine.error().to_string();
    EXPECT_EQ(macs_of("resnet18.yaml", kernel_target(*machine)), macs) << entry.path();
  }
}

TEST(Layers, of_every_kind_are_read_alike_from_yaml_and_csv) {
  const std::string yaml =
      "name: n\nelement_bits: 32\nlayers:\n"
      "  - {name: a, kind: gemm, m: 4, n: 5, k: 6, bias: 1, gelu: 1, repeat: 3}\n"
      "  - {name: b, kind: elementwise, elements: 100, add: 2, exp: 1}\n"
      "  - {name: c, kind: attention, heads: 2, queries: 8, keys: 8, head_size: 4, flash: 1}\n";
  const std::string csv =
      "name,kind,m,n,k,bias,gelu,repeat,elements,add,exp,heads,queries,keys,head_size,flash,"
      "element_bits\n"
      "a,gemm,4,5,6,1,1,3,,,,,,,,,32\n"
      "b,elementwise,,,,,,,100,2,1,,,,,,32\n"
      "# a line of comment\n\n"
      "c , attention ,,,,,,,,,,2,8,8,4,1,32\n";
  const auto from_yaml = parse_layers(yaml, "l.yaml");
  const auto from_csv = parse_layers(csv, "l.csv");
  ASSERT_TRUE(from_yaml) << from_yaml.error().to_string();
  ASSERT_TRUE(from_csv) << from_csv.error().to_string();
  ASSERT_EQ(from_yaml->layers.size(), 3U);
  ASSERT_EQ(from_csv->layers.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(from_yaml->layers[i].shape, from_csv->layers[i].shape);
    EXPECT_EQ(from_yaml->layers[i].name, from_csv->layers[i].name);
    EXPECT_EQ(from_yaml->layers[i].text, from_csv->layers[i].text);
  }
  const Layer& gemm = from_yaml->layers[0];
  EXPECT_EQ(gemm.repeat, 3U);
  EXPECT_EQ(gemm.text, "m 4, n 5, k 6, bias 1, gelu 1");
  EXPECT_EQ(layer_kind_text(gemm.kind), "gemm");
  EXPECT_THAT(std::vector(gemm.shape.begin(), gemm.shape.begin() + 6),
              testing::ElementsAre(4, 5, 6, 1, 32, kernel::kBias | kernel::kGelu));
  const auto& chain = from_yaml->layers[1].shape;
  EXPECT_THAT(std::vector(chain.end() - 3, chain.end()),
              testing::ElementsAre(HEDDLE_TILE_ADD, HEDDLE_TILE_ADD, HEDDLE_TILE_EXP));
}

TEST(Layers, keep_the_tiles_that_a_list_gives) {
  const auto list = parse_layers(
      "name: published\nelement_bits: 32\nlayers:\n  - {name: g, kind: gemm, m: 1024, n: 1024, "
      "k: 1024, tile_m: 1024, tile_n: 1024, tile_k: 256, part_m: 128, stream_rows: 128}\n",
      "l.yaml");
  ASSERT_TRUE(list) << list.error().to_string();
  auto source = make_layer_source(list->layers.front(), {});
  ASSERT_TRUE(source) << source.error().to_string();
  WorkItem item;
  ASSERT_TRUE(*(*source)->next(item));
  const auto audit = test::audit_of(item);
  EXPECT_EQ(audit.loads, 4 * (8 + 1));
  EXPECT_EQ(audit.computes.at(ComputeKind::Matmul), 512);
  EXPECT_FALSE(*(*source)->next(item));
}

std::string problem_of(const std::string& text, const std::string& file) {
  const auto list = parse_layers(text, file);
  return list ? "" : list.error().to_string();
}

// A layer made by a program, not read from a list, may say its sizes alone.
TEST(Layers, of_sizes_alone_are_filled_up_for_the_machine) {
  const Result<Machine> machine = load_machine("tpuv3");
  ASSERT_TRUE(machine.has_value());
  const kernel::Target target = kernel_target(*machine);
  Layer layer;
  layer.name = "product";
  layer.shape = {64, 64, 64};
  const std::vector<std::int64_t> args = layer_shape_args(layer, target);
  ASSERT_GE(args.size(), 10U);
  EXPECT_EQ(std::count(args.begin(), args.end(), target.scratchpad_bytes), 1);
  EXPECT_TRUE(make_layer_source(layer, target).has_value());
}

TEST(Layers, with_a_mistake_are_refused_at_its_place) {
  const auto yaml = [](const std::string& layer) {
    return problem_of("name: n\nlayers:\n  - {" + layer + "}\n", "l.yaml");
  };
  EXPECT_THAT(yaml("name: a, kind: gem, m: 1, n: 1, k: 1"),
              AllOf(HasSubstr("l.yaml:3:"), HasSubstr("config.bad-choice"), HasSubstr("gemm")));
  EXPECT_THAT(yaml("name: a, kind: gemm, m: 1, n: 1"),
              AllOf(HasSubstr("config.missing-key"), HasSubstr("'k'")));
  EXPECT_THAT(yaml("name: a, kind: gemm, m: 0, n: 1, k: 1"), HasSubstr("config.out-of-range"));
  EXPECT_THAT(yaml("name: a, kind: gemm, m: 1, n: 1, k: 1, heads: 2"),
              HasSubstr("config.unknown-key"));
  EXPECT_THAT(problem_of("name: n\nlayers: []\n", "l.yaml"), HasSubstr("config.missing-key"));
  EXPECT_THAT(problem_of("name: n\n", "l.yaml"), HasSubstr("config.missing-key"));
  const auto csv = [](const std::string& text) { return problem_of(text, "l.csv"); };
  EXPECT_THAT(csv("name,kind,m,n,k\na,gem,1,1,1\n"),
              AllOf(HasSubstr("l.csv:2:3"), HasSubstr("did you mean 'gemm'?")));
  EXPECT_THAT(csv("name,kind,m,n,k\na,gemm,1,,1\n"),
              AllOf(HasSubstr("l.csv:2:1"), HasSubstr("config.missing-key"), HasSubstr("'n'")));
  EXPECT_THAT(csv("name,kind,m,n,k\na,gemm,1, x,1\n"),
              AllOf(HasSubstr("l.csv:2:11"), HasSubstr("config.out-of-range")));
  EXPECT_THAT(csv("name,kind,m,n,k,heads\na,gemm,1,1,1,4\n"),
              AllOf(HasSubstr("l.csv:2:14"), HasSubstr("config.unknown-key")));
  EXPECT_THAT(csv("name,kind,m,n,k\na,gemm,1,1\n"),
              AllOf(HasSubstr("l.csv:2:1"), HasSubstr("tile.layer-csv"), HasSubstr("4 cells")));
  EXPECT_THAT(csv("name,kind,m,n,k\n"), HasSubstr("tile.layer-csv"));
  EXPECT_THAT(csv(""), HasSubstr("tile.layer-csv"));
  EXPECT_FALSE(load_layers("no/such/list.yaml"));
}

TEST(Layers, that_do_not_fit_are_refused_by_their_kernel) {
  const auto list = parse_layers(
      "name: n\nlayers:\n  - {name: wide, kind: softmax, rows: 4, columns: 10000000}\n", "l.yaml");
  ASSERT_TRUE(list);
  const auto source = make_layer_source(list->layers.front(), {});
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().to_string(),
              AllOf(HasSubstr("wide"), HasSubstr("tile.kernel-refused")));
}

}  // namespace
}  // namespace heddle::tile
