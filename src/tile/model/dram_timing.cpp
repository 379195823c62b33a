#include "tile/model/dram_timing.h"

namespace heddle::tile::model {

std::int64_t DramTiming::earliest(DramCommand command, std::uint32_t bank) const {
  switch (command) {
    case DramCommand::Activate:
      return std::max({banks_[bank].activate, groups_[bank / banks_per_group_].activate, activate_,
                       last_activates_[oldest_activate_] + t_.faw});
    case DramCommand::Precharge: return banks_[bank].precharge;
    case DramCommand::PrechargeAll: {
      std::int64_t at = 0;
      for (const Bank& b : banks_) at = std::max(at, b.row == kClosed ? 0 : b.precharge);
      return at;
    }
    case DramCommand::Read: return earliest_column(false, bank);
    case DramCommand::Write: return earliest_column(true, bank);
    case DramCommand::Refresh: {
      std::int64_t at = 0;
      for (const Bank& b : banks_) at = std::max(at, b.activate);
      return at;
    }
  }
  return 0;
}

void DramTiming::activate(std::uint32_t bank, std::uint32_t row, std::int64_t cycle) {
  Bank& b = banks_[bank];
  b.row = row;
  b.column = cycle + t_.rcd;
  b.precharge = cycle + t_.ras;
  b.activate = cycle + t_.rc;
  groups_[bank / banks_per_group_].activate = cycle + t_.rrd_l;
  activate_ = cycle + t_.rrd_s;
  last_activates_[oldest_activate_] = cycle;
  oldest_activate_ = (oldest_activate_ + 1) % 4;
}

void DramTiming::close(Bank& bank, std::int64_t cycle) {
  bank.row = kClosed;
  bank.activate = std::max(bank.activate, cycle + t_.rp);
}

void DramTiming::issue(DramCommand command, std::uint32_t bank, std::uint32_t row,
                       std::int64_t cycle) {
  Group& group = groups_[bank / banks_per_group_];
  Bank& b = banks_[bank];
  switch (command) {
    case DramCommand::Activate: activate(bank, row, cycle); return;
    case DramCommand::Precharge: close(b, cycle); return;
    case DramCommand::PrechargeAll:
      for (Bank& each : banks_) {
        if (each.row != kClosed) close(each, cycle);
      }
      return;
    case DramCommand::Read:
      group.read = std::max(group.read, cycle + t_.ccd_l);
      read_ = std::max(read_, cycle + column_gap_);
      write_ = std::max(write_, cycle + t_.rtw);
      b.precharge = std::max(b.precharge, cycle + t_.rtp);
      return;
    case DramCommand::Write: {
      const std::int64_t written = cycle + t_.cwl + t_.burst;
      group.write = std::max(group.write, cycle + t_.ccd_l);
      write_ = std::max(write_, cycle + column_gap_);
      group.read = std::max(group.read, written + t_.wtr_l);
      read_ = std::max(read_, written + t_.wtr_s);
      b.precharge = std::max(b.precharge, written + t_.wr);
      return;
    }
    case DramCommand::Refresh:
      for (Bank& each : banks_) each.activate = std::max(each.activate, cycle + t_.rfc);
      return;
  }
}

}  // namespace heddle::tile::model
