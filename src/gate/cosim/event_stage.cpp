#include "gate/cosim/event_stage.h"

#include <algorithm>

#include "gate/cosim/builtin_kinds.h"
#include "heddle/base/file.h"
#include "heddle/gate/peripherals/jtag.h"

namespace heddle::gate {
namespace {

/// A line of a UART may grow to this before the trace shows what there is.
constexpr std::size_t kLineBytesMax = 256;

}  // namespace

EventStage::EventStage(const RunPlan& plan, CosimObserver& observer)
    : plan_(plan), observer_(observer), listeners_(plan.bank.peripherals.size() + 1) {
  const auto& peripherals = plan.bank.peripherals;
  transcripts_.reserve(peripherals.size());  // the listeners point into it
  for (std::uint32_t i = 0; i < peripherals.size(); ++i) {
    if (traces_bus(type_of(peripherals[i].setup))) {
      listeners_[i].bus = std::make_unique<BusTranscript>(peripherals[i].name);
    }
    if (!std::holds_alternative<UartSetup>(peripherals[i].setup)) continue;
    transcripts_.push_back({.source = i,
                            .name = peripherals[i].name,
                            .file = "uart_" + peripherals[i].name + ".txt",
                            .bytes = {}});
    listeners_[i].transcript = &transcripts_.back();
  }
}

Status EventStage::open(const std::string& directory) {
  HEDDLE_TRY(file_, OutputFile::create(join_path(directory, "events.json")));
  writer_ = std::make_unique<EventListWriter>(*file_);
  for (Listener& listener : listeners_) {
    if (listener.bus != nullptr) HEDDLE_TRY_STATUS(listener.bus->open(directory));
    if (listener.transcript == nullptr) continue;
    HEDDLE_TRY(listener.file, OutputFile::create(join_path(directory, listener.transcript->file)));
  }
  HEDDLE_TRY(auto sink, trace::open_perfetto_sink(join_path(directory, "trace.perfetto-trace")));
  std::vector<std::unique_ptr<trace::Sink>> sinks;
  sinks.push_back(std::move(sink));
  recorder_ = std::make_unique<trace::Recorder>(std::move(sinks));
  declare_tracks();
  return {};
}

void EventStage::declare_tracks() {
  const trace::TrackId root = recorder_->add_group("peripherals");
  for (std::size_t i = 0; i < plan_.bank.peripherals.size(); ++i) {
    const PeripheralSpec& peripheral = plan_.bank.peripherals[i];
    // Both JTAG kinds have these records.
    listeners_[i].is_tdo = type_of(peripheral.setup).record_names == Jtag::kRecordNames;
    if (listeners_[i].is_tdo) {
      listeners_[i].track = recorder_->add_counter(peripheral.name + " tdo", "level", root);
    } else if (std::holds_alternative<GpioSetup>(peripheral.setup)) {
      listeners_[i].track = recorder_->add_counter(peripheral.name, "levels", root);
      listeners_[i].enables =
          recorder_->add_counter(peripheral.name + " output enables", "levels", root);
    } else {
      listeners_[i].track = recorder_->add_slices(peripheral.name, root);
    }
  }
  listeners_.back().track = recorder_->add_slices("script", root);
}

void EventStage::consume(const BatchView& batch, const EdgeWindow& window) {
  for (const Record& record : batch.records) take(record);
  if (batch.executed > 0) {
    last_time_ = SimTime(window.info(batch.first_edge + batch.executed - 1).time_ps);
  }
}

void EventStage::take(const Record& record) {
  ++event_count_;
  digest_.add_u64(record.edge);
  digest_.add_i64(record.time_ps);
  digest_.add_u32(record.source);
  digest_.add_u32(record.kind);
  digest_.add_u32(record.value);
  RunEvent event = to_event(plan_.bank, record);
  writer_->add(event);

  Listener& listener = listeners_[record.source];
  const SimTime time(record.time_ps);
  if (record.kind == kUnknownPins) {
    // A counter has no place for it; the event list has it.
    const bool is_counter = !listener.enables.is_none() || listener.is_tdo;
    if (!is_counter)
      recorder_->instant(listener.track, time, std::to_string(record.value) + " pins x");
  } else if (listener.transcript != nullptr) {
    take_uart(record, listener);
  } else if (!listener.enables.is_none()) {
    const bool levels = record.kind == Gpio::kOutChange;
    recorder_->counter(levels ? listener.track : listener.enables, time, record.value);
  } else if (listener.is_tdo) {
    // One sample a bit of every scan: the time line gets the changes.
    if (record.value != listener.tdo) recorder_->counter(listener.track, time, record.value);
    listener.tdo = record.value;
  } else if (listener.bus != nullptr) {
    if (listener.bus->take(record)) {
      recorder_->instant(listener.track, time, listener.bus->last());
    }
  } else {
    recorder_->instant(listener.track, time, event.kind + " " + std::to_string(event.value));
  }
  if (!plan_.expected_events.empty()) events_.push_back(std::move(event));
}

void EventStage::take_uart(const Record& record, Listener& listener) {
  const SimTime time(record.time_ps);
  if (record.kind != Uart::kByte) {
    const bool parity = record.kind == Uart::kParityError;
    ++(parity ? listener.transcript->parity_errors : listener.transcript->framing_errors);
    recorder_->instant(listener.track, time, parity ? "parity error" : "framing error");
    return;
  }
  const char byte = static_cast<char>(record.value);
  listener.transcript->bytes += byte;
  listener.file->write(std::string_view(&byte, 1));
  observer_.on_uart_byte(record.source, static_cast<std::uint8_t>(record.value));
  if (byte != '\n') listener.line += byte;
  if (byte == '\n' || listener.line.size() >= kLineBytesMax) {
    recorder_->instant(listener.track, time, listener.line);
    listener.line.clear();
  }
}

std::vector<std::string> EventStage::bus_files() const {
  std::vector<std::string> files;
  for (const Listener& listener : listeners_) {
    if (listener.bus == nullptr) continue;
    for (std::string& file : listener.bus->files()) files.push_back(std::move(file));
  }
  return files;
}

bool EventStage::ok() const {
  const auto sound = [](const std::unique_ptr<OutputFile>& file) {
    return file == nullptr || file->status().has_value();
  };
  return sound(file_) &&
         std::all_of(listeners_.begin(), listeners_.end(), [&](const Listener& listener) {
           return sound(listener.file) && (listener.bus == nullptr || listener.bus->ok());
         });
}

Status EventStage::finish() {
  Diagnostics problems;
  const auto note = [&](const Status& status) {
    if (!status) problems.add(status.error());
  };
  if (writer_ != nullptr) {
    writer_->finish();
    note(file_->close());
  }
  for (Listener& listener : listeners_) {
    if (recorder_ != nullptr && !listener.line.empty()) {
      recorder_->instant(listener.track, last_time_, listener.line);
    }
    if (listener.file != nullptr) note(listener.file->close());
    if (listener.bus != nullptr) note(listener.bus->finish());
  }
  if (recorder_ != nullptr) note(recorder_->finish(last_time_));
  if (problems.has_errors()) return fail(std::move(problems));
  return {};
}

}  // namespace heddle::gate
