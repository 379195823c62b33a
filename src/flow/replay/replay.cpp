// A replay is a run of the same graph whose clock is the recorded admission times,
// whose sources (or every task with outputs) are given what was recorded, and whose
// commit stage compares bytes. Each stretch of lists without a gap is a run of its
// own, started as new or from the keyframe nearest to where it shall begin.
#include "heddle/flow/replay.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "flow/replay/recorded_run.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/replay_diagnostics.h"

namespace heddle::flow::replay {
namespace {

/// Hands out what was recorded.
class Injector final : public StepInjector {
 public:
  Injector(const Graph& graph, RecordedLists& lists, ReplayMode mode)
      : graph_(graph), lists_(lists) {
    for (const GraphTask& task : graph.tasks) {
      const bool is_sampled = task.background && task.background->is_sampled;
      const bool is_given = mode == ReplayMode::Exact ? task.type->kind != TaskKind::Sink
                                                      : task.type->kind == TaskKind::Source;
      injects_.push_back(is_given || is_sampled);
    }
  }

  bool injects(std::uint32_t task) const override { return injects_[task]; }

  Status inject(std::uint32_t task, std::uint64_t clid, std::span<void* const> outputs) override {
    Status status = give(task, clid, outputs);
    // The task's own policy decides what a failure does to the run; a replay that
    // cannot go on is told by this.
    if (!status && status.error().list().front().code() != diag::kTaskFailed.code) {
      const std::lock_guard lock(mutex_);
      if (!failure_.has_errors()) failure_ = status.error();
    }
    return status;
  }

  [[nodiscard]] Status status() const {
    const std::lock_guard lock(mutex_);
    if (failure_.has_errors()) return fail(failure_);
    return {};
  }

 private:
  Status give(std::uint32_t task, std::uint64_t clid, std::span<void* const> outputs) {
    const auto recorded = lists_.get(clid);
    if (recorded == nullptr) {
      HEDDLE_TRY_STATUS(lists_.status());
      return fail(log::diag::kNoSuchList, {}, {std::to_string(clid), "others"});
    }
    const auto& failed = recorded->failed_tasks;
    if (std::find(failed.begin(), failed.end(), task) != failed.end()) {
      return fail(diag::kTaskFailed, {}, {graph_.tasks[task].id, std::to_string(clid)});
    }
    std::size_t output = 0;
    for (std::uint32_t index = 0; index < graph_.messages.size(); ++index) {
      if (graph_.messages[index].task != task) continue;
      const log::LoggedMessage* message = recorded->list.find(index);
      if (message != nullptr) {
        HEDDLE_TRY_STATUS(fill(graph_.messages[index], *message, clid, outputs[output]));
      }
      ++output;
    }
    return {};
  }

  static Status fill(const GraphMessage& info, const log::LoggedMessage& recorded,
                     std::uint64_t clid, void* message) {
    auto& header = *static_cast<MessageHeader*>(message);
    if (recorded.is_present && !recorded.is_kept) {
      return fail(diag::kMissesContent, {}, {std::to_string(clid), info.name});
    }
    if (recorded.is_present && !info.type->decode(message, recorded.payload)) {
      return fail(diag::kBadPayload, {}, {std::to_string(clid), info.name});
    }
    header.is_touched = recorded.is_present ? 1 : 0;
    header.validity_kind = static_cast<std::uint8_t>(recorded.validity.kind);
    header.validity_begin_ns = recorded.validity.begin.ns;
    header.validity_end_ns = recorded.validity.end.ns;
    constexpr std::size_t kStatusBytesMax = Message<std::uint8_t>::kStatusBytesMax;
    const std::size_t status_bytes = std::min(recorded.status.size(), kStatusBytesMax);
    header.status_bytes = static_cast<std::uint8_t>(status_bytes);
    if (status_bytes > 0) {
      std::memcpy(static_cast<std::byte*>(message) + info.type->status_offset,
                  recorded.status.data(), status_bytes);
    }
    header.has_origin = recorded.origin_clid != clid ? 1 : 0;
    header.origin_clid = recorded.origin_clid;
    return {};
  }

  const Graph& graph_;
  RecordedLists& lists_;
  std::vector<bool> injects_;
  mutable std::mutex mutex_;
  Diagnostics failure_;
};

/// Compares each list with what was recorded, and stops the run at the first that
/// differs.
class Comparer final : public CommitSink {
 public:
  Comparer(const log::LogCatalog& catalog, RecordedLists& lists, CommitSink* also,
           DigestStream& digest)
      : catalog_(catalog), lists_(lists), also_(also), digest_(digest) {}

  Status start(const RunDescription& run) override {
    return also_ == nullptr ? Status() : also_->start(run);
  }

