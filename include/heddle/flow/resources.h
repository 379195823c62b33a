// Things that tasks share: a port with two channels, a device, a file. A graph
// names them (`resources: {uart: {type: Uart}}`), a task says which it takes
// (`resources: {port: uart}`), and all tasks that take one are one serial
// component: the plan, not a lock, keeps their order.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "heddle/base/config_reader.h"

namespace heddle::flow {

/// A resource type without its C++ type.
struct ResourceType {
  std::string name;
  std::string type_name;  ///< of the C++ type
  std::function<std::shared_ptr<void>(ConfigReader& params)> create = nullptr;
};

/// What one task took. Threads: one at a time.
class Resources {
 public:
  struct Entry {
    std::string type_name;
    std::shared_ptr<void> object;
  };
  explicit Resources(ConfigReader reader) : reader_(std::move(reader)) {}

  void add(std::string role, Entry entry) { entries_.emplace(std::move(role), std::move(entry)); }

  /// The resource that the graph binds to `role`; null, and a diagnostic
  /// (flow.resource-missing, flow.resource-type), where there is none of type `R`.
  template <class R>
  [[nodiscard]] std::shared_ptr<R> get(std::string_view role) {
    return std::static_pointer_cast<R>(find(role, type_name<R>()));
  }

  /// The name of a C++ type, the same in every library that one compiler made.
  template <class R>
  [[nodiscard]] static constexpr std::string_view type_name() {
    return __PRETTY_FUNCTION__;
  }

 private:
  [[nodiscard]] std::shared_ptr<void> find(std::string_view role, std::string_view type_name);

  std::map<std::string, Entry, std::less<>> entries_;
  ConfigReader reader_;
};

}  // namespace heddle::flow
