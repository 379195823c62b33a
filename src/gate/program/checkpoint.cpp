// A file is a header, which says that it is whole, and the fields in order.
#include "heddle/gate/checkpoint.h"

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "gate/program/cache_codec.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/gate/look_diagnostics.h"

namespace heddle::gate {
namespace cache {

void fields(auto&& visit, Is<Snapshot> auto& value) {
  auto& [next_edge, inputs, states, reads, memories, drives, x_inputs, x_states, x_reads,
         x_memories, digest, write_digest] = value;
  visit(next_edge, inputs, states, reads, memories, drives, x_inputs, x_states, x_reads, x_memories,
        digest, write_digest);
}
void fields(auto&& visit, Is<Checkpoint> auto& value) {
  auto& [netlist_digest, engine, bank] = value;
  visit(netlist_digest, engine, bank);
}

}  // namespace cache

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDirectory = "checkpoints";
constexpr std::string_view kEnding = ".ckpt";
constexpr std::size_t kEdgeDigits = 20;

struct Header {
  std::array<char, 8> magic{'h', 'e', 'd', 'd', 'l', 'e', 'c', '2'};
  std::uint64_t byte_order = 0x0102030405060708;
  std::uint64_t checksum = 0;
  friend bool operator==(const Header&, const Header&) = default;
};
static_assert(sizeof(Header) == 24);

std::string file_name_of(std::uint64_t edge) {
  const std::string digits = std::to_string(edge);
  return std::string(kEdgeDigits - digits.size(), '0') + digits + std::string(kEnding);
}

std::optional<std::uint64_t> edge_of(std::string_view name) {
  if (name.size() != kEdgeDigits + kEnding.size() || !name.ends_with(kEnding)) return {};
  std::uint64_t edge = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + kEdgeDigits, edge);
  if (parsed.ec != std::errc() || parsed.ptr != name.data() + kEdgeDigits) return {};
  return edge;
}

/// Why a checkpoint does not fit a model; empty when it does.
std::string misfit(const Checkpoint& checkpoint, const Model& model) {
  const Snapshot& engine = checkpoint.engine;
  if (checkpoint.netlist_digest != model.netlist_digest) return "it is of another netlist";
  bool fits = engine.inputs.size() == model.inputs.size() &&
              engine.states.size() == model.states.size() &&
              engine.memories.size() == model.memories.size();
  std::size_t read_bits = 0;
  for (std::size_t i = 0; fits && i < model.memories.size(); ++i) {
    const Memory& memory = model.memories[i];
    fits = engine.memories[i].size() == memory.depth * memory.words_per_row();
    for (const MemoryReadPort& port : memory.reads) read_bits += port.data.size();
  }
  fits = fits && engine.reads.size() == read_bits;
  if (fits && !engine.x_states.empty()) {
    fits = engine.x_inputs.size() == engine.inputs.size() &&
           engine.x_states.size() == engine.states.size() &&
           engine.x_reads.size() == engine.reads.size() &&
           engine.x_memories.size() == engine.memories.size();
    for (std::size_t i = 0; fits && i < engine.memories.size(); ++i) {
      fits = engine.x_memories[i].size() == engine.memories[i].size();
    }
  }
  for (const EdgeOp& op : engine.drives) fits = fits && op.input < model.inputs.size();
  return fits ? "" : "its sizes are not those of the design";
}

}  // namespace

Status write_checkpoint(const std::string& run_directory, const Checkpoint& checkpoint) {
  const std::string directory = join_path(run_directory, kDirectory);
  HEDDLE_TRY_STATUS(make_directories(directory));
  cache::Writer writer;
  writer(checkpoint);
  Header header;
  header.checksum = digest_of(std::string_view(writer.bytes())).value();
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += writer.bytes();
  return write_file_atomic(join_path(directory, file_name_of(checkpoint.engine.next_edge)), bytes);
}

Result<Checkpoint> read_checkpoint(const std::string& path, const Model& model) {
  HEDDLE_TRY(const std::string bytes, read_file(path));
  const auto bad = [&](std::string_view why) {
    return fail(look::diag::kBadCheckpoint, {path, 0, 0}, {path, why});
  };
  Header header;
  if (bytes.size() < sizeof header) return bad("it was cut off");
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::string_view payload = std::string_view(bytes).substr(sizeof header);
  Header expected;
  expected.checksum = digest_of(payload).value();
  if (header.magic != expected.magic || header.byte_order != expected.byte_order) {
    return bad("it is another kind of file, or of another machine");
  }
  if (header != expected) return bad("its content is damaged");
  Checkpoint checkpoint;
  cache::Reader reader(payload);
  reader(checkpoint);
  if (!reader.is_done()) return bad("its content is damaged");
  if (const std::string why = misfit(checkpoint, model); !why.empty()) return bad(why);
  return checkpoint;
}

std::optional<std::string> nearest_checkpoint(const std::string& run_directory,
                                              std::uint64_t edge) {
  const std::string directory = join_path(run_directory, kDirectory);
  std::optional<std::uint64_t> best;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const auto found = edge_of(at->path().filename().string());
    if (found && *found <= edge && (!best || *found > *best)) best = found;
  }
  if (!best) return {};
  return join_path(directory, file_name_of(*best));
}

}  // namespace heddle::gate
