// Decoded records: `events.json`, transcripts of UARTs and buses, the trace, whoever
// listens live, and what the report and the comparisons need to know.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/bus_transcript.h"
#include "heddle/base/digest.h"
#include "heddle/base/output_file.h"
#include "heddle/gate/cosim.h"
#include "heddle/gate/event_list.h"
#include "heddle/gate/run_plan.h"
#include "heddle/trace/recorder.h"

namespace heddle::gate {

/// What one UART said.
struct UartTranscript {
  std::uint32_t source = 0;
  std::string name;
  std::string file;  ///< in the run directory
  std::string bytes;
  std::uint64_t framing_errors = 0;
  std::uint64_t parity_errors = 0;
};

class EventStage final : public BatchStage {
 public:
  /// The plan and the observer outlive it.
  EventStage(const RunPlan& plan, CosimObserver& observer);

  /// Creates the files in `directory`. Errors: file.write-failed, trace.write-failed.
  [[nodiscard]] Status open(const std::string& directory);

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override;
  [[nodiscard]] Status finish() override;

  [[nodiscard]] const std::vector<UartTranscript>& transcripts() const { return transcripts_; }
  /// The files of buses, in the run directory.
  [[nodiscard]] std::vector<std::string> bus_files() const;
  [[nodiscard]] std::uint64_t event_count() const { return event_count_; }
  /// Over the records, in order.
  [[nodiscard]] Digest64 digest() const { return digest_.digest(); }
  /// All events; kept only when the plan expects some.
  [[nodiscard]] const std::vector<RunEvent>& events() const { return events_; }

 private:
  struct Listener {
    UartTranscript* transcript = nullptr;  ///< of a UART
    trace::TrackId track;
    trace::TrackId enables;  ///< of a GPIO: its output enables
    bool is_tdo = false;     ///< of a JTAG adapter
    std::uint32_t tdo = 2;   ///< its last sample; 2: none yet
    std::string line;        ///< of a UART, so far
    std::unique_ptr<OutputFile> file;
    std::unique_ptr<BusTranscript> bus;  ///< of a bus tracer
  };

  void declare_tracks();
  void take(const Record& record);
  void take_uart(const Record& record, Listener& listener);

  const RunPlan& plan_;
  CosimObserver& observer_;
  std::vector<UartTranscript> transcripts_;
  std::vector<Listener> listeners_;  ///< by source, the script last
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<EventListWriter> writer_;
  std::unique_ptr<trace::Recorder> recorder_;
  std::vector<RunEvent> events_;
  std::uint64_t event_count_ = 0;
  DigestStream digest_;
  SimTime last_time_;
};

}  // namespace heddle::gate
