#include "flow/replay/recorded_run.h"

#include <algorithm>

#include "heddle/flow/log_bytes.h"
#include "heddle/flow/log_diagnostics.h"

namespace heddle::flow::replay {
namespace {

using log::RecordView;
using log::Stream;

class Indexer {
 public:
  explicit Indexer(log::LogReader reader) : reader_(std::move(reader)) {}

  Result<RecordedRun> run() {
    RecordView record;
    while (true) {
      HEDDLE_TRY(const bool has_record, reader_.next(record));
      if (!has_record) break;
      if (record.stream == Stream::Data) HEDDLE_TRY_STATUS(take_list(record));
      if (record.stream == Stream::Keyframe) take_keyframe(record);
      if (record.stream == Stream::Lifecycle) take_event(record);
    }
    const Diagnostics told =
        log::tail_diagnostics(reader_.tail(), reader_.source().name(reader_.tail().file));
    if (told.has_errors()) return fail(told);
    out_.catalog = reader_.catalog();
    out_.tail = reader_.tail();
    return std::move(out_);
  }

 private:
  Status take_list(const RecordView& record) {
    log::LoggedList list;
    const std::string why = read_list(reader_.catalog(), record.payload, list);
    if (!why.empty()) {
      const std::string name = reader_.source().name(record.file);
      return fail(log::diag::kBadRecord, {name}, {name, std::to_string(record.offset), why});
    }
    const bool continues =
        !is_new_run_ && !out_.stretches.empty() && out_.stretches.back().end_clid == list.clid;
    const bool begins_run = is_new_run_ && list.clid == run_first_clid_;
    if (!continues) out_.stretches.push_back({list.clid, list.clid, begins_run, {}});
    is_new_run_ = false;
    Stretch& stretch = out_.stretches.back();
    stretch.end_clid = list.clid + 1;
    if (has_keyframe_ && keyframe_ == list.clid) stretch.keyframes.push_back(list.clid);
    return {};
  }

  void take_keyframe(const RecordView& record) {
    log::LoggedState state;
    if (!read_state(record, state)) return;
    has_keyframe_ = true;
    keyframe_ = state.clid;
  }

  void take_event(const RecordView& record) {
    if (record.kind != static_cast<std::uint8_t>(log::LifecycleKind::Start)) return;
    is_new_run_ = true;
    run_first_clid_ = log::ByteReader(record.payload).get<std::uint64_t>();
  }

  log::LogReader reader_;
  RecordedRun out_;
  bool is_new_run_ = false;  ///< no list of it yet
  std::uint64_t run_first_clid_ = 0;
  bool has_keyframe_ = false;
  std::uint64_t keyframe_ = 0;
};

}  // namespace

Result<RecordedRun> index_run(const std::string& named) {
  HEDDLE_TRY(log::LogReader reader, log::LogReader::open(named));
  return Indexer(std::move(reader)).run();
}

Result<std::map<std::uint32_t, std::vector<std::byte>>> load_keyframe(const std::string& named,
                                                                      std::uint64_t clid) {
  HEDDLE_TRY(log::LogReader reader, log::LogReader::open(named));
  std::map<std::uint32_t, std::vector<std::byte>> states;
  RecordView record;
  while (true) {
    HEDDLE_TRY(const bool has_record, reader.next(record));
    if (!has_record) return states;
    log::LoggedState state;
    if (record.stream != Stream::Keyframe || !read_state(record, state)) continue;
    if (state.clid > clid) return states;
    if (state.clid == clid) states[state.task].assign(state.state.begin(), state.state.end());
  }
}

Result<std::unique_ptr<RecordedLists>> RecordedLists::open(const std::string& named,
                                                           std::uint64_t first_clid) {
  HEDDLE_TRY(log::LogReader reader, log::LogReader::open(named));
  std::unique_ptr<RecordedLists> lists(new RecordedLists(std::move(reader)));
  while (lists->window_.empty() || lists->window_.back()->list.clid < first_clid) {
    lists->window_.clear();
    if (!lists->read_one()) break;
  }
  HEDDLE_TRY_STATUS(lists->status());
  return lists;
}

bool RecordedLists::read_one() {
  RecordView record;
  while (!is_at_end_) {
    const Result<bool> has_record = reader_.next(record);
    if (!has_record) failure_ = has_record.error();
    is_at_end_ = !has_record || !*has_record;
    if (is_at_end_) return false;
    log::LoggedFailure failed;
    if (read_failure(record, failed)) failed_tasks_.push_back(failed.task);
    if (record.stream != Stream::Data) continue;
    auto list = std::make_shared<RecordedList>();
    list->payload.assign(record.payload.begin(), record.payload.end());
    list->failed_tasks = std::exchange(failed_tasks_, {});
    const std::string why = read_list(reader_.catalog(), list->payload, list->list);
    if (!why.empty()) {
      const std::string name = reader_.source().name(record.file);
      failure_ =
          Diagnostic(log::diag::kBadRecord, {name}, {name, std::to_string(record.offset), why});
      is_at_end_ = true;
      return false;
    }
    window_.push_back(std::move(list));
    return true;
  }
  return false;
}

std::shared_ptr<const RecordedList> RecordedLists::get(std::uint64_t clid) {
  const std::lock_guard lock(mutex_);
  while (window_.empty() || window_.back()->list.clid < clid) {
    if (!read_one()) return nullptr;
  }
  const auto at = std::lower_bound(
      window_.begin(), window_.end(), clid,
      [](const auto& one, std::uint64_t wanted) { return one->list.clid < wanted; });
  return at != window_.end() && (*at)->list.clid == clid ? *at : nullptr;
}

void RecordedLists::release_below(std::uint64_t clid) {
  const std::lock_guard lock(mutex_);
  while (!window_.empty() && window_.front()->list.clid < clid) window_.pop_front();
}

Status RecordedLists::status() const {
  const std::lock_guard lock(mutex_);
  if (failure_.has_errors()) return fail(failure_);
  return {};
}

}  // namespace heddle::flow::replay
