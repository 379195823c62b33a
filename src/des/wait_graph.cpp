// Who waits for whom: the text of a deadlock report.
#include <algorithm>
#include <map>

#include "heddle/des/kernel.h"

namespace heddle::des {
namespace {

/// Processes that a report lists; the rest are counted.
constexpr std::size_t kListedMax = 32;

}  // namespace

std::string Process::wait_text() const {
  return "process '" + name + "' to end";
}

std::string Kernel::name_of(const Process& process) const {
  return "'" + process.name + "' (" + std::string(component_name(process.component)) + ")";
}

std::size_t Kernel::waiting_count() const {
  return static_cast<std::size_t>(
      std::count_if(processes_.begin(), processes_.end(),
                    [](const Process& p) { return p.is_live && !p.is_daemon; }));
}

/// The first cycle that following the first holder of each wait runs into.
std::string Kernel::cycle_text() const {
  for (const Process& start : processes_) {
    if (!start.is_live || start.is_daemon) continue;
    std::vector<const Process*> trail;
    const Process* at = &start;
    while (at != nullptr && at->waiting_on != nullptr &&
           std::find(trail.begin(), trail.end(), at) == trail.end()) {
      trail.push_back(at);
      const std::vector<const Process*> holders = at->waiting_on->wait_holders();
      at = holders.empty() ? nullptr : holders.front();
    }
    const auto from = std::find(trail.begin(), trail.end(), at);
    if (from == trail.end()) continue;
    std::string text = "  a cycle: ";
    for (auto one = from; one != trail.end(); ++one) text += name_of(**one) + " -> ";
    return text + name_of(*at);
  }
  return {};
}

std::string Kernel::wait_graph() const {
  std::string text;
  std::size_t listed = 0;
  std::size_t left = 0;
  for (const Process& process : processes_) {
    if (!process.is_live || process.is_daemon) continue;
    if (listed == kListedMax) {
      ++left;
      continue;
    }
    ++listed;
    if (!text.empty()) text += '\n';
    text += "  " + name_of(process) + " waits for ";
    text +=
        process.waiting_on == nullptr ? "nothing that is known" : process.waiting_on->wait_text();
    if (process.waiting_on == nullptr) continue;
    std::string holders;
    for (const Process* holder : process.waiting_on->wait_holders()) {
      holders += (holders.empty() ? "" : ", ") + name_of(*holder);
    }
    if (!holders.empty()) text += ", held by " + holders;
  }
  if (left > 0) text += "\n  and " + std::to_string(left) + " more";
  const std::string cycle = cycle_text();
  return cycle.empty() ? text : text + '\n' + cycle;
}

}  // namespace heddle::des
