#include "heddle/flow/graph.h"

#include <algorithm>

namespace heddle::flow {

std::uint32_t Graph::find_task(std::string_view id) const {
  const auto found = std::find_if(tasks.begin(), tasks.end(),
                                  [&](const GraphTask& task) { return task.id == id; });
  return found == tasks.end() ? kNoIndex : static_cast<std::uint32_t>(found - tasks.begin());
}

std::uint32_t Graph::find_message(std::string_view message_name) const {
  const auto found =
      std::find_if(messages.begin(), messages.end(),
                   [&](const GraphMessage& message) { return message.name == message_name; });
  return found == messages.end() ? kNoIndex : static_cast<std::uint32_t>(found - messages.begin());
}

Digest64 Graph::digest() const {
  DigestStream stream;
  stream.add_text(name);
  stream.add_text(mission);
  for (const GraphResource& resource : resources) {
    stream.add_text(resource.name);
    stream.add_text(resource.type->name);
    stream.add_text(config_to_yaml(resource.params));
  }
  stream.add_u64(tasks.size());
  for (const GraphTask& task : tasks) {
    stream.add_text(task.id);
    stream.add_text(task.type->name);
    stream.add_text(config_to_yaml(task.params));
    stream.add_i64(task.offset_ns);
    stream.add_u8(static_cast<std::uint8_t>(task.on_error));
    stream.add_u32(task.background ? task.background->lag : 0);
    stream.add_u8(task.background && task.background->is_sampled ? 1 : 0);
    for (const auto& [role, resource] : task.resources) {
      stream.add_text(role);
      stream.add_text(resource);
    }
    for (const std::uint32_t message : task.messages) stream.add_u32(message);
  }
  for (const GraphMessage& message : messages)
    stream.add_u64(message.type->schema.digest().value());
  return stream.digest();
}

}  // namespace heddle::flow
