// Who waits for whom: the text of a deadlock report.
#include <algorithm>

#include "heddle/des/kernel.h"

namespace heddle::des {
namespace {

/// Processes that a report lists; the rest are counted.
constexpr std::size_t kListedMax = 32;

std::string name_of(const Process& process) {
  return "'" + process.name + "' (" +
         std::string(process.kernel->component_name(process.component)) + ")";
}

/// The first cycle that following the first holder of each wait runs into.
std::string cycle_text(const std::vector<const Process*>& waiting) {
  for (const Process* start : waiting) {
    std::vector<const Process*> trail;
    const Process* at = start;
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

std::string line_of(const Process& process) {
  std::string text = "  " + name_of(process) + " waits for ";
  if (process.waiting_on == nullptr) return text + "nothing that is known";
  text += process.waiting_on->wait_text();
  std::string holders;
  for (const Process* holder : process.waiting_on->wait_holders()) {
    holders += (holders.empty() ? "" : ", ") + name_of(*holder);
  }
  return holders.empty() ? text : text + ", held by " + holders;
}

}  // namespace

std::string Process::wait_text() const {
  return "process '" + name + "' to end";
}

void Kernel::add_waiting(std::vector<const Process*>& waiting) const {
  for (const Process& process : processes_) {
    if (process.is_live && !process.is_daemon) waiting.push_back(&process);
  }
}

std::size_t Kernel::waiting_count() const {
  std::vector<const Process*> waiting;
  add_waiting(waiting);
  return waiting.size();
}

std::string Kernel::wait_graph() const {
  std::vector<const Process*> waiting;
  add_waiting(waiting);
  return wait_graph_of(std::move(waiting));
}

/// In an order that does not depend on who is in which partition.
std::string Kernel::wait_graph_of(std::vector<const Process*> waiting) {
  std::stable_sort(waiting.begin(), waiting.end(), [](const Process* a, const Process* b) {
    return a->component != b->component ? a->component < b->component : a->name < b->name;
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(waiting.size(), kListedMax); ++i) {
    text += (i == 0 ? "" : "\n") + line_of(*waiting[i]);
  }
  if (waiting.size() > kListedMax) {
    text += "\n  and " + std::to_string(waiting.size() - kListedMax) + " more";
  }
  const std::string cycle = cycle_text(waiting);
  return cycle.empty() ? text : text + '\n' + cycle;
}

}  // namespace heddle::des
