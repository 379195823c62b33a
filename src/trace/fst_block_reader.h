// Reading one value-change section of an FST file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/fst_format.h"
#include "trace/fst_tree.h"
#include "trace/wave_window.h"

namespace heddle::trace::fst {

/// Where a section lies and what it covers, in ticks of the file.
struct BlockPlace {
  Section type = Section::Changes;
  std::uint64_t at = 0;    ///< of its content in the file
  std::uint64_t size = 0;  ///< of its content
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Decodes the chains of the chosen signals, sorts their changes by time and
/// tells a window. Every function that may meet damaged bytes says what was
/// wrong, or nothing.
class BlockReader {
 public:
  using Problem = std::optional<std::string_view>;

  BlockReader(const Tree& tree, std::int32_t exponent) : tree_(tree), exponent_(exponent) {}

  /// Cuts the section into its parts and unpacks the times.
  [[nodiscard]] Problem open(Section type, std::string_view content);
  /// Whether the values at its begin are only those of its first changes.
  [[nodiscard]] bool begins_with_changes() const {
    return !times_.empty() && times_.front() == begin_;
  }
  /// Tells the values at the block's begin. `goes_on` as of `WaveWindow::time`.
  [[nodiscard]] Problem tell_frame(WaveWindow& window, bool& goes_on);
  [[nodiscard]] Problem tell_changes(WaveWindow& window, bool& goes_on);

 private:
  struct Chain {
    std::uint64_t at = 0;  // from the pack byte; 0: no changes
    std::uint64_t size = 0;
  };
  struct Change {
    std::uint32_t time = 0;  // index into times_
    std::uint32_t signal = 0;
    std::uint32_t at = 0;    // of the payload in the unpacked chain; a bit: its character
    std::uint32_t size = 0;  // of a text
    bool is_packed = false;  // eight bits a byte
  };
  /// More changes of the chosen signals in one block than this, or than
  /// `kChangesPerSignal` a signal, are not believed.
  static constexpr std::size_t kChangesMax = std::size_t{1} << 25;
  static constexpr std::size_t kChangesPerSignal = 256;

  [[nodiscard]] Problem read_times(std::string_view packed, std::uint64_t size,
                                   std::uint64_t count);
  [[nodiscard]] Problem read_positions();
  [[nodiscard]] Problem read_old_positions();
  [[nodiscard]] Problem resolve(const std::vector<std::int64_t>& table);
  [[nodiscard]] Problem unpack_chain(std::uint32_t signal);
  [[nodiscard]] Problem decode_chain(std::uint32_t signal);
  [[nodiscard]] Problem decode_bit(std::uint32_t signal, std::string_view chain);
  [[nodiscard]] Problem decode_wide(std::uint32_t signal, std::string_view chain);
  [[nodiscard]] Problem decode_text(std::uint32_t signal, std::string_view chain);
  void sort_by_time();
  void tell(const Change& change, WaveWindow& window);

  const Tree& tree_;
  std::int32_t exponent_ = 0;
  Section type_ = Section::Changes;
  std::uint64_t begin_ = 0;
  std::string_view frame_;  // as stored
  std::uint64_t frame_size_ = 0;
  std::uint64_t frame_count_ = 0;
  std::string_view chains_;     // from the pack byte on
  std::string_view positions_;  // the table of chains
  std::uint64_t chain_count_ = 0;
  std::vector<std::uint64_t> times_;
  std::vector<Chain> chain_of_;                   // by signal
  std::vector<std::uint32_t> unpacked_of_;        // by signal, into unpacked_
  std::map<std::uint64_t, std::uint32_t> known_;  // chain offset -> unpacked_
  std::vector<std::string> unpacked_;
  std::vector<Change> changes_;
  std::string value_;  // one value as characters
};

}  // namespace heddle::trace::fst
