#include "tile/producer/recorder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "heddle/tile/diagnostics.h"

namespace heddle::tile {
namespace {

constexpr std::int64_t kBufferBytesMax = std::int64_t{1} << 40;
constexpr std::string_view kUnitNames[] = {"vector operation", "preload", "matmul",
                                           "cross-lane operation"};

std::string text(std::uint64_t value) {
  return fmt::format("{}", value);
}
std::string text(std::int64_t value) {
  return fmt::format("{}", value);
}

/// An id as the producer's source has it: a negative one has wrapped around.
std::string id_text(std::uint32_t id) {
  if (id <= INT32_MAX) return fmt::format("{}", id);
  return fmt::format("{} ({} as a signed number)", id, static_cast<std::int32_t>(id));
}

/// What a caller's name may be shown as: bounded, printable.
std::string name_text(const char* name, std::uint32_t id) {
  if (name == nullptr || *name == '\0') return fmt::format("t{}", id);
  std::string shown(name, strnlen(name, kTensorNameBytesMax));
  for (char& c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7E || c == '"' || c == '\\') c = '_';
  }
  return shown;
}

}  // namespace

Recorder::Recorder(std::string name, SourcePosition where, RecorderLimits limits)
    : where_(std::move(where)), limits_(limits) {
  kernel_.name = std::move(name);
}

bool Recorder::refuse(const DiagnosticRule& rule,
                      std::initializer_list<std::string_view> arguments) {
  if (!failure_) failure_ = Diagnostics(Diagnostic(rule, where_, arguments));
  return false;
}

std::string Recorder::place() const {
  if (!is_kernel_done_) return "the kernel function";
  if (!has_item_) return "before the first work-item";
  const std::string item =
      fmt::format("work-item {} ({})", item_.index, fmt::join(item_.induction, ", "));
  if (!is_in_item_) return "after " + item;
  return fmt::format("{}, instruction {}", item, item_.instructions.size());
}

void Recorder::take(WorkItem& item) {
  HEDDLE_CHECK(is_item_done_);
  is_item_done_ = false;
  std::swap(item, item_);
  item_.index = item.index;  // for `place`
  item_.induction = item.induction;
}

bool Recorder::in_kernel(std::string_view what) {
  if (failure_) return false;
  if (!is_kernel_done_) return true;
  return refuse(
      diag::kWrongMoment,
      {place(), what, "the kernel function declares and dispatches, tile functions work"});
}

bool Recorder::in_item(std::string_view what) {
  if (failure_) return false;
  if (is_in_item_) return true;
  return refuse(diag::kWrongMoment,
                {place(), what, "a tile function does that; the kernel function dispatches it"});
}

bool Recorder::tensor(const TensorCall& call) {
  if (!in_kernel("declaring a tensor")) return false;
  if (dispatched_count_ > 0) {
    return refuse(diag::kWrongMoment,
                  {place(), "declaring a tensor", "declare everything before the first dispatch"});
  }
  const std::size_t next = kernel_.tensors.size();
  if (call.id != next) {
    return refuse(diag::kBadTensor, {id_text(call.id), "the id is out of turn", text(next)});
  }
  if (next == kTensorsMax)
    return refuse(diag::kTooMany, {place(), text(kTensorsMax), "tensors", ""});
  kernel_.tensors.push_back({name_text(call.name, call.id), call.elements, call.element_bits, 0});
  const Status placed = place_tensors(kernel_.tensors);
  if (placed) return true;
  const Diagnostic& problem = placed.error().list().front();
  failure_ = Diagnostics(
      Diagnostic(diag::kBadTensor, where_,
                 {fmt::format("{} '{}'", next, kernel_.tensors.back().name),
                  std::string_view(problem.text()).substr(problem.text().rfind("': ") + 3),
                  std::string_view(problem.help()).substr(std::strlen("expected "))}));
  return false;
}

