#include "heddle/flow/layout.h"

#include <algorithm>
#include <iterator>

#include "heddle/base/check.h"

namespace heddle::flow {
namespace {

/// Beyond this a step's data is encoded by the commit stage alone, from the
/// message itself: a second copy of large payloads is not worth its memory.
constexpr std::size_t kEncodeAheadBytesMax = std::size_t{1} << 20;
/// Flags, status, validity and origin of a message in a data record.
constexpr std::size_t kMessageRecordBytesMax = 1 + 1 + 32 + 16 + 8 + 4;
constexpr std::size_t kListRecordBytes = 8 + 8 + 1;

std::size_t align_up(std::size_t value, std::size_t to) {
  return (value + to - 1) / to * to;
}

bool has_sequence(const Schema& schema) {
  return std::any_of(schema.fields.begin(), schema.fields.end(),
                     [](const SchemaField& field) { return field.shape == FieldShape::Sequence; });
}

class LayoutMaker {
 public:
  LayoutMaker(const Graph& graph, const Plan& plan, bool encode_ahead)
      : graph_(graph), plan_(plan), encode_ahead_(encode_ahead) {}

  SlotLayout make() {
    out_.text_bytes = graph_.logging.is_enabled ? graph_.logging.text_bytes : 0;
    out_.data_bytes_max = kListRecordBytes;
    out_.messages.resize(graph_.messages.size());
    out_.step_of_task.resize(graph_.tasks.size());
    for (std::uint32_t step = 0; step < plan_.steps.size(); ++step) {
      out_.step_of_task[plan_.steps[step].task] = step;
    }
    take(sizeof(SlotHeader), kRegionBytes);
    for (std::uint32_t step = 0; step < plan_.steps.size(); ++step) add_step(step);
    for (StepSlot& step : out_.steps) bind_inputs(step);
    for (const StepSlot& step : out_.steps) out_.step_offsets.push_back(step.offset);
    for (const std::uint32_t step : out_.step_of_task) {
      if (has_logged(out_.steps[step])) out_.data_steps.push_back(step);
    }
    for (const std::uint32_t step : out_.data_steps) {
      const auto begin = out_.messages.begin() + out_.steps[step].first_message;
      std::copy_if(begin, begin + out_.steps[step].message_count, std::back_inserter(out_.logged),
                   [](const MessageSlot& message) { return message.is_logged; });
    }
    out_.slot_bytes = align_up(end_, kRegionBytes);
    HEDDLE_CHECK(out_.slot_bytes <= 0xFFFF'FFFF);
    return std::move(out_);
  }

 private:
  std::uint32_t take(std::size_t bytes, std::size_t align) {
    end_ = align_up(end_, align);
    const std::size_t at = end_;
    end_ += bytes;
    return static_cast<std::uint32_t>(at);
  }

  void add_step(std::uint32_t index) {
    StepSlot step{.task = plan_.steps[index].task};
    const GraphTask& task = graph_.tasks[step.task];
    step.offset = take(sizeof(StepHeader), kRegionBytes);
    step.port_offsets.resize(task.messages.size());
    std::size_t encoded_max = 0;
    bool is_bounded = true;
    for (std::uint32_t port = 0; port < task.messages.size(); ++port) {
      if (!task.type->ports[port].is_output) continue;
      const std::uint32_t index_of_message = task.messages[port];
      const GraphMessage& message = graph_.messages[index_of_message];
      if (step.message_count++ == 0) step.first_message = index_of_message;
      step.port_offsets[port] = take(message.type->message_bytes, message.type->message_align);
      const bool has_items = has_sequence(message.type->schema);
      out_.messages[index_of_message] = {step.port_offsets[port],
                                         index,
                                         message.type,
                                         message.is_logged,
                                         message.content,
                                         has_items,
                                         !has_items && message.content == ContentPolicy::All};
      if (!message.is_logged) continue;
      encoded_max += kMessageRecordBytesMax + message.type->schema.encoded_bytes_max;
      is_bounded = is_bounded && !message.type->schema.has_unbounded;
    }
    out_.data_bytes_max += encoded_max;
    out_.has_unbounded = out_.has_unbounded || !is_bounded;
    step.text_offset = take(out_.text_bytes, 8);
    if (encode_ahead_ && is_bounded && encoded_max <= kEncodeAheadBytesMax) {
      out_.is_encoded_ahead = out_.is_encoded_ahead || encoded_max > 0;
      step.encoded_capacity = static_cast<std::uint32_t>(encoded_max);
      step.encoded_offset = take(encoded_max, 8);
    }
    for (const std::uint32_t input : inputs_of(graph_, step.task)) {
      step.inputs.push_back(out_.step_of_task[input]);
    }
    end_ = align_up(end_, kRegionBytes);
    out_.steps.push_back(std::move(step));
  }

  [[nodiscard]] bool has_logged(const StepSlot& step) const {
    const auto begin = out_.messages.begin() + step.first_message;
    return std::any_of(begin, begin + step.message_count,
                       [](const MessageSlot& message) { return message.is_logged; });
  }

  /// Inputs of other missions read a message that stays absent.
  void bind_inputs(StepSlot& step) {
    const GraphTask& task = graph_.tasks[step.task];
    for (std::uint32_t port = 0; port < task.messages.size(); ++port) {
      if (task.type->ports[port].is_output) continue;
      if (task.messages[port] != kNoIndex) {
        step.port_offsets[port] = out_.messages[task.messages[port]].offset;
        continue;
      }
      const MessageType& type = task.type->messages[task.type->ports[port].message_type];
      step.port_offsets[port] =
          take(type.message_bytes, std::max<std::size_t>(type.message_align, kRegionBytes));
      out_.absent.emplace_back(step.port_offsets[port], &type);
    }
  }

  const Graph& graph_;
  const Plan& plan_;
  bool encode_ahead_ = false;
  SlotLayout out_;
  std::size_t end_ = 0;
};

}  // namespace

SlotLayout make_layout(const Graph& graph, const Plan& plan, bool encode_ahead) {
  return LayoutMaker(graph, plan, encode_ahead).make();
}

}  // namespace heddle::flow