  bool commit(const ListView& list) override {
    buffer_.resize(std::max(buffer_.size(), list.data_bytes_max()));
    const std::size_t bytes = list.encode_data(buffer_.data());
    const std::span<const std::byte> computed(buffer_.data(), bytes);
    const auto recorded = lists_.get(list.clid());
    if (recorded == nullptr) return false;
    if (!std::ranges::equal(computed, recorded->payload)) note(*recorded, computed);
    digest_.add_u64(bytes);
    digest_.add(computed);
    if (also_ != nullptr && !also_->commit(list)) return false;
    if (divergence) return false;
    lists_.release_below(list.clid() + 1);
    ++count;
    return true;
  }

  Status status() const override {
    if (also_ != nullptr) HEDDLE_TRY_STATUS(also_->status());
    HEDDLE_TRY_STATUS(lists_.status());
    if (!divergence) return {};
    return fail(Diagnostics(divergence_diagnostic(*divergence, "recorded", "computed")));
  }

  Status finish(const RunEnding& ending) override {
    return also_ == nullptr ? Status() : also_->finish(ending);
  }

  std::uint64_t count = 0;
  std::optional<log::LogDivergence> divergence;

 private:
  void note(const RecordedList& recorded, std::span<const std::byte> computed) {
    log::LoggedList list;
    const std::string why = read_list(catalog_, computed, list);
    if (why.empty()) divergence = diff_lists(catalog_, recorded.list, catalog_, list);
    if (!divergence) {
      divergence = log::LogDivergence{recorded.list.clid, "", "", "encoded bytes", "one", "others"};
    }
  }

  const log::LogCatalog& catalog_;
  RecordedLists& lists_;
  CommitSink* also_ = nullptr;
  DigestStream& digest_;
  std::vector<std::byte> buffer_;
};

/// One replay, stretch by stretch.
class Replay {
 public:
  Replay(std::string named, const TaskRegistry& registry, const ReplayOptions& options)
      : named_(std::move(named)), registry_(registry), options_(options) {}

  Result<ReplayOutcome> run() {
    HEDDLE_TRY(recorded_, index_run(named_));
    HEDDLE_TRY_STATUS(check_graph());
    HEDDLE_TRY_STATUS(check_range());
    for (const Stretch& stretch : recorded_.stretches) {
      if (stretch.end_clid <= options_.from_clid || stretch.first_clid > last_clid()) continue;
      HEDDLE_TRY_STATUS(run_stretch(stretch));
      if (outcome_.divergence || outcome_.was_interrupted) break;
    }
    outcome_.data_digest = digest_.digest();
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] std::uint64_t last_clid() const {
    return options_.to_clid.value_or(recorded_.tail.next_clid - 1);
  }

  Result<Graph> make_graph() {
    std::optional<ConfigNode> node = options_.graph;
    if (!node) {
      HEDDLE_TRY(node, parse_config(recorded_.catalog.config_text, named_ + " (its graph)"));
    }
    return read_graph(*node, registry_, recorded_.catalog.mission);
  }

  /// Whether what is in the log is what the graph's tasks take and give.
  Status check_graph() {
    HEDDLE_TRY(const Graph graph, make_graph());
    const log::LogCatalog& catalog = recorded_.catalog;
    const auto other = [&](const std::string& why) {
      return fail(diag::kOtherGraph, {}, {named_, why});
    };
    if (!options_.graph && graph.digest() != catalog.graph_digest) {
      return other("its tasks, parameters or connections are others now");
    }
    if (graph.messages.size() != catalog.messages.size()) return other("it has other messages");
    for (std::size_t i = 0; i < graph.messages.size(); ++i) {
      const GraphMessage& now = graph.messages[i];
      const log::LogMessage& then = catalog.messages[i];
      if (now.name != then.name) return other("'" + then.name + "' is not where it was");
      if (now.type->schema.digest() != catalog.types[then.type].digest()) {
        return other("the type '" + now.type->schema.name + "' of '" + now.name + "' has changed");
      }
      HEDDLE_TRY_STATUS(check_recorded(graph, i));
    }
    return {};
  }

  Status check_recorded(const Graph& graph, std::size_t index) {
    const log::LogMessage& message = recorded_.catalog.messages[index];
    if (message.is_logged && message.content == ContentPolicy::All) return {};
    const TaskKind kind = graph.tasks[message.task].type->kind;
    const bool is_needed = options_.mode == ReplayMode::Exact || kind == TaskKind::Source;
    const bool is_read =
        std::any_of(graph.connections.begin(), graph.connections.end(),
                    [&](const GraphConnection& connection) { return connection.message == index; });
    if (!message.is_logged && is_needed && is_read && kind == TaskKind::Source) {
      return fail(diag::kNotRecorded, {}, {message.name});
    }
    if (!message.is_logged) outcome_.not_recorded.push_back(message.name);
    return {};
  }

