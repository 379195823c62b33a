// The task types that a graph file can name. There is no global one: a program
// makes a registry, fills it and hands it on; a library that `--tasks lib.so`
// loads fills the program's through
//
//   extern "C" void heddle_flow_register(heddle::flow::TaskRegistry&, std::uint32_t abi);
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/flow/task.h"

namespace heddle::flow {

/// What a task library and the program must agree on. A library compares the `abi`
/// it is given with the one of the headers it was compiled with, and registers
/// nothing where they differ.
inline constexpr std::uint32_t kTaskAbi = 1;

/// Threads: one at a time while it is filled; then any may read.
class TaskRegistry {
 public:
  TaskRegistry() = default;
  TaskRegistry(const TaskRegistry&) = delete;
  TaskRegistry& operator=(const TaskRegistry&) = delete;

  /// A name registered twice is an error of `errors`: flow.task-type-twice.
  template <class T>
  void add(std::string name) {
    add(task_type_of<T>(std::move(name)));
  }
  void add(TaskType type);

  /// A resource type: `R(ConfigReader&)` or `R()`.
  template <class R>
  void add_resource(std::string name) {
    add_resource({std::move(name), std::string(Resources::type_name<R>()),
                  [](ConfigReader& params) -> std::shared_ptr<void> {
                    if constexpr (std::constructible_from<R, ConfigReader&>) {
                      return std::make_shared<R>(params);
                    } else {
                      return std::make_shared<R>();
                    }
                  }});
  }
  /// A resource that the program made; every graph that names the type gets this one.
  template <class R>
  void add_resource(std::string name, std::shared_ptr<R> object) {
    add_resource(
        {std::move(name), std::string(Resources::type_name<R>()),
         [object = std::move(object)](ConfigReader&) -> std::shared_ptr<void> { return object; }});
  }
  void add_resource(ResourceType type);

  /// Null where there is none. The type stays where it is as long as the registry.
  [[nodiscard]] const TaskType* find(std::string_view name) const;
  [[nodiscard]] const ResourceType* find_resource(std::string_view name) const;
  /// In order of name.
  [[nodiscard]] std::vector<std::string_view> names() const;
  [[nodiscard]] std::vector<std::string_view> resource_names() const;

  /// Loads a task library; it stays loaded as long as the registry.
  /// Errors: flow.library (it cannot be loaded, lacks the function, has another ABI).
  Status load(const std::string& path);

  /// What went wrong while types were added.
  [[nodiscard]] const Diagnostics& errors() const { return errors_; }

 private:
  // Libraries go last: the types hold functions of theirs.
  std::vector<std::shared_ptr<void>> libraries_;
  std::map<std::string, std::unique_ptr<TaskType>, std::less<>> types_;
  std::map<std::string, ResourceType, std::less<>> resources_;
  Diagnostics errors_;
};

}  // namespace heddle::flow
