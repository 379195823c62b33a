// The PE's scheduler: a composite becomes tiles that go through four stages.
// Each stage is a process that takes a tile from the queue before it, works on
// it, and puts it into the queue behind it, waiting while that is full.
#include <algorithm>
#include <memory>

#include "heddle/des/channel.h"
#include "heddle/system/diagnostics.h"
#include "system/engine.h"

namespace heddle::system {
namespace {

/// One tile of work: which part of the product, and whether it ends a sum.
struct Job {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  std::uint32_t inner = 0;
  std::uint32_t m = 0;
  std::uint32_t n = 0;
  std::uint32_t k = 0;
  bool is_last_of_sum = false;
};

/// What the stages of one composite share.
struct Pipeline {
  Pipeline(Engine& the_engine, Pe& the_pe, const GemmCommand& the_command)
      : engine(the_engine),
        pe(the_pe),
        command(the_command),
        depth(the_engine.topology->machine().pe.tile_queue_depth),
        loaded(the_pe.kernel(), the_pe.name + ".loaded", depth),
        multiplied(the_pe.kernel(), the_pe.name + ".multiplied", depth),
        finished(the_pe.kernel(), the_pe.name + ".finished", depth) {}

  [[nodiscard]] des::FramePool& frame_pool() const { return pe.kernel().frame_pool(); }
  [[nodiscard]] std::uint64_t element() const { return dtype_bytes(command.dtype); }
  [[nodiscard]] std::uint64_t b_stride() const {
    return command.b_stride_bytes == 0 ? command.n * element() : command.b_stride_bytes;
  }
  [[nodiscard]] std::uint64_t c_stride() const {
    return command.c_stride_bytes == 0 ? command.n * element() : command.c_stride_bytes;
  }

  Engine& engine;
  Pe& pe;
  GemmCommand command;
  std::size_t depth = 2;
  des::Channel<Job> loaded;
  des::Channel<Job> multiplied;
  des::Channel<Job> finished;
  std::uint64_t job_count = 0;
};

/// Rows of a matrix in memory.
struct Block {
  Va at;
  std::uint64_t rows = 0;
  std::uint64_t row_bytes = 0;
  std::uint64_t stride = 0;  ///< at least `row_bytes`