  Status check_range() const {
    if (recorded_.stretches.empty()) return fail(log::diag::kNoSuchList, {}, {"0", "none"});
    const std::uint64_t first = recorded_.stretches.front().first_clid;
    const std::uint64_t last = recorded_.tail.next_clid - 1;
    const std::uint64_t wanted = std::max(options_.from_clid, options_.to_clid.value_or(0));
    if (wanted <= last) return {};
    return fail(log::diag::kNoSuchList, {},
                {std::to_string(wanted), std::to_string(first) + " to " + std::to_string(last)});
  }

  /// Where a replay of the stretch begins; nothing where it cannot.
  [[nodiscard]] std::optional<std::uint64_t> begin_of(const Stretch& stretch) const {
    if (options_.mode == ReplayMode::Exact) {
      return std::max(stretch.first_clid, options_.from_clid);
    }
    const auto after =
        std::upper_bound(stretch.keyframes.begin(), stretch.keyframes.end(), options_.from_clid);
    if (after != stretch.keyframes.begin()) return *std::prev(after);
    if (stretch.begins_run) return stretch.first_clid;
    if (after != stretch.keyframes.end()) return *after;
    return std::nullopt;
  }

  Status run_stretch(const Stretch& stretch) {
    const std::optional<std::uint64_t> begin = begin_of(stretch);
    const std::uint64_t end = std::min(stretch.end_clid, last_clid() + 1);
    if (!begin || *begin >= end) {
      if (recorded_.stretches.size() == 1) {
        return fail(diag::kNoKeyframe, {}, {std::to_string(options_.from_clid)});
      }
      outcome_.skipped += end - std::max(stretch.first_clid, options_.from_clid);
      return {};
    }
    const std::uint64_t wanted = std::max(stretch.first_clid, options_.from_clid);
    if (*begin > wanted) outcome_.skipped += *begin - wanted;
    if (outcome_.lists == 0) outcome_.started = *begin;
    HEDDLE_TRY(Graph graph, make_graph());
    graph.runtime.lists = end - *begin;
    graph.runtime.rate_hz = 0;
    graph.runtime.cpus.clear();
    graph.runtime.priority = 0;
    HEDDLE_TRY(auto lists, RecordedLists::open(named_, *begin));
    ReplayClock clock([&lists](std::uint64_t clid) {
      const auto list = lists->get(clid);
      return list == nullptr ? 0 : list->list.admission_ns;
    });
    Comparer comparer(recorded_.catalog, *lists, options_.also, digest_);
    const Plan plan = make_plan(graph, {.workers = options_.workers,
                                        .slots = options_.slots,
                                        .strategy = options_.strategy,
                                        .costs_ns = {}});
    HEDDLE_TRY(auto flow, Flow::build(std::move(graph), plan, clock, comparer));
    if (options_.mode == ReplayMode::Recompute) HEDDLE_TRY_STATUS(thaw(*flow, stretch, *begin));
    Injector injector(flow->graph(), *lists, options_.mode);
    const RunSummary summary =
        flow->run({.first_clid = *begin, .interrupt = options_.interrupt, .injector = &injector});
    outcome_.lists += comparer.count;
    HEDDLE_TRY_STATUS(injector.status());
    outcome_.divergence = comparer.divergence;
    if (outcome_.divergence) return {};
    if (summary.error.has_errors()) return fail(summary.error);
    outcome_.was_interrupted = *begin + summary.lists < end;
    return {};
  }

  Status thaw(Flow& flow, const Stretch& stretch, std::uint64_t begin) const {
    const auto& keyframes = stretch.keyframes;
    if (std::find(keyframes.begin(), keyframes.end(), begin) == keyframes.end()) return {};
    HEDDLE_TRY(const auto states, load_keyframe(named_, begin));
    for (const auto& [task, state] : states) HEDDLE_TRY_STATUS(flow.thaw(task, state));
    return {};
  }

  std::string named_;
  const TaskRegistry& registry_;
  const ReplayOptions& options_;
  RecordedRun recorded_;
  ReplayOutcome outcome_;
  DigestStream digest_;
};

}  // namespace

Result<ReplayOutcome> replay_log(const std::string& named, const TaskRegistry& registry,
                                 const ReplayOptions& options) {
  return Replay(named, registry, options).run();
}

Diagnostic divergence_diagnostic(const log::LogDivergence& divergence, std::string_view left,
                                 std::string_view right) {
  const std::string where =
      divergence.message.empty() ? divergence.field : divergence.message + ", " + divergence.field;
  return {diag::kDiverged,
          {},
          {std::to_string(divergence.clid), divergence.task, where, left, divergence.left, right,
           divergence.right}};
}

}  // namespace heddle::flow::replay
