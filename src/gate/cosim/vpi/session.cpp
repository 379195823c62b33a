// The life of a session: modules, instants, callbacks.
#include "gate/cosim/vpi/session.h"

#include <dlfcn.h>

#include <algorithm>
#include <utility>

#include "gate/cosim/vpi/entry.h"
#include "heddle/gate/bench_diagnostics.h"

namespace heddle::gate::vpi {

namespace diag = bench::diag;

namespace {

/// Callbacks that keep changing what others wait for, at one instant.
constexpr int kRoundsMax = 1000;
constexpr std::uint32_t kBatchMin = 16;

// VPI's functions take no session: theirs is the one that runs a module's code on this
// thread. Set for as long as it does.
thread_local Session* t_session = nullptr;

class Calling {
 public:
  explicit Calling(Session* session) : before_(std::exchange(t_session, session)) {}
  Calling(const Calling&) = delete;
  Calling& operator=(const Calling&) = delete;
  ~Calling() { t_session = before_; }

 private:
  Session* before_;
};

using Startup = void (*)();

}  // namespace

Session* Session::current() {
  return t_session;
}

Session::Session(EngineRun& run, const Program& program, Bench::Compile compile,
                 std::vector<std::string> arguments, Outlets outlets)
    : run_(run),
      bench_(run, program, std::move(compile)),
      arguments_(std::move(arguments)),
      outlets_(std::move(outlets)) {
  for (std::string& argument : arguments_) argv_.push_back(argument.data());
  argv_.push_back(nullptr);
  // The first program's names: those of later ones are copies of them.
  for (const NamedNet& net : program.model.names) {
    if (!net.is_hidden) tree_.add(net.name, net);
  }
  top_ = module_of(tree_, program.model.top, nullptr);
  run_.attach_bench();
  keep_entry_points();
}

Session::~Session() {
  for (void* module : modules_loaded_) dlclose(module);
}

Status Session::load(const std::string& path) {
  // A name without a slash is a file here, not a library of the system's.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  void* const module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    const char* const why = dlerror();
    return fail(diag::kNoModule, {path, 0, 0}, {why == nullptr ? "" : why});
  }
  modules_loaded_.push_back(module);
  const Calling calling(this);
  auto* const startup = static_cast<Startup*>(dlsym(module, "vlog_startup_routines"));
  if (startup == nullptr) return fail(diag::kNoStartup, {path, 0, 0}, {});
  for (Startup* one = startup; *one != nullptr; ++one) (*one)();
  return failed_write();
}

Status Session::failed_write() const {
  return written_;
}

Status Session::begin() {
  const Calling calling(this);
  call_all(at_start_);
  return tell_changes();
}

void Session::end() {
  const Calling calling(this);
  call_all(at_end_);
}

Result<Session::Limits> Session::before_batch(std::uint32_t count) {
  const Calling calling(this);
  HEDDLE_TRY_STATUS(failed_write());
  if (has_finished_) return Limits{};
  if (batch_edges_ != 0) count = std::min(count, batch_edges_);
  const bool is_over = run_.exhausted() != StopReason::None;
  const std::int64_t edge_ps = is_over ? EngineRun::kNoInstant : run_.next_time_ps();
  const std::int64_t delay_ps = delayed_.empty() ? EngineRun::kNoInstant : delayed_.begin()->first;
  if (next_time_.empty() && edge_ps < delay_ps) return Limits{count, delay_ps};
  const std::int64_t at_ps = std::min(edge_ps, delay_ps);
  if (at_ps == EngineRun::kNoInstant || is_over) return Limits{};
  HEDDLE_TRY_STATUS(start_instant(at_ps));
  if (at_ps == edge_ps && !has_finished_) return Limits{1, EngineRun::kNoInstant};
  HEDDLE_TRY_STATUS(end_instant());
  return Limits{};
}

Status Session::after_batch(const EngineBatch& batch) {
  const BatchView& view = batch.view;
  if (view.executed == 0) return {};
  const Calling calling(this);
  bench_.engine_moved();
  now_ps_ = batch.window->info(view.first_edge + view.executed - 1).time_ps;
  const bool is_watched = view.stop == StopReason::Bench;
  const std::uint32_t wanted = is_watched ? view.executed * 2 : batch_edges_ * 2;
  batch_edges_ = wanted == 0 || wanted > EdgeWindow::kEdgesMax ? 0 : std::max(wanted, kBatchMin);
  return end_instant();
}

/// What comes before an edge of that instant.
Status Session::start_instant(std::int64_t at_ps) {
  now_ps_ = at_ps;
  call_all(next_time_);
  while (!delayed_.empty() && delayed_.begin()->first <= at_ps) {
    const Delayed one = delayed_.begin()->second;
    delayed_.erase(delayed_.begin());
    if (one.callback != 0) call(one.callback);
    if (one.target != nullptr) put_bits(*one.target, one.bits);
  }
  return failed_write();
}

Status Session::end_instant() {
  HEDDLE_TRY_STATUS(tell_changes());
  for (int round = 0; !read_write_.empty(); ++round) {
    if (round == kRoundsMax) {
      return fail(diag::kUnsettled, {}, {std::to_string(run_.next_edge())});
    }
    call_all(read_write_);
    HEDDLE_TRY_STATUS(tell_changes());
  }
  is_read_only_ = true;
  call_all(read_only_);
  is_read_only_ = false;
  return failed_write();
}

