// VPI's C functions, onto the session of this thread. Outside of one they do nothing.
#include "gate/cosim/vpi/entry.h"

#include <cstdarg>
#include <cstdio>
#include <string>

#include "gate/cosim/vpi/session.h"

namespace heddle::gate::vpi {

void keep_entry_points() {}

namespace {

Handle to_handle(Object* object) {
  return reinterpret_cast<Handle>(object);
}

/// A printed text of any length.
std::string format_text(const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length <= 0) return {};
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  std::vsnprintf(text.data(), text.size(), format, arguments);
  text.pop_back();
  return text;
}

}  // namespace
}  // namespace heddle::gate::vpi

using heddle::gate::vpi::CallbackData;
using heddle::gate::vpi::ErrorInfo;
using heddle::gate::vpi::format_text;
using heddle::gate::vpi::Handle;
using heddle::gate::vpi::kUndefined;
using heddle::gate::vpi::Object;
using heddle::gate::vpi::Session;
using heddle::gate::vpi::SimulatorInfo;
using heddle::gate::vpi::Time;
using heddle::gate::vpi::to_handle;
using heddle::gate::vpi::Value;

extern "C" {

Handle vpi_handle_by_name(const char* name, Handle scope) {
  Session* const session = Session::current();
  if (session == nullptr || name == nullptr) return nullptr;
  Object* const in = scope == nullptr ? nullptr : session->object_of(scope, "vpi_handle_by_name");
  if (scope != nullptr && in == nullptr) return nullptr;
  return to_handle(session->by_name(name, in));
}

Handle vpi_handle_by_index(Handle handle, std::int32_t index) {
  Session* const session = Session::current();
  Object* const object =
      session == nullptr ? nullptr : session->object_of(handle, "vpi_handle_by_index");
  return object == nullptr ? nullptr : to_handle(session->by_index(object, index));
}

Handle vpi_handle(std::int32_t type, Handle handle) {
  Session* const session = Session::current();
  Object* const object = session == nullptr ? nullptr : session->object_of(handle, "vpi_handle");
  return object == nullptr ? nullptr : to_handle(session->related(type, object));
}

Handle vpi_iterate(std::int32_t type, Handle scope) {
  Session* const session = Session::current();
  if (session == nullptr) return nullptr;
  Object* const in = scope == nullptr ? nullptr : session->object_of(scope, "vpi_iterate");
  if (scope != nullptr && in == nullptr) return nullptr;
  return to_handle(session->iterate(type, in));
}

Handle vpi_scan(Handle iterator) {
  Session* const session = Session::current();
  Object* const object = session == nullptr ? nullptr : session->object_of(iterator, "vpi_scan");
  return object == nullptr ? nullptr : to_handle(session->scan(object));
}

std::int32_t vpi_get(std::int32_t property, Handle handle) {
  Session* const session = Session::current();
  if (session == nullptr) return kUndefined;
  Object* const object = handle == nullptr ? nullptr : session->object_of(handle, "vpi_get");
  if (handle != nullptr && object == nullptr) return kUndefined;
  return session->get(property, object);
}

char* vpi_get_str(std::int32_t property, Handle handle) {
  Session* const session = Session::current();
  Object* const object = session == nullptr ? nullptr : session->object_of(handle, "vpi_get_str");
  return object == nullptr ? nullptr : session->get_text(property, object);
}

void vpi_get_value(Handle handle, Value* value) {
  Session* const session = Session::current();
  Object* const object = session == nullptr ? nullptr : session->object_of(handle, "vpi_get_value");
  if (object != nullptr && value != nullptr) session->get_value(object, value);
}

Handle vpi_put_value(Handle handle, Value* value, Time* delay, std::int32_t flags) {
  Session* const session = Session::current();
  Object* const object = session == nullptr ? nullptr : session->object_of(handle, "vpi_put_value");
  if (object != nullptr) session->put_value(object, value, delay, flags);
  return nullptr;  // no event that could be cancelled
}

Handle vpi_register_cb(CallbackData* data) {
  Session* const session = Session::current();
  if (session == nullptr || data == nullptr) return nullptr;
  return to_handle(session->register_callback(*data));
}

std::int32_t vpi_remove_cb(Handle handle) {
  Session* const session = Session::current();
  Object* const object = session == nullptr ? nullptr : session->object_of(handle, "vpi_remove_cb");
  return object != nullptr && session->remove_callback(object) ? 1 : 0;
}

void vpi_get_time(Handle /*object*/, Time* time) {
  const Session* const session = Session::current();
  if (session != nullptr && time != nullptr) session->get_time(*time);
}

std::int32_t vpi_get_vlog_info(SimulatorInfo* info) {
  Session* const session = Session::current();
  if (session == nullptr || info == nullptr) return 0;
  session->get_info(*info);
  return 1;
}

std::int32_t vpi_control(std::int32_t operation, ...) {
  Session* const session = Session::current();
  if (session == nullptr) return 0;
  session->control(operation);
  return 1;
}

std::int32_t vpi_chk_error(ErrorInfo* info) {
  Session* const session = Session::current();
  return session == nullptr ? 0 : session->take_error(info);
}

std::int32_t vpi_free_object(Handle handle) {
  Session* const session = Session::current();
  Object* const object =
      session == nullptr ? nullptr : session->object_of(handle, "vpi_free_object");
  if (object == nullptr) return 0;
  session->free(object);
  return 1;
}

std::int32_t vpi_release_handle(Handle handle) {
  return vpi_free_object(handle);
}

std::int32_t vpi_compare_objects(Handle a, Handle b) {
  return a == b ? 1 : 0;
}

std::int32_t vpi_vprintf(const char* format, va_list arguments) {
  const Session* const session = Session::current();
  if (session == nullptr) return -1;
  const std::string text = format_text(format, arguments);
  session->print(text);
  return static_cast<std::int32_t>(text.size());
}

std::int32_t vpi_printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const std::int32_t length = vpi_vprintf(format, arguments);
  va_end(arguments);
  return length;
}

std::int32_t vpi_flush(void) {
  return 0;
}

}  // extern "C"
