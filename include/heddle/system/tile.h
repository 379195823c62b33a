// Tiles: what kernels compute with. A tile is a value in single assignment: it
// never changes, and its version names the operation that made it, whatever
// scratch address it was given.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heddle/base/ids.h"
#include "heddle/system/dtype.h"

namespace heddle::system {

/// The operation of the log that made a value.
using ValueId = StrongId<struct ValueTag>;

enum class Space : std::uint8_t { Hbm, Tcm };

struct Shape {
  std::uint32_t rows = 1;
  std::uint32_t columns = 1;

  [[nodiscard]] std::uint64_t count() const { return std::uint64_t{rows} * columns; }
  [[nodiscard]] std::string to_string() const {
    return std::to_string(rows) + "x" + std::to_string(columns);
  }
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// The elements of a value, row by row.
struct TileData {
  Shape shape;
  Dtype dtype = Dtype::F16;
  std::vector<std::byte> bytes;
  std::vector<bool> poison;  ///< lanes that a masked load left undefined; empty: none

  [[nodiscard]] bool is_poison(std::size_t lane) const { return !poison.empty() && poison[lane]; }
  [[nodiscard]] float at(std::size_t lane) const { return load_float(bytes, dtype, lane); }
};
using TileDataPtr = std::shared_ptr<const TileData>;

/// Bytes of a PE's TCM; gives them back when the last tile on them goes.
class TcmBlock {
 public:
  TcmBlock(std::shared_ptr<std::uint64_t> used_bytes, std::uint64_t size_bytes)
      : used_bytes_(std::move(used_bytes)), size_bytes_(size_bytes) {
    *used_bytes_ += size_bytes_;
  }
  TcmBlock(const TcmBlock&) = delete;
  TcmBlock& operator=(const TcmBlock&) = delete;
  ~TcmBlock() { *used_bytes_ -= size_bytes_; }

 private:
  std::shared_ptr<std::uint64_t> used_bytes_;
  std::uint64_t size_bytes_ = 0;
};

/// A handle; copies are the same value. Empty after an error, which the run tells.
struct Tile {
  Shape shape;
  Dtype dtype = Dtype::F16;
  Space space = Space::Tcm;
  std::uint64_t address = 0;   ///< within the TCM
  ValueId version = {};        ///< none where no data moves
  TileDataPtr data = nullptr;  ///< in eager runs
  std::shared_ptr<TcmBlock> block = nullptr;

  [[nodiscard]] std::uint64_t size_bytes() const { return shape.count() * dtype_bytes(dtype); }
};

}  // namespace heddle::system