bool Recorder::buffer(const BufferCall& call) {
  if (!in_kernel("declaring a buffer")) return false;
  if (dispatched_count_ > 0) {
    return refuse(diag::kWrongMoment,
                  {place(), "declaring a buffer", "declare everything before the first dispatch"});
  }
  const std::size_t next = kernel_.buffers.size();
  if (call.id != next) {
    return refuse(diag::kBadBuffer, {id_text(call.id), "the id is out of turn", text(next)});
  }
  if (next == kBuffersMax)
    return refuse(diag::kTooMany, {place(), text(kBuffersMax), "buffers", ""});
  if (call.kind < HEDDLE_TILE_SCRATCHPAD || call.kind > HEDDLE_TILE_WEIGHTS) {
    return refuse(diag::kBadBuffer, {text(next), fmt::format("kind {}", call.kind), "0 to 2"});
  }
  const std::int64_t least = call.kind == HEDDLE_TILE_WEIGHTS ? 0 : 1;
  if (call.bytes < least || call.bytes > kBufferBytesMax) {
    return refuse(diag::kBadBuffer, {text(next), fmt::format("{} bytes", call.bytes),
                                     fmt::format("{} to {}", least, kBufferBytesMax)});
  }
  kernel_.buffers.push_back(
      {static_cast<BufferKind>(call.kind), static_cast<std::uint64_t>(call.bytes)});
  buffers_.emplace_back();
  return true;
}

bool Recorder::dispatch(const DispatchCall& call) {
  if (!in_kernel("dispatching a tile function")) return false;
  if (!call.has_function || !call.has_shape || !call.has_induction) {
    return refuse(diag::kBadShape, {place(), "a dispatch of a null pointer",
                                    "a function, and values where a count is above 0"});
  }
  if (call.shape_count > HEDDLE_TILE_MAX_SHAPE_ARGS) {
    return refuse(diag::kTooMany, {place(), text(std::uint64_t{HEDDLE_TILE_MAX_SHAPE_ARGS}),
                                   "shape arguments", ""});
  }
  if (call.induction_count > HEDDLE_TILE_MAX_IV) {
    return refuse(diag::kTooMany,
                  {place(), text(std::uint64_t{HEDDLE_TILE_MAX_IV}), "induction values", ""});
  }
  if (dispatched_count_ == limits_.work_items_max) {
    return refuse(diag::kTooMany, {place(), text(limits_.work_items_max), "work-items",
                                   "a loop that never ends, or tiles that are too small"});
  }
  ++dispatched_count_;
  return true;
}

bool Recorder::kernel_done(int code) {
  if (!in_kernel("ending the kernel function")) return false;
  if (code != 0) {
    return refuse(diag::kKernelRefused,
                  {place(), fmt::format("{}", code), "look at its shape arguments"});
  }
  if (dispatched_count_ == 0) return refuse(diag::kNoWorkItems, {});
  is_kernel_done_ = true;
  return true;
}

bool Recorder::item_begin(std::int64_t key, std::span<const std::int64_t> induction) {
  if (failure_) return false;
  if (!is_kernel_done_ || is_in_item_) {
    return refuse(diag::kWrongMoment, {place(), "beginning a work-item", ""});
  }
  if (item_number_ == limits_.work_items_max) {
    return refuse(diag::kTooMany, {place(), text(limits_.work_items_max), "work-items", ""});
  }
  item_.index = item_number_++;
  item_.key = key;
  item_.induction.assign(induction.begin(), induction.end());
  item_.instructions.clear();
  item_.words.clear();
  item_.buffers.clear();
  signalled_.clear();
  has_item_ = true;
  is_in_item_ = true;
  Instruction begin;
  begin.opcode = Opcode::TileBegin;
  return append(begin);
}

bool Recorder::append(const Instruction& made) {
  if (item_.instructions.size() >= limits_.item_instructions_max) {
    return refuse(diag::kTooMany, {place(), text(limits_.item_instructions_max), "instructions",
                                   "a loop that never ends, or a tile that is too large"});
  }
  item_.instructions.push_back(made);
  return true;
}

