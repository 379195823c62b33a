#include "heddle/system/communicator.h"

#include <algorithm>

#include "heddle/system/diagnostics.h"
#include "system/engine.h"

namespace heddle::system {
bool CallLedger::add(des::Kernel& kernel, PeRank rank, std::uint32_t index,
                     const CollectiveCall& call) {
  const std::lock_guard lock(mutex_);
  if (index >= made_.size()) {  // no rank of the group
    kernel.fail(check_calls(group_, {{rank, call}}).error());
    return false;
  }
  const std::uint64_t number = made_[index]++ - rounds_over_;
  if (number == rounds_.size()) rounds_.emplace_back();
  Round& round = rounds_[number];
  round.calls.emplace_back(rank, call);
  const bool is_alike = call == round.calls.front().second;
  round.is_same = round.is_same && is_alike;
  const bool is_complete = round.calls.size() == group_.ranks.size();
  if (!round.is_same && is_complete) {
    tell(kernel);
  } else if (!round.is_same && !std::exchange(has_alarm_, true)) {
    kernel.schedule(*this, kGrace);
  }
  while (!rounds_.empty() && rounds_.front().is_same &&
         rounds_.front().calls.size() == group_.ranks.size()) {
    rounds_.pop_front();
    ++rounds_over_;
  }
  return is_alike;
}

Status CallLedger::check() const {
  if (rounds_.empty()) return {};
  return check_calls(group_, rounds_.front().calls, rounds_over_ + 1);
}

void CallLedger::on_event(des::Kernel& kernel) {
  const std::lock_guard lock(mutex_);
  tell(kernel);
}

/// Fails the run for the first calls that are not alike.
void CallLedger::tell(des::Kernel& kernel) const {
  for (std::size_t i = 0; i < rounds_.size(); ++i) {
    if (rounds_[i].is_same) continue;
    kernel.fail(check_calls(group_, rounds_[i].calls, rounds_over_ + i + 1).error());
    return;
  }
}

Communicator::Communicator(Simulator& simulator, Group group, CollectiveRegistry registry)
    : engine_(*simulator.engine_),
      group_(std::move(group)),
      registry_(std::move(registry)),
      ledger_(engine_.ledgers.emplace_back(engine_.pes[group_.ranks[0].value()].component, group_,
                                           !engine_.is_partitioned())),
      indices_(engine_.pes.size(), static_cast<std::uint32_t>(group_.ranks.size())) {
  for (std::uint32_t i = 0; i < group_.ranks.size(); ++i) indices_[group_.ranks[i].value()] = i;
  // Now, since routes are found by one thread at a time.
  for (const Dtype dtype : {Dtype::F16, Dtype::BF16, Dtype::F32, Dtype::I8, Dtype::I32}) {
    costs_.push_back(step_cost(*engine_.topology, group_, dtype));
  }
}

Communicator::~Communicator() = default;

Result<std::unique_ptr<Communicator>> Communicator::create(Simulator& simulator, Group group,
                                                           CollectiveRegistry registry) {
  const std::size_t pes = simulator.topology().pe_count();
  std::vector<bool> seen(pes);
  const std::string size = std::to_string(group.ranks.size());
  if (group.ranks.empty()) {
    return fail(diag::kCollectiveSize, {}, {"a communicator", size, "there is none", ""});
  }
  for (const PeRank rank : group.ranks) {
    const std::string name = std::to_string(rank.value());
    if (rank.value() >= pes) {
      return fail(diag::kCollectiveSize, {},
                  {"a communicator", size, "the machine has no PE " + name, ""});
    }
    if (seen[rank.value()]) {
      return fail(diag::kCollectiveSize, {},
                  {"a communicator", size, name + " is there twice", ""});
    }
    seen[rank.value()] = true;
  }
  if (group.levels.empty()) group.levels = {static_cast<std::uint32_t>(group.ranks.size())};
  return std::unique_ptr<Communicator>(
      new Communicator(simulator, std::move(group), std::move(registry)));
}

std::uint32_t Communicator::index_of(PeRank rank) const {
  return rank.value() < indices_.size() ? indices_[rank.value()]
                                        : static_cast<std::uint32_t>(group_.ranks.size());
}

std::optional<Choice> Communicator::choose(des::Kernel& kernel, const CollectiveCall& call) {
  const std::lock_guard lock(mutex_);
  for (const auto& [known, choice] : choices_) {
    if (known == call) return choice;
  }
  auto made = registry_.choose(call, group_, costs_[static_cast<std::size_t>(call.dtype)]);
  if (!made) {
    kernel.fail(std::move(made.error()));
    return std::nullopt;
  }
  if (choices_.size() == kChoicesMax) choices_.clear();
  return choices_.emplace_back(call, std::move(*made)).second;
}

des::Task<Tile> Communicator::call(Tl& tl, CollectiveCall call, Tile input) {
  call.elements = input.shape.count();
  call.dtype = input.dtype;
  const std::uint32_t index = index_of(tl.rank());
  des::Kernel& kernel = engine_.pes[tl.rank().value()].kernel();
  if (!ledger_.add(kernel, tl.rank(), index, call)) co_await Halt{};
  const std::optional<Choice> choice = choose(kernel, call);
  if (!choice) co_await Halt{};
  if (input.shape.rows != 1) input = co_await tl.slice(input, 0, call.elements);
  co_return co_await choice->algorithm->run(tl, choice->group, index, choice->call,
                                            std::move(input));
}

des::Task<Tile> Communicator::all_reduce(Tl& tl, Tile input, MathOp op) {
  CollectiveCall one;
  one.op = op;
  co_return co_await call(tl, one, std::move(input));
}

des::Task<Tile> Communicator::broadcast(Tl& tl, Tile input, std::uint32_t root) {
  CollectiveCall one;
  one.kind = CollectiveKind::Broadcast;
  one.root = root;
  co_return co_await call(tl, one, std::move(input));
}

des::Task<> Communicator::barrier(Tl& tl) {
  CollectiveCall one;
  one.kind = CollectiveKind::Barrier;
  Tile none;
  none.shape = {0, 0};
  (void)co_await call(tl, one, std::move(none));
}

}  // namespace heddle::system
