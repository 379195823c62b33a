// Any bytes as a configuration: an error has a diagnostic, and what is accepted
// is written as YAML and as JSON that read back alike.
#include <cstddef>
#include <cstdint>
#include <string>

#include "heddle/base/check.h"
#include "heddle/base/config.h"

namespace {

using namespace heddle;

constexpr ConfigLimits kLimits{.value_count_max = 10'000};
/// What was written may be larger than what was read: aliases are spelled out.
constexpr ConfigLimits kLimitsAgain{.size_bytes_max = std::size_t{1} << 30,
                                    .value_count_max = 10'000};

void check_reads_alike(const std::string& text, const ConfigNode& node) {
  const Result<ConfigNode> again = parse_config(text, "again", kLimitsAgain);
  HEDDLE_CHECK(again.has_value());
  HEDDLE_CHECK(same_config(*again, node));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Result<ConfigNode> node = parse_config(text, "fuzz", kLimits);
  if (!node) {
    HEDDLE_CHECK(node.error().has_errors());
    HEDDLE_CHECK(!node.error().to_string().empty());
    return 0;
  }
  const std::string yaml = config_to_yaml(*node);
  check_reads_alike(yaml, *node);
  HEDDLE_CHECK(config_to_yaml(*parse_config(yaml, "again", kLimitsAgain)) == yaml);
  StringSink sink;
  JsonWriter json(sink);
  write_json(json, *node);
  check_reads_alike(sink.text(), *node);
  return 0;
}