Range32 Recorder::keep(std::span<const std::int64_t> words) {
  const Range32 range{static_cast<std::uint32_t>(item_.words.size()),
                      static_cast<std::uint32_t>(words.size())};
  item_.words.insert(item_.words.end(), words.begin(), words.end());
  return range;
}

bool Recorder::list_of(const char* what, heddle_tile_buffers list, Range32& range) {
  if (list.count > HEDDLE_TILE_MAX_BUFFERS) {
    return refuse(diag::kTooMany, {place(), text(std::uint64_t{HEDDLE_TILE_MAX_BUFFERS}),
                                   fmt::format("buffers {}", what), ""});
  }
  if (list.count > 0 && list.ids == nullptr) {
    return refuse(diag::kBadOperands,
                  {place(), fmt::format("{} buffers {} at a null pointer", list.count, what),
                   "give as many ids as the count says"});
  }
  range = {static_cast<std::uint32_t>(item_.buffers.size()), list.count};
  for (std::uint32_t i = 0; i < list.count; ++i) {
    if (list.ids[i] >= kernel_.buffers.size()) {
      return refuse(diag::kUnknownId, {place(), fmt::format("buffer {}", id_text(list.ids[i])),
                                       fmt::format("{} are declared", kernel_.buffers.size())});
    }
    item_.buffers.push_back(list.ids[i]);
  }
  return true;
}

bool Recorder::shape_of(const DmaCall& call, Instruction& made) {
  if (call.dims.count < 1 || call.dims.count > HEDDLE_TILE_MAX_DIMS) {
    return refuse(diag::kBadShape, {place(), fmt::format("{} dimensions", call.dims.count),
                                    fmt::format("1 to {}", HEDDLE_TILE_MAX_DIMS)});
  }
  if (call.dims.data == nullptr || call.strides.data == nullptr) {
    return refuse(diag::kBadShape, {place(), "dimensions or strides at a null pointer",
                                    "as many values as there are dimensions"});
  }
  std::int64_t elements = 1;
  for (std::uint32_t i = 0; i < call.dims.count; ++i) {
    const std::int64_t size = call.dims.data[i];
    if (size < 1 || size > kTransferElementsMax / elements) {
      return refuse(diag::kBadShape, {place(), fmt::format("dimension {} is {}", i, size),
                                      fmt::format("1 or more, and at most {} elements in all",
                                                  kTransferElementsMax)});
    }
    elements *= size;
    const std::int64_t stride = call.strides.data[i];
    const bool repeats = stride == 0 && size > 1 && call.direction == HEDDLE_TILE_STORE;
    if (stride < 0 || stride > kTransferElementsMax || repeats) {
      return refuse(diag::kBadShape, {place(), fmt::format("stride {} is {}", i, stride),
                                      call.direction == HEDDLE_TILE_STORE
                                          ? "1 or more: a store writes an element once"
                                          : "0 or more"});
    }
  }
  made.elements = elements;
  made.dims = keep({call.dims.data, call.dims.count});
  made.strides = keep({call.strides.data, call.dims.count});
  return true;
}

bool Recorder::is_in_tensor(const DmaCall& call, const Instruction& made) {
  const Tensor& tensor = kernel_.tensors[call.tensor];
  if (call.element_bits != tensor.element_bits) {
    return refuse(diag::kBadShape,
                  {place(), fmt::format("elements of {} bits", call.element_bits),
                   fmt::format("the {} of tensor '{}'", tensor.element_bits, tensor.name)});
  }
  if (call.offset < 0) {
    return refuse(diag::kBadShape,
                  {place(), fmt::format("the offset is {}", call.offset), "0 or more"});
  }
  __int128 last = call.offset;
  for (std::uint32_t i = 0; i < made.dims.count; ++i) {
    last += static_cast<__int128>(call.dims.data[i] - 1) * call.strides.data[i];
  }
  if (last < tensor.elements) return true;
  const auto shown = static_cast<std::int64_t>(std::min<__int128>(last, INT64_MAX));
  return refuse(diag::kOutOfTensor,
                {place(), text(call.offset), text(shown), tensor.name, text(tensor.elements)});
}

