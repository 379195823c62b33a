#include "unit/tile/memory/dram_checker.h"

#include <fmt/format.h>

#include <map>

namespace heddle::tile {
namespace {

using model::DramCommand;
using model::DramEvent;

enum class Scope { Bank, Group, All };

struct Rule {
  DramCommand first;
  DramCommand second;
  Scope scope;
  std::int64_t distance;
  const char* name;
};

std::vector<Rule> rules_of(const DramTimings& t) {
  using enum DramCommand;
  const std::int64_t written = std::int64_t{t.cwl} + t.burst;
  std::vector<Rule> rules = {{Activate, Activate, Scope::Bank, t.rc, "tRC"},
                             {Activate, Activate, Scope::Group, t.rrd_l, "tRRD_L"},
                             {Activate, Activate, Scope::All, t.rrd_s, "tRRD_S"},
                             {Activate, Precharge, Scope::Bank, t.ras, "tRAS"},
                             {Activate, PrechargeAll, Scope::All, t.ras, "tRAS"},
                             {Activate, Refresh, Scope::All, t.rc, "tRC"},
                             {Precharge, Activate, Scope::Bank, t.rp, "tRP"},
                             {PrechargeAll, Activate, Scope::All, t.rp, "tRP"},
                             {Precharge, Refresh, Scope::All, t.rp, "tRP"},
                             {PrechargeAll, Refresh, Scope::All, t.rp, "tRP"},
                             {Read, Write, Scope::All, t.rtw, "tRTW"},
                             {Write, Read, Scope::All, written + t.wtr_s, "tWTR_S"},
                             {Write, Read, Scope::Group, written + t.wtr_l, "tWTR_L"},
                             {Read, Precharge, Scope::Bank, t.rtp, "tRTP"},
                             {Read, PrechargeAll, Scope::All, t.rtp, "tRTP"},
                             {Write, Precharge, Scope::Bank, written + t.wr, "tWR"},
                             {Write, PrechargeAll, Scope::All, written + t.wr, "tWR"},
                             {Refresh, Activate, Scope::All, t.rfc, "tRFC"},
                             {Refresh, Refresh, Scope::All, t.rfc, "tRFC"}};
  for (const DramCommand column : {Read, Write}) {
    rules.push_back({Activate, column, Scope::Bank, t.rcd, "tRCD"});
    rules.push_back({column, column, Scope::All, t.ccd_s, "tCCD_S"});
    rules.push_back({column, column, Scope::All, t.burst, "burst"});
    rules.push_back({column, column, Scope::Group, t.ccd_l, "tCCD_L"});
  }
  return rules;
}

bool is_column(const DramEvent& e) {
  return e.command == DramCommand::Read || e.command == DramCommand::Write;
}

bool is_within(Scope scope, const DramEvent& a, const DramEvent& b, std::uint32_t group_banks) {
  if (scope == Scope::All) return true;
  if (scope == Scope::Group) return a.bank / group_banks == b.bank / group_banks;
  return a.bank == b.bank;
}

/// Rows: what is open, and whether the command may meet it so.
std::string check_rows(std::map<std::uint32_t, std::uint32_t>& open, const DramEvent& e) {
  const auto at = open.find(e.bank);
  switch (e.command) {
    case DramCommand::Activate:
      if (at != open.end()) return "activates an open bank";
      open[e.bank] = e.row;
      return {};
    case DramCommand::Precharge: open.erase(e.bank); return {};
    case DramCommand::PrechargeAll: open.clear(); return {};
    case DramCommand::Refresh: return open.empty() ? "" : "refreshes with a bank open";
    default:
      return at != open.end() && at->second == e.row ? "" : "columns of a row that is not open";
  }
}

std::string check_pair(const std::vector<Rule>& rules, const DramSpec& spec, const DramEvent& a,
                       const DramEvent& b) {
  const std::int64_t distance = b.cycle - a.cycle;
  for (const Rule& rule : rules) {
    if (a.command == rule.first && b.command == rule.second &&
        is_within(rule.scope, a, b, spec.banks) && distance < rule.distance) {
      return fmt::format("{}: {} cycles, at least {}", rule.name, distance, rule.distance);
    }
  }
  if (distance == 0 && (!spec.has_split_commands || is_column(a) == is_column(b))) {
    return "two commands on one bus";
  }
  return distance < 0 ? "goes back in time" : "";
}

}  // namespace

std::string first_violation(const DramSpec& spec, const std::vector<DramEvent>& events) {
  const std::vector<Rule> rules = rules_of(spec.timings);
  std::int64_t reach = 0;
  for (const Rule& rule : rules) reach = std::max(reach, rule.distance);
  std::map<std::uint32_t, std::uint32_t> open;
  std::vector<std::int64_t> activates;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const DramEvent& e = events[i];
    std::string wrong = check_rows(open, e);
    for (std::size_t j = i; wrong.empty() && j > 0 && events[j - 1].cycle > e.cycle - reach; --j) {
      wrong = check_pair(rules, spec, events[j - 1], e);
    }
    if (e.command == DramCommand::Activate) {
      if (activates.size() >= 4 && e.cycle - activates[activates.size() - 4] < spec.timings.faw) {
        wrong = "tFAW";
      }
      activates.push_back(e.cycle);
    }
    if (!wrong.empty()) {
      return fmt::format("command {} at {}, bank {}: {}", i, e.cycle, e.bank, wrong);
    }
  }
  return {};
}

}  // namespace heddle::tile
