// Packs the chains of one block into a value-change section of an FST file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/trace/wave.h"
#include "trace/fst_chains.h"

union LZ4_stream_u;  // of lz4.h

namespace heddle::trace::fst {

/// What a block holds beside its chains.
struct BlockFrame {
  std::uint64_t begin_time = 0;
  std::uint64_t end_time = 0;
  std::string_view values;       ///< of all signals at `begin_time`
  std::string_view time_deltas;  ///< varints
  std::uint64_t time_count = 0;
};

/// Keeps its buffers between blocks. Threads: one at a time.
class BlockPacker {
 public:
  BlockPacker(std::uint32_t signal_count, WavePack pack);

  /// The whole section, its type byte first. Equal chains are stored once.
  /// The view lasts until the next call.
  [[nodiscard]] std::string_view pack(const Chains& chains, const BlockFrame& frame);

 private:
  struct FreeStream {
    void operator()(LZ4_stream_u* stream) const;
  };
  struct Stored {
    std::int64_t at = 0;     // > 0: offset of the chain; < 0: -(signal + 1) of its equal; 0: none
    std::uint32_t size = 0;  // bytes stored, with the length before them
  };
  void put_chain(std::uint32_t signal, std::size_t chains_begin);
  bool reuse_equal(std::uint32_t signal, std::size_t chains_begin, std::size_t chain_begin);
  void put_positions();
  void put_times(const BlockFrame& frame);
  void put_u64_at(std::size_t at, std::uint64_t value);

  std::uint32_t signal_count_ = 0;
  WavePack pack_ = WavePack::Lz4;
  std::unique_ptr<LZ4_stream_u, FreeStream> lz4_;
  std::string section_;
  std::string chain_;                 // one chain, as it is unpacked
  std::string packed_;                // scratch of the compressor
  std::vector<Stored> stored_;        // by signal
  std::vector<std::uint32_t> table_;  // hash of a chain -> signal + 1, open addressing
};

}  // namespace heddle::trace::fst