bool Recorder::dma_operands(const DmaCall& call, const Instruction& made) {
  const bool is_load = made.direction == Direction::Load;
  const Range32 ours = is_load ? made.writes : made.reads;
  const Range32 none = is_load ? made.reads : made.writes;
  if (ours.count == 0 || none.count > 0) {
    return refuse(diag::kBadOperands,
                  {place(),
                   fmt::format("a {} that reads {} buffers and writes {}",
                               is_load ? "load" : "store", made.reads.count, made.writes.count),
                   is_load ? "a load writes buffers and reads none"
                           : "a store reads buffers and writes none"});
  }
  std::uint64_t room = 0;
  for (const std::uint32_t buffer : item_.buffers_of(ours)) {
    if (is_weights(buffer)) {
      return refuse(diag::kBadOperands,
                    {place(), fmt::format("a transfer of the weights buffer {}", buffer),
                     "only a preload writes it, and only matmuls read it"});
    }
    room += kernel_.buffers[buffer].size_bytes;
  }
  const std::uint64_t bytes = static_cast<std::uint64_t>(made.elements) * (call.element_bits / 8);
  if (bytes > room) return refuse(diag::kOutOfBuffer, {place(), text(bytes), text(room)});
  return is_load || are_written(made.reads);
}

bool Recorder::signal(const Instruction& made) {
  if (made.semaphore >= HEDDLE_TILE_MAX_SLOTS) {
    return refuse(diag::kUnknownId, {place(), fmt::format("semaphore {}", id_text(made.semaphore)),
                                     fmt::format("they are 0 to {}", HEDDLE_TILE_MAX_SLOTS - 1)});
  }
  if (made.semaphore >= semaphores_.size()) semaphores_.resize(made.semaphore + 1);
  Generation& generation = semaphores_[made.semaphore];
  const bool is_new = generation.item != item_number_;
  if (is_new) signalled_.push_back(made.semaphore);
  if (is_new || generation.is_awaited) {
    generation = {.item = item_number_,
                  .first_load = static_cast<std::uint32_t>(item_.instructions.size())};
  }
  if (made.elements > kTransferElementsMax - generation.elements) {
    return refuse(diag::kTooMany, {place(), text(kTransferElementsMax),
                                   fmt::format("elements on semaphore {}", made.semaphore), ""});
  }
  generation.elements += made.elements;
  return true;
}

bool Recorder::dma(const DmaCall& call) {
  if (!in_item("a transfer")) return false;
  Instruction made;
  made.opcode = Opcode::Dma;
  if (call.direction != HEDDLE_TILE_LOAD && call.direction != HEDDLE_TILE_STORE) {
    return refuse(diag::kBadShape,
                  {place(), fmt::format("direction {}", call.direction), "0 or 1"});
  }
  if (call.tensor >= kernel_.tensors.size()) {
    return refuse(diag::kUnknownId, {place(), fmt::format("tensor {}", id_text(call.tensor)),
                                     fmt::format("{} are declared", kernel_.tensors.size())});
  }
  made.direction = static_cast<Direction>(call.direction);
  made.tensor = call.tensor;
  made.element_bits = call.element_bits;
  made.offset = call.offset;
  made.is_async = call.is_async != 0;
  if (!shape_of(call, made) || !is_in_tensor(call, made)) return false;
  if (!list_of("read", call.reads, made.reads)) return false;
  if (!list_of("written", call.writes, made.writes)) return false;
  if (!dma_operands(call, made)) return false;
  if (made.is_async && made.direction == Direction::Load) {
    made.semaphore = call.semaphore;
    if (!signal(made)) return false;
  }
  mark_written(made.writes);
  return append(made);
}

