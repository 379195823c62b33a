// What a pseudo-channel may do when: the state of its banks, groups and data
// bus, as the earliest cycle of each command. It owns no clock and takes no
// decisions; `earliest` and `issue` are the only rules of DRAM in this tree.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "heddle/tile/machine.h"

namespace heddle::tile::model {

enum class DramCommand : std::uint8_t { Activate, Precharge, PrechargeAll, Read, Write, Refresh };

/// A command on the bus of a pseudo-channel. Units: DRAM cycles.
struct DramEvent {
  std::int64_t cycle = 0;
  DramCommand command = DramCommand::Activate;
  std::uint32_t bank = 0;  ///< banks of group 0 first
  std::uint32_t row = 0;
};

/// Banks are numbered group by group. Threads: a value.
class DramTiming {
 public:
  static constexpr std::int64_t kClosed = -1;

  explicit DramTiming(const DramSpec& spec)
      : t_(spec.timings),
        column_gap_(std::max(t_.ccd_s, t_.burst)),
        banks_per_group_(spec.banks),
        banks_(std::size_t{spec.banks} * spec.bank_groups),
        groups_(spec.bank_groups) {}

  /// The first cycle at which `command` is legal, given that the bank's row is as it must be:
  /// open for columns, closed for Activate, all closed for Refresh.
  [[nodiscard]] std::int64_t earliest(DramCommand command, std::uint32_t bank) const;
  /// Requires: `cycle` >= `earliest(command, bank)`.
  void issue(DramCommand command, std::uint32_t bank, std::uint32_t row, std::int64_t cycle);

  [[nodiscard]] std::int64_t open_row(std::uint32_t bank) const { return banks_[bank].row; }
  /// No column command of this direction is legal before; cheaper than `earliest`.
  [[nodiscard]] std::int64_t column_floor(bool is_write) const { return is_write ? write_ : read_; }
  [[nodiscard]] std::int64_t earliest_column(bool is_write, std::uint32_t bank) const {
    const Group& group = groups_[bank / banks_per_group_];
    return std::max(
        {banks_[bank].column, is_write ? group.write : group.read, column_floor(is_write)});
  }

 private:
  struct Bank {
    std::int64_t row = kClosed;
    std::int64_t activate = 0;
    std::int64_t precharge = 0;
    std::int64_t column = 0;
  };
  struct Group {
    std::int64_t activate = 0;
    std::int64_t read = 0;
    std::int64_t write = 0;
  };

  void activate(std::uint32_t bank, std::uint32_t row, std::int64_t cycle);
  void close(Bank& bank, std::int64_t cycle);

  DramTimings t_;
  std::uint32_t column_gap_ = 0;
  std::uint32_t banks_per_group_ = 1;
  std::vector<Bank> banks_;
  std::vector<Group> groups_;
  std::int64_t activate_ = 0;
  std::int64_t read_ = 0;
  std::int64_t write_ = 0;
  std::array<std::int64_t, 4> last_activates_{INT64_MIN / 2, INT64_MIN / 2, INT64_MIN / 2,
                                              INT64_MIN / 2};
  std::uint32_t oldest_activate_ = 0;
};

}  // namespace heddle::tile::model