Status Session::tell_changes() {
  for (int round = 0; round < kRoundsMax; ++round) {
    is_written_ = false;
    const std::vector<Bench::WatchId> changed = bench_.take_changed();
    std::vector<std::uint64_t> ids;
    for (const auto& [id, callback] : callbacks_) {
      const bool is_watch = callback.watch != 0;
      if (is_watch && std::binary_search(changed.begin(), changed.end(), callback.watch)) {
        ids.push_back(id);
      }
    }
    for (const std::uint64_t id : ids) call(id);
    HEDDLE_TRY_STATUS(failed_write());
    if (!is_written_) return {};
  }
  return fail(diag::kUnsettled, {}, {std::to_string(run_.next_edge())});
}

void Session::call_all(std::vector<std::uint64_t>& ids) {
  for (const std::uint64_t id : std::exchange(ids, {})) call(id);
}

void Session::call(std::uint64_t id) {
  const auto found = callbacks_.find(id);
  if (found == callbacks_.end()) return;  // taken back
  Callback& callback = found->second;
  const bool is_once = callback.watch == 0;
  CallbackData data = callback.data;
  Time time;
  Value value{};
  ValueStore store;  // its own: the routine may ask for other values
  Object* const net = data.object == nullptr ? nullptr : object_of(data.object, "a callback");
  if (callback.data.time != nullptr) {
    time.type = callback.time.type;
    if (time.type != kSuppressTime) write_time(now_ps_, time);
    data.time = &time;
  }
  if (callback.data.value != nullptr && net != nullptr) {
    value.format = callback.value.format;
    (void)write_value(bits_of(*net), value, store);
    data.value = &value;
  }
  if (is_once) {  // its handle dies with it
    free(callback.handle);
    callbacks_.erase(found);
  }
  (void)data.routine(&data);
}

Object* Session::register_callback(const CallbackData& data) {
  if (data.routine == nullptr) {
    fault("vpi_register_cb", "the routine is NULL");
    return nullptr;
  }
  const std::uint64_t id = next_id_++;
  Callback callback;
  callback.data = data;
  if (data.time != nullptr) callback.time = *data.time;
  if (data.value != nullptr) callback.value = *data.value;
  const std::int64_t delay_ps =
      data.time == nullptr
          ? 0
          : static_cast<std::int64_t>(std::uint64_t{data.time->high} << 32 | data.time->low);
  switch (data.reason) {
    case kValueChange: {
      Object* const net = object_of(data.object, "vpi_register_cb");
      if (net == nullptr || net->kind != ObjectKind::Net) return nullptr;
      callback.watch = bench_.watch(net->bits);
      break;
    }
    case kAfterDelay: delayed_.emplace(now_ps_ + delay_ps, Delayed{now_ps_ + delay_ps, id}); break;
    case kAtStartOfTime:
      // For the instant under way it is now; for a later one, before its edge.
      delayed_.emplace(std::max(now_ps_, delay_ps), Delayed{delay_ps, id});
      break;
    case kNextTime: next_time_.push_back(id); break;
    case kReadWriteSynch:
    case kReadOnlySynch:
      if (delay_ps > 0) {
        fault("vpi_register_cb", "a synchronisation with a delay");
        return nullptr;
      }
      (data.reason == kReadWriteSynch ? read_write_ : read_only_).push_back(id);
      break;
    case kEndOfCompile:
    case kStartOfSimulation: at_start_.push_back(id); break;
    case kEndOfSimulation: at_end_.push_back(id); break;
    default: fault("vpi_register_cb", "reason " + std::to_string(data.reason)); return nullptr;
  }
  callback.handle = add({.kind = ObjectKind::Callback, .callback = id});
  Object* const handle = callback.handle;
  callbacks_.emplace(id, std::move(callback));
  return handle;
}

bool Session::remove_callback(Object* object) {
  const auto found = callbacks_.find(object->callback);
  if (object->kind != ObjectKind::Callback || found == callbacks_.end()) return false;
  if (found->second.watch != 0) bench_.unwatch(found->second.watch);
  callbacks_.erase(found);
  free(object);
  return true;
}

void Session::control(std::int32_t operation) {
  if (operation == kFinish || operation == kStop) {
    has_finished_ = true;
  } else {
    fault("vpi_control", "operation " + std::to_string(operation));
  }
}

void Session::fault(std::string_view function, std::string_view what) {
  Diagnostic one(diag::kUnsupported, {}, {function, what});
  last_error_ = one.text();
  last_code_ = std::string(one.code());
  faults_.add(std::move(one));
}

std::int32_t Session::take_error(ErrorInfo* info) {
  if (last_error_.empty()) return 0;
  if (info != nullptr) {
    text_ = last_error_;
    *info = {kAtRun, kError, text_.data(), product_.data(), last_code_.data(), nullptr, 0};
  }
  last_error_.clear();
  return kError;
}

void Session::get_info(SimulatorInfo& info) {
  info = {static_cast<std::int32_t>(arguments_.size()), argv_.data(), product_.data(),
          version_.data()};
}

void Session::write_time(std::int64_t time_ps, Time& time) {
  time.high = static_cast<std::uint32_t>(static_cast<std::uint64_t>(time_ps) >> 32);
  time.low = static_cast<std::uint32_t>(time_ps);
  time.real = static_cast<double>(time_ps);
}

}  // namespace heddle::gate::vpi
