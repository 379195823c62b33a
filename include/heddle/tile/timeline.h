// A run as lanes of slices: each array by its occupancy (cost less overlap, the
// drain left out), loads of weights, vector and cross-lane units, DRAM reads and
// writes, and what a core waited for when none of its units was busy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/tile/machine.h"
#include "heddle/tile/simulator.h"
#include "heddle/trace/recorder.h"

namespace heddle::tile {

enum class LaneKind : std::uint8_t { Array, Weights, Vector, CrossLane, Wait, DramRead, DramWrite };

struct Lane {
  LaneKind kind = LaneKind::Array;
  std::uint32_t core = 0;  ///< not of DRAM lanes, which are the machine's
  std::uint32_t unit = 0;  ///< array or pipe
  std::string name;
};

/// Slices of a lane never overlap. Those of DRAM are as long as their bytes take on the
/// aggregate bandwidth, one after the other from the first response (a read) or the issue
/// (a write) on, so that a row without gaps is a saturated bus.
struct Slice {
  std::uint32_t lane = 0;
  std::uint32_t label = 0;  ///< in `Timeline::labels`: a tensor, or what was computed
  std::uint64_t item = 0;   ///< work-item
  SimTime begin;
  SimTime end;
};

/// Observes a run of one kernel. Memory: about 40 bytes an instruction, up to `slices_max`
/// of them; what comes after is left out.
/// Threads: the simulator's, then any number of readers.
class Timeline final : public Observer {
 public:
  static constexpr std::size_t kSlicesMax = 4'000'000;

  Timeline(const Machine& machine, const KernelInfo& kernel, std::size_t slices_max = kSlicesMax);

  void finished(std::uint32_t core, const WorkItem& item, std::uint32_t instruction,
                std::uint32_t unit, const InstructionTimes& times) override;

  /// Ends the recording: slices are in order of (lane, begin) from now on.
  void close(SimTime end);

  [[nodiscard]] const std::vector<Lane>& lanes() const { return lanes_; }
  [[nodiscard]] const std::vector<Slice>& slices() const { return slices_; }
  [[nodiscard]] const std::vector<std::string>& labels() const { return labels_; }
  [[nodiscard]] SimTime end() const { return end_; }
  /// Whether the run had more instructions than were kept.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  struct Flight {
    std::uint32_t core = 0;
    bool is_store = false;
    SimTime begin;
    SimTime end;
  };

  void add_transfer(std::uint32_t core, const WorkItem& item, const Instruction& instruction,
                    const InstructionTimes& times);
  void serialise(LaneKind kind);
  void add_waits(std::uint32_t core);

  BytesPerSecond bandwidth_;
  std::uint32_t cores_ = 1;
  std::uint32_t lanes_per_core_ = 1;
  std::uint32_t arrays_ = 1;
  std::uint32_t pipes_ = 1;
  std::size_t slices_max_ = kSlicesMax;
  std::vector<std::uint32_t> first_label_;  ///< of tensors, then of the kinds of compute
  std::vector<Lane> lanes_;
  std::vector<std::string> labels_;
  std::vector<Slice> slices_;
  std::vector<std::uint64_t> transfer_bytes_;  ///< by position in `slices_`; 0: no transfer
  std::vector<Flight> flights_;
  SimTime end_;
  bool is_cut_ = false;
};

/// Writes the lanes; slices are named by label and work-item. Requires: closed.
void write_timeline(const Timeline& timeline, trace::Recorder& recorder);

struct TimelineView {
  std::string title;
  SimTime from;
  SimTime to;               ///< zero: the end
  std::uint32_t width = 0;  ///< columns of text or pixels; zero: 100 or 1400
  ClockRate clock;          ///< of the axis
};

/// A line a lane: how full it is, column by column, and in all. Requires: closed.
[[nodiscard]] std::string timeline_text(const Timeline& timeline, const TimelineView& view);

/// The same as a picture, a colour a work-item, with the slices' names. Requires: closed.
[[nodiscard]] std::string timeline_svg(const Timeline& timeline, const TimelineView& view);

}  // namespace heddle::tile
