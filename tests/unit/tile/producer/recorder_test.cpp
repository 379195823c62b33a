// What a kernel may not say, each with what it is told; and what it may.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "heddle/tile/producer.h"

namespace heddle::tile {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Ctx = heddle_tile_context*;

/// Buffers of every kernel here: two of 256 bytes, an accumulator of 1024, weights.
enum : std::uint32_t { kA, kB, kAcc, kWeights };

heddle_tile_buffers some(std::initializer_list<std::uint32_t> ids) {
  return {ids.begin(), static_cast<std::uint32_t>(ids.size())};
}

/// 16 elements of tensor 0, asynchronous, unless said otherwise.
struct Move {
  int direction = HEDDLE_TILE_LOAD;
  std::uint32_t tensor = 0;
  std::int64_t offset = 0;
  std::vector<std::int64_t> dims = {16};
  std::vector<std::int64_t> strides = {1};
  std::uint32_t bits = 32;
  int is_async = 1;
  std::uint32_t semaphore = 0;
  std::initializer_list<std::uint32_t> reads = {};
  std::initializer_list<std::uint32_t> writes = {kA};
};

int move(Ctx ctx, const Move& one) {
  return heddle_tile_dma(ctx, one.direction, one.tensor, one.offset,
                         static_cast<std::uint32_t>(one.dims.size()), one.dims.data(),
                         one.strides.data(), one.bits, one.is_async, one.semaphore, some(one.reads),
                         some(one.writes));
}

int wait(Ctx ctx, std::int64_t elements, std::uint32_t semaphore = 0) {
  return heddle_tile_memory_barrier(ctx, semaphore, elements);
}

int compute(Ctx ctx, int kind, std::vector<std::int64_t> dims,
            std::initializer_list<std::uint32_t> reads, std::initializer_list<std::uint32_t> writes,
            std::uint32_t node = 100) {
  if (node == 100) node = static_cast<std::uint32_t>(kind);
  return heddle_tile_compute(ctx, node, kind, dims.data(), static_cast<std::uint32_t>(dims.size()),
                             some(reads), some(writes));
}

int load(Ctx ctx) {
  return move(ctx, {}) | wait(ctx, 16);
}
int store(Ctx ctx) {
  return move(ctx, {.direction = HEDDLE_TILE_STORE, .is_async = 0, .reads = {kA}, .writes = {}});
}

using Script = std::function<int(Ctx)>;

/// The kernel function has no place for a closure; one test runs at a time.
thread_local const Script* script = nullptr;

int run_script(Ctx ctx, const std::int64_t*, std::uint32_t, const std::int64_t*, std::uint32_t) {
  return (*script)(ctx);
}

void declare(Ctx ctx) {
  heddle_tile_tensor(ctx, 0, "x", 64, 32);
  heddle_tile_buffer(ctx, kA, HEDDLE_TILE_SCRATCHPAD, 256);
  heddle_tile_buffer(ctx, kB, HEDDLE_TILE_SCRATCHPAD, 256);
  heddle_tile_buffer(ctx, kAcc, HEDDLE_TILE_ACCUMULATOR, 1024);
  heddle_tile_buffer(ctx, kWeights, HEDDLE_TILE_WEIGHTS, 0);
}

int dispatch_script(Ctx ctx, const std::int64_t*, std::uint32_t) {
  declare(ctx);
  const std::int64_t iv[] = {7, 8};
  return heddle_tile_dispatch(ctx, run_script, nullptr, 0, iv, 2, -1);
}

int kernel_script(Ctx ctx, const std::int64_t*, std::uint32_t) {
  return (*script)(ctx);
}

/// What is said of one work-item, or "" if nothing.
std::string item_problem(const Script& one) {
  script = &one;
  auto source = run_kernel("test", dispatch_script);
  if (!source) return source.error().to_string();
  WorkItem item;
  const Result<bool> more = (*source)->next(item);
  return more ? std::string() : more.error().to_string();
}

std::string kernel_problem(const Script& one) {
  script = &one;
  auto source = run_kernel("test", kernel_script);
  return source ? std::string() : source.error().to_string();
}

TEST(Recorder, takes_any_number_of_loads_a_semaphore_and_of_waits_a_generation) {
  EXPECT_EQ(item_problem([](Ctx ctx) {
              for (int iteration = 0; iteration < 3; ++iteration) {
                int code = move(ctx, {.writes = {kA}}) |
                           move(ctx, {.offset = 16, .dims = {8}, .writes = {kB}});
                for (int use = 0; use < 4; ++use) {
                  code |= wait(ctx, 24) |
                          compute(ctx, HEDDLE_TILE_VECTOR, {16, HEDDLE_TILE_EXP}, {kA}, {kA});
                }
                if (code != 0) return code;
              }
              return store(ctx);
            }),
            "");
}

TEST(Recorder, refuses_a_wait_of_another_count_than_its_generation) {
  // The second iteration's tile is smaller: the count of the first does not do.
  EXPECT_THAT(
      item_problem([](Ctx ctx) { return load(ctx) | move(ctx, {.dims = {5}}) | wait(ctx, 16); }),
      AllOf(HasSubstr("tile.count-mismatch"), HasSubstr("work-item 0 (7, 8), instruction 4"),
            HasSubstr("waits for 16 elements"), HasSubstr("since instruction 3 bring 5")));
  // A tag used twice before a wait: both loads are one generation.
  EXPECT_THAT(item_problem([](Ctx ctx) { return move(ctx, {}) | move(ctx, {}) | wait(ctx, 16); }),
              AllOf(HasSubstr("tile.count-mismatch"), HasSubstr("bring 32")));
}

TEST(Recorder, refuses_a_wait_before_any_signal) {
  EXPECT_THAT(
      item_problem([](Ctx ctx) { return wait(ctx, 16); }),
      AllOf(HasSubstr("tile.early-wait"), HasSubstr("instruction 1"), HasSubstr("semaphore 0")));
  // A slot that an address expression made negative.
  EXPECT_THAT(item_problem([](Ctx ctx) { return load(ctx) | wait(ctx, 16, UINT32_MAX - 1); }),
              AllOf(HasSubstr("tile.early-wait"), HasSubstr("(-2 as a signed number)")));
  // A synchronous load and a store signal nothing.
  EXPECT_THAT(item_problem([](Ctx ctx) { return move(ctx, {.is_async = 0}) | wait(ctx, 16); }),
              HasSubstr("tile.early-wait"));
  // Nor does what another work-item loaded.
  const Script one = [](Ctx ctx) { return load(ctx); };
  EXPECT_EQ(item_problem(one), "");
}

TEST(Recorder, refuses_a_negative_slot) {
  const auto said = item_problem([](Ctx ctx) { return move(ctx, {.semaphore = UINT32_MAX}); });
  EXPECT_THAT(said, AllOf(HasSubstr("tile.unknown-id"), HasSubstr("semaphore 4294967295 (-1")));
}

TEST(Recorder, refuses_a_load_that_nobody_waits_for) {
  EXPECT_THAT(
      item_problem([](Ctx ctx) { return load(ctx) | move(ctx, {.dims = {3}, .semaphore = 4}); }),
      AllOf(HasSubstr("tile.unawaited-load"), HasSubstr("instruction 3"), HasSubstr("'x'"),
            HasSubstr("semaphore 4")));
  EXPECT_THAT(item_problem([](Ctx ctx) { return load(ctx) | move(ctx, {}); }),
              HasSubstr("tile.unawaited-load"));
  EXPECT_EQ(item_problem([](Ctx ctx) { return move(ctx, {.is_async = 0}) | store(ctx); }), "");
}

TEST(Recorder, refuses_ids_that_were_not_declared) {
  const auto said = [](const Move& one) {
    return item_problem([&](Ctx ctx) { return move(ctx, one); });
  };
  EXPECT_THAT(said({.tensor = 1}), AllOf(HasSubstr("tile.unknown-id"), HasSubstr("tensor 1")));
  EXPECT_THAT(said({.writes = {9}}), AllOf(HasSubstr("tile.unknown-id"), HasSubstr("buffer 9")));
  EXPECT_THAT(item_problem([](Ctx ctx) {
                return compute(ctx, HEDDLE_TILE_VECTOR, {1, 0}, {}, {kA}, HEDDLE_TILE_MAX_SLOTS);
              }),
              AllOf(HasSubstr("tile.unknown-id"), HasSubstr("node 65536")));
}

TEST(Recorder, refuses_shapes_that_cannot_be) {
  const auto said = [](const Move& one) {
    return item_problem([&](Ctx ctx) { return move(ctx, one); });
  };
  EXPECT_THAT(said({.offset = -1}), AllOf(HasSubstr("tile.bad-shape"), HasSubstr("offset is -1")));
  EXPECT_THAT(said({.dims = {}, .strides = {}}), HasSubstr("0 dimensions"));
  EXPECT_THAT(
      said({.dims = std::vector<std::int64_t>(9, 1), .strides = std::vector<std::int64_t>(9, 1)}),
      HasSubstr("9 dimensions"));
  EXPECT_THAT(said({.dims = {4, 0}, .strides = {4, 1}}), HasSubstr("dimension 1 is 0"));
  EXPECT_THAT(said({.dims = {4, -4}, .strides = {4, 1}}), HasSubstr("dimension 1 is -4"));
  EXPECT_THAT(said({.dims = {INT64_MAX, INT64_MAX}, .strides = {1, 1}}),
              HasSubstr("tile.bad-shape"));
  EXPECT_THAT(said({.strides = {-1}}), HasSubstr("stride 0 is -1"));
  EXPECT_THAT(said({.bits = 16}), HasSubstr("elements of 16 bits"));
  EXPECT_THAT(said({.direction = 2}), HasSubstr("direction 2"));
  EXPECT_THAT(
      item_problem([](Ctx ctx) {
        return load(ctx) |
               move(ctx,
                    {.direction = HEDDLE_TILE_STORE, .strides = {0}, .reads = {kA}, .writes = {}});
      }),
      HasSubstr("a store writes an element once"));
  EXPECT_THAT(item_problem([](Ctx ctx) {
                return heddle_tile_dma(ctx, 0, 0, 0, 2, nullptr, nullptr, 32, 1, 0, {}, some({kA}));
              }),
              HasSubstr("null pointer"));
}

TEST(Recorder, refuses_what_lies_outside_of_tensor_or_buffer) {
  const auto said = [](const Move& one) {
    return item_problem([&](Ctx ctx) { return move(ctx, one) | wait(ctx, 16); });
  };
  EXPECT_EQ(said({.offset = 48}), "");
  EXPECT_THAT(said({.offset = 49}), AllOf(HasSubstr("tile.out-of-tensor"), HasSubstr("49 to 64"),
                                          HasSubstr("'x', which has 64")));
  EXPECT_EQ(said({.dims = {4, 4}, .strides = {20, 1}}), "");
  EXPECT_THAT(said({.dims = {4, 4}, .strides = {21, 1}}), HasSubstr("0 to 66"));
  EXPECT_THAT(said({.dims = {2, 8}, .strides = {std::int64_t{1} << 40, 1}}),
              HasSubstr("tile.out-of-tensor"));
  // 65 elements of 4 bytes: a repeated read keeps them in the tensor, not in 256 bytes.
  EXPECT_THAT(
      said({.dims = {65}, .strides = {0}}),
      AllOf(HasSubstr("tile.out-of-buffer"), HasSubstr("260 bytes"), HasSubstr("hold 256")));
}

TEST(Recorder, refuses_transfers_between_the_wrong_places) {
  const auto said = [](const Move& one) {
    return item_problem([&](Ctx ctx) { return load(ctx) | move(ctx, one); });
  };
  EXPECT_THAT(said({.writes = {}}), HasSubstr("tile.bad-operands"));
  EXPECT_THAT(said({.reads = {kA}}), HasSubstr("tile.bad-operands"));
  EXPECT_THAT(said({.direction = HEDDLE_TILE_STORE}), HasSubstr("a store reads buffers"));
  EXPECT_THAT(said({.writes = {kWeights}}), HasSubstr("weights buffer 3"));
  EXPECT_THAT(said({.direction = HEDDLE_TILE_STORE, .reads = {kB}, .writes = {}}),
              AllOf(HasSubstr("tile.unwritten-buffer"), HasSubstr("buffer 1")));
}

int preload(Ctx ctx, std::int64_t rows, std::int64_t columns) {
  return compute(ctx, HEDDLE_TILE_PRELOAD, {rows, columns}, {kA}, {kWeights});
}
int matmul(Ctx ctx, std::vector<std::int64_t> dims,
           std::initializer_list<std::uint32_t> reads = {kA, kWeights, kAcc},
           std::initializer_list<std::uint32_t> writes = {kAcc}) {
  return compute(ctx, HEDDLE_TILE_MATMUL, std::move(dims), reads, writes);
}
int clear(Ctx ctx) {
  return compute(ctx, HEDDLE_TILE_VECTOR, {16, HEDDLE_TILE_ADD}, {}, {kAcc});
}

TEST(Recorder, ties_matmuls_to_their_preload) {
  EXPECT_EQ(item_problem([](Ctx ctx) {
              return load(ctx) | clear(ctx) | preload(ctx, 4, 4) | matmul(ctx, {2, 4, 4}) |
                     matmul(ctx, {1, 4, 4}) | preload(ctx, 3, 2) | matmul(ctx, {2, 3, 2});
            }),
            "");
  EXPECT_EQ(item_problem([](Ctx ctx) {  // a unit that needs no preload
              return load(ctx) | clear(ctx) | matmul(ctx, {2, 4, 4}, {kA, kAcc});
            }),
            "");
  EXPECT_THAT(item_problem([](Ctx ctx) {
                return load(ctx) | clear(ctx) | preload(ctx, 4, 4) | matmul(ctx, {2, 3, 4});
              }),
              AllOf(HasSubstr("tile.bad-operands"), HasSubstr("4 by 4 were preloaded")));
  EXPECT_THAT(item_problem([](Ctx ctx) { return load(ctx) | clear(ctx) | matmul(ctx, {2, 4, 4}); }),
              AllOf(HasSubstr("tile.unwritten-buffer"), HasSubstr("buffer 3")));
  EXPECT_THAT(item_problem([](Ctx ctx) {
                return load(ctx) | compute(ctx, HEDDLE_TILE_PRELOAD, {4, 4}, {kA}, {kB});
              }),
              HasSubstr("tile.bad-operands"));
  EXPECT_THAT(item_problem([](Ctx ctx) {
                return load(ctx) | compute(ctx, HEDDLE_TILE_VECTOR, {4, 0}, {kA}, {kWeights});
              }),
              HasSubstr("tile.bad-operands"));
  EXPECT_THAT(item_problem([](Ctx ctx) { return load(ctx) | matmul(ctx, {2, 4, 4}, {kA}); }), "");
}

TEST(Recorder, refuses_computes_that_cannot_be) {
  const auto said = [](int kind, std::vector<std::int64_t> dims, std::uint32_t node = 100) {
    return item_problem(
        [&](Ctx ctx) { return load(ctx) | compute(ctx, kind, dims, {kA}, {kB}, node); });
  };
  EXPECT_THAT(said(4, {1}), HasSubstr("compute kind 4"));
  EXPECT_THAT(said(HEDDLE_TILE_VECTOR, {1}), HasSubstr("1 dimensions of a vector operation"));
  EXPECT_THAT(said(HEDDLE_TILE_VECTOR, {0, 0}), HasSubstr("dimension 0 is 0"));
  EXPECT_THAT(said(HEDDLE_TILE_VECTOR, {4, HEDDLE_TILE_TRANSPOSE}), HasSubstr("operation 8"));
  EXPECT_EQ(said(HEDDLE_TILE_CROSS_LANE, {4, 4, HEDDLE_TILE_TRANSPOSE}), "");
  EXPECT_THAT(said(HEDDLE_TILE_CROSS_LANE, {4, 4, 9}), HasSubstr("operation 9"));
  EXPECT_THAT(said(HEDDLE_TILE_VECTOR, {std::int64_t{1} << 32, 0}), HasSubstr("tile.bad-shape"));
  EXPECT_THAT(
      item_problem([](Ctx ctx) { return compute(ctx, HEDDLE_TILE_VECTOR, {4, 0}, {}, {}); }),
      HasSubstr("writes nothing"));
  EXPECT_THAT(item_problem([](Ctx ctx) {
                return clear(ctx) | compute(ctx, HEDDLE_TILE_CROSS_LANE, {4, 4, 0}, {kAcc}, {kB},
                                            HEDDLE_TILE_VECTOR);
              }),
              AllOf(HasSubstr("tile.node-kind"), HasSubstr("node 0 is a cross-lane operation"),
                    HasSubstr("was a vector operation")));
}

TEST(Recorder, refuses_calls_at_the_wrong_moment_and_out_of_turn) {
  EXPECT_THAT(kernel_problem([](Ctx ctx) {
                declare(ctx);
                return load(ctx);
              }),
              AllOf(HasSubstr("tile.wrong-moment"), HasSubstr("the kernel function")));
  EXPECT_THAT(item_problem([](Ctx ctx) { return heddle_tile_tensor(ctx, 1, "y", 4, 32); }),
              HasSubstr("tile.wrong-moment"));
  EXPECT_THAT(item_problem([](Ctx ctx) {
                return heddle_tile_dispatch(ctx, run_script, nullptr, 0, nullptr, 0, -1);
              }),
              HasSubstr("tile.wrong-moment"));
  EXPECT_THAT(kernel_problem([](Ctx ctx) {
                heddle_tile_dispatch(ctx, run_script, nullptr, 0, nullptr, 0, -1);
                return heddle_tile_buffer(ctx, 0, 0, 16);
              }),
              HasSubstr("before the first dispatch"));
  EXPECT_THAT(kernel_problem([](Ctx ctx) { return heddle_tile_tensor(ctx, 1, "y", 4, 32); }),
              AllOf(HasSubstr("tile.bad-tensor"), HasSubstr("out of turn")));
  EXPECT_THAT(kernel_problem([](Ctx ctx) { return heddle_tile_buffer(ctx, 0, 3, 4); }),
              AllOf(HasSubstr("tile.bad-buffer"), HasSubstr("kind 3")));
  EXPECT_THAT(kernel_problem([](Ctx ctx) { return heddle_tile_buffer(ctx, 0, 0, -4); }),
              AllOf(HasSubstr("tile.bad-buffer"), HasSubstr("-4 bytes")));
  EXPECT_THAT(kernel_problem([](Ctx ctx) { return heddle_tile_tensor(ctx, 0, "y", -4, 32); }),
              AllOf(HasSubstr("tile.bad-tensor"), HasSubstr("tensor 0 'y': -4 elements")));
  EXPECT_THAT(kernel_problem([](Ctx ctx) {
                return heddle_tile_dispatch(ctx, nullptr, nullptr, 0, nullptr, 0, -1);
              }),
              HasSubstr("null pointer"));
  EXPECT_THAT(kernel_problem([](Ctx ctx) {
                const std::vector<std::int64_t> iv(17);
                return heddle_tile_dispatch(ctx, run_script, nullptr, 0, iv.data(), 17, -1);
              }),
              AllOf(HasSubstr("tile.too-many"), HasSubstr("16 induction values")));
}

TEST(Recorder, says_no_from_the_first_refusal_on) {
  int later = 0;
  const std::string said = item_problem([&](Ctx ctx) {
    (void)wait(ctx, 16);
    later = load(ctx);
    return 0;
  });
  EXPECT_THAT(said, HasSubstr("tile.early-wait"));
  EXPECT_NE(later, 0);
}

}  // namespace
}  // namespace heddle::tile