  /// Bytes of the block below an offset from its start.
  [[nodiscard]] std::uint64_t below(std::uint64_t offset) const {
    const std::uint64_t row = offset / stride;
    if (row >= rows) return rows * row_bytes;
    return row * row_bytes + std::min(offset - row * stride, row_bytes);
  }
  /// The first byte of the block from an offset on. Requires: there is one.
  [[nodiscard]] Va first_from(std::uint64_t offset) const {
    const std::uint64_t row = offset / stride;
    if (offset - row * stride < row_bytes) return at.plus(offset);
    return at.plus((row + 1) * stride);
  }
  [[nodiscard]] std::uint64_t extent() const { return (rows - 1) * stride + row_bytes; }
};

/// What a block has within one page.
struct Part {
  Va at;
  std::uint64_t size_bytes = 0;
};

/// The part of the block that begins `offset` bytes from its start, up to the
/// end of a page; moves `offset` past it. Nothing at the end of the block.
std::optional<Part> next_part(const Block& block, std::uint64_t page_bytes, std::uint64_t& offset) {
  while (offset < block.extent()) {
    const std::uint64_t page_end =
        ((block.at.offset() + offset) / page_bytes + 1) * page_bytes - block.at.offset();
    const std::uint64_t begin = std::exchange(offset, page_end);
    const std::uint64_t size = block.below(page_end) - block.below(begin);
    if (size > 0) return Part{block.first_from(begin), size};
  }
  return std::nullopt;
}

/// Sends a block page by page, each part to or from where its page is.
/// Requires: the pages are mapped, as the composite has checked.
des::Task<> ship(Pipeline& p, DmaRequest& request, const Block& block, bool is_write) {
  Engine& engine = p.engine;
  const Machine& machine = engine.topology->machine();
  ++p.pe.use.dma_requests;
  std::uint64_t offset = 0;
  while (const auto part = next_part(block, engine.pages.page_bytes(), offset)) {
    const auto fragments = engine.pages.translate(part->at, 1, is_write, {});
    if (!fragments) co_return;
    co_await request.port->outstanding.take(1);
    const NodeId home = engine.home(fragments->front().address);
    const Route& route =
        is_write ? engine.route(p.pe, p.pe.node, home) : engine.route(p.pe, home, p.pe.node);
    Picoseconds tail = engine.memory_tail(route, part->size_bytes);
    tail += p.pe.tlb.look_up(fragments->front().page) ? machine.pe.tlb_hit : machine.pe.page_walk;
    ++request.left;
    ++p.pe.use.fragments;
    engine.fabric.send({&route, part->size_bytes, tail, &request, nullptr});
  }
  ++p.pe.use.translations;
}

/// Bytes of the tiles of a job that come from memory.
std::uint64_t loaded_bytes(const Pipeline& p, const Job& job) {
  std::uint64_t elements = 0;
  if (std::holds_alternative<Va>(p.command.a)) elements += std::uint64_t{job.m} * job.k;
  if (std::holds_alternative<Va>(p.command.b)) elements += std::uint64_t{job.k} * job.n;
  return elements * p.element();
}

/// Bytes of the partial sums of a job.
std::uint64_t sum_bytes(const Job& job) {
  return std::uint64_t{job.m} * job.n * 4;
}

/// The job of a number: rows outermost, then columns, then the inner index.
Job job_at(const GemmCommand& c, std::uint64_t number) {
  const std::uint64_t inners = (std::uint64_t{c.k} + c.tile_k - 1) / c.tile_k;
  const std::uint64_t columns = (std::uint64_t{c.n} + c.tile_n - 1) / c.tile_n;
  Job job;
  job.inner = static_cast<std::uint32_t>(number % inners * c.tile_k);
  job.column = static_cast<std::uint32_t>(number / inners % columns * c.tile_n);
  job.row = static_cast<std::uint32_t>(number / inners / columns * c.tile_m);
  job.m = std::min(c.tile_m, c.m - job.row);
  job.n = std::min(c.tile_n, c.n - job.column);
  job.k = std::min(c.tile_k, c.k - job.inner);
  job.is_last_of_sum = number % inners + 1 == inners;
  return job;
}

std::uint64_t job_count_of(const GemmCommand& c) {
  const auto count = [](std::uint64_t size, std::uint64_t tile) {
    return (size + tile - 1) / tile;
  };
  return count(c.m, c.tile_m) * count(c.n, c.tile_n) * count(c.k, c.tile_k);
}

des::Task<> dma_in(Pipeline& p) {
  DmaRequest request(p.pe.component);
  request.port = p.pe.dma_read.get();
  for (std::uint64_t i = 0; i < p.job_count; ++i) {
    const Job job = job_at(p.command, i);
    if (!p.engine.take_tcm(p.pe, "gemm", loaded_bytes(p, job))) co_await Halt{};
    co_await request.port->channels.take(1);
    const SimTime begin = p.pe.kernel().now();
    if (const Va* a = std::get_if<Va>(&p.command.a)) {
      const std::uint64_t stride = p.command.k * p.element();
      const Block block{a->plus(job.row * stride + job.inner * p.element()), job.m,
                        job.k * p.element(), stride};
      co_await ship(p, request, block, false);
    }
    if (const Va* b = std::get_if<Va>(&p.command.b)) {
      const Block block{b->plus(job.inner * p.b_stride() + job.column * p.element()), job.k,
                        job.n * p.element(), p.b_stride()};
      co_await ship(p, request, block, false);
    }
    co_await DmaWait{request};
    request.port->channels.give(1);
    p.pe.use.dma_busy += p.pe.kernel().now() - begin;
    p.engine.span(Span::Unit::Dma, p.pe, begin, p.pe.kernel().now(), "dma in");
    co_await p.loaded.put(job);
  }
}

des::Task<> multiply(Pipeline& p) {
  for (std::uint64_t i = 0; i < p.job_count; ++i) {
    const Job job = co_await p.loaded.get();
    if (job.inner == 0 && !p.engine.take_scratch(p.pe, "gemm", sum_bytes(job))) co_await Halt{};
    const SimTime begin = p.pe.kernel().now();
    const Picoseconds time = p.engine.device->gemm_time(job.m, job.n, job.k, p.command.dtype);
    co_await des::delay(time);
    p.pe.use.gemm_busy += time;
    p.engine.span(Span::Unit::Gemm, p.pe, begin, begin + time, "gemm tile");
    *p.pe.tcm_used -= loaded_bytes(p, job);
    co_await p.multiplied.put(job);
  }
}

des::Task<> finish(Pipeline& p) {
  for (std::uint64_t i = 0; i < p.job_count; ++i) {
    const Job job = co_await p.multiplied.get();
    if (job.is_last_of_sum && p.command.epilogue) {
      const SimTime begin = p.pe.kernel().now();
      const Picoseconds time = p.engine.device->math_time(
          *p.command.epilogue, std::uint64_t{job.m} * job.n, p.command.dtype);
      co_await des::delay(time);
      p.pe.use.math_busy += time;
      p.engine.span(Span::Unit::Math, p.pe, begin, begin + time, "epilogue");
    }
    co_await p.finished.put(job);
  }
}

des::Task<> write_back(Pipeline& p) {
  DmaRequest request(p.pe.component);
  request.port = p.pe.dma_write.get();
  for (std::uint64_t i = 0; i < p.job_count; ++i) {
    const Job job = co_await p.finished.get();
    if (!job.is_last_of_sum) continue;
    co_await request.port->channels.take(1);
    const SimTime begin = p.pe.kernel().now();
    const Block block{p.command.c.plus(job.row * p.c_stride() + job.column * p.element()), job.m,
                      job.n * p.element(), p.c_stride()};
    co_await ship(p, request, block, true);
    co_await DmaWait{request};
    request.port->channels.give(1);
    p.pe.scratch_used -= sum_bytes(job);
    p.pe.use.dma_busy += p.pe.kernel().now() - begin;
    p.engine.span(Span::Unit::Dma, p.pe, begin, p.pe.kernel().now(), "dma out");
  }
}

/// Checks that a block is mapped. Asks for every page that holds a byte of it.
bool is_mapped(Engine& engine, Pe& pe, const Block& block, bool is_write) {
  std::uint64_t offset = 0;
  while (const auto part = next_part(block, engine.pages.page_bytes(), offset)) {
    auto fragments = engine.pages.translate(part->at, 1, is_write, engine.origin(pe, "gemm"));
    if (fragments && engine.is_near(pe, "gemm", fragments->front())) continue;
    if (!fragments) pe.kernel().fail(std::move(fragments.error()));
    return false;
  }
  return true;
}

/// Checks all operands in memory.
bool is_mapped(const Pipeline& p) {
  const GemmCommand& c = p.command;
  const std::uint64_t row = c.k * p.element();
  const std::uint64_t wide = c.n * p.element();
  const Va* const a = std::get_if<Va>(&c.a);
  const Va* const b = std::get_if<Va>(&c.b);
  if (a != nullptr && !is_mapped(p.engine, p.pe, {*a, c.m, row, row}, false)) return false;
  if (b != nullptr && !is_mapped(p.engine, p.pe, {*b, c.k, wide, p.b_stride()}, false))
    return false;
  return is_mapped(p.engine, p.pe, {c.c, c.m, wide, p.c_stride()}, true);
}

/// What is wrong with an operand in the TCM; empty: nothing.
std::string problem_of(const Operand& operand, Shape shape, Dtype dtype) {
  const Tile* tile = std::get_if<Tile>(&operand);
  if (tile == nullptr || (tile->shape == shape && tile->dtype == dtype)) return "";
  return "a tile of " + tile->shape.to_string() + " " + std::string(dtype_name(tile->dtype)) +
         " for an operand of " + shape.to_string() + " " + std::string(dtype_name(dtype));
}

/// What is wrong with a command; empty: nothing.
std::string problem_of(const GemmCommand& c) {
  if (c.tile_m == 0 || c.tile_n == 0 || c.tile_k == 0) {
    return "tiles of " + std::to_string(c.tile_m) + "x" + std::to_string(c.tile_n) + "x" +
           std::to_string(c.tile_k);
  }
  const std::uint64_t row_bytes = c.n * dtype_bytes(c.dtype);
  for (const std::uint64_t stride : {c.b_stride_bytes, c.c_stride_bytes}) {
    if (stride == 0 || stride >= row_bytes) continue;
    return "rows of " + std::to_string(row_bytes) + " bytes every " + std::to_string(stride);
  }
  constexpr MathOp kEpilogues[] = {MathOp::Exp,  MathOp::Log,  MathOp::Rsqrt, MathOp::Tanh,
                                   MathOp::Gelu, MathOp::Silu, MathOp::Cast};
  const bool is_fine = !c.epilogue || std::find(std::begin(kEpilogues), std::end(kEpilogues),
                                                *c.epilogue) != std::end(kEpilogues);
  if (!is_fine) return std::string(math_name(*c.epilogue)) + " is no epilogue";
  const std::string problem = problem_of(c.a, {c.m, c.k}, c.dtype);
  return problem.empty() ? problem_of(c.b, {c.k, c.n}, c.dtype) : problem;
}

}  // namespace

des::Task<> Tl::gemm(GemmCommand command) {
  ++pe_.op_count;
  ++pe_.use.ops;
  if (command.m == 0 || command.n == 0 || command.k == 0) co_return;
  if (const std::string problem = problem_of(command); !problem.empty()) {
    engine_.fail(
        pe_, diag::kBadShape,
        {pe_.name, engine_.operation_name(pe_, "gemm"), std::to_string(now().ps()), problem});
    co_await Halt{};
  }
  auto pipeline = std::make_unique<Pipeline>(engine_, pe_, command);
  Pipeline& p = *pipeline;
  if (!is_mapped(p)) co_await Halt{};
  p.job_count = job_count_of(command);
  des::Kernel& kernel = pe_.kernel();
  const des::ProcessId stages[] = {kernel.spawn(pe_.component, pe_.name + ".dma_in", dma_in(p)),
                                   kernel.spawn(pe_.component, pe_.name + ".gemm", multiply(p)),
                                   kernel.spawn(pe_.component, pe_.name + ".math", finish(p))};
  co_await write_back(p);
  for (const des::ProcessId stage : stages) co_await des::join(kernel, stage);
  if (engine_.moves_data()) {
    if (!engine_.gemm_data(pe_, command, p.b_stride(), p.c_stride())) co_await Halt{};
  }
}

/// The data of a composite: two reads, one product in fp32 in order of k, one
/// rounding, one write. Chunking k changes nothing, since sums go on in fp32.
bool Engine::gemm_data(Pe& pe, const GemmCommand& c, std::uint64_t b_stride,
                       std::uint64_t c_stride) {
  const std::uint64_t size = dtype_bytes(c.dtype);
  const auto read = [&](const Operand& operand, Shape shape, std::uint64_t stride, Tile& tile) {
    if (const Tile* given = std::get_if<Tile>(&operand)) {
      tile = *given;
      return true;
    }
    const Va at = std::get<Va>(operand);
    tile = {.shape = shape, .dtype = c.dtype};
    Op op{.kind = OpKind::Load};
    auto data = std::make_shared<TileData>(TileData{shape, c.dtype, {}, {}});
    data->bytes.resize(tile.size_bytes());
    const std::uint64_t row_bytes = shape.columns * size;
    for (std::uint32_t row = 0; row < shape.rows; ++row) {
      const Va from = at.plus(row * stride);
      const auto fragments = pages.translate(from, row_bytes, false, origin(pe, "gemm"));
      Op part;
      if (!fragments || !read_memory(pe, from, *fragments, part)) return false;
      for (Piece& piece : part.pieces) {
        piece.target_offset += row * row_bytes;
        op.pieces.push_back(piece);
      }
      std::uint64_t done = row * row_bytes;
      for (const Fragment& fragment : *fragments) {
        if (is_eager()) {
          pe.plane->memory.read(fragment.address.bits(),
                                std::span(data->bytes).subspan(done, fragment.size_bytes));
        }
        done += fragment.size_bytes;
      }
    }
    define(pe, tile, std::move(op), {});
    if (is_eager()) tile.data = std::move(data);
    return true;
  };
  Tile a;
  Tile b;
  if (!read(c.a, {c.m, c.k}, c.k * size, a) || !read(c.b, {c.k, c.n}, b_stride, b)) return false;
  const Dtype wide = is_float(c.dtype) ? Dtype::F32 : Dtype::I32;
  Tile sum{.shape = {c.m, c.n}, .dtype = wide};
  define(pe, sum, {.kind = OpKind::Dot}, {&a, &b});
  Tile out{.shape = {c.m, c.n}, .dtype = c.dtype};
  if (c.epilogue) {
    Tile shaped{.shape = {c.m, c.n}, .dtype = wide};
    define(pe, shaped, {.kind = OpKind::Math, .math = *c.epilogue}, {&sum});
    sum = std::move(shaped);
  }
  define(pe, out, {.kind = OpKind::Math, .math = MathOp::Cast}, {&sum});
  Tile stored{.shape = out.shape, .dtype = out.dtype, .space = Space::Hbm};
  define(pe, stored, {.kind = OpKind::Store}, {&out});
  for (std::uint32_t row = 0; row < c.m; ++row) {
    const auto fragments =
        pages.translate(c.c.plus(row * c_stride), c.n * size, true, origin(pe, "gemm"));
    if (!fragments) return false;
    std::vector<std::uint64_t> offsets;
    std::uint64_t offset = std::uint64_t{row} * c.n * size;
    for (const Fragment& fragment : *fragments) {
      offsets.push_back(offset);
      offset += fragment.size_bytes;
    }
    if (!write_memory(pe, *fragments, stored, offsets)) return false;
  }
  return true;
}

}  // namespace heddle::system
