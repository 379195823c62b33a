#include "support/tile/builder.h"

namespace heddle::tile::test {

namespace {

Instruction of(Opcode opcode) {
  Instruction instruction;
  instruction.opcode = opcode;
  return instruction;
}

}  // namespace

ItemBuilder::ItemBuilder(ListSource& source, std::int64_t key) : source_(&source) {
  item_.index = source.items.size();
  item_.key = key;
  push(of(Opcode::TileBegin));
}

Instruction ItemBuilder::dma(std::uint32_t tensor, Block block) {
  Instruction instruction = of(Opcode::Dma);
  instruction.tensor = tensor;
  instruction.element_bits = source_->info.tensors[tensor].element_bits;
  instruction.offset = block.offset;
  instruction.elements = block.rows * block.columns;
  instruction.dims = words({block.rows, block.columns});
  instruction.strides = words({block.pitch == 0 ? block.columns : block.pitch, 1});
  return instruction;
}

std::uint32_t ItemBuilder::load(std::uint32_t tensor, Block block, std::uint32_t buffer,
                                std::uint32_t semaphore) {
  Instruction instruction = dma(tensor, block);
  instruction.is_async = true;
  instruction.semaphore = semaphore;
  instruction.writes = ids({buffer});
  return push(instruction);
}

std::uint32_t ItemBuilder::load_sync(std::uint32_t tensor, Block block, std::uint32_t buffer) {
  Instruction instruction = dma(tensor, block);
  instruction.writes = ids({buffer});
  return push(instruction);
}

std::uint32_t ItemBuilder::store(std::uint32_t tensor, Block block, std::uint32_t buffer) {
  Instruction instruction = dma(tensor, block);
  instruction.direction = Direction::Store;
  instruction.reads = ids({buffer});
  return push(instruction);
}

std::uint32_t ItemBuilder::wait(std::uint32_t semaphore, std::int64_t elements) {
  Instruction instruction = of(Opcode::MemoryBarrier);
  instruction.semaphore = semaphore;
  instruction.elements = elements;
  return push(instruction);
}

std::uint32_t ItemBuilder::compute_barrier() {
  return push(of(Opcode::ComputeBarrier));
}

std::uint32_t ItemBuilder::vector(std::uint32_t node, std::int64_t elements, const Ids& reads,
                                  const Ids& writes, Operation operation) {
  return compute(ComputeKind::Vector, node, {elements, static_cast<std::int64_t>(operation)}, reads,
                 writes);
}

std::uint32_t ItemBuilder::cross_lane(std::uint32_t node, std::int64_t groups,
                                      std::int64_t elements, const Ids& reads, const Ids& writes,
                                      Operation operation) {
  return compute(ComputeKind::CrossLane, node,
                 {groups, elements, static_cast<std::int64_t>(operation)}, reads, writes);
}

std::uint32_t ItemBuilder::preload(std::uint32_t node, std::int64_t rows, std::int64_t columns,
                                   const Ids& reads, std::uint32_t weights) {
  return compute(ComputeKind::Preload, node, {rows, columns}, reads, {weights});
}

std::uint32_t ItemBuilder::matmul(std::uint32_t node, std::int64_t streamed, std::int64_t reduction,
                                  std::int64_t columns, const Ids& reads, const Ids& writes) {
  return compute(ComputeKind::Matmul, node, {streamed, reduction, columns}, reads, writes);
}

void ItemBuilder::end() {
  push(of(Opcode::TileEnd));
  source_->items.push_back(std::move(item_));
}

std::uint32_t ItemBuilder::compute(ComputeKind kind, std::uint32_t node,
                                   std::vector<std::int64_t> dims, const Ids& reads,
                                   const Ids& writes) {
  Instruction instruction = of(Opcode::Compute);
  instruction.kind = kind;
  instruction.node = node;
  instruction.dims = words(dims);
  instruction.reads = ids(reads);
  instruction.writes = ids(writes);
  return push(instruction);
}

std::uint32_t ItemBuilder::push(const Instruction& instruction) {
  item_.instructions.push_back(instruction);
  return static_cast<std::uint32_t>(item_.instructions.size() - 1);
}

Range32 ItemBuilder::words(const std::vector<std::int64_t>& list) {
  const auto first = static_cast<std::uint32_t>(item_.words.size());
  item_.words.insert(item_.words.end(), list.begin(), list.end());
  return Range32{first, static_cast<std::uint32_t>(list.size())};
}

Range32 ItemBuilder::ids(const Ids& list) {
  const auto first = static_cast<std::uint32_t>(item_.buffers.size());
  item_.buffers.insert(item_.buffers.end(), list.begin(), list.end());
  return Range32{first, static_cast<std::uint32_t>(list.size())};
}

}  // namespace heddle::tile::test
