// Walks a work-item once in program order. Each buffer has a set of last writers:
// a read joins them all, a write after a read begins a new set, loads and partial
// writes before any read add to it. A wait takes the place of its loads. A matmul
// that accumulates joins whatever else wrote the buffer, not its fellow matmuls.
#include "tile/graph/dependencies.h"

#include <algorithm>

namespace heddle::tile {

namespace {

bool is_matmul(const Instruction& instruction) {
  return instruction.opcode == Opcode::Compute && instruction.kind == ComputeKind::Matmul;
}
bool is_preload(const Instruction& instruction) {
  return instruction.opcode == Opcode::Compute && instruction.kind == ComputeKind::Preload;
}
bool contains(std::span<const std::uint32_t> list, std::uint32_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

void DependencyGraph::begin(const KernelInfo& kernel, const WorkItem& item) {
  kernel_ = &kernel;
  item_ = &item;
  const std::size_t count = item.instructions.size();
  buffers_.resize(kernel.buffers.size());
  for (BufferState& buffer : buffers_) {
    buffer.writers.clear();
    buffer.matmuls.clear();
    buffer.versions.clear();
    buffer.is_read = false;
  }
  for (Generation& generation : generations_) {
    generation.loads.clear();
    generation.barrier = kNone;
  }
  gated_.clear();
  compute_barrier_ = kNone;
  raw_edges_.clear();
  versions_.clear();
  fills_.clear();
  fill_first_.assign(1, 0);
  to_issue_.assign(count, 0);
  to_finish_.assign(count, 0);
  preload_.assign(count, kNone);
  consumers_.assign(count, 0);
}

void DependencyGraph::build(const KernelInfo& kernel, const WorkItem& item,
                            const GraphRules& rules) {
  rules_ = rules;
  begin(kernel, item);
  for (std::uint32_t i = 0; i < item.instructions.size(); ++i) {
    visit(i);
    fill_first_.push_back(fills_.size());
  }
  sort_edges();
  list_releases();
}

void DependencyGraph::add_edge(std::uint32_t from, std::uint32_t to, EdgeKind kind) {
  raw_edges_.push_back(RawEdge{from, Edge{to, kind}});
  ++(kind == EdgeKind::Arrival ? to_finish_ : to_issue_)[to];
}

void DependencyGraph::visit(std::uint32_t i) {
  switch (item_->instructions[i].opcode) {
    case Opcode::TileBegin:
    case Opcode::TileEnd: return;
    case Opcode::Dma: return visit_dma(i);
    case Opcode::Compute: return visit_compute(i);
    case Opcode::MemoryBarrier: return visit_memory_barrier(i);
    case Opcode::ComputeBarrier: return visit_compute_barrier(i);
  }
}

void DependencyGraph::visit_dma(std::uint32_t i) {
  const Instruction& dma = item_->instructions[i];
  for (const std::uint32_t buffer : item_->buffers_of(dma.reads)) read(i, buffer);
  if (dma.direction == Direction::Store) {
    if (compute_barrier_ != kNone) add_edge(compute_barrier_, i, EdgeKind::Completion);
    for (const std::uint32_t buffer : item_->buffers_of(dma.writes)) write(i, buffer);
    return;
  }
  for (const std::uint32_t buffer : item_->buffers_of(dma.writes)) load_into(i, buffer);
  if (!dma.is_async) return;
  if (generations_.size() <= dma.semaphore) generations_.resize(dma.semaphore + std::size_t{1});
  Generation& generation = generations_[dma.semaphore];
  if (generation.barrier != kNone) {  // the first load after a wait begins the next one
    generation.loads.clear();
    generation.barrier = kNone;
  }
  generation.loads.push_back(i);
}

void DependencyGraph::visit_compute(std::uint32_t i) {
  const Instruction& compute = item_->instructions[i];
  for (const std::uint32_t buffer : item_->buffers_of(compute.reads)) {
    const bool accumulates =
        is_matmul(compute) && contains(item_->buffers_of(compute.writes), buffer);
    if (!accumulates) read(i, buffer);
  }
  for (const std::uint32_t buffer : item_->buffers_of(compute.writes)) {
    if (is_matmul(compute)) {
      accumulate_into(i, buffer);
    } else {
      write(i, buffer);
    }
  }
  if (rules_.compute_barrier != ComputeBarrierMode::None) gated_.push_back(i);
}

void DependencyGraph::read(std::uint32_t i, std::uint32_t buffer) {
  BufferState& state = buffers_[buffer];
  const bool is_systolic =
      is_matmul(item_->instructions[i]) && kernel_->buffers[buffer].kind != BufferKind::Scratchpad;
  const EdgeKind systolic = is_systolic ? EdgeKind::Issue : EdgeKind::Completion;
  for (const std::uint32_t writer : state.writers) {
    const bool brings_weights = is_systolic && is_preload(item_->instructions[writer]);
    add_edge(writer, i, brings_weights ? systolic : EdgeKind::Completion);
    if (brings_weights && preload_[i] == kNone) {
      preload_[i] = writer;
      ++consumers_[writer];
    }
  }
  for (const std::uint32_t matmul : state.matmuls) add_edge(matmul, i, systolic);
  for (const std::uint32_t version : state.versions) versions_[version].last_reader = i;
  state.is_read = true;
}

void DependencyGraph::load_into(std::uint32_t i, std::uint32_t buffer) {
  BufferState& state = buffers_[buffer];
  const auto is_load = [&](std::uint32_t writer) {
    const Instruction& source = item_->instructions[writer];
    return source.opcode == Opcode::Dma || source.opcode == Opcode::MemoryBarrier;
  };
  const bool joins = !state.is_read && state.matmuls.empty() &&
                     std::all_of(state.writers.begin(), state.writers.end(), is_load);
  if (!joins) replace(state);
  state.writers.push_back(i);
  state.is_read = false;
  const BufferKind kind = kernel_->buffers[buffer].kind;
  const bool is_charged = kind == BufferKind::Scratchpad ||
                          (kind == BufferKind::Accumulator && rules_.charges_accumulator);
  if (!is_charged) return;
  if (state.versions.empty() || !rules_.shares_version) {
    state.versions.push_back(static_cast<std::uint32_t>(versions_.size()));
    versions_.push_back(BufferVersion{.buffer = buffer});
  }
  BufferVersion& version = versions_[state.versions.back()];
  version.last_load = i;
  version.size_bytes += bytes_of(item_->instructions[i]);
  fills_.push_back(state.versions.back());
}

void DependencyGraph::accumulate_into(std::uint32_t i, std::uint32_t buffer) {
  BufferState& state = buffers_[buffer];
  if (state.is_read) state.matmuls.clear();  // their sum was taken
  for (const std::uint32_t writer : state.writers) add_edge(writer, i, EdgeKind::Completion);
  for (const std::uint32_t version : state.versions) versions_[version].last_reader = i;
  state.matmuls.push_back(i);
  state.is_read = false;
}

void DependencyGraph::write(std::uint32_t i, std::uint32_t buffer) {
  BufferState& state = buffers_[buffer];
  const auto is_partial = [&](std::uint32_t writer) {
    const Instruction& source = item_->instructions[writer];
    return source.opcode == Opcode::Compute && source.kind == item_->instructions[i].kind;
  };
  const bool joins = !state.is_read && state.matmuls.empty() &&
                     kernel_->buffers[buffer].kind != BufferKind::Weights &&
                     std::all_of(state.writers.begin(), state.writers.end(), is_partial);
  if (!joins) replace(state);
  state.versions.clear();
  state.writers.push_back(i);
  state.is_read = false;
}

void DependencyGraph::replace(BufferState& state) {
  state.writers.clear();
  state.matmuls.clear();
  state.versions.clear();
}

void DependencyGraph::visit_memory_barrier(std::uint32_t i) {
  const std::uint32_t semaphore = item_->instructions[i].semaphore;
  if (semaphore >= generations_.size()) return;
  Generation& generation = generations_[semaphore];
  if (generation.barrier != kNone) {  // a further wait joins by way of the one before
    add_edge(generation.barrier, i, EdgeKind::Issue);
    add_edge(generation.barrier, i, EdgeKind::Arrival);
  } else {
    for (const std::uint32_t load : generation.loads) {
      add_edge(load, i, EdgeKind::Issue);
      add_edge(load, i, EdgeKind::Arrival);
    }
  }
  for (const std::uint32_t load : generation.loads) {
    for (const std::uint32_t buffer : item_->buffers_of(item_->instructions[load].writes)) {
      std::vector<std::uint32_t>& writers = buffers_[buffer].writers;
      const std::size_t before = writers.size();
      std::erase_if(writers, [&](std::uint32_t writer) {
        return writer == load || writer == generation.barrier;
      });
      if (writers.size() != before && !contains(writers, i)) writers.push_back(i);
    }
  }
  generation.barrier = i;
}

void DependencyGraph::visit_compute_barrier(std::uint32_t i) {
  if (rules_.compute_barrier == ComputeBarrierMode::None) return;
  for (const std::uint32_t compute : gated_) {
    add_edge(compute, i, EdgeKind::Issue);
    add_edge(compute, i, EdgeKind::Arrival);
  }
  gated_.clear();
  compute_barrier_ = i;
}

void DependencyGraph::sort_edges() {
  const std::size_t count = item_->instructions.size();
  edge_first_.assign(count + 1, 0);
  for (const RawEdge& raw : raw_edges_) ++edge_first_[raw.from + std::size_t{1}];
  for (std::size_t i = 0; i < count; ++i) edge_first_[i + 1] += edge_first_[i];
  edges_.resize(raw_edges_.size());
  for (const RawEdge& raw : raw_edges_) edges_[edge_first_[raw.from]++] = raw.edge;
  for (std::size_t i = count; i > 0; --i) edge_first_[i] = edge_first_[i - 1];
  edge_first_[0] = 0;
}

void DependencyGraph::list_releases() {
  const std::size_t count = item_->instructions.size();
  // A version that nobody reads goes with the last of its loads.
  const auto releaser = [](const BufferVersion& version) {
    return version.last_reader != kNone ? version.last_reader : version.last_load;
  };
  release_first_.assign(count + 1, 0);
  for (const BufferVersion& version : versions_)
    ++release_first_[releaser(version) + std::size_t{1}];
  for (std::size_t i = 0; i < count; ++i) release_first_[i + 1] += release_first_[i];
  releases_.resize(versions_.size());
  for (std::uint32_t v = 0; v < versions_.size(); ++v) {
    releases_[release_first_[releaser(versions_[v])]++] = v;
  }
  for (std::size_t i = count; i > 0; --i) release_first_[i] = release_first_[i - 1];
  release_first_[0] = 0;
}

}  // namespace heddle::tile