bool Recorder::compute_dims(const ComputeCall& call, Instruction& made) {
  constexpr std::uint32_t kCounts[] = {2, 2, 3, 3};
  constexpr const char* kForms[] = {"elements and an operation", "rows and columns",
                                    "rows, reduction and columns",
                                    "groups, elements of a group and an operation"};
  const auto kind = static_cast<std::size_t>(call.kind);
  if (call.dims.count != kCounts[kind] || call.dims.data == nullptr) {
    return refuse(diag::kBadShape,
                  {place(), fmt::format("{} dimensions of a {}", call.dims.count, kUnitNames[kind]),
                   kForms[kind]});
  }
  const std::span<const std::int64_t> dims(call.dims.data, call.dims.count);
  const bool has_operation = call.kind == HEDDLE_TILE_VECTOR || call.kind == HEDDLE_TILE_CROSS_LANE;
  const std::size_t sizes = dims.size() - (has_operation ? 1 : 0);
  for (std::size_t i = 0; i < sizes; ++i) {
    if (dims[i] >= 1 && dims[i] <= kComputeSizeMax) continue;
    return refuse(diag::kBadShape, {place(), fmt::format("dimension {} is {}", i, dims[i]),
                                    fmt::format("1 to {}", kComputeSizeMax)});
  }
  const std::int64_t last =
      call.kind == HEDDLE_TILE_CROSS_LANE ? HEDDLE_TILE_TRANSPOSE : HEDDLE_TILE_ERF;
  if (has_operation && (dims.back() < 0 || dims.back() > last)) {
    return refuse(diag::kBadShape,
                  {place(), fmt::format("operation {} of a {}", dims.back(), kUnitNames[kind]),
                   fmt::format("0 to {}", last)});
  }
  made.dims = keep(dims);
  return true;
}

bool Recorder::is_same_node(const ComputeCall& call) {
  if (call.node >= HEDDLE_TILE_MAX_SLOTS) {
    return refuse(diag::kUnknownId, {place(), fmt::format("node {}", id_text(call.node)),
                                     fmt::format("they are 0 to {}", HEDDLE_TILE_MAX_SLOTS - 1)});
  }
  if (call.node >= node_kinds_.size()) node_kinds_.resize(call.node + 1);
  std::uint8_t& seen = node_kinds_[call.node];
  const auto kind = static_cast<std::uint8_t>(call.kind + 1);
  if (seen != 0 && seen != kind) {
    return refuse(diag::kNodeKind, {place(), text(std::uint64_t{call.node}), kUnitNames[kind - 1],
                                    kUnitNames[seen - 1]});
  }
  seen = kind;
  return true;
}

/// The rules of virtual weights: a preload writes one, a matmul of its size reads it.
bool Recorder::weights_operands(const Instruction& made) {
  const auto is_one = [&](std::uint32_t buffer) { return is_weights(buffer); };
  const auto reads = item_.buffers_of(made.reads);
  const auto writes = item_.buffers_of(made.writes);
  const auto read = std::count_if(reads.begin(), reads.end(), is_one);
  const auto written = std::count_if(writes.begin(), writes.end(), is_one);
  const auto kind = static_cast<std::size_t>(made.kind);
  const bool is_preload = made.kind == ComputeKind::Preload;
  const std::int64_t read_max = made.kind == ComputeKind::Matmul ? 1 : 0;
  const bool has_one = is_preload && made.writes.count == 1 && written == 1;
  if ((is_preload ? !has_one : written > 0) || read > read_max) {
    return refuse(diag::kBadOperands,
                  {place(),
                   fmt::format("a {} that reads {} weights buffers and writes {}", kUnitNames[kind],
                               read, written),
                   "a preload writes one and nothing else, a matmul reads one at most, "
                   "nothing else touches them"});
  }
  const auto words = item_.at(made.dims);
  if (is_preload) {
    BufferState& state = buffers_[writes.front()];
    state.rows = words[0];
    state.columns = words[1];
    return true;
  }
  for (const std::uint32_t buffer : reads) {
    const BufferState& state = buffers_[buffer];
    if (!is_weights(buffer) || state.item != item_number_) continue;
    if (state.rows == words[1] && state.columns == words[2]) continue;
    return refuse(diag::kBadOperands,
                  {place(),
                   fmt::format("a matmul of {} by {} weights, and {} by {} were preloaded",
                               words[1], words[2], state.rows, state.columns),
                   "a matmul uses the whole weight tile of its preload"});
  }
  return true;
}

