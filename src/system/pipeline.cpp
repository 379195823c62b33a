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
        loaded(the_engine.kernel, the_pe.name + ".loaded", depth),
        multiplied(the_engine.kernel, the_pe.name + ".multiplied", depth),
        finished(the_engine.kernel, the_pe.name + ".finished", depth) {}

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

std::vector<Job> jobs_of(const GemmCommand& c) {
  std::vector<Job> jobs;
  for (std::uint32_t row = 0; row < c.m; row += c.tile_m) {
    for (std::uint32_t column = 0; column < c.n; column += c.tile_n) {
      for (std::uint32_t inner = 0; inner < c.k; inner += c.tile_k) {
        jobs.push_back({row, column, inner, std::min(c.tile_m, c.m - row),
                        std::min(c.tile_n, c.n - column), std::min(c.tile_k, c.k - inner),
                        inner + c.tile_k >= c.k});
      }
    }
  }
  return jobs;
}

/// Sends `size` bytes between the PE and the memory behind `at`. Requires: the
/// page is mapped, as the composite has checked.
void ship(Pipeline& p, DmaRequest& request, Va at, std::uint64_t size, bool is_write) {
  Engine& engine = p.engine;
  const Machine& machine = engine.topology->machine();
  const auto fragments = engine.pages.translate(at, 1, is_write, {});
  if (!fragments) return;
  const NodeId home = engine.home(fragments->front().address);
  const Route& route =
      is_write ? engine.topology->route(p.pe.node, home) : engine.topology->route(home, p.pe.node);
  Picoseconds tail = engine.memory_tail(route, size);
  tail += p.pe.tlb.look_up(fragments->front().page) ? machine.pe.tlb_hit : machine.pe.page_walk;
  ++request.left;
  ++p.pe.use.fragments;
  engine.fabric.send({&route, size, tail, &request, nullptr});
}

des::Task<> dma_in(Pipeline& p, const std::vector<Job>& jobs) {
  DmaRequest request(p.pe.component);
  for (const Job& job : jobs) {
    const SimTime begin = p.engine.kernel.now();
    if (const Va* a = std::get_if<Va>(&p.command.a)) {
      const std::uint64_t offset = (std::uint64_t{job.row} * p.command.k + job.inner) * p.element();
      ship(p, request, a->plus(offset), std::uint64_t{job.m} * job.k * p.element(), false);
    }
    if (const Va* b = std::get_if<Va>(&p.command.b)) {
      const std::uint64_t offset = job.inner * p.b_stride() + job.column * p.element();
      ship(p, request, b->plus(offset), std::uint64_t{job.k} * job.n * p.element(), false);
    }
    co_await DmaWait{request};
    p.pe.use.dma_busy += p.engine.kernel.now() - begin;
    p.engine.span(Span::Unit::Dma, p.pe, begin, p.engine.kernel.now(), "dma in");
    co_await p.loaded.put(job);
  }
}

des::Task<> multiply(Pipeline& p) {
  for (std::uint64_t i = 0; i < p.job_count; ++i) {
    const Job job = co_await p.loaded.get();
    const SimTime begin = p.engine.kernel.now();
    const Picoseconds time = p.engine.device->gemm_time(job.m, job.n, job.k, p.command.dtype);
    co_await des::delay(time);
    p.pe.use.gemm_busy += time;
    p.engine.span(Span::Unit::Gemm, p.pe, begin, begin + time, "gemm tile");
    co_await p.multiplied.put(job);
  }
}

des::Task<> finish(Pipeline& p) {
  for (std::uint64_t i = 0; i < p.job_count; ++i) {
    const Job job = co_await p.multiplied.get();
    if (job.is_last_of_sum && p.command.epilogue) {
      const SimTime begin = p.engine.kernel.now();
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
  for (std::uint64_t i = 0; i < p.job_count; ++i) {
    const Job job = co_await p.finished.get();
    if (!job.is_last_of_sum) continue;
    const SimTime begin = p.engine.kernel.now();
    const std::uint64_t offset = job.row * p.c_stride() + job.column * p.element();
    ship(p, request, p.command.c.plus(offset), std::uint64_t{job.m} * job.n * p.element(), true);
    co_await DmaWait{request};
    p.pe.use.dma_busy += p.engine.kernel.now() - begin;
    p.engine.span(Span::Unit::Dma, p.pe, begin, p.engine.kernel.now(), "dma out");
  }
}

/// Never resumes: the run has failed.
struct Stop {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) const {
    self.promise().process->leaf = self;
  }
  void await_resume() const noexcept {}
};

/// Checks that every row of a matrix is mapped.
bool is_mapped(Engine& engine, Pe& pe, Va at, std::uint64_t rows, std::uint64_t row_bytes,
               std::uint64_t stride, bool is_write) {
  ++pe.use.dma_requests;
  ++pe.use.translations;
  const std::uint64_t whole = (rows - 1) * stride + row_bytes;
  auto fragments = engine.pages.translate(at, whole, is_write, engine.origin(pe, "gemm"));
  if (fragments) return true;
  engine.kernel.fail(std::move(fragments.error()));
  return false;
}

}  // namespace

des::Task<> Tl::gemm(GemmCommand command) {
  ++pe_.op_count;
  ++pe_.use.ops;
  if (command.m == 0 || command.n == 0 || command.k == 0) co_return;
  auto pipeline = std::make_unique<Pipeline>(engine_, pe_, command);
  Pipeline& p = *pipeline;
  const std::uint64_t row = std::uint64_t{command.k} * p.element();
  const Va* const a = std::get_if<Va>(&command.a);
  const Va* const b = std::get_if<Va>(&command.b);
  const std::uint64_t wide = command.n * p.element();
  bool is_fine = a == nullptr || is_mapped(engine_, pe_, *a, command.m, row, row, false);
  is_fine = is_fine &&
            (b == nullptr || is_mapped(engine_, pe_, *b, command.k, wide, p.b_stride(), false));
  is_fine = is_fine && is_mapped(engine_, pe_, command.c, command.m, wide, p.c_stride(), true);
  if (!is_fine) co_await Stop{};
  const std::vector<Job> jobs = jobs_of(command);
  p.job_count = jobs.size();
  des::Kernel& kernel = engine_.kernel;
  const des::ProcessId stages[] = {
      kernel.spawn(pe_.component, pe_.name + ".dma_in", dma_in(p, jobs)),
      kernel.spawn(pe_.component, pe_.name + ".gemm", multiply(p)),
      kernel.spawn(pe_.component, pe_.name + ".math", finish(p))};
  co_await write_back(p);
  for (const des::ProcessId stage : stages) co_await des::join(kernel, stage);
  if (engine_.moves_data()) {
    if (!engine_.gemm_data(pe_, command, p.b_stride(), p.c_stride())) co_await Stop{};
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
          memory.read(fragment.address.bits(),
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
  Tile sum{.shape = {c.m, c.n}, .dtype = Dtype::F32};
  define(pe, sum, {.kind = OpKind::Dot}, {&a, &b});
  Tile out{.shape = {c.m, c.n}, .dtype = c.dtype};
  if (c.epilogue) {
    Tile shaped{.shape = {c.m, c.n}, .dtype = Dtype::F32};
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
