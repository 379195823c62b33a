// Lists and payloads as JSON, shared by the exports.
#pragma once

#include "heddle/flow/log_export.h"

namespace heddle::flow::log {

/// The name under which a field's value stands.
[[nodiscard]] inline const std::string& field_name(const SchemaField& field) {
  static const std::string kBare = "value";
  return field.name.empty() ? kBare : field.name;
}

/// A field as one JSON value.
void write_field(JsonWriter& json, const FieldView& field);

/// A list as one inline object.
void write_list(JsonWriter& json, const LogCatalog& catalog, const LoggedList& list,
                const SelectedMessages& selected);

/// The JSON Schema of what `write_payload` writes.
[[nodiscard]] std::string json_schema_of(const Schema& type);

}  // namespace heddle::flow::log