bool Recorder::compute_operands(const Instruction& made) {
  if (made.kind != ComputeKind::Preload && made.writes.count == 0) {
    return refuse(diag::kBadOperands,
                  {place(), "a compute that writes nothing", "name the buffer of its result"});
  }
  return are_written(made.reads) && weights_operands(made);
}

bool Recorder::compute(const ComputeCall& call) {
  if (!in_item("a compute")) return false;
  if (call.kind < HEDDLE_TILE_VECTOR || call.kind > HEDDLE_TILE_CROSS_LANE) {
    return refuse(diag::kBadShape, {place(), fmt::format("compute kind {}", call.kind), "0 to 3"});
  }
  Instruction made;
  made.opcode = Opcode::Compute;
  made.kind = static_cast<ComputeKind>(call.kind);
  made.node = call.node;
  if (!is_same_node(call) || !compute_dims(call, made)) return false;
  if (!list_of("read", call.reads, made.reads)) return false;
  if (!list_of("written", call.writes, made.writes)) return false;
  if (!compute_operands(made)) return false;
  mark_written(made.writes);
  return append(made);
}

bool Recorder::are_written(Range32 reads) {
  for (const std::uint32_t buffer : item_.buffers_of(reads)) {
    if (buffers_[buffer].item == item_number_) continue;
    return refuse(diag::kUnwrittenBuffer, {place(), text(std::uint64_t{buffer})});
  }
  return true;
}

void Recorder::mark_written(Range32 writes) {
  for (const std::uint32_t buffer : item_.buffers_of(writes)) buffers_[buffer].item = item_number_;
}

bool Recorder::memory_barrier(std::uint32_t semaphore, std::int64_t elements) {
  if (!in_item("a wait")) return false;
  const bool is_known =
      semaphore < semaphores_.size() && semaphores_[semaphore].item == item_number_;
  if (!is_known) return refuse(diag::kEarlyWait, {place(), id_text(semaphore)});
  Generation& generation = semaphores_[semaphore];
  if (generation.elements != elements) {
    return refuse(diag::kCountMismatch, {place(), text(elements), text(std::uint64_t{semaphore}),
                                         fmt::format("instruction {}", generation.first_load),
                                         text(generation.elements)});
  }
  generation.is_awaited = true;
  Instruction made;
  made.opcode = Opcode::MemoryBarrier;
  made.semaphore = semaphore;
  made.elements = elements;
  return append(made);
}

bool Recorder::compute_barrier() {
  if (!in_item("a barrier")) return false;
  Instruction made;
  made.opcode = Opcode::ComputeBarrier;
  return append(made);
}

bool Recorder::item_done(int code) {
  if (!in_item("ending a work-item")) return false;
  if (code != 0) {
    return refuse(diag::kKernelRefused,
                  {place(), fmt::format("{}", code), "its tile function did not say more"});
  }
  for (const std::uint32_t semaphore : signalled_) {
    const Generation& generation = semaphores_[semaphore];
    if (generation.is_awaited) continue;
    const Tensor& tensor = kernel_.tensors[item_.instructions[generation.first_load].tensor];
    return refuse(diag::kUnawaitedLoad, {place(), text(std::uint64_t{generation.first_load}),
                                         tensor.name, text(std::uint64_t{semaphore})});
  }
  Instruction end;
  end.opcode = Opcode::TileEnd;
  if (!append(end)) return false;
  is_in_item_ = false;
  is_item_done_ = true;
  return true;
}

}  // namespace heddle::tile
