#include "flow/exec/background_task.h"

#include <algorithm>
#include <cstring>

#include "flow/task/context_access.h"

namespace heddle::flow {
namespace {

constexpr std::size_t kAlign = 128;
constexpr std::uint64_t kEnd = ~std::uint64_t{0};

std::size_t align_up(std::size_t value, std::size_t to) {
  return (value + to - 1) / to * to;
}

void append(std::vector<std::byte>& to, const void* bytes, std::size_t size) {
  const auto* from = static_cast<const std::byte*>(bytes);
  to.insert(to.end(), from, from + size);
}

bool take_bytes(std::span<const std::byte>& from, void* to, std::size_t size) {
  if (from.size() < size) return false;
  std::memcpy(to, from.data(), size);
  from = from.subspan(size);
  return true;
}

/// A whole message: header, status, and the payload after its size.
void freeze_message(const MessageType& type, const std::byte* message, std::vector<std::byte>& to) {
  const auto& header = *reinterpret_cast<const MessageHeader*>(message);
  append(to, &header, sizeof header);
  append(to, message + type.status_offset, header.status_bytes);
  const auto bytes =
      static_cast<std::uint32_t>(header.is_present != 0 ? type.encoded_bytes(message) : 0);
  append(to, &bytes, sizeof bytes);
  const std::size_t at = to.size();
  to.resize(at + bytes);
  if (bytes > 0) type.encode(message, to.data() + at);
}

bool thaw_message(const MessageType& type, std::byte* message, std::span<const std::byte>& from) {
  auto& header = *reinterpret_cast<MessageHeader*>(message);
  MessageHeader read;
  std::uint32_t bytes = 0;
  if (!take_bytes(from, &read, sizeof read)) return false;
  if (!take_bytes(from, message + type.status_offset, read.status_bytes)) return false;
  if (!take_bytes(from, &bytes, sizeof bytes) || from.size() < bytes) return false;
  if (read.is_present != 0 && !type.decode(message, from.first(bytes))) return false;
  from = from.subspan(bytes);
  header = read;
  return true;
}

}  // namespace

BackgroundTask::BackgroundTask(const GraphTask& task, void* instance,
                               const std::vector<std::uint32_t>& port_offsets)
    : task_(task), instance_(instance), slot_offsets_(port_offsets) {
  const std::uint32_t lag = task.background->is_sampled ? 0 : task.background->lag;
  std::size_t bytes = 0;
  for (std::size_t port = 0; port < port_offsets.size(); ++port) {
    bytes = align_up(bytes, std::max<std::size_t>(type_of(port).message_align, 16));
    job_offsets_.push_back(static_cast<std::uint32_t>(bytes));
    bytes += type_of(port).message_bytes;
  }
  jobs_.resize(lag + 1);
  for (Job& job : jobs_) {
    job.memory = std::make_unique<std::byte[]>(bytes + kAlign);
    const auto address = reinterpret_cast<std::uintptr_t>(job.memory.get());
    job.base = job.memory.get() + (align_up(address, kAlign) - address);
    for (std::size_t port = 0; port < job_offsets_.size(); ++port) {
      type_of(port).construct(job.base + job_offsets_[port]);
    }
  }
  queue_.resize(jobs_.size());
  sequence_.resize(jobs_.size());
  policy_ = WaitPolicy::for_workers(kNoIndex);  // beside the flow: it does not spin
}

BackgroundTask::~BackgroundTask() {
  for (Job& job : jobs_) {
    for (std::size_t port = 0; port < job_offsets_.size(); ++port) {
      type_of(port).destroy(job.base + job_offsets_[port]);
    }
  }
}

const MessageType& BackgroundTask::type_of(std::size_t port) const {
  return task_.type->messages[task_.type->ports[port].message_type];
}

bool BackgroundTask::is_output(std::size_t port) const {
  return task_.type->ports[port].is_output;
}

void BackgroundTask::start() {
  thread_ = std::thread([this] { serve(); });
}

void BackgroundTask::stop(const WaitPolicy& policy) {
  is_stopping_.store(true);
  launched_.publish(kEnd, policy);
  if (thread_.joinable()) thread_.join();
}

void BackgroundTask::serve() {
  Context context;
  const StepIdentity identity{.id = task_.id};
  for (std::uint64_t next = 0;; ++next) {
    launched_.wait(next + 1, policy_);
    if (is_stopping_.load()) return;
    Job& job = jobs_[queue_[next % queue_.size()]];
    ContextAccess::set_list(context, job.clid, job.now_ns, nullptr);
    ContextAccess::set_step(context, identity);
    job.outcome = task_.type->run(instance_, context, job.base, job_offsets_.data(), job.failure);
    done_.publish(next + 1, policy_);
  }
}

void BackgroundTask::clear_outputs(std::byte* slot) const {
  for (std::size_t port = 0; port < slot_offsets_.size(); ++port) {
    if (is_output(port)) reinterpret_cast<MessageHeader*>(slot + slot_offsets_[port])->clear();
  }
}

void BackgroundTask::take(Job& job, std::byte* slot, std::uint64_t clid) {
  for (std::size_t port = 0; port < slot_offsets_.size(); ++port) {
    if (!is_output(port)) continue;
    std::byte* to = slot + slot_offsets_[port];
    type_of(port).copy(to, job.base + job_offsets_[port]);
    auto& header = *reinterpret_cast<MessageHeader*>(to);
    header.has_origin = header.is_present != 0 && job.clid != clid ? 1 : 0;
    header.origin_clid = header.has_origin != 0 ? job.clid : 0;
  }
  job.is_launched = false;
}

void BackgroundTask::launch(Job& job, const std::byte* slot, std::uint64_t clid, FlowTime now) {
  bool has_input = false;
  for (std::size_t port = 0; port < slot_offsets_.size(); ++port) {
    if (is_output(port)) continue;
    const std::byte* from = slot + slot_offsets_[port];
    has_input = has_input || reinterpret_cast<const MessageHeader*>(from)->is_present != 0;
    type_of(port).copy(job.base + job_offsets_[port], from);
  }
  job.clid = clid;
  job.now_ns = now.ns;
  job.is_launched = has_input;
  if (!has_input) return;
  const auto index = static_cast<std::uint32_t>(&job - jobs_.data());
  queue_[launched_count_ % queue_.size()] = index;
  sequence_[index] = ++launched_count_;
  launched_.publish(launched_count_, policy_);
}

StepOutcome BackgroundTask::step(std::byte* slot, std::uint64_t clid, FlowTime now,
                                 Diagnostics& failure, const WaitPolicy& policy) {
  clear_outputs(slot);
  if (task_.background->is_sampled) return step_sampled(slot, clid, now, failure);
  const std::uint64_t lag = task_.background->lag;
  StepOutcome outcome = StepOutcome::Ok;
  Job& due = jobs_[(clid - lag) % jobs_.size()];
  if (clid >= lag && due.is_launched && due.clid == clid - lag) {
    done_.wait(sequence_[(clid - lag) % jobs_.size()], policy);
    outcome = due.outcome;
    if (outcome != StepOutcome::Ok) failure = std::move(due.failure);
    take(due, slot, clid);
  }
  launch(jobs_[clid % jobs_.size()], slot, clid, now);
  return outcome;
}

StepOutcome BackgroundTask::step_sampled(std::byte* slot, std::uint64_t clid, FlowTime now,
                                         Diagnostics& failure) {
  Job& job = jobs_.front();
  if (job.is_launched && done_.get() < launched_count_) return StepOutcome::Ok;
  StepOutcome outcome = StepOutcome::Ok;
  if (job.is_launched) {
    outcome = job.outcome;
    if (outcome != StepOutcome::Ok) failure = std::move(job.failure);
    take(job, slot, clid);
  }
  launch(job, slot, clid, now);
  return outcome;
}

void BackgroundTask::freeze(std::vector<std::byte>& to, const WaitPolicy& policy) {
  done_.wait(launched_count_, policy);
  for (const Job& job : jobs_) {
    append(to, &job.clid, sizeof job.clid);
    to.push_back(std::byte{job.is_launched});
    to.push_back(static_cast<std::byte>(job.outcome));
    if (!job.is_launched) continue;
    for (std::size_t port = 0; port < job_offsets_.size(); ++port) {
      if (is_output(port)) freeze_message(type_of(port), job.base + job_offsets_[port], to);
    }
  }
  if (task_.type->freeze != nullptr) task_.type->freeze(instance_, to);
}

bool BackgroundTask::thaw(std::span<const std::byte> from) {
  for (Job& job : jobs_) {
    std::uint8_t launched = 0;
    std::uint8_t outcome = 0;
    if (!take_bytes(from, &job.clid, sizeof job.clid) || !take_bytes(from, &launched, 1) ||
        !take_bytes(from, &outcome, 1)) {
      return false;
    }
    job.is_launched = launched != 0;
    job.outcome = static_cast<StepOutcome>(outcome);
    const auto index = static_cast<std::size_t>(&job - jobs_.data());
    sequence_[index] = 0;  // done already
    for (std::size_t port = 0; port < job_offsets_.size() && job.is_launched; ++port) {
      if (is_output(port) && !thaw_message(type_of(port), job.base + job_offsets_[port], from)) {
        return false;
      }
    }
  }
  return task_.type->thaw == nullptr ? from.empty() : task_.type->thaw(instance_, from);
}

}  // namespace heddle::flow
