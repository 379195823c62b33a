// Writes a trace as text; the form stands in heddle/tile/trace_text.h.
#include <fmt/format.h>

#include <iterator>

#include "heddle/tile/trace_text.h"
#include "tile/producer/trace_words.h"

namespace heddle::tile {
namespace {

using Line = fmt::memory_buffer;

/// A name between quotes; what would end it or the line is replaced.
std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name.substr(0, 256)) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte < 0x20 || byte > 0x7E || c == '"' || c == '\\' ? '_' : c;
  }
  return text + "\"";
}

void add_buffers(Line& line, const WorkItem& item, std::string_view arrow, Range32 range) {
  if (range.count == 0) return;
  fmt::format_to(std::back_inserter(line), " {}", arrow);
  for (const std::uint32_t id : item.buffers_of(range)) {
    fmt::format_to(std::back_inserter(line), " {}", id);
  }
}

void add_dma(Line& line, const WorkItem& item, const Instruction& one) {
  const bool is_load = one.direction == Direction::Load;
  fmt::format_to(std::back_inserter(line), "  {} {} @{}", is_load ? "load" : "store", one.tensor,
                 one.offset);
  const auto dims = item.at(one.dims);
  const auto strides = item.at(one.strides);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    fmt::format_to(std::back_inserter(line), " {}:{}", dims[i], strides[i]);
  }
  if (one.is_async && is_load) fmt::format_to(std::back_inserter(line), " sem {}", one.semaphore);
  if (one.is_async && !is_load) fmt::format_to(std::back_inserter(line), " async");
}

void add_compute(Line& line, const WorkItem& item, const Instruction& one) {
  const auto kind = static_cast<std::size_t>(one.kind);
  fmt::format_to(std::back_inserter(line), "  {} {}", kComputeWords[kind], one.node);
  const auto dims = item.at(one.dims);
  const bool has_operation = one.kind == ComputeKind::Vector || one.kind == ComputeKind::CrossLane;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (has_operation && i + 1 == dims.size()) {
      fmt::format_to(std::back_inserter(line), " {}",
                     kOperationWords[static_cast<std::size_t>(dims[i])]);
    } else {
      fmt::format_to(std::back_inserter(line), " {}", dims[i]);
    }
  }
}

void add_instruction(Line& line, const WorkItem& item, const Instruction& one) {
  switch (one.opcode) {
    case Opcode::TileBegin:
    case Opcode::TileEnd: return;
    case Opcode::Dma: add_dma(line, item, one); break;
    case Opcode::Compute: add_compute(line, item, one); break;
    case Opcode::MemoryBarrier:
      fmt::format_to(std::back_inserter(line), "  wait {} {}", one.semaphore, one.elements);
      break;
    case Opcode::ComputeBarrier: fmt::format_to(std::back_inserter(line), "  barrier"); break;
  }
  add_buffers(line, item, "<-", one.reads);
  add_buffers(line, item, "->", one.writes);
  line.push_back('\n');
}

void add_kernel(Line& line, const KernelInfo& kernel) {
  fmt::format_to(std::back_inserter(line), "heddle-tile-trace {}\nkernel {}\n", kTraceTextVersion,
                 quoted(kernel.name));
  for (std::size_t id = 0; id < kernel.tensors.size(); ++id) {
    const Tensor& tensor = kernel.tensors[id];
    fmt::format_to(std::back_inserter(line), "tensor {} {} {} x {}\n", id, quoted(tensor.name),
                   tensor.elements, tensor.element_bits);
  }
  for (std::size_t id = 0; id < kernel.buffers.size(); ++id) {
    const Buffer& buffer = kernel.buffers[id];
    fmt::format_to(std::back_inserter(line), "buffer {} {} {}\n", id,
                   kBufferWords[static_cast<std::size_t>(buffer.kind)], buffer.size_bytes);
  }
}

void add_item(Line& line, const WorkItem& item) {
  fmt::format_to(std::back_inserter(line), "item {} key {}", item.index, item.key);
  if (!item.induction.empty()) fmt::format_to(std::back_inserter(line), " iv");
  for (const std::int64_t value : item.induction) {
    fmt::format_to(std::back_inserter(line), " {}", value);
  }
  line.push_back('\n');
}

}  // namespace

Status write_trace(WorkItemSource& source, ByteSink& out) {
  Line line;
  const auto hand_over = [&] {
    out.write(std::string_view(line.data(), line.size()));
    line.clear();
  };
  add_kernel(line, source.kernel());
  hand_over();
  WorkItem item;
  for (;;) {
    HEDDLE_TRY(const bool has_more, source.next(item));
    if (!has_more) return out.status();
    add_item(line, item);
    for (const Instruction& one : item.instructions) {
      add_instruction(line, item, one);
      if (line.size() > kTraceLineBytesMax) hand_over();
    }
    fmt::format_to(std::back_inserter(line), "end\n");
    hand_over();
    HEDDLE_TRY_STATUS(out.status());
  }
}

}  // namespace heddle::tile
