#include "heddle/flow/registry.h"

#include <dlfcn.h>

#include "heddle/flow/diagnostics.h"

namespace heddle::flow {

void TaskRegistry::add(TaskType type) {
  std::string name = type.name;
  if (!types_.try_emplace(name, std::make_unique<TaskType>(std::move(type))).second) {
    errors_.add(Diagnostic(diag::kTaskTypeTwice, {}, {"task", name}));
  }
}

void TaskRegistry::add_resource(ResourceType type) {
  std::string name = type.name;
  if (!resources_.try_emplace(name, std::move(type)).second) {
    errors_.add(Diagnostic(diag::kTaskTypeTwice, {}, {"resource", name}));
  }
}

const TaskType* TaskRegistry::find(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : found->second.get();
}

const ResourceType* TaskRegistry::find_resource(std::string_view name) const {
  const auto found = resources_.find(name);
  return found == resources_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> TaskRegistry::names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, type] : types_) out.push_back(name);
  return out;
}

std::vector<std::string_view> TaskRegistry::resource_names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, type] : resources_) out.push_back(name);
  return out;
}

Status TaskRegistry::load(const std::string& path) {
  // A name without a slash would be looked up in the system's directories.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  std::shared_ptr<void> library(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* handle) {
    if (handle != nullptr) dlclose(handle);
  });
  if (library == nullptr) return fail(diag::kLibrary, {}, {path, dlerror()});
  using Register = void (*)(TaskRegistry&, std::uint32_t);
  const auto call = reinterpret_cast<Register>(dlsym(library.get(), "heddle_flow_register"));
  if (call == nullptr) return fail(diag::kLibrary, {}, {path, "it lacks `heddle_flow_register`"});
  const std::size_t before = types_.size() + resources_.size();
  const std::size_t errors_before = errors_.error_count();
  libraries_.push_back(std::move(library));
  call(*this, kTaskAbi);
  if (errors_.error_count() > errors_before) return fail(errors_);
  if (types_.size() + resources_.size() == before) {
    return fail(diag::kLibrary, {}, {path, "it registered nothing, as one of another ABI does"});
  }
  return {};
}

std::shared_ptr<void> Resources::find(std::string_view role, std::string_view type_name) {
  const auto found = entries_.find(role);
  if (found == entries_.end()) {
    reader_.report(diag::kResourceMissing, "resources", {reader_.what(), role});
    return nullptr;
  }
  if (found->second.type_name != type_name) {
    reader_.report(diag::kResourceType, "resources", {reader_.what(), role});
    return nullptr;
  }
  return found->second.object;
}

}  // namespace heddle::flow
